/**
 * Secret scalars of 512 hedged bits: docs/protocol.md §1.
 *
 * The caller draws 64 bytes of the system for every task; they are mixed here with a
 * key, the act's context and a counter, so that a broken generator still never gives two
 * acts the same nonce.
 */

import { acceptBytes, concat, toNumber } from './bytes.js';
import { reduceScalar } from './scalar.js';
import { TAGS, hashBytes, hashFields, hashWord, uintWord } from './transcript.js';

/** Where the secrets of one task come from; shows none of them. */
export class SecretSource {
  #randomness;
  #key;

  /**
   * @param {Uint8Array} randomness 64 bytes, fresh for this task
   * @param {Uint8Array} key a longer-lived secret of the device, or empty
   */
  constructor(randomness, key) {
    this.#randomness = acceptBytes(randomness, 64, 'randomness').slice();
    this.#key = key.slice();
  }

  /**
   * Derive a secret modulo q for one purpose.
   * @param {Uint8Array} context a hash
   * @param {number} counter
   */
  deriveScalar(context, counter) {
    const fields = [
      hashBytes(this.#randomness), hashBytes(this.#key), hashWord(context), uintWord(counter),
    ];
    const halves = [0, 1].map((half) => hashFields(TAGS.secret, ...fields, uintWord(half)));
    return reduceScalar(toNumber(concat(...halves)));
  }
}
