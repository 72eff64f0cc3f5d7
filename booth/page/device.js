/**
 * What a voter's device knows of one contest: the words, and what follows from them.
 *
 * Lives in the worker. Choice and randomness are nowhere else, and nobody stores them.
 */

import { PreparedChoice, acceptBallot, deriveMemo } from '../ballot.js';
import { CredentialRequest, verifyCredential } from '../blind_credential.js';
import { areEqual, fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { decodeG1, encodeG1 } from '../group.js';
import { SecretSource } from '../randomness.js';
import { RECOVERY_SECRET_BYTES, RecoverySecret } from '../recovery.js';
import { encodeScalar } from '../scalar.js';
import { spellWords } from '../words.js';
import { splitSides } from './sides.js';

/**
 * Hex without 0x. told: organisations that know the person from other words.
 * @typedef {{ contest: number, leaf: string, secret: string, told?: string[] }} Place
 */

const CONTROL_WORDS = 2;

/** @param {number} size */
export function draw(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

export class Device {
  #secret;
  /** @type {PreparedChoice | null} */
  #prepared = null;
  /** @type {SecretSource | null} */
  #source = null;
  /** @type {import('../blind_credential.js').Credential | null} */
  #credential = null;

  /**
   * @param {{ services: import('../pinned.js').Services,
   *   terms: import('../terms.js').Terms }} pinned
   * @param {Place} place
   */
  constructor({ services, terms }, { contest, leaf, secret, told }) {
    this.services = services;
    this.signers = { portal: terms.portal, gateway: terms.smsGateway };
    this.election = services.election;
    this.electionId = terms.electionId;
    this.number = contest;
    this.contest = terms.contest(contest);
    this.leaf = fromHex(leaf, 'leaf');
    this.#secret = fromHex(secret, 'recovery secret');
    const threshold = this.contest.terms.issuerThreshold;
    this.sides = splitSides(services, { secret: this.#secret, threshold, told });
    const recovery = new RecoverySecret(this.#secret);
    this.request = new CredentialRequest(recovery, { ctx: this.ctx, leaf: this.leaf });
    this.blinded = encodeG1(this.request.blinded);
    this.lockKey = recovery.deriveLockKey(terms.electionId);
  }

  get ctx() {
    return this.contest.box.ctx;
  }

  get credential() {
    return this.request.ballotKey.address;
  }

  /**
   * Take sigma, of the issuers or of the tab's storage; throws BoothError.
   * @param {Uint8Array} raw
   */
  useSigma(raw) {
    const sigma = decodeG1(raw);
    const claim = { credential: this.credential, sigma };
    if (!verifyCredential(claim, this.contest.box)) {
      throw new BoothError('credential', "does not hold under the issuers' key");
    }
    this.#credential = { ballotKey: this.request.ballotKey, sigma };
  }

  /**
   * Encrypt a choice; the one before is thrown away.
   * @param {number} choice from 1
   */
  encrypt(choice) {
    this.#source = new SecretSource(draw(64), this.#secret);
    this.#prepared = new PreparedChoice(choice, this.contest.box, this.#source);
    return toHex(this.#prepared.trackingCode);
  }

  /** Give choice and randomness away: what was encrypted is then never cast. */
  reveal() {
    const { choice, nonce } = this.#take().open();
    return { choice, nonce: toHex(encodeScalar(nonce)) };
  }

  /**
   * Prove and sign what was encrypted, and look whether everybody will accept it.
   * @param {string} word for the memo
   */
  sign(word) {
    if (this.#credential === null) throw new BoothError('credential', 'is missing');
    const source = /** @type {SecretSource} */ (this.#source);
    const prepared = this.#take();
    const memo = deriveMemo(this.credential, word);
    const record = prepared.makeBallot(this.#credential, memo, source);
    return { ...this.describe(record), record: toHex(record), word };
  }

  /**
   * Say of a signed ballot what a voter compares; throws BoothError if it does not hold,
   * or is another voter's.
   * @param {Uint8Array} record
   */
  describe(record) {
    const ballot = acceptBallot(record, this.contest.box);
    if (!areEqual(ballot.record.credential, this.credential)) {
      throw new BoothError('ballot', 'is of another voter');
    }
    return { tracking: toHex(ballot.trackingCode), ballotHash: toHex(ballot.ballotHash) };
  }

  /** Forget what was encrypted. */
  forget() {
    this.#prepared = null;
    this.#source = null;
  }

  #take() {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared === null) throw new BoothError('prepared choice', 'is gone: choose again');
    return prepared;
  }
}

/**
 * A pair of words that says nothing, by which a voter knows an own ballot from a copy; of
 * the other language if only that list is there and no network.
 * @param {import('../words.js').Language} language
 */
export async function drawControlWord(language) {
  const secret = draw(RECOVERY_SECRET_BYTES);
  const other = language === 'ru' ? 'en' : 'ru';
  const words = await spellWords(secret, language).catch(() => spellWords(secret, other));
  return words.slice(0, CONTROL_WORDS).join(' ');
}
