/** Portal and gateway say, each for itself, that this person asks for this act: §6. */

import { areEqual } from './bytes.js';
import { BoothError } from './errors.js';
import { recoverSigner } from './signature.js';
import { TAGS, hashFields, hashWord, uintWord } from './transcript.js';

/** Seconds that an attestation may be valid for. */
export const LIFETIME = 900;

/** Seconds before issuing ends from which no request is begun: what is attested outlives it. */
export const LAST_REQUESTS = LIFETIME;

export const ROLES = Object.freeze({ portal: 1, smsGateway: 2 });
export const ACTIONS = Object.freeze({ register: 1, withdraw: 2, issue: 3 });

/**
 * One act on one leaf, at one value of its transition counter; subject is h_req.
 * @typedef {{ ctx: Uint8Array, action: number, leaf: Uint8Array, nonce: number,
 *   subject: Uint8Array }} AttestedRequest
 */

/**
 * Derive att, which the portal or the SMS gateway signs.
 * @param {AttestedRequest} request
 * @param {{ role: number, expiry: number }} statement
 */
export function deriveAttestationHash({ ctx, action, leaf, nonce, subject }, { role, expiry }) {
  return hashFields(
    TAGS.attestation, hashWord(ctx), uintWord(role), uintWord(action), hashWord(leaf),
    uintWord(nonce), hashWord(subject), uintWord(expiry),
  );
}

/**
 * Accept a statement of this organisation about this request, at this time; throws
 * BoothError.
 * @param {{ expiry: number, signature: import('./signature.js').Signature }} attestation
 * @param {AttestedRequest} request
 * @param {{ role: number, signer: Uint8Array, now: number }} asked now: Unix seconds
 */
export function acceptAttestation(attestation, request, { role, signer, now }) {
  const { expiry, signature } = attestation;
  if (!Number.isSafeInteger(expiry) || expiry < 0) {
    throw new BoothError('attestation', 'expiry is no time');
  }
  if (expiry < now) throw new BoothError('attestation', 'expired');
  if (expiry > now + LIFETIME) {
    throw new BoothError('attestation', `valid for more than ${LIFETIME} s from now`);
  }
  const digest = deriveAttestationHash(request, { role, expiry });
  if (!areEqual(recoverSigner(digest, signature), signer)) {
    throw new BoothError('attestation', 'signed by another key or about another act');
  }
  return attestation;
}
