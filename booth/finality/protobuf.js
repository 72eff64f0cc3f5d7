/**
 * The few fields of protobuf that headers and votes are hashed and signed in.
 *
 * A field that is zero or empty is left out, as proto3 says, unless it always stands there.
 */

import { concat } from '../bytes.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const NOTHING = new Uint8Array(0);

/** @param {number} number from 0, below 2^53 */
export function varint(number) {
  const encoded = [];
  let rest = BigInt(number);
  while (rest > 0x7fn) {
    encoded.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...encoded, Number(rest));
}

/**
 * @param {number} field
 * @param {number} number
 */
export function numberField(field, number) {
  return number === 0 ? NOTHING : concat(key(field, VARINT), varint(number));
}

/**
 * Encode an sfixed64.
 * @param {number} field
 * @param {number} number
 */
export function fixedField(field, number) {
  if (number === 0) return NOTHING;
  const encoded = new Uint8Array(8);
  new DataView(encoded.buffer).setBigInt64(0, BigInt(number), true);
  return concat(key(field, FIXED64), encoded);
}

/**
 * Encode bytes, text or a message.
 * @param {number} field
 * @param {Uint8Array} value
 * @param {{ isAlways?: boolean }} [options]
 */
export function bytesField(field, value, { isAlways = false } = {}) {
  if (value.length === 0 && !isAlways) return NOTHING;
  return concat(key(field, BYTES), varint(value.length), value);
}

/**
 * @param {number} field
 * @param {number} wire
 */
function key(field, wire) {
  return varint((field << 3) | wire);
}
