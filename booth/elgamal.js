/**
 * Exponential ElGamal with one independent key for each candidate: docs/protocol.md §3.
 *
 * A = rG and B_j = rH_j + m_jG, where m_j is 1 in the slot of the choice and 0 elsewhere.
 */

import { BoothError } from './errors.js';
import { G, INFINITY, multiply } from './group.js';
import { TAGS, hashFields, hashWord, pointWords } from './transcript.js';

/** @typedef {import('./group.js').G1Point} G1Point */
/** @typedef {{ ephemeral: G1Point, slots: G1Point[] }} Ciphertext */

/**
 * Encrypt a choice in 1..L; throws BoothError if nobody stands in that slot.
 * @param {number} choice
 * @param {G1Point[]} keys H_1..H_L
 * @param {bigint} nonce r, in [1, q), fresh for this ballot
 * @returns {Ciphertext}
 */
export function encrypt(choice, keys, nonce) {
  if (!Number.isInteger(choice) || choice < 1 || choice > keys.length) {
    throw new BoothError('choice', `not in 1..${keys.length}`);
  }
  // Every slot adds something: the choice is not told by one addition more.
  const slots = keys.map((key, at) => (
    multiply(key, nonce).add(at + 1 === choice ? G : INFINITY)
  ));
  return { ephemeral: multiply(G, nonce), slots };
}

/**
 * Hash a ciphertext into h_ct, the tracking code shown before a ballot is checked or cast.
 * @param {Uint8Array} ctx
 * @param {Ciphertext} ciphertext
 */
export function deriveTrackingCode(ctx, { ephemeral, slots }) {
  return hashFields(TAGS.ciphertext, hashWord(ctx), pointWords(ephemeral, ...slots));
}
