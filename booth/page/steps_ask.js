/** From the words to a credential: the ticket, the code, the registrar, the issuers. */

import { NOT_ASKED } from './kept.js';
import { asRefusal, refuse } from './refusals.js';
import { sleep } from './sleep.js';
import { hasVoted, isShut } from './steps_polls.js';
import { showStart } from './steps_words.js';
import { currentLanguage, t } from './texts.js';
import { viewAsking, viewCode, viewIssuing } from './views_ask.js';
import { spellRefusal } from './views_error.js';

/** @typedef {import('./flow.js').Flow} Flow */
/** @typedef {import('./side_a.js').Opening} Opening */
/** @typedef {import('./side_a.js').Attestation} Attestation */

const PAUSE = 3_000; // milliseconds between two looks
const SELDOM = 20; // looks, of which one is at the clock
/** Seconds after both attestations are void in which a node may still be behind. */
const GRACE = 60;

/**
 * Show the ticket, and have a code sent.
 * @param {Flow} flow
 */
export async function ask(flow) {
  flow.screen.show('asking', viewAsking);
  const issuance = await flow.helper.ask('findIssuance');
  if (issuance === 'own') {
    flow.keep({ isAsked: true, isFree: undefined });
    await flow.proceed();
    return;
  }
  if (issuance === 'other') throw refuse('other_issued');
  if (issuance === 'differ') throw refuse('nodes_differ');
  flow.keep({ isFree: true });
  if (flow.kept.opening === undefined) {
    if (await isShut(flow, 'requestsUntil')) return;
    if (flow.kept.ticket === undefined) throw refuse('not_asked');
    const lock = await flow.helper.ask('findLock');
    if (lock === 'other') {
      askForLock(flow);
      return;
    }
    const { isResumed, isCompared } = flow.kept;
    if (lock === 'none' && isResumed && !isCompared) { // one word of sixteen that is wrong fits
      flow.keep({ isCompared: true, isWritten: false });
      await flow.proceed();
      return;
    }
    flow.keep({ isLocked: lock === 'own' });
    flow.keep({ opening: await flow.helper.ask('attest', { ticket: flow.kept.ticket }) });
  }
  const opening = /** @type {Opening} */ (flow.kept.opening);
  const language = currentLanguage();
  flow.keep({ message: await flow.helper.ask('askForCode', { opening, language }) });
  await flow.proceed();
}

/**
 * Of a leaf that is locked, no other words get the ballot.
 * @param {Flow} flow
 */
function askForLock(flow) {
  const { contest, leaf, isResumed = false } = flow.kept;
  const told = [...new Set([...(flow.kept.told ?? []), ...flow.told])];
  flow.keep({ secret: undefined, isWritten: false, isLocked: true, told });
  showStart(flow, { contest, leaf }, { words: isResumed ? 'bad_lock_words' : '' });
}

/** @param {Flow} flow */
export function showCode(flow) {
  const { helper, screen } = flow;
  let wrong = () => '';
  let typed = ''; // stands there again after a refusal: a code is typed once
  let isSentAgain = false;
  const message = () => /** @type {NonNullable<Flow['kept']['message']>} */ (flow.kept.message);
  const opening = /** @type {Opening} */ (flow.kept.opening);
  /** @param {() => Promise<void>} act */
  const tell = async (act) => {
    try {
      await act();
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.kind !== 'service') {
        flow.showRefusal(refusal, () => showCode(flow));
        return;
      }
      if (refusal.code === 'unknown_serial') { // nobody knows the message: another is asked for
        flow.keep({ message: undefined });
        await flow.attempt(() => flow.proceed());
        return;
      }
      wrong = () => spellRefusal(refusal);
      screen.hush();
      screen.showWrong();
    }
  };
  const { serial } = message();
  /** @param {string} code */
  const type = (code) => tell(async () => {
    isSentAgain = false;
    typed = code;
    if (!/^[0-9]{6}$/.test(code)) {
      wrong = () => t('code_six');
      screen.showWrong();
      return;
    }
    screen.say(() => t('wait'));
    flow.keep({ attestation: await helper.ask('typeCode', { opening, serial, code }) });
    await flow.attempt(() => flow.proceed());
  });
  const again = () => tell(async () => {
    wrong = () => '';
    typed = '';
    flow.keep({ message: await helper.ask('askAgain', { serial, language: currentLanguage() }) });
    isSentAgain = true;
    screen.refresh();
    screen.hear(() => t('code_sent_again'));
  });
  screen.show('code', () => viewCode({
    number: message().number, phoneEnds: message().phoneEnds, wrong: wrong(), typed, isSentAgain, type, again,
  }));
}

/**
 * Have the request brought on the public record.
 * @param {Flow} flow
 */
export async function askRegistrar(flow) {
  flow.screen.show('issuing', viewIssuing);
  const { opening, attestation, isLocked = false } = flow.kept;
  if (opening === undefined || attestation === undefined) throw refuse('fault');
  try {
    await flow.helper.ask('askRegistrar', { opening, attestation, isLocked });
  } catch (error) {
    const refusal = asRefusal(error);
    // too old, or of a clock that moved: the portal is asked once more
    if (['expired', 'bad_attestation'].includes(refusal.code)) flow.keep(NOT_ASKED);
    throw refusal;
  }
  const until = Math.max(opening.attestation.expiry, attestation.expiry);
  flow.keep({ isAsked: true, until, ...NOT_ASKED, ticket: undefined, isFree: undefined });
  await flow.proceed();
}

/**
 * Wait for the issuers.
 * @param {Flow} flow
 */
export async function wait(flow) {
  flow.screen.show('issuing', viewIssuing);
  for (let look = 0; ; look += 1) {
    const found = await collect(flow);
    if (found === 'overdue') {
      askAnew(flow);
      await flow.proceed();
      return;
    }
    if (found !== null) {
      // with words of another device, the box may have a ballot already
      if (!flow.kept.isResumed || !await hasVoted(flow)) flow.keep({ sigma: found });
      await flow.proceed();
      return;
    }
    if (look % SELDOM === 0 && await isShut(flow, 'castClosing')) return;
    await sleep(PAUSE);
  }
}

/**
 * A lost network is no reason to stop waiting.
 * @param {Flow} flow
 * @returns {Promise<string | null>} sigma; 'overdue': what was asked never came
 */
async function collect(flow) {
  const { helper, screen } = flow;
  try {
    const { until = Infinity } = flow.kept;
    const isOver = until < Infinity && await helper.ask('readTimeA') > until + GRACE;
    const issuance = await helper.ask('findIssuance'); // after the time, which it may outlive
    if (issuance === 'other') throw refuse('other_issued');
    if (issuance === 'differ') throw refuse('nodes_differ');
    screen.hush();
    if (issuance === 'own') return await helper.ask('collect');
    return isOver ? 'overdue' : null;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.kind !== 'service' || refusal.code === 'other_issued') throw refusal;
    screen.say(() => spellRefusal(refusal), true);
    return null;
  }
}

/**
 * The registrar took the request and never brought it: what was attested is void now.
 * @param {Flow} flow
 */
function askAnew(flow) {
  flow.keep({ isAsked: false, until: undefined, isFree: true });
  if (flow.kept.ticket === undefined) throw refuse('not_brought');
}
