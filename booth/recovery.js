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
    return toKey(this.#wide(TAGS.ballotKey, ctx, leaf));
  }

  /**
   * Derive the key whose address AK locks the voter's leaf in one election.
   * @param {Uint8Array} electionId
   */
  deriveLockKey(electionId) {
    return toKey(this.#wide(TAGS.lock, electionId));
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
   * @param {...Uint8Array} hashes
   */
  #wide(tag, ...hashes) {
    const info = concat(tagWord(tag), ...hashes.map(hashWord));
    return toNumber(hkdf(sha256, this.#secret, new Uint8Array(0), info, 64));
  }
}

/** @param {bigint} wide */
function toKey(wide) {
  return new SigningKey(wide % (SECP256K1_ORDER - 1n) + 1n);
}
