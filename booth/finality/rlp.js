/** RLP in its one canonical form: Yellow Paper, appendix B. */

import { BoothError } from '../errors.js';
import { fromHex, toNumber } from '../bytes.js';

/** @typedef {Uint8Array | ItemList} Item */
/** @typedef {Item[]} ItemList */

const DEEPEST = 8; // lists within lists: a receipt has four

/** @param {string} fact @returns {never} */
function refuse(fact) {
  throw new BoothError('rlp', fact);
}

/**
 * Encode a number below 2^53 as an item: the key of a transaction in its block.
 * @param {number} number
 */
export function encodeIndex(number) {
  if (number === 0) return Uint8Array.of(0x80);
  const digits = number.toString(16);
  const bytes = fromHex(digits.length % 2 ? `0${digits}` : digits);
  return number < 0x80 ? bytes : Uint8Array.of(0x80 + bytes.length, ...bytes);
}

/**
 * Decode one item and nothing behind it; throws BoothError.
 * @param {Uint8Array} encoded
 * @returns {Item}
 */
export function decode(encoded) {
  const { item, end } = decodeAt(encoded, 0, DEEPEST);
  if (end !== encoded.length) refuse('something stands behind an item');
  return item;
}

/**
 * Decode a list; throws BoothError.
 * @param {Uint8Array} encoded
 * @returns {Item[]}
 */
export function decodeList(encoded) {
  const item = decode(encoded);
  return item instanceof Uint8Array ? refuse('bytes stand where a list should') : item;
}

/**
 * Give an item that is bytes; throws BoothError.
 * @param {Item} item
 */
export function textOf(item) {
  return item instanceof Uint8Array ? item : refuse('a list stands where bytes should');
}

/**
 * @param {Uint8Array} encoded
 * @param {number} at
 * @param {number} depth
 * @returns {{ item: Item, end: number }}
 */
function decodeAt(encoded, at, depth) {
  const { first, begin, end } = boundsOf(encoded, at);
  if (first < 0xc0) {
    const value = encoded.slice(begin, end);
    if (begin > at && value.length === 1 && value[0] < 0x80) refuse('a byte is written too long');
    return { item: value, end };
  }
  if (depth === 0) refuse('lists are nested too deep');
  const items = [];
  let next = begin;
  while (next < end) {
    const found = decodeAt(encoded, next, depth - 1);
    items.push(found.item);
    next = found.end;
  }
  if (next !== end) refuse('an item is longer than its list');
  return { item: items, end };
}

/**
 * Give an item's first byte, and where its content begins and ends.
 * @param {Uint8Array} encoded
 * @param {number} at
 */
function boundsOf(encoded, at) {
  if (at >= encoded.length) refuse('ends in the middle of an item');
  const first = encoded[at];
  if (first < 0x80) return { first, begin: at, end: at + 1 };
  const short = (first - 0x80) & 0x3f;
  if (short < 56) return boundsFrom(encoded, { first, begin: at + 1, length: short });
  const begin = at + 1 + short - 55;
  if (begin > encoded.length) refuse('ends in the middle of an item');
  const length = Number(toNumber(encoded.subarray(at + 1, begin)));
  if (length < 56 || encoded[at + 1] === 0) refuse('a length is written too long');
  return boundsFrom(encoded, { first, begin, length });
}

/**
 * @param {Uint8Array} encoded
 * @param {{ first: number, begin: number, length: number }} found
 */
function boundsFrom(encoded, { first, begin, length }) {
  if (begin + length > encoded.length) refuse('ends in the middle of an item');
  return { first, begin, end: begin + length };
}
