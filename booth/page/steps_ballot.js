/** The ballot: chosen, looked at, sealed; then checked or cast. The choice is kept nowhere. */

import { linkCheck, otherBooth } from './links.js';
import { currentLanguage, t } from './texts.js';
import {
  viewBallot, viewCheck, viewOpened, viewReview, viewSealed,
} from './views_ballot.js';

/** @typedef {import('./flow.js').Flow} Flow */

/**
 * @param {Flow} flow
 * @param {number} [choice] 0 for none yet
 * @param {boolean} [isBack] whether a sealed ballot is gone
 */
export function showBallot(flow, choice = 0, isBack = false) {
  let chosen = choice;
  let isNone = false;
  const go = () => {
    isNone = chosen === 0;
    if (isNone) flow.screen.showWrong();
    else showReview(flow, chosen);
  };
  flow.screen.show('ballot', () => viewBallot({
    paper: flow.paper, until: flow.polls.castClosing, choice: chosen, isNone, isBack, go, mark: (marked) => { chosen = marked; },
  }));
}

/**
 * @param {Flow} flow
 * @param {number} choice
 */
function showReview(flow, choice) {
  const seal = () => flow.attempt(async () => {
    flow.screen.say(() => t('sealing'));
    showSealed(flow, await flow.helper.ask('encrypt', { choice }));
  });
  flow.screen.show('review', () => viewReview({
    paper: flow.paper, choice, change: () => showBallot(flow, choice), go: seal,
  }));
}

/**
 * @param {Flow} flow
 * @param {string} tracking
 */
function showSealed(flow, tracking) {
  flow.keep({ isSealed: true });
  /** @type {Awaited<ReturnType<typeof import('./worker.js').ACTS.sign>> | null} */
  let signed = null; // once: a second try keeps and sends the same ballot
  const cast = () => flow.attempt(async () => {
    flow.screen.say(() => t('wait'));
    signed ??= await flow.helper.ask('sign', { language: currentLanguage() });
    const { record, ballotHash, word } = signed;
    flow.keep({ record, tracking, ballotHash, word, promised: [], isSealed: undefined });
    await flow.attempt(() => flow.proceed());
  });
  const restart = () => flow.attempt(async () => {
    await flow.helper.ask('forget');
    flow.keep({ isSealed: undefined });
    showBallot(flow);
  });
  flow.screen.show('sealed', () => viewSealed({
    tracking, cast, check: () => showCheck(flow, tracking), back: restart,
  }));
}

/**
 * @param {Flow} flow
 * @param {string} tracking
 */
function showCheck(flow, tracking) {
  const about = { contest: flow.kept.contest, tracking };
  const booth = otherBooth(flow.opened.booths, location.origin);
  const open = () => flow.attempt(async () => {
    const opening = await flow.helper.ask('reveal');
    flow.keep({ isSealed: undefined });
    flow.screen.show('opened', () => viewOpened({
      paper: flow.paper, choice: opening.choice, link: linkCheck(booth, about, opening),
      go: () => showBallot(flow),
    }));
  });
  flow.screen.show('check', () => viewCheck({
    tracking, link: linkCheck(booth, about), go: open, back: () => showSealed(flow, tracking),
  }));
}
