/** From a choice to a ballot that anybody can check: docs/protocol.md §3. */

import { areEqual } from './bytes.js';
import { deriveTrackingCode, encrypt } from './elgamal.js';
import { BoothError } from './errors.js';
import { verifyCredential } from './blind_credential.js';
import { decodeRecord, encodeRecord } from './record.js';
import { encodeScalar } from './scalar.js';
import { recoverSigner } from './signature.js';
import {
  TAGS, ZERO_HASH, addressWord, hashFields, hashWord, textWord, uintWord,
} from './transcript.js';
import { deriveChallenges, proveUnitVector } from './unit_vector.js';
import { verifyUnitVector } from './unit_vector_check.js';

/** @typedef {import('./randomness.js').SecretSource} SecretSource */
/**
 * What a box checks ballots against: ctx, H_1..H_L, PK.
 * @typedef {{ ctx: Uint8Array, electionKeys: import('./group.js').G1Point[],
 *   credentialKey: import('./group.js').G2Point }} Box
 */
/**
 * @typedef {{ record: import('./record.js').BallotRecord, trackingCode: Uint8Array,
 *   ballotHash: Uint8Array }} Ballot
 */

export const NO_MEMO = ZERO_HASH;
const SEQ = 0n;

/** An encrypted choice that is either opened for a check or cast, never both. */
export class PreparedChoice {
  #choice;
  #nonce;
  #box;
  #isSpent = false;

  /**
   * Encrypt a choice in 1..L; throws BoothError if nobody stands in that slot.
   * @param {number} choice
   * @param {Box} box
   * @param {SecretSource} source fresh for every choice
   */
  constructor(choice, box, source) {
    this.#choice = choice;
    this.#box = box;
    this.#nonce = source.deriveScalar(box.ctx, 0);
    this.ciphertext = encrypt(choice, box.electionKeys, this.#nonce);
    this.trackingCode = deriveTrackingCode(box.ctx, this.ciphertext);
  }

  /** Give v and r away, for a check on a second device; it can then never be cast. */
  open() {
    this.#spend();
    return { choice: this.#choice, nonce: this.#nonce };
  }

  /**
   * Prove, sign and encode for casting; it can then never be opened.
   * @param {import('./blind_credential.js').Credential} credential
   * @param {Uint8Array} memo
   * @param {SecretSource} source
   */
  makeBallot({ ballotKey, sigma }, memo, source) {
    this.#spend();
    const box = this.#box;
    const { address } = ballotKey;
    const statement = {
      ctx: box.ctx, keys: box.electionKeys, credential: address, ciphertext: this.ciphertext,
    };
    const proof = proveUnitVector(statement, {
      choice: this.#choice, nonce: this.#nonce, masks: this.#deriveMasks(address, source),
    });
    const challenges = deriveChallenges(statement, proof.commitments);
    const ballotHash = deriveBallotHash(challenges, proof, { memo, seq: SEQ });
    return encodeRecord({
      credential: address,
      ciphertext: this.ciphertext,
      proof,
      memo,
      seq: SEQ,
      signature: ballotKey.sign(ballotHash),
      sigma,
    });
  }

  /**
   * Bound to ciphertext and credential: the same masks under another challenge would give
   * away nonce and choice.
   * @param {Uint8Array} credential
   * @param {SecretSource} source
   */
  #deriveMasks(credential, source) {
    const fields = [hashWord(this.trackingCode), addressWord(credential)];
    const context = hashFields(TAGS.secret, ...fields);
    return this.#box.electionKeys.map((_, at) => source.deriveScalar(context, at));
  }

  #spend() {
    if (this.#isSpent) throw new BoothError('prepared choice', 'was opened or cast before');
    this.#isSpent = true;
  }
}

/**
 * Check, on a second device, that an opened tracking code held this choice.
 * @param {Uint8Array} trackingCode
 * @param {{ choice: number, nonce: bigint }} opening
 * @param {Box} box
 */
export function verifyAudit(trackingCode, { choice, nonce }, box) {
  const ciphertext = encrypt(choice, box.electionKeys, nonce);
  return areEqual(deriveTrackingCode(box.ctx, ciphertext), trackingCode);
}

/**
 * Derive the memo, by which a voter knows his ballot from a copied one.
 * @param {Uint8Array} credential
 * @param {string} controlWord
 */
export function deriveMemo(credential, controlWord) {
  return hashFields(TAGS.memo, addressWord(credential), textWord(controlWord));
}

/**
 * Derive h_b, which the ballot key signs.
 * @param {import('./unit_vector.js').Challenges} challenges
 * @param {import('./unit_vector.js').Proof} proof
 * @param {{ memo: Uint8Array, seq: bigint }} rest
 */
export function deriveBallotHash({ digest }, { nonceResponse, slotResponses }, { memo, seq }) {
  const responses = [nonceResponse, ...slotResponses].map(encodeScalar);
  return hashFields(
    TAGS.ballot, hashWord(digest), ...responses, hashWord(memo), uintWord(seq),
  );
}

/**
 * Accept one ballot, own or foreign: signature, then credential, then proof. Throws
 * BoothError.
 * @param {Uint8Array} raw
 * @param {Box} box
 * @returns {Ballot}
 */
export function acceptBallot(raw, box) {
  const record = decodeRecord(raw, box.electionKeys.length);
  const { credential, ciphertext, proof, sigma } = record;
  const statement = { ctx: box.ctx, keys: box.electionKeys, credential, ciphertext };
  const challenges = deriveChallenges(statement, proof.commitments);
  const ballotHash = deriveBallotHash(challenges, proof, record);
  if (!areEqual(recoverSigner(ballotHash, record.signature), credential)) {
    throw new BoothError('ballot', 'signed for another election or contest, or by another key');
  }
  if (record.seq !== SEQ) throw new BoothError('ballot', 'seq is not zero');
  if (!verifyCredential({ credential, sigma }, box)) {
    throw new BoothError('ballot', 'credential does not verify');
  }
  if (!verifyUnitVector(statement, proof)) throw new BoothError('ballot', 'proof does not verify');
  return { record, trackingCode: challenges.trackingCode, ballotHash };
}
