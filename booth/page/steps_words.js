/** The way in: words that are made and asked back, or words from another device. */

import { drawPlaces, isSameWord } from './asked_words.js';
import { Refusal } from './helper.js';
import { linkResume } from './links.js';
import { currentLanguage, spellTime } from './texts.js';
import { viewArrive, viewConfirm, viewStart, viewWords } from './views_begin.js';

/** @typedef {import('./flow.js').Flow} Flow */

const ASKED_WORDS = 3;
const LAST_REQUESTS = 900; // seconds before ballots are given out no more

/**
 * @param {Flow} flow
 * @param {{ contest: number, leaf: string } | null} known
 */
export function showStart(flow, known) {
  const { contests } = flow.opened;
  const typed = { contest: known?.contest ?? contests[0].contest, leaf: known?.leaf ?? '', text: '' };
  /** @type {{ leaf?: boolean, words?: boolean }} */
  let wrong = {};
  /** @param {{ contest: number, leaf: string, text: string }} told */
  const resume = async (told) => {
    const leaf = told.leaf.replace(/\s/g, '').replace(/^0x/i, '').toLowerCase();
    Object.assign(typed, told);
    wrong = { leaf: !/^[0-9a-f]{64}$/.test(leaf) };
    const secret = await readWords(flow, told.text);
    wrong.words = secret === null;
    if (wrong.leaf || secret === null) {
      flow.screen.showWrong();
      return;
    }
    const before = flow.state?.leaf === leaf ? flow.state : null;
    flow.replace({
      election: '', contest: told.contest, leaf, secret, isWritten: true, isResumed: true,
      ticket: before?.ticket, told: before?.told,
    });
    await flow.attempt(() => flow.enter());
  };
  const isLocked = flow.state?.isLocked ?? false;
  const unlocked = () => {
    flow.keep({ isLocked: false });
    showArrive(flow);
  };
  flow.screen.show(isLocked ? 'locked' : 'start', () => viewStart({
    contests, known, wrong, typed, resume, unlocked: isLocked ? unlocked : null,
  }));
}

/**
 * @param {Flow} flow
 * @param {string} text
 */
async function readWords(flow, text) {
  try {
    return await flow.helper.ask('readWords', { text });
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'untrue') return null;
    throw error;
  }
}

/** @param {Flow} flow */
export function showArrive(flow) {
  const { contest, leaf } = flow.kept;
  const title = flow.opened.contests.find((each) => each.contest === contest)?.title ?? '';
  const begin = () => flow.attempt(async () => {
    flow.keep({ secret: await flow.helper.ask('draw') });
    await flow.enter();
  });
  flow.screen.show('arrive', () => viewArrive({
    title, begin, have: () => showStart(flow, { contest, leaf }),
  }));
}

/** @param {Flow} flow */
export async function showWords(flow) {
  const { secret, contest, leaf } = flow.kept;
  const language = currentLanguage(); // the words stay the same words
  const words = await flow.helper.ask('spell', { secret: String(secret), language });
  const { title, booths } = flow.opened;
  const urls = booths.map((each) => each.url);
  const link = linkResume(location.origin, { contest, leaf });
  flow.screen.show('words', () => viewWords({
    words,
    language,
    election: title,
    contest: flow.paper.title,
    leaf,
    booths: urls,
    link,
    time: spellTime(flow.paper.issueClosing - LAST_REQUESTS),
    print: () => print(),
    go: () => showConfirm(flow, words),
  }));
}

/**
 * @param {Flow} flow
 * @param {string[]} words
 */
function showConfirm(flow, words) {
  const places = drawPlaces(words.length, ASKED_WORDS);
  /** @type {number[]} */
  let wrong = [];
  /** @type {string[]} */
  let typed = [];
  /** @param {string[]} told */
  const check = (told) => {
    typed = told;
    wrong = places.filter((place, at) => !isSameWord(typed[at], words[place]));
    if (wrong.length > 0) {
      flow.screen.showWrong();
      return;
    }
    flow.keep({ isWritten: true });
    flow.attempt(() => flow.proceed());
  };
  flow.screen.show('confirm', () => viewConfirm({
    places, typed, wrong, check, again: () => flow.attempt(() => flow.proceed()),
  }));
}
