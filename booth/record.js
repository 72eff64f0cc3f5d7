/** A ballot as bytes: the 26 + 9L words of docs/protocol.md §3, canonical and total. */

import { acceptBytes, concat, fromNumber, toNumber } from './bytes.js';
import { BoothError } from './errors.js';
import { G1_BYTES, decodeG1, encodeG1 } from './group.js';
import { decodeScalar, encodeScalar } from './scalar.js';
import { decodeSignature, encodeSignature } from './signature.js';
import { addressWord, decodeAddress, hashWord, pointWords } from './transcript.js';

/** @typedef {import('./group.js').G1Point} G1Point */
/**
 * @typedef {{ credential: Uint8Array, ciphertext: import('./elgamal.js').Ciphertext,
 *   proof: import('./unit_vector.js').Proof, memo: Uint8Array, seq: bigint,
 *   signature: import('./signature.js').Signature, sigma: G1Point }} BallotRecord
 */

const WORD = 32;

/**
 * Encode a ballot as 26 + 9L words.
 * @param {BallotRecord} record
 */
export function encodeRecord({ credential, ciphertext, proof, memo, seq, signature, sigma }) {
  const { linear, ephemeral, slots, constant } = proof.commitments;
  return concat(
    addressWord(credential),
    pointWords(ciphertext.ephemeral, ...ciphertext.slots),
    pointWords(linear, ephemeral, ...slots, constant),
    ...[proof.nonceResponse, ...proof.slotResponses].map(encodeScalar),
    hashWord(memo),
    fromNumber(seq, WORD),
    encodeSignature(signature),
    encodeG1(sigma),
  );
}

/**
 * Decode a ballot of a contest with L slots; throws BoothError.
 * @param {Uint8Array} raw
 * @param {number} slots
 * @returns {BallotRecord}
 */
export function decodeRecord(raw, slots) {
  acceptBytes(raw, (26 + 9 * slots) * WORD, 'ballot');
  if (raw.subarray(0, 12).some((byte) => byte !== 0)) {
    throw new BoothError('credential', 'padding is not zero');
  }
  const scalars = (17 + 8 * slots) * WORD;
  const memo = scalars + slots * WORD;
  const signature = memo + 2 * WORD;
  const sigma = signature + 3 * WORD;
  const points = decodePoints(raw.subarray(WORD, scalars), slots);
  const responses = cut(raw.subarray(scalars, memo), WORD).map(decodeScalar);
  return {
    credential: decodeAddress(raw.slice(12, WORD)),
    ciphertext: points.ciphertext,
    proof: {
      commitments: points.commitments,
      nonceResponse: responses[0],
      slotResponses: responses.slice(1),
    },
    memo: raw.slice(memo, memo + WORD),
    seq: toNumber(raw.subarray(memo + WORD, signature)),
    signature: decodeSignature(raw.subarray(signature, sigma)),
    sigma: decodeG1(raw.subarray(sigma)),
  };
}

/**
 * @param {Uint8Array} raw
 * @param {number} slots
 */
function decodePoints(raw, slots) {
  const [first, ...others] = cut(raw, G1_BYTES);
  const points = others.map((each) => decodeG1(each, { allowInfinity: true }));
  const [linear, ephemeral, ...rest] = points.slice(slots);
  return {
    ciphertext: { ephemeral: decodeG1(first), slots: points.slice(0, slots) },
    commitments: { linear, ephemeral, slots: rest.slice(0, slots), constant: rest[slots] },
  };
}

/**
 * Cut bytes into pieces of one size.
 * @param {Uint8Array} raw
 * @param {number} size
 */
export function cut(raw, size) {
  const pieces = [];
  for (let at = 0; at < raw.length; at += size) pieces.push(raw.subarray(at, at + size));
  return pieces;
}
