/** A leaf stands at this index of the published list: docs/protocol.md §1. */

import { areEqual } from './bytes.js';
import { TAGS, hashFields, hashWord } from './transcript.js';

/**
 * Check the way from a leaf to the root; bit b of the index says whether the way is on
 * the right at height b.
 * @param {Uint8Array} root
 * @param {Uint8Array} leaf
 * @param {{ index: number, size: number, path: Uint8Array[] }} place
 */
export function verifyPath(root, leaf, { index, size, path }) {
  if (![index, size].every(Number.isSafeInteger) || index < 0 || index >= size) return false;
  if (path.length !== depthOf(size)) return false;
  let node = leaf;
  let rest = BigInt(index);
  for (const sibling of path) {
    node = rest & 1n ? join(sibling, node) : join(node, sibling);
    rest >>= 1n;
  }
  return areEqual(node, root);
}

/** @param {number} size */
function depthOf(size) {
  return size === 1 ? 0 : (size - 1).toString(2).length;
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
function join(left, right) {
  return hashFields(TAGS.node, hashWord(left), hashWord(right));
}
