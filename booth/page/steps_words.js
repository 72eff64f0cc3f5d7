/** The way in: words that are made and asked back, or words from another device. */

import { drawPlaces, isSameWord } from './asked_words.js';
import { linkResume } from './links.js';
import { asRefusal } from './refusals.js';
import { currentLanguage, spellTime } from './texts.js';
import { spellRefusal } from './views_error.js';
import { viewArrive, viewConfirm, viewStart, viewWords } from './views_begin.js';

/** @typedef {import('./flow.js').Flow} Flow */
/** @typedef {{ contest: number, leaf: string }} At */
/** @typedef {import('./views_begin.js').Wrong} Wrong */

const ASKED_WORDS = 3;

/**
 * @param {Flow} flow
 * @param {At | null} known
 * @param {Wrong} [wrong]
 */
export function showStart(flow, known, wrong = {}) {
  const isLocked = flow.state?.isLocked ?? false;
  const unlocked = () => {
    flow.keep({ isLocked: false });
    flow.attempt(() => flow.enter());
  };
  showTyping(flow, { at: known, isFixed: known !== null, wrong, unlocked: isLocked ? unlocked : null });
}

/**
 * After words that lead nowhere. What is kept of them stands until others are typed.
 * @param {Flow} flow
 * @param {() => void} back
 */
export function showOther(flow, back) {
  const { contest, leaf, isTyped = false } = flow.kept;
  showTyping(flow, { at: { contest, leaf }, isFixed: !isTyped, wrong: {}, back });
}

/**
 * @param {Flow} flow
 * @param {{ at: At | null, isFixed: boolean, wrong: Wrong, unlocked?: (() => void) | null,
 *   back?: (() => void) | null }} asked isFixed: contest and leaf came by a link
 */
function showTyping(flow, { at, isFixed, wrong, unlocked = null, back = null }) {
  const { contests } = flow.opened;
  const typed = { contest: at?.contest ?? contests[0].contest, leaf: at?.leaf ?? '', text: '' };
  /** @param {At & { text: string }} told */
  const resume = async (told) => {
    const leaf = told.leaf.replace(/\s/g, '').replace(/^0x/i, '').toLowerCase();
    Object.assign(typed, told);
    const secret = await readWords(flow, told.text);
    if (secret === 'away') return;
    Object.assign(wrong, { leaf: !/^[0-9a-f]{64}$/.test(leaf), words: secret === null ? 'bad_words' : '' });
    if (wrong.leaf || secret === null) {
      flow.screen.showWrong();
      return;
    }
    const language = /[а-я]/iu.test(told.text) ? 'ru' : 'en';
    goOn(flow, { contest: told.contest, leaf, secret, language, isTyped: !isFixed });
    await flow.attempt(() => flow.enter());
  };
  flow.screen.show(unlocked ? 'locked' : 'start', () => viewStart({
    contests, known: isFixed ? at : null, wrong, typed, resume, unlocked, back,
  }));
}

/**
 * Keep words that were typed; nothing is lost of the same words, nor is who was told of the
 * leaf by others forgotten.
 * @param {Flow} flow
 * @param {At & { secret: string, language: 'ru' | 'en', isTyped: boolean }} typed
 */
function goOn(flow, { contest, leaf, secret, language, isTyped }) {
  const before = flow.state?.leaf === leaf ? flow.state : null;
  if (before?.secret === secret && before.contest === contest) return;
  const told = [...new Set([...(before?.told ?? []), ...(before?.secret ?? before?.drawn ? flow.told : [])])];
  flow.replace({
    contest, leaf, secret, language, isWritten: true, isResumed: true, isTyped,
    ticket: before?.ticket, told,
  });
}

/**
 * Read what was typed: null for no words, 'away' if that could not be told just now, which
 * is said.
 * @param {Flow} flow
 * @param {string} text
 */
async function readWords(flow, text) {
  try {
    return await flow.helper.ask('readWords', { text });
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.kind === 'untrue') return null;
    flow.screen.say(() => spellRefusal(refusal), true);
    return 'away';
  }
}

/** @param {Flow} flow */
export function showArrive(flow) {
  const { contest, leaf, drawn } = flow.kept;
  const title = flow.opened.contests.find((each) => each.contest === contest)?.title ?? '';
  const begin = () => flow.attempt(async () => {
    flow.keep({ secret: drawn, drawn: undefined });
    await flow.proceed();
  });
  flow.screen.show('arrive', () => viewArrive({
    title,
    begin,
    have: () => showStart(flow, { contest, leaf }),
  }));
}

/** @param {Flow} flow */
export async function showWords(flow) {
  const { secret, contest, leaf, isCompared = false } = flow.kept;
  const language = flow.kept.language ?? currentLanguage(); // the words stay the same words
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
    time: spellTime(flow.polls.requestsUntil),
    print: () => print(),
    go: () => showConfirm(flow, words),
    other: isCompared ? () => showOther(flow, () => flow.attempt(() => flow.proceed())) : null,
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
