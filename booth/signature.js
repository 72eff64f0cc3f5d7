/**
 * ECDSA over secp256k1 with the recovered signer: docs/protocol.md §1.
 *
 * v is 27 or 28, 0 < r < n, 0 < s <= n/2; the hash itself is signed.
 */

import { acceptBytes, concat, fromNumber, toNumber } from './bytes.js';
import { BoothError } from './errors.js';
import { secp256k1 } from './secp256k1.js';
import { decodeAddress, hashBytes } from './transcript.js';

/** @typedef {{ v: bigint, r: bigint, s: bigint }} Signature */

export const SECP256K1_ORDER = secp256k1.Point.Fn.ORDER;
const FIRST_V = 27n;

/** A secret in [1, n) that signs and is never shown. */
export class SigningKey {
  #secret;

  /** @param {bigint} secret */
  constructor(secret) {
    if (secret <= 0n || secret >= SECP256K1_ORDER) {
      throw new BoothError('signing key', 'out of range');
    }
    this.#secret = fromNumber(secret, 32);
  }

  /** The Ethereum address of the key. */
  get address() {
    return addressOf(secp256k1.getPublicKey(this.#secret, false));
  }

  /**
   * Sign a hash deterministically (RFC 6979), with the low s.
   * @param {Uint8Array} digest
   * @returns {Signature}
   */
  sign(digest) {
    acceptBytes(digest, 32, 'hash');
    const raw = secp256k1.sign(digest, this.#secret, {
      prehash: false, lowS: true, format: 'recovered',
    });
    return {
      v: FIRST_V + BigInt(raw[0] ?? 0),
      r: toNumber(raw.subarray(1, 33)),
      s: toNumber(raw.subarray(33)),
    };
  }
}

/**
 * Recover the address that signed a hash; throws BoothError outside the strict form,
 * so that nobody can turn one signature into another, and when no key can have made it.
 * @param {Uint8Array} digest
 * @param {Signature} signature
 */
export function recoverSigner(digest, { v, r, s }) {
  acceptBytes(digest, 32, 'hash');
  if (v !== FIRST_V && v !== FIRST_V + 1n) {
    throw new BoothError('signature', 'v is neither 27 nor 28');
  }
  if (r <= 0n || r >= SECP256K1_ORDER) throw new BoothError('signature', 'r is out of range');
  if (s <= 0n || s > SECP256K1_ORDER / 2n) {
    throw new BoothError('signature', 's is zero or high');
  }
  try {
    const signature = new secp256k1.Signature(r, s, Number(v - FIRST_V));
    return decodeAddress(addressOf(signature.recoverPublicKey(digest).toBytes(false)));
  } catch {
    throw new BoothError('signature', 'no key made it');
  }
}

/** @param {Uint8Array} publicKey uncompressed */
function addressOf(publicKey) {
  return hashBytes(publicKey.subarray(1)).subarray(12);
}

/**
 * Write a signature as three words v, r, s.
 * @param {Signature} signature
 */
export function encodeSignature({ v, r, s }) {
  return concat(fromNumber(v, 32), fromNumber(r, 32), fromNumber(s, 32));
}

/**
 * Read three words, whose ranges recoverSigner checks.
 * @param {Uint8Array} raw
 * @returns {Signature}
 */
export function decodeSignature(raw) {
  acceptBytes(raw, 96, 'signature');
  return {
    v: toNumber(raw.subarray(0, 32)),
    r: toNumber(raw.subarray(32, 64)),
    s: toNumber(raw.subarray(64)),
  };
}
