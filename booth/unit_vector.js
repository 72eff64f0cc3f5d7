/**
 * This ciphertext holds exactly one choice, and its maker knows which: docs/protocol.md
 * §3, the prover's side and what both sides hash.
 */

import { deriveTrackingCode } from './elgamal.js';
import { G, K, multiply } from './group.js';
import { reduceScalar } from './scalar.js';
import { TAGS, addressWord, challenge, hashFields, hashWord, pointWords } from './transcript.js';

/** @typedef {import('./group.js').G1Point} G1Point */
/** @typedef {import('./elgamal.js').Ciphertext} Ciphertext */
/**
 * What is proven, and everything the proof is bound to.
 * @typedef {{ ctx: Uint8Array, keys: G1Point[], credential: Uint8Array,
 *   ciphertext: Ciphertext }} Statement
 */
/**
 * C, A', B'_1..B'_L, D.
 * @typedef {{ linear: G1Point, ephemeral: G1Point, slots: G1Point[],
 *   constant: G1Point }} Commitments
 */
/**
 * Commitments and the responses z and f_1..f_{L-1}.
 * @typedef {{ commitments: Commitments, nonceResponse: bigint,
 *   slotResponses: bigint[] }} Proof
 */
/** @typedef {{ trackingCode: Uint8Array, beta: bigint, digest: Uint8Array, x: bigint }} Challenges */

/**
 * Derive h_ct, beta, h_x and x from the whole statement and all commitments.
 * @param {Statement} statement
 * @param {Commitments} commitments
 * @returns {Challenges}
 */
export function deriveChallenges(statement, { linear, ephemeral, slots, constant }) {
  const { trackingCode, beta } = deriveBeta(statement);
  const digest = hashFields(
    TAGS.ballotChallenge,
    hashWord(trackingCode),
    addressWord(statement.credential),
    pointWords(linear, ephemeral, ...slots, constant),
  );
  return { trackingCode, beta, digest, x: challenge(digest) };
}

/** @param {Statement} statement */
function deriveBeta({ ctx, credential, ciphertext }) {
  const trackingCode = deriveTrackingCode(ctx, ciphertext);
  const digest = hashFields(TAGS.beta, hashWord(trackingCode), addressWord(credential));
  return { trackingCode, beta: challenge(digest) };
}

/**
 * List beta^0 .. beta^(L-1).
 * @param {bigint} beta
 * @param {number} slots
 */
export function slotPowers(beta, slots) {
  const powers = [1n];
  while (powers.length < slots) {
    powers.push(reduceScalar(/** @type {bigint} */ (powers.at(-1)) * beta));
  }
  return powers;
}

/**
 * Prove that the ciphertext, made with this nonce, holds exactly this choice.
 * @param {Statement} statement
 * @param {{ choice: number, nonce: bigint, masks: bigint[] }} secrets masks: s and
 *   a_1..a_{L-1}, fresh and uniform; two proofs with the same ones reveal the choice
 * @returns {Proof}
 */
export function proveUnitVector(statement, { choice, nonce, masks: [s, ...masks] }) {
  const marks = statement.keys.map((_, at) => (at + 1 === choice ? 1n : 0n));
  const { beta } = deriveBeta(statement);
  const commitments = commit(statement, { beta, marks, nonce, s, masks });
  const { x } = deriveChallenges(statement, commitments);
  // z = xr + s, f_j = x m_j + a_j
  return {
    commitments,
    nonceResponse: reduceScalar(x * nonce + s),
    slotResponses: masks.map((mask, at) => reduceScalar(x * marks[at] + mask)),
  };
}

/**
 * @param {Statement} statement
 * @param {{ beta: bigint, marks: bigint[], nonce: bigint, s: bigint, masks: bigint[] }} secrets
 * @returns {Commitments}
 */
function commit({ keys }, { beta, marks, nonce, s, masks }) {
  const powers = slotPowers(beta, keys.length);
  // a_L = -(a_1 + ... + a_{L-1})
  const all = [...masks, reduceScalar(-sum(masks))];
  // c = sum beta_j a_j (1 - 2 m_j), d = -sum beta_j a_j^2
  const c = reduceScalar(sum(all.map((a, at) => powers[at] * a * (1n - 2n * marks[at]))));
  const d = reduceScalar(-sum(all.map((a, at) => powers[at] * a * a)));
  return {
    linear: multiply(K, nonce).add(multiply(G, c)),
    ephemeral: multiply(G, s),
    slots: keys.map((key, at) => multiply(key, s).add(multiply(G, all[at]))),
    constant: multiply(K, s).add(multiply(G, d)),
  };
}

/** @param {bigint[]} values */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0n);
}
