/**
 * The two groups of BLS12-381 and their pairing: the only keeper of the curve.
 *
 * Encodings are those of EIP-2537. A point that was decoded is on the curve and in the
 * subgroup: one that is not, and is then multiplied by a secret, leaks bits of it.
 */

import { concat, fromNumber, toNumber } from './bytes.js';
import { BoothError } from './errors.js';
import { ORDER, reduceScalar } from './scalar.js';
import { bls12_381 as curve } from './vendor/@noble/curves/bls12-381.js';

/** @typedef {InstanceType<typeof curve.G1.Point>} G1Point */
/** @typedef {InstanceType<typeof curve.G2.Point>} G2Point */

const PRIME = curve.fields.Fp.ORDER;
const COORDINATE = 64;

export const G1_BYTES = 2 * COORDINATE;
export const G2_BYTES = 4 * COORDINATE;

export const G = curve.G1.Point.BASE;
export const G2 = curve.G2.Point.BASE;
export const INFINITY = curve.G1.Point.ZERO;

/**
 * Multiply by a scalar that may be secret: every step of noble's ladder is made,
 * whatever the bits are. BigInt itself is not constant-time, see docs/booth.md.
 * @template {G1Point | G2Point} Point
 * @param {Point} point
 * @param {bigint} scalar in [0, q)
 * @returns {Point}
 */
export function multiply(point, scalar) {
  const none = /** @type {Point} */ (point.subtract(/** @type {any} */ (point)));
  if (scalar === 0n || point.is0()) return none;
  return /** @type {Point} */ (point.multiply(scalar));
}

/**
 * Multiply public by public, with as little work as the bits ask for.
 * @param {G1Point} point
 * @param {bigint} scalar
 */
export function multiplyPublic(point, scalar) {
  return point.multiplyUnsafe(reduceScalar(scalar));
}

/**
 * Invert modulo q; the argument is not zero.
 * @param {bigint} scalar
 */
export function invertScalar(scalar) {
  return curve.fields.Fr.inv(scalar);
}

/**
 * Tell whether the product of the pairings is one; no point is infinity.
 * @param {[G1Point, G2Point][]} pairs
 */
export function pairingCheck(pairs) {
  const product = curve.pairingBatch(pairs.map(([g1, g2]) => ({ g1, g2 })));
  return curve.fields.Fp12.eql(product, curve.fields.Fp12.ONE);
}

/**
 * Hash to G1 by BLS12381G1_XMD:SHA-256_SSWU_RO_ (RFC 9380).
 * @param {Uint8Array} message
 * @param {string} dst
 * @returns {G1Point}
 */
export function hashToCurve(message, dst) {
  return /** @type {G1Point} */ (curve.G1.hashToCurve(message, { DST: dst }));
}

/**
 * Encode a point as the 128 bytes of EIP-2537.
 * @param {G1Point} point
 */
export function encodeG1(point) {
  if (point.is0()) return new Uint8Array(G1_BYTES);
  const { x, y } = point.toAffine();
  return concat(fromNumber(x, COORDINATE), fromNumber(y, COORDINATE));
}

/**
 * Encode a point as the 256 bytes of EIP-2537: x_c0, x_c1, y_c0, y_c1.
 * @param {G2Point} point
 */
export function encodeG2(point) {
  if (point.is0()) return new Uint8Array(G2_BYTES);
  const { x, y } = point.toAffine();
  return concat(...[x.c0, x.c1, y.c0, y.c1].map((each) => fromNumber(each, COORDINATE)));
}

/**
 * Decode 128 bytes into a checked point of G1; throws BoothError.
 * @param {Uint8Array} raw
 * @param {{ allowInfinity?: boolean }} [options]
 * @returns {G1Point}
 */
export function decodeG1(raw, { allowInfinity = false } = {}) {
  const [x, y] = readCoordinates(raw, G1_BYTES, 'g1 point');
  if (!x && !y) return acceptInfinity(curve.G1.Point.ZERO, allowInfinity, 'g1 point');
  return acceptPoint(() => curve.G1.Point.fromAffine({ x, y }), 'g1 point');
}

/**
 * Decode 256 bytes into a checked point of G2, never infinity; throws BoothError.
 * @param {Uint8Array} raw
 * @param {{ allowInfinity?: boolean }} [options]
 * @returns {G2Point}
 */
export function decodeG2(raw, { allowInfinity = false } = {}) {
  const [x0, x1, y0, y1] = readCoordinates(raw, G2_BYTES, 'g2 point');
  if (!x0 && !x1 && !y0 && !y1) {
    return acceptInfinity(curve.G2.Point.ZERO, allowInfinity, 'g2 point');
  }
  const x = curve.fields.Fp2.fromBigTuple([x0, x1]);
  const y = curve.fields.Fp2.fromBigTuple([y0, y1]);
  return acceptPoint(() => curve.G2.Point.fromAffine({ x, y }), 'g2 point');
}

/**
 * @param {Uint8Array} raw
 * @param {number} size
 * @param {string} subject
 */
function readCoordinates(raw, size, subject) {
  if (raw.length !== size) {
    throw new BoothError(subject, `${raw.length} bytes instead of ${size}`);
  }
  const coordinates = [];
  for (let at = 0; at < size; at += COORDINATE) {
    const value = toNumber(raw.subarray(at, at + COORDINATE));
    // all 64 bytes are read, so that this refuses padding that is not zero, too
    if (value >= PRIME) throw new BoothError(subject, 'coordinate not below the field prime');
    coordinates.push(value);
  }
  return coordinates;
}

/**
 * @template Point
 * @param {Point} zero
 * @param {boolean} isAllowed
 * @param {string} subject
 */
function acceptInfinity(zero, isAllowed, subject) {
  if (!isAllowed) throw new BoothError(subject, 'infinity');
  return zero;
}

/**
 * @template {G1Point | G2Point} Point
 * @param {() => Point} make
 * @param {string} subject
 */
function acceptPoint(make, subject) {
  try {
    const point = make();
    point.assertValidity();
    return point;
  } catch {
    throw new BoothError(subject, 'not on the curve, or outside the prime-order subgroup');
  }
}

if (curve.fields.Fr.ORDER !== ORDER) throw new Error('group: another curve');

/**
 * The second generator of G1. Whoever knew log_G K could read every ballot, so every
 * program computes it anew from its name and never takes it as an argument.
 */
export const K = hashToCurve(
  new TextEncoder().encode('VECHE1/generator/K'),
  'VECHE1-GEN-BLS12381G1_XMD:SHA-256_SSWU_RO_',
);
