/** From one screen to the next. What is kept says where a voter is, so a reload goes on. */

import { Refusal } from './helper.js';
import { NOT_ASKED, readKept, writeKept } from './kept.js';
import { asRefusal, refuse } from './refusals.js';
import { chooseRight, mayRetype } from './right.js';
import { Sending } from './sending.js';
import { ask, askRegistrar, showCode, wait } from './steps_ask.js';
import { showBallot } from './steps_ballot.js';
import { showReceipt } from './steps_end.js';
import { isShut } from './steps_polls.js';
import { showArrive, showOther, showStart, showWords } from './steps_words.js';
import { currentLanguage, t } from './texts.js';
import { viewRefusal } from './views_error.js';

/**
 * How a voter came here. sheet: by the link printed with the words; foreign: by a link
 * of nobody we know.
 * @typedef {{ kind: 'bare' | 'foreign' } | { kind: 'sheet', contest: number, leaf: string }
 *   | { kind: 'ticket', contest: number, leaf: string, ticket: string, isLocked: boolean }} Arrival
 */
/** @typedef {import('./kept.js').Kept} Kept */
/** @typedef {Awaited<ReturnType<typeof import('./worker.js').ACTS.open>>} Opened */
/** @typedef {Awaited<ReturnType<typeof import('./worker.js').ACTS.enter>>} Paper */

const ENOUGH_PROMISES = 2;

export class Flow {
  /** @type {Opened | null} */
  #election = null;
  /** @type {Paper | null} */
  #paper = null;
  /** @type {import('./polls.js').Polls | null} */
  #polls = null;

  /**
   * @param {import('./helper.js').Helper} helper
   * @param {import('./screen.js').Screen} screen
   */
  constructor(helper, screen) {
    this.helper = helper;
    this.screen = screen;
    /** @type {Kept | null} */
    this.state = readKept();
  }

  /** What is kept of the voter who is here. */
  get kept() {
    return /** @type {Kept} */ (this.state);
  }

  /** What the signed files say. */
  get opened() {
    return /** @type {Opened} */ (this.#election);
  }

  /** The voter's ballot, as the terms have it. */
  get paper() {
    return /** @type {Paper} */ (this.#paper);
  }

  /** When the polls are open, as it was asked last. */
  get polls() {
    return /** @type {import('./polls.js').Polls} */ (this.#polls);
  }

  set polls(polls) {
    this.#polls = polls;
  }

  /** Organisations that are told of the voter by the words that are kept. */
  get told() {
    return this.#paper?.told ?? [];
  }

  /** Whether leaving now may lose something. */
  get isUnsent() {
    const kept = this.state;
    if (kept === null || kept.block !== undefined || kept.secret === undefined) return false;
    return (kept.promised?.length ?? 0) < ENOUGH_PROMISES;
  }

  /** @param {Arrival} arrival */
  async start(arrival) {
    await this.attempt(async () => {
      this.screen.show('loading', () => ({ title: t('loading_title'), body: [t('loading')] }));
      await this.helper.begin();
      this.#election = await this.helper.ask('open');
      this.screen.name(this.#election.title, this.#election.test);
      if (arrival.kind === 'foreign') {
        throw new Refusal({ kind: 'untrue', subject: 'address', code: 'foreign' });
      }
      if (arrival.kind === 'ticket') this.#arrive(arrival);
      if (this.state !== null) await this.enter();
      else showStart(this, arrival.kind === 'sheet' ? arrival : null);
    });
  }

  /**
   * Come with a ticket. What is kept of the same leaf goes on: a new ticket only helps.
   * @param {{ contest: number, leaf: string, ticket: string, isLocked: boolean }} arrival
   */
  #arrive({ contest, leaf, ticket, isLocked }) {
    const isSame = this.state?.leaf === leaf && this.state.contest === contest;
    const { record, block } = this.state ?? {};
    if (!isSame && record && block === undefined) throw refuse('other_here');
    if (!isSame) this.replace({ contest, leaf, ticket, isLocked });
    else if (!this.kept.isAsked) this.keep({ ticket, ...NOT_ASKED });
    else this.keep({ ticket }); // if what was asked never comes on the record
  }

  /** Go on from what is kept. */
  async enter() {
    const { secret, contest, leaf, sigma, told, isLocked } = this.kept;
    if (secret === undefined) {
      if (this.kept.block !== undefined) showReceipt(this);
      else if (isLocked) showStart(this, { contest, leaf });
      else await this.#welcome();
      return;
    }
    this.#paper = await this.helper.ask('enter', { secret, contest, leaf, sigma, told });
    await this.proceed();
  }

  /** Show who comes with a ticket the way in, if the polls are open. */
  async #welcome() {
    const { contest, leaf, told, drawn = await this.helper.ask('draw') } = this.kept;
    this.keep({ drawn }); // a reload splits the sides by the same
    this.#paper = await this.helper.ask('enter', { secret: drawn, contest, leaf, told });
    if (!await isShut(this, 'requestsUntil')) showArrive(this);
  }

  /** @param {Partial<Kept>} more */
  keep(more) {
    this.replace({ ...this.kept, ...more });
    this.#warn();
  }

  /** Say not to leave while leaving may lose something. */
  #warn() {
    const isDue = this.isUnsent && this.kept.sigma !== undefined;
    const { isBefore, isResumed } = this.kept;
    const unsent = isResumed ? 'resumed_banner' : 'not_sent_banner';
    this.screen.warn(isDue ? (isBefore ? 'before_banner' : unsent) : '');
  }

  /** @param {Kept} kept */
  replace(kept) {
    this.state = kept;
    writeKept(kept);
  }

  /**
   * Do what may fail; then it is told, and can be tried again.
   * @param {() => Promise<void>} act
   */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      this.showRefusal(asRefusal(error), () => this.attempt(act));
    }
  }

  /** Take the next step. */
  async proceed() {
    const kept = this.kept;
    this.#warn();
    if (kept.block !== undefined) showReceipt(this);
    else if (kept.record !== undefined) await new Sending(this).run();
    else if (kept.sigma !== undefined) {
      if (await isShut(this, 'castClosing')) return;
      await this.helper.ask('prepare', { language: currentLanguage() });
      showBallot(this, 0, kept.isSealed);
    }
    else if (kept.isAsked) await wait(this);
    else if (!kept.isWritten) {
      if (!await isShut(this, 'requestsUntil')) await showWords(this);
    }
    else if (kept.attestation !== undefined) await askRegistrar(this);
    else if (kept.message !== undefined) showCode(this);
    else await ask(this);
  }

  /**
   * @param {Refusal} refusal
   * @param {() => void} again
   */
  showRefusal(refusal, again) {
    const { state } = this;
    const { code } = refusal;
    const isFault = refusal.kind === 'fault' && state !== null; // goes on from what is kept
    const name = refusal.kind === 'untrue' ? 'stopped' : 'paused';
    this.screen.show(name, () => viewRefusal(refusal, {
      right: chooseRight(code, state),
      account: this.#election?.account ?? '',
      again: ['foreign', 'other_here'].includes(code) || isFault ? () => this.start({ kind: 'bare' }) : again,
      words: mayRetype(code, state) ? () => showOther(this, again) : null,
    }));
  }
}
