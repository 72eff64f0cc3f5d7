/**
 * The only place that feeds a hash of the protocol, and the table of the device's tags.
 *
 * docs/protocol.md §1: H(tag, f1, ...) = keccak256 of the tag word and the fields,
 * every field whole 32-byte words.
 */

import { acceptBytes, concat, fromNumber, toNumber } from './bytes.js';
import { BoothError } from './errors.js';
import { encodeG1 } from './group.js';
import { reduceScalar } from './scalar.js';
import { keccak_256 } from './vendor/@noble/hashes/sha3.js';

/** @typedef {import('./group.js').G1Point} G1Point */

export const TAGS = Object.freeze({
  election: 'election',
  candidates: 'cand',
  context: 'ctx',
  node: 'node',
  leaf: 'leaf',
  voter: 'vid',
  attestation: 'att',
  lock: 'lock',
  notice: 'notice',
  ciphertext: 'ct',
  beta: 'beta',
  ballotChallenge: 'x',
  ballot: 'ballot',
  memo: 'memo',
  promise: 'promise',
  booth: 'booth',
  credential: 'cred',
  ballotKey: 'bk',
  blinding: 'rho',
  secret: 'secret',
});

/** @typedef {typeof TAGS[keyof typeof TAGS]} Tag */

export const ZERO_HASH = new Uint8Array(32);

/**
 * Spell a tag as its word: ASCII, padded with zeros on the right.
 * @param {Tag} tag
 */
export function tagWord(tag) {
  const word = new Uint8Array(32);
  word.set(new TextEncoder().encode(`VECHE1/${tag}`));
  return word;
}

/**
 * Hash a tag and its fields, in order.
 * @param {Tag} tag
 * @param {...Uint8Array} fields whole words
 */
export function hashFields(tag, ...fields) {
  return keccak_256(concat(tagWord(tag), ...fields));
}

/**
 * Write a number of at most 256 bits as one word.
 * @param {bigint | number} value
 */
export function uintWord(value) {
  return fromNumber(BigInt(value), 32);
}

/**
 * Write an address as one word, padded on the left.
 * @param {Uint8Array} address
 */
export function addressWord(address) {
  return concat(new Uint8Array(12), acceptBytes(address, 20, 'address'));
}

/**
 * Take an unreduced hash as one word.
 * @param {Uint8Array} digest
 */
export function hashWord(digest) {
  return acceptBytes(digest, 32, 'hash');
}

/**
 * Write points of G1, four words each.
 * @param {...G1Point} points
 */
export function pointWords(...points) {
  return concat(...points.map(encodeG1));
}

/**
 * Write a string as the keccak256 of its NFC form in UTF-8.
 * @param {string} text
 */
export function textWord(text) {
  return hashBytes(new TextEncoder().encode(text.normalize('NFC')));
}

/**
 * Hash bytes by plain keccak256, where the protocol asks for it untagged.
 * @param {Uint8Array} raw
 */
export function hashBytes(raw) {
  return keccak_256(raw);
}

/**
 * Reduce a hash modulo q.
 * @param {Uint8Array} digest
 */
export function challenge(digest) {
  return reduceScalar(toNumber(digest));
}

/**
 * Take 20 foreign bytes as an address; throws BoothError for the zero address too,
 * which is what a failed recovery of a signer yields.
 * @param {Uint8Array} raw
 */
export function decodeAddress(raw) {
  acceptBytes(raw, 20, 'address');
  if (raw.every((byte) => byte === 0)) throw new BoothError('address', 'zero');
  return raw;
}
