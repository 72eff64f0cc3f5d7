/** A voter's place on the list, which shows nobody without the salt: §6. */

import { TAGS, hashFields, hashWord, textWord, uintWord } from './transcript.js';

/**
 * Hash a voter id with its salt.
 * @param {string} voterId in its one writing, as portal and gateway give it
 * @param {Uint8Array} salt
 */
export function hashVoter(voterId, salt) {
  return hashFields(TAGS.voter, textWord(voterId), hashWord(salt));
}

/**
 * Derive the leaf of a voter at an index from 0.
 * @param {{ electionId: Uint8Array, contest: number, index: number, voter: Uint8Array }} place
 */
export function deriveLeaf({ electionId, contest, index, voter }) {
  return hashFields(
    TAGS.leaf, hashWord(electionId), uintWord(contest), uintWord(index), hashWord(voter),
  );
}
