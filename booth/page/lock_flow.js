/** A lock is made, its address shown again, or its signature given for a withdrawal. */

import { ACTIONS } from '../attestation.js';
import { areEqual, fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { deriveLockHash } from '../lock.js';
import { RECOVERY_SECRET_BYTES, RecoverySecret } from '../recovery.js';
import { encodeSignature } from '../signature.js';
import { loadList, readWords, spellWords } from '../words.js';
import { ServiceError, askJson } from './asking.js';
import { drawPlaces, isSameWord } from './asked_words.js';
import { LEAF, readLeaf } from './leaf_record.js';
import { splitSides } from './sides.js';
import { openPinned } from './signed_files.js';
import { currentLanguage } from './texts.js';
import { textOf } from './texts_lock.js';
import { viewConfirm } from './views_begin.js';
import {
  viewAddress, viewAsking, viewHave, viewSigned, viewStart, viewWithdraw, viewWithdrawn, viewWords,
} from './views_lock.js';
import { viewStop } from './views_stop.js';

/** @typedef {import('./signed_files.js').Pinned} Pinned */
/** @typedef {{ contest: number, leaf: string }} Place */

const ASKED_WORDS = 3;
const PAUSE = 5_000; // milliseconds between two looks
const NO_LOCK = new Uint8Array(20);
const NO_SUBJECT = new Uint8Array(32); // of a withdrawal, which asks for nothing else

export class LockFlow {
  /** @type {Pinned | null} */
  #pinned = null;
  /** @type {Uint8Array | null} */
  #secret = null;

  /** @param {import('./screen.js').Screen} screen */
  constructor(screen) {
    this.screen = screen;
  }

  get #opened() {
    return /** @type {Pinned} */ (this.#pinned);
  }

  /** Forget the words. */
  forget() {
    this.#secret = null;
  }

  /**
   * @param {Place | null} place
   * @param {{ isForeign: boolean }} address
   */
  async start(place, { isForeign }) {
    await this.#attempt(async () => {
      this.#pinned = await openPinned();
      this.screen.name(this.#pinned.election.title, this.#pinned.election.test);
      if (isForeign) {
        const error = new BoothError('address', 'names no leaf');
        this.screen.show('stop', () => viewStop(error, () => this.#showStart()));
        return;
      }
      if (place === null) this.#showStart();
      else this.#showWithdraw(place);
    });
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    try {
      await act();
    } catch (error) {
      this.screen.show('stop', () => viewStop(error, () => this.#attempt(act)));
    }
  }

  #showStart() {
    loadList(currentLanguage()).catch(() => {}); // asked for again when it is needed
    this.screen.show('start', () => viewStart({
      make: () => {
        this.#secret = crypto.getRandomValues(new Uint8Array(RECOVERY_SECRET_BYTES));
        this.#attempt(() => this.#showWords());
      },
      have: () => this.#showHave(),
      withdraw: () => this.#showWithdraw(null),
    }));
  }

  // To make one

  async #showWords() {
    const language = currentLanguage(); // the words stay the same words
    const words = await spellWords(/** @type {Uint8Array} */ (this.#secret), language);
    const { election, services } = this.#opened;
    this.screen.show('words', () => viewWords({
      words,
      language,
      election: election.title,
      booths: services.booths.map((each) => each.url),
      print: () => print(),
      go: () => this.#showConfirm(words),
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
      if (wrong.length > 0) this.screen.showWrong();
      else this.#showAddress();
    };
    this.screen.show('confirm', () => viewConfirm({
      places, typed, wrong, check, again: () => this.#attempt(() => this.#showWords()),
    }));
  }

  #showHave() {
    let isWrong = false;
    let typed = '';
    /** @param {string} text */
    const go = async (text) => {
      typed = text;
      this.#secret = await readTyped(text);
      isWrong = this.#secret === null;
      if (isWrong) this.screen.showWrong();
      else this.#showAddress();
    };
    this.screen.show('have', () => viewHave({ typed, isWrong, go, back: () => this.#showStart() }));
  }

  #showAddress() {
    const { election } = this.#opened;
    const address = `0x${toHex(this.#key().address)}`;
    this.screen.show('address', () => viewAddress({
      address, election: election.title, print: () => print(), end: () => this.#end(),
    }));
  }

  #key() {
    const secret = new RecoverySecret(/** @type {Uint8Array} */ (this.#secret));
    return secret.deriveLockKey(this.#opened.terms.electionId);
  }

  #end() {
    this.forget();
    this.#showStart();
  }

  // To withdraw

  /** @param {Place | null} known by the account's link */
  #showWithdraw(known) {
    const { terms } = this.#opened;
    const typed = {
      contest: known?.contest ?? terms.titles[0].contest, leaf: known?.leaf ?? '', text: '',
    };
    /** @type {{ leaf?: boolean, words?: boolean, other?: boolean }} */
    let wrong = {};
    /** @param {Place & { text: string }} told */
    const go = async (told) => {
      const leaf = told.leaf.replace(/\s/g, '').replace(/^0x/i, '').toLowerCase();
      Object.assign(typed, told);
      this.#secret = await readTyped(told.text);
      wrong = { leaf: !/^[0-9a-f]{64}$/.test(leaf), words: this.#secret === null };
      if (wrong.leaf || wrong.words) {
        this.screen.showWrong();
        return;
      }
      await this.#attempt(async () => {
        const isOwn = await this.#withdraw({ contest: told.contest, leaf });
        wrong = { other: !isOwn };
        if (!isOwn) show();
      });
    };
    const show = () => this.screen.show('withdraw', () => viewWithdraw({
      contests: terms.titles, known, typed, wrong, go, back: known ? null : () => this.#showStart(),
    }));
    show();
  }

  /**
   * Sign for a withdrawal, and wait until it is on the chain; false if these are not the
   * words of the leaf's lock.
   * @param {Place} place
   */
  async #withdraw(place) {
    const { services, terms } = this.#opened;
    this.screen.show('asking', viewAsking);
    const contest = terms.contest(place.contest);
    const { voterList, issuerThreshold: threshold } = contest.terms;
    const secret = /** @type {Uint8Array} */ (this.#secret);
    const { nodes } = splitSides(services, { secret, threshold }).a;
    const leaf = fromHex(place.leaf, 'leaf');
    const { state, nonce, lock } = await readLeaf(nodes, { voterList, leaf });
    if (state !== LEAF.online) throw new ServiceError('registrar', 'not_online');
    if (areEqual(lock, NO_LOCK)) throw new ServiceError('registrar', 'no_lock');
    const key = this.#key();
    if (!areEqual(lock, key.address)) return false;
    const request = {
      ctx: contest.box.ctx, action: ACTIONS.withdraw, leaf, nonce, subject: NO_SUBJECT,
    };
    const signature = encodeSignature(key.sign(deriveLockHash(request)));
    await askJson('registrar', `${services.registrar.url}/withdrawals`, {
      body: {
        election: services.election, leaf: `0x${place.leaf}`, nonce, lock: `0x${toHex(signature)}`,
      },
    });
    this.forget();
    this.screen.show('signed', viewSigned);
    await this.#watch(nodes, { voterList, leaf });
    return true;
  }

  /**
   * @param {import('./sides.js').Host[]} nodes
   * @param {{ voterList: Uint8Array, leaf: Uint8Array }} asked
   */
  async #watch(nodes, asked) {
    for (;;) {
      try {
        if ((await readLeaf(nodes, asked)).state === LEAF.none) break;
        this.screen.hush();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        this.screen.say(() => textOf('watch_away'), true);
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
    this.screen.show('withdrawn', viewWithdrawn);
  }
}

/** @param {string} text */
async function readTyped(text) {
  try {
    return await readWords(text);
  } catch (error) {
    if (error instanceof BoothError) return null;
    throw error;
  }
}
