/** What a voter's own key AK signs, and what people compare of a request: §6. */

import { toHex } from './bytes.js';
import { TAGS, hashFields, hashWord, uintWord } from './transcript.js';

/** @typedef {import('./attestation.js').AttestedRequest} AttestedRequest */

const DIGITS = 20; // 80 bits: fewer could be met on purpose by who has a moment to try

/**
 * Derive what AK signs to withdraw or to be issued, as `RecoverySecret.deriveLockKey` does.
 * @param {AttestedRequest} request
 */
export function deriveLockHash({ ctx, action, leaf, nonce, subject }) {
  return hashFields(
    TAGS.lock, hashWord(ctx), uintWord(action), hashWord(leaf), uintWord(nonce),
    hashWord(subject),
  );
}

/**
 * Spell the fingerprint of a request, in groups of four, for people to compare.
 * @param {AttestedRequest} request
 */
export function spellFingerprint(request) {
  return inGroups(toHex(deriveLockHash(request)).slice(0, DIGITS));
}

/**
 * Set text in groups of four.
 * @param {string} text
 */
export function inGroups(text) {
  return (text.match(/.{1,4}/gsu) ?? []).join(' ');
}
