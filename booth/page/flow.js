/** From one screen to the next. What is kept says where a voter is, so a reload goes on. */

import { drawPlaces, isSameWord } from './asked_words.js';
import { Refusal } from './helper.js';
import { clearKept, readKept, writeKept } from './kept.js';
import { linkCheck, linkReceipt, linkResume, otherBooth } from './links.js';
import { Sending } from './sending.js';
import { currentLanguage, spellTime, t } from './texts.js';
import { viewAsking, viewCode, viewIssuing } from './views_ask.js';
import {
  viewBallot, viewCheck, viewOpened, viewReview, viewSealed,
} from './views_ballot.js';
import {
  viewArrive, viewConfirm, viewStart, viewWords,
} from './views_begin.js';
import { spellRefusal, viewRefusal } from './views_error.js';
import { viewEnded, viewReceipt } from './views_send.js';

/**
 * How a voter came here. sheet: by the link printed with the words; foreign: by a link
 * of nobody we know.
 * @typedef {{ kind: 'bare' | 'foreign' } | { kind: 'sheet', contest: number, leaf: string }
 *   | { kind: 'ticket', contest: number, leaf: string, ticket: string, isLocked: boolean }} Arrival
 */
/** @typedef {import('./kept.js').Kept} Kept */
/** @typedef {Awaited<ReturnType<typeof import('./worker.js').ACTS.open>>} Opened */
/** @typedef {Awaited<ReturnType<typeof import('./worker.js').ACTS.enter>>} Paper */

const PAUSE = 3_000; // milliseconds between two looks
const ASKED_WORDS = 3;
const LAST_REQUESTS = 900; // seconds before ballots are given out no more

/**
 * Wait, but no longer than until the network is back.
 * @param {number} time milliseconds
 */
export const sleep = (time) => new Promise((resolve) => {
  const wake = () => {
    clearTimeout(timer);
    removeEventListener('online', wake);
    resolve(null);
  };
  const timer = setTimeout(wake, time);
  addEventListener('online', wake);
});

export class Flow {
  /** @type {Opened | null} */
  #election = null;
  /** @type {Paper | null} */
  paper = null;
  #choice = 0;

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

  get #opened() {
    return /** @type {Opened} */ (this.#election);
  }

  /** Whether leaving now may lose something. */
  get isUnsent() {
    const kept = this.state;
    if (kept === null || kept.block !== undefined || kept.secret === undefined) return false;
    return (kept.promised?.length ?? 0) < 2;
  }

  /** @param {Arrival} arrival */
  async start(arrival) {
    await this.attempt(async () => {
      this.screen.show('loading', () => ({ title: t('loading_title'), body: [t('loading')] }));
      await this.helper.ready;
      this.#election = await this.helper.ask('open');
      this.screen.name(this.#election.title, this.#election.test);
      if (arrival.kind === 'foreign') {
        throw new Refusal({ kind: 'untrue', subject: 'address', code: 'foreign', wait: 0, caseId: '' });
      }
      if (arrival.kind === 'ticket') this.#arrive(arrival);
      if (this.state !== null) await this.#enter();
      else this.#showStart(arrival.kind === 'sheet' ? arrival : null);
    });
  }

  /**
   * Come with a ticket. What is kept of the same leaf goes on: a new ticket only helps.
   * @param {{ contest: number, leaf: string, ticket: string, isLocked: boolean }} arrival
   */
  #arrive({ contest, leaf, ticket, isLocked }) {
    const isSame = this.state?.leaf === leaf && this.state.contest === contest;
    if (isSame) {
      if (!this.kept.isAsked) this.keep({ ticket, ...NOT_ASKED });
      return;
    }
    this.state = { election: '', contest, leaf, ticket, isLocked };
    writeKept(this.state);
  }

