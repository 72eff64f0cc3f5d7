/** Numbers modulo the order of the groups: docs/protocol.md §1. */

import { acceptBytes, fromNumber, toNumber } from './bytes.js';
import { BoothError } from './errors.js';

export const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/**
 * Reduce our own arithmetic modulo q; never use it on foreign bytes.
 * @param {bigint} value
 */
export function reduceScalar(value) {
  const rest = value % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}

/**
 * Write a scalar as one word.
 * @param {bigint} scalar
 */
export function encodeScalar(scalar) {
  return fromNumber(scalar, 32);
}

/**
 * Read one word; throws BoothError unless it is below q. A verifier that reduced it
 * would accept two encodings of one proof.
 * @param {Uint8Array} raw
 */
export function decodeScalar(raw) {
  const value = toNumber(acceptBytes(raw, 32, 'scalar'));
  if (value >= ORDER) throw new BoothError('scalar', 'not below the group order');
  return value;
}
