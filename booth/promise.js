/** A relay signs that a ballot will be in the box by a deadline: docs/protocol.md §6. */

import { areEqual } from './bytes.js';
import { BoothError } from './errors.js';
import { recoverSigner } from './signature.js';
import { TAGS, addressWord, hashFields, hashWord, uintWord } from './transcript.js';

/**
 * The ballot of a credential in a contest, and the Unix second, inclusive, by which it
 * will be in the box.
 * @typedef {{ ctx: Uint8Array, credential: Uint8Array, ballotHash: Uint8Array,
 *   deadline: number }} RelayPromise
 */

/** Seconds that a relay may take, and that all extensions of the polls together may. */
export const LONGEST = 7200;
/** Said where the signature holds, and clocks differ. */
export const TIME = 'promise time';

/**
 * Derive what the relay's account signs.
 * @param {RelayPromise} promise
 */
export function derivePromiseHash({ ctx, credential, ballotHash, deadline }) {
  return hashFields(
    TAGS.promise, hashWord(ctx), addressWord(credential), hashWord(ballotHash),
    uintWord(deadline),
  );
}

/**
 * Accept the promise of this relay about the ballot in hand; throws BoothError.
 * @param {RelayPromise} promise its deadline as the relay told it, all else the device's own
 * @param {import('./signature.js').Signature} signature
 * @param {{ relay: Uint8Array, now: number }} asked now: Unix seconds
 */
export function acceptPromise(promise, signature, { relay, now }) {
  const { deadline } = promise;
  if (!Number.isSafeInteger(deadline) || deadline < 0) {
    throw new BoothError('promise', 'deadline is no time');
  }
  if (!areEqual(recoverSigner(derivePromiseHash(promise), signature), relay)) {
    throw new BoothError('promise', 'signed by another key or about another ballot');
  }
  if (deadline < now) throw new BoothError(TIME, 'was due before now');
  if (deadline > now + LONGEST) throw new BoothError(TIME, `is for more than ${LONGEST} s from now`);
  return promise;
}
