/**
 * The curve of ECDSA, by noble's general code: SEC 2, §2.4.1.
 *
 * noble's own module of this curve brings FROST and Schnorr along, a tenth of the page.
 */

import { ecdsa, weierstrass } from './vendor/@noble/curves/abstract/weierstrass.js';
import { sha256 } from './vendor/@noble/hashes/sha2.js';

export const secp256k1 = ecdsa(weierstrass({
  p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
  n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  h: 1n,
  a: 0n,
  b: 7n,
  Gx: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  Gy: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
}), sha256);
