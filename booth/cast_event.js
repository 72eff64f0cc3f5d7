/** What a ballot box says of a ballot that it stored: `BallotCast`, docs/protocol.md §7. */

import { toNumber } from './bytes.js';
import { BoothError } from './errors.js';
import { hashBytes } from './transcript.js';

const WORD = 32;

/** The event's first topic; credential is the second. */
export const BALLOT_CAST = hashBytes(new TextEncoder().encode('BallotCast(address,bytes32,bytes)'));

/**
 * Read the hash and the record of an event of a box; throws BoothError for bytes that a
 * box does not write.
 * @param {{ topics: Uint8Array[], data: Uint8Array }} log
 * @returns {{ ballotHash: Uint8Array, record: Uint8Array }}
 */
export function readBallotCast({ topics, data }) {
  const words = [1, 2].map((at) => toNumber(data.subarray(WORD * at, WORD * (at + 1))));
  const [offset, size] = words;
  const end = 3 * WORD + Number(size);
  const isEvent = topics.length === 2 && data.length >= 3 * WORD && offset === BigInt(2 * WORD)
    && size % BigInt(WORD) === 0n && data.length === end; // a record is whole words
  if (!isEvent) throw new BoothError('ballot', 'is in no event of a box');
  return { ballotHash: data.slice(0, WORD), record: data.slice(3 * WORD) };
}
