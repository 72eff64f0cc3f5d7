/** Bytes, hexadecimal and whole numbers, each in one writing. */

import { BoothError } from './errors.js';

/**
 * Put byte strings one after another.
 * @param {...Uint8Array} parts
 * @returns {Uint8Array}
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Write bytes in small hexadecimal, without 0x.
 * @param {Uint8Array} bytes
 */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Read small hexadecimal without 0x; throws BoothError for any other writing.
 * @param {unknown} text
 * @param {string} [subject] what to call it in the error
 */
export function fromHex(text, subject = 'hex') {
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(text) || text.endsWith('\n')) {
    throw new BoothError(subject, 'not pairs of 0-9 and a-f');
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

/**
 * Read bytes as a number, big-endian.
 * @param {Uint8Array} bytes
 */
export function toNumber(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/**
 * Write a number of our own as `size` bytes, big-endian.
 * @param {bigint} value in [0, 256^size)
 * @param {number} size
 */
export function fromNumber(value, size) {
  if (value < 0n || value >> BigInt(8 * size)) {
    throw new RangeError(`number: does not fit ${size} bytes`);
  }
  return fromHex(value.toString(16).padStart(2 * size, '0'));
}

/**
 * Tell whether two public byte strings are equal.
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function areEqual(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * Take foreign bytes of one length; throws BoothError for another.
 * @param {unknown} bytes
 * @param {number} size
 * @param {string} subject
 * @returns {Uint8Array}
 */
export function acceptBytes(bytes, size, subject) {
  if (!(bytes instanceof Uint8Array)) throw new BoothError(subject, 'no bytes');
  if (bytes.length !== size) {
    throw new BoothError(subject, `${bytes.length} bytes instead of ${size}`);
  }
  return bytes;
}
