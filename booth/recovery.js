/** Everything of one voter and one contest comes from 128 bits: docs/protocol.md §6. */

import { acceptBytes, concat, toNumber } from './bytes.js';
import { ORDER } from './scalar.js';
import { SECP256K1_ORDER, SigningKey } from './signature.js';
import { TAGS, hashWord, tagWord } from './transcript.js';
import { hkdf } from './vendor/@noble/hashes/hkdf.js';
import { sha256 } from './vendor/@noble/hashes/sha2.js';

export const RECOVERY_SECRET_BYTES = 16;

/** 128 random bits that the voter can print, to go on from any device; never shown. */
export class RecoverySecret {
  #secret;

  /** @param {Uint8Array} secret throws BoothError for another length */
  constructor(secret) {
    this.#secret = acceptBytes(secret, RECOVERY_SECRET_BYTES, 'recovery secret').slice();
  }

  /**
   * Derive bk, the one-time key that signs the ballot.
   * @param {Uint8Array} ctx
   * @param {Uint8Array} leaf
   */
  deriveBallotKey(ctx, leaf) {
    return new SigningKey(this.#wide(TAGS.ballotKey, ctx, leaf) % (SECP256K1_ORDER - 1n) + 1n);
  }

  /**
   * Derive rho, the blinding factor, never zero. Secret.
   * @param {Uint8Array} ctx
   * @param {Uint8Array} leaf
   */
  deriveBlinding(ctx, leaf) {
    return this.#wide(TAGS.blinding, ctx, leaf) % (ORDER - 1n) + 1n;
  }

  /**
   * @param {import('./transcript.js').Tag} tag
   * @param {Uint8Array} ctx
   * @param {Uint8Array} leaf
   */
  #wide(tag, ctx, leaf) {
    const info = concat(tagWord(tag), hashWord(ctx), hashWord(leaf));
    return toNumber(hkdf(sha256, this.#secret, new Uint8Array(0), info, 64));
  }
}