  /** Go on from what is kept. */
  async #enter() {
    const { secret, contest, leaf, sigma, told, isLocked } = this.kept;
    if (secret === undefined) {
      if (this.kept.block !== undefined) this.#showReceipt();
      else if (isLocked) this.#showStart({ contest, leaf });
      else this.#showArrive();
      return;
    }
    this.paper = await this.helper.ask('enter', { secret, contest, leaf, sigma, told });
    await this.proceed();
  }

  /** @param {Partial<Kept>} more */
  keep(more) {
    this.state = { ...this.kept, ...more };
    writeKept(this.state);
    this.screen.warn(this.isUnsent && this.kept.sigma !== undefined);
  }

  /**
   * Do what may fail; then it is told, and can be tried again.
   * @param {() => Promise<void>} act
   */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      this.#showRefusal(asRefusal(error), () => this.attempt(act));
    }
  }

  /** Take the next step. */
  async proceed() {
    const kept = this.kept;
    this.screen.warn(this.isUnsent && kept.sigma !== undefined);
    if (kept.block !== undefined) this.#showReceipt();
    else if (kept.record !== undefined) await new Sending(this).run();
    else if (kept.sigma !== undefined) this.#showBallot();
    else if (kept.isAsked) await this.#wait();
    else if (!kept.isWritten) await this.#showWords();
    else if (kept.attestation !== undefined) await this.#askRegistrar();
    else if (kept.message !== undefined) this.#showCode();
    else await this.#ask();
  }

  // Words

  /** @param {{ contest: number, leaf: string } | null} known */
  #showStart(known) {
    const typed = {
      contest: known?.contest ?? this.#opened.contests[0].contest, leaf: known?.leaf ?? '', text: '',
    };
    /** @type {{ leaf?: boolean, words?: boolean }} */
    let wrong = {};
    /** @param {{ contest: number, leaf: string, text: string }} told */
    const resume = async (told) => {
      const leaf = told.leaf.replace(/\s/g, '').replace(/^0x/i, '').toLowerCase();
      Object.assign(typed, told);
      wrong = { leaf: !/^[0-9a-f]{64}$/.test(leaf) };
      const secret = await this.#readWords(told.text);
      wrong.words = secret === null;
      if (wrong.leaf || secret === null) {
        this.screen.showWrong();
        return;
      }
      const before = this.state?.leaf === leaf ? this.state : null;
      this.state = {
        election: '', contest: told.contest, leaf, secret, isWritten: true, isResumed: true,
        ticket: before?.ticket, told: before?.told,
      };
      writeKept(this.state);
      await this.attempt(() => this.#enter());
    };
    const isLocked = this.state?.isLocked ?? false;
    const unlocked = () => {
      this.keep({ isLocked: false });
      this.#showArrive();
    };
    this.screen.show(isLocked ? 'locked' : 'start', () => viewStart({
      contests: this.#opened.contests, known, wrong, typed, resume,
      unlocked: isLocked ? unlocked : null,
    }));
  }

  /** @param {string} text */
  async #readWords(text) {
    try {
      return await this.helper.ask('readWords', { text });
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'untrue') return null;
      throw error;
    }
  }

  #showArrive() {
    const { contest, leaf } = this.kept;
    const title = this.#opened.contests.find((each) => each.contest === contest)?.title ?? '';
    const begin = () => this.attempt(async () => {
      this.keep({ secret: await this.helper.ask('draw') });
      await this.#enter();
    });
    this.screen.show('arrive', () => viewArrive({
      title, begin, have: () => this.#showStart({ contest, leaf }),
    }));
  }

  async #showWords() {
    const { secret, contest, leaf } = this.kept;
    const language = currentLanguage();
    const words = await this.helper.ask('spell', { secret: String(secret), language });
    const { title, booths } = this.#opened;
    const urls = booths.map((each) => each.url);
    const link = linkResume(location.origin, { contest, leaf });
    const time = spellTime(this.#paper.issueClosing - LAST_REQUESTS);
    this.screen.show('words', () => viewWords({
      words, language, election: title, contest: this.paper?.title ?? '', leaf, booths: urls, link, time,
      print: () => print(), go: () => this.#showConfirm(words),
    }));
  }

  /** @param {string[]} words */
  #showConfirm(words) {
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
        this.screen.showWrong();
        return;
      }
      this.keep({ isWritten: true });
      this.attempt(() => this.proceed());
    };
    this.screen.show('confirm', () => viewConfirm({
      places, typed, wrong, check, again: () => this.attempt(() => this.proceed()),
    }));
  }

  // Request

  async #ask() {
    this.screen.show('asking', viewAsking);
    const issuance = await this.helper.ask('findIssuance');
    if (issuance === 'own') {
      this.keep({ isAsked: true });
      await this.proceed();
      return;
    }
    if (issuance === 'other') throw refuse('other_issued');
    if (issuance === 'differ') throw refuse('nodes_differ');
    if (this.kept.opening === undefined) {
      if (this.kept.ticket === undefined) throw refuse('not_asked');
      const lock = await this.helper.ask('findLock');
      if (lock === 'other') {
        this.#askForLock();
        return;
      }
      this.keep({ isLocked: lock === 'own' });
      this.keep({ opening: await this.helper.ask('attest', { ticket: this.kept.ticket }) });
    }
    const opening = /** @type {import('./side_a.js').Opening} */ (this.kept.opening);
    const language = currentLanguage();
    this.keep({ message: await this.helper.ask('askForCode', { opening, language }) });
    await this.proceed();
  }

  /** Of a leaf that is locked, no other words get the ballot. */
  #askForLock() {
    const { contest, leaf } = this.kept;
    const told = [...(this.kept.told ?? []), ...this.#paper.told];
    this.keep({ secret: undefined, isWritten: false, isLocked: true, told });
    this.#showStart({ contest, leaf });
  }

  #showCode() {
    let wrong = '';
    let isSentAgain = false;
    const message = () => /** @type {NonNullable<Kept['message']>} */ (this.kept.message);
    const opening = /** @type {import('./side_a.js').Opening} */ (this.kept.opening);
    /** @param {() => Promise<void>} act */
    const tell = async (act) => {
      try {
        await act();
      } catch (error) {
        const refusal = asRefusal(error);
        if (refusal.kind !== 'service') {
          this.#showRefusal(refusal, () => this.#showCode());
          return;
        }
        if (refusal.code === 'unknown_serial') this.keep({ message: undefined });
        wrong = spellRefusal(refusal);
        this.screen.showWrong();
      }
    };
    const { serial } = message();
    /** @param {string} code */
    const type = (code) => tell(async () => {
      isSentAgain = false;
      if (!/^[0-9]{6}$/.test(code)) {
        wrong = t('code_six');
        this.screen.showWrong();
        return;
      }
      this.screen.say(t('wait'));
      const attestation = await this.helper.ask('typeCode', { opening, serial, code });
      this.keep({ attestation });
      await this.attempt(() => this.proceed());
    });
    const again = () => tell(async () => {
      wrong = '';
      this.keep({ message: await this.helper.ask('askAgain', { serial, language: currentLanguage() }) });
      isSentAgain = true;
      this.screen.refresh();
    });
    this.screen.show('code', () => viewCode({
      number: message().number, phoneEnds: message().phoneEnds, wrong, isSentAgain, type, again,
    }));
  }

  async #askRegistrar() {
    this.screen.show('issuing', viewIssuing);
    const { opening, attestation, isLocked = false } = this.kept;
    if (opening === undefined || attestation === undefined) throw refuse('fault');
    try {
      await this.helper.ask('askRegistrar', { opening, attestation, isLocked });
    } catch (error) {
      const refusal = asRefusal(error);
      // too old, or of a clock that moved: the portal is asked once more
      if (['expired', 'bad_attestation'].includes(refusal.code)) this.keep(NOT_ASKED);
      throw refusal;
    }
    this.keep({ isAsked: true, ...NOT_ASKED, ticket: undefined });
    await this.proceed();
  }

  async #wait() {
    this.screen.show('issuing', viewIssuing);
    for (;;) {
      const sigma = await this.#collect();
      if (sigma !== null) {
        if (!await this.#hasVoted()) this.keep({ sigma, ...await this.helper.ask('mark') });
        await this.proceed();
        return;
      }
      await sleep(PAUSE);
    }
  }

  /** A lost network is no reason to stop waiting. */
  async #collect() {
    try {
      const issuance = await this.helper.ask('findIssuance');
      if (issuance === 'other') throw refuse('other_issued');
      if (issuance === 'differ') throw refuse('nodes_differ');
      const sigma = issuance === 'own' ? await this.helper.ask('collect') : null;
      this.screen.say('');
      return sigma;
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.kind !== 'service' || refusal.code === 'other_issued') throw refusal;
      this.screen.say(spellRefusal(refusal), true);
      return null;
    }
  }

  /** With words of another device, the box may have a ballot already. */
  async #hasVoted() {
    if (!this.kept.isResumed) return false;
    const found = await this.helper.ask('find', { record: null, first: 0 });
    if (found.state === 'differ') throw refuse('nodes_differ');
    if (found.state === 'false') throw refuse('false_proof');
    if (found.state === 'shown') throw refuse('not_proven');
    if (!('block' in found)) return false;
    this.finish({ ...found, isOther: true });
    return true;
  }

  // Ballot

  #showBallot() {
    const paper = this.#paper;
    let isNone = false;
    const go = () => {
      isNone = this.#choice === 0;
      if (isNone) this.screen.showWrong();
      else this.#showReview();
    };
    this.screen.show('ballot', () => viewBallot({
      paper, choice: this.#choice, isNone, go, mark: (choice) => { this.#choice = choice; },
    }));
  }

  get #paper() {
    return /** @type {Paper} */ (this.paper);
  }

  #showReview() {
    const seal = () => this.attempt(async () => {
      this.screen.say(t('sealing'));
      this.#showSealed(await this.helper.ask('encrypt', { choice: this.#choice }));
    });
    this.screen.show('review', () => viewReview({
      paper: this.#paper, choice: this.#choice, change: () => this.#showBallot(), go: seal,
    }));
  }

  /** Throw away what was encrypted, and the choice with it. */
  #restart() {
    this.#choice = 0;
    this.attempt(async () => {
      await this.helper.ask('forget');
      this.#showBallot();
    });
  }

  /** @param {string} tracking */
  #showSealed(tracking) {
    const cast = () => this.attempt(async () => {
      this.screen.say(t('wait'));
      const { record, ballotHash, word } = await this.helper.ask('sign');
      this.#choice = 0;
      this.keep({ record, tracking, ballotHash, word, promised: [] });
      await this.proceed();
    });
    this.screen.show('sealed', () => viewSealed({
      tracking, cast, check: () => this.#showCheck(tracking), back: () => this.#restart(),
    }));
  }

  /** @param {string} tracking */
  #showCheck(tracking) {
    const about = { contest: this.kept.contest, tracking };
    const booth = otherBooth(this.#opened.booths, location.origin);
    const open = () => this.attempt(async () => {
      const opening = await this.helper.ask('reveal');
      this.#choice = 0;
      this.screen.show('opened', () => viewOpened({
        paper: this.#paper, choice: opening.choice, link: linkCheck(booth, about, opening),
        go: () => this.#showBallot(),
      }));
    });
    this.screen.show('check', () => viewCheck({
      tracking, link: linkCheck(booth, about), go: open, back: () => this.#showSealed(tracking),
    }));
  }

  // The end

  /**
   * @param {{ block: number, tracking: string, ballotHash: string, nodes?: number[],
   *   signed: import('./box_reader.js').Signed, isOther?: boolean }} found
   */
  finish({ block, tracking, ballotHash, nodes = [], signed, isOther = false }) {
    const { election, contest, leaf, word } = this.kept;
    this.state = { election, contest, leaf, block, tracking, ballotHash, nodes, signed, isOther };
    if (word !== undefined && !isOther) this.state.word = word;
    writeKept(this.state); // words and ballot go: they are of no more use
    this.screen.warn(false);
  }

  #showReceipt() {
    const {
      contest, tracking = '', ballotHash = '', word = '', block = 0, nodes = [], signed = null,
      isOther = false,
    } = this.kept;
    const booth = otherBooth(this.#opened.booths, location.origin);
    const link = linkReceipt(booth, { contest, tracking, ballotHash, block, nodes });
    const end = () => {
      clearKept();
      this.state = null;
      this.helper.stop();
      this.screen.show('ended', viewEnded);
    };
    this.screen.show('receipt', () => viewReceipt({
      tracking, word, block, signed, isOther, link, print: () => print(), end,
    }));
  }

  /**
   * @param {Refusal} refusal
   * @param {() => void} again
   */
  #showRefusal(refusal, again) {
    const isSigned = this.state?.record !== undefined;
    const name = refusal.kind === 'untrue' ? 'stopped' : 'paused';
    this.screen.show(name, () => viewRefusal(refusal, { isSigned, again }));
  }
}

/** What a request left behind that has to be asked for anew. */
const NOT_ASKED = { opening: undefined, message: undefined, attestation: undefined };

/** @param {unknown} error */
export function asRefusal(error) {
  if (error instanceof Refusal) return error;
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
  if (isFull) return refuse('storage');
  return new Refusal({ kind: 'fault', subject: 'booth', code: 'fault', wait: 0, caseId: '' });
}

/** @param {string} code */
export function refuse(code) {
  return new Refusal({ kind: 'service', subject: 'booth', code, wait: 0, caseId: '' });
}
