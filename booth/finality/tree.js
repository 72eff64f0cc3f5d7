/** A list hashed into one root with SHA-256, as RFC 6962 §2.1 does. */

import { concat } from '../bytes.js';
import { sha256 } from '../vendor/@noble/hashes/sha2.js';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/**
 * Give the root; of nothing it is the hash of nothing.
 * @param {Uint8Array[]} leaves
 * @returns {Uint8Array}
 */
export function treeRoot(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return sha256(concat(LEAF, leaves[0]));
  let split = 1; // the largest power of two below
  while (2 * split < leaves.length) split *= 2;
  return sha256(concat(NODE, treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split))));
}
