/** Threshold blind BLS, the side of the voter's device: docs/protocol.md §6. */

import {
  G2, INFINITY, decodeG1, encodeG1, hashToCurve, invertScalar, multiply, pairingCheck,
} from './group.js';
import { BoothError } from './errors.js';
import { reduceScalar } from './scalar.js';
import { TAGS, addressWord, hashBytes, hashFields, hashWord } from './transcript.js';

/** @typedef {import('./group.js').G1Point} G1Point */
/** @typedef {import('./group.js').G2Point} G2Point */
/** @typedef {import('./signature.js').SigningKey} SigningKey */
/** @typedef {{ ballotKey: SigningKey, sigma: G1Point }} Credential */

const DST = 'VECHE1-CRED-BLS12381G1_XMD:SHA-256_SSWU_RO_';

/**
 * Hash a credential to the point P that issuers sign unseen.
 * @param {Uint8Array} ctx
 * @param {Uint8Array} credential 20 bytes
 */
export function hashCredential(ctx, credential) {
  const fields = [hashWord(ctx), addressWord(credential)];
  return hashToCurve(hashFields(TAGS.credential, ...fields), DST);
}

/** What the device asks for: M' is public, key and blinding would link it to the ballot. */
export class CredentialRequest {
  #blinding;

  /**
   * The same secret gives the same request.
   * @param {import('./recovery.js').RecoverySecret} secret
   * @param {{ ctx: Uint8Array, leaf: Uint8Array }} place
   */
  constructor(secret, { ctx, leaf }) {
    this.ctx = ctx;
    this.ballotKey = secret.deriveBallotKey(ctx, leaf);
    this.#blinding = secret.deriveBlinding(ctx, leaf);
    this.blinded = multiply(hashCredential(ctx, this.ballotKey.address), this.#blinding);
  }

  /** h_req, the hash of M' that both attesters sign. */
  get subject() {
    return hashBytes(encodeG1(this.blinded));
  }

  /**
   * Combine shares by issuer into sigma, which nobody has checked yet.
   * @param {Map<number, G1Point>} shares
   */
  unblind(shares) {
    const coefficients = lagrangeCoefficients([...shares.keys()]);
    const total = [...shares].reduce((point, [issuer, share]) => (
      point.add(multiply(share, coefficients.get(issuer) ?? 0n))
    ), INFINITY);
    return multiply(total, invertScalar(this.#blinding));
  }
}

/**
 * Check e(S_i, G2) = e(M', PK_i).
 * @param {G1Point} share
 * @param {G1Point} blinded
 * @param {G2Point} key
 */
export function verifyShare(share, blinded, key) {
  return pairingCheck([[share.negate(), G2], [blinded, key]]);
}

/**
 * Check e(sigma, G2) = e(P, PK), and that sigma is not infinity.
 * @param {{ credential: Uint8Array, sigma: G1Point }} claim
 * @param {{ ctx: Uint8Array, credentialKey: G2Point }} box
 */
export function verifyCredential({ credential, sigma }, { ctx, credentialKey }) {
  if (sigma.is0()) return false;
  const point = hashCredential(ctx, credential);
  return pairingCheck([[sigma.negate(), G2], [point, credentialKey]]);
}

/**
 * Combine any t right answers of issuers into a credential.
 *
 * The sum is checked first, two pairings, and single answers only if it fails. What does
 * not hold is passed over; nobody is blamed, since answers are not signed. Throws
 * BoothError if fewer than t are right, or if t right ones do not add up.
 * @param {Map<number, Uint8Array>} answers S_i by issuer, as they came
 * @param {CredentialRequest} request
 * @param {{ box: { ctx: Uint8Array, credentialKey: G2Point }, threshold: number,
 *   issuerKeys: Map<number, G2Point> }} terms
 * @returns {Credential}
 */
export function acceptCredential(answers, request, { box, threshold, issuerKeys }) {
  const decoded = decodeAnswers(answers, issuerKeys);
  const hopeful = combine(take(decoded, threshold), request, { box, threshold });
  if (hopeful !== null) return hopeful;
  const right = new Map([...decoded].filter(([issuer, share]) => (
    verifyShare(share, request.blinded, /** @type {G2Point} */ (issuerKeys.get(issuer)))
  )));
  if (right.size < threshold) {
    throw new BoothError('credential', `${right.size} right answers of issuers, ${threshold} are needed`);
  }
  const credential = combine(take(right, threshold), request, { box, threshold });
  if (credential === null) {
    throw new BoothError('credential', "does not hold under the issuers' key");
  }
  return credential;
}

/**
 * @param {Map<number, G1Point>} shares
 * @param {CredentialRequest} request
 * @param {{ box: { ctx: Uint8Array, credentialKey: G2Point }, threshold: number }} terms
 * @returns {Credential | null}
 */
function combine(shares, request, { box, threshold }) {
  if (shares.size < threshold) return null;
  const sigma = request.unblind(shares);
  const claim = { credential: request.ballotKey.address, sigma };
  return verifyCredential(claim, box) ? { ballotKey: request.ballotKey, sigma } : null;
}

/**
 * @param {Map<number, Uint8Array>} answers
 * @param {Map<number, G2Point>} issuerKeys
 * @returns {Map<number, G1Point>}
 */
function decodeAnswers(answers, issuerKeys) {
  /** @type {Map<number, G1Point>} */
  const shares = new Map();
  for (const [issuer, raw] of answers) {
    if (!issuerKeys.has(issuer)) continue;
    try {
      shares.set(issuer, decodeG1(raw));
    } catch (error) {
      if (!(error instanceof BoothError)) throw error;
    }
  }
  return shares;
}

/**
 * @param {Map<number, G1Point>} shares
 * @param {number} count
 */
function take(shares, count) {
  return new Map([...shares].slice(0, count));
}

/**
 * List lambda_m = prod j/(j - m) modulo q for distinct indices from 1.
 * @param {number[]} indices
 * @returns {Map<number, bigint>}
 */
export function lagrangeCoefficients(indices) {
  return new Map(indices.map((m) => {
    const others = indices.filter((j) => j !== m);
    const above = others.reduce((product, j) => product * BigInt(j), 1n);
    const below = others.reduce((product, j) => product * BigInt(j - m), 1n);
    return [m, reduceScalar(above * invertScalar(reduceScalar(below)))];
  }));
}
