/**
 * Look a key up in a Merkle Patricia trie of which only the way to it is given.
 *
 * Yellow Paper, appendix D.
 */

import { areEqual } from '../bytes.js';
import { BoothError } from '../errors.js';
import { keccak_256 as keccak } from '../vendor/@noble/hashes/sha3.js';
import { decodeList, textOf } from './rlp.js';

/** @typedef {import('./rlp.js').Item} Item */

const SUBJECT = 'trie';
const EMPTY = keccak(Uint8Array.of(0x80)); // the root of a trie without a key

/**
 * Give the value of a key, null if the proof shows that it has none; throws BoothError.
 * @param {Uint8Array} root
 * @param {Uint8Array} key
 * @param {Uint8Array[]} proof encoded nodes from the root down
 * @returns {Uint8Array | null}
 */
export function lookUp(root, key, proof) {
  if (areEqual(root, EMPTY)) return null; // of which there is no node to show
  const nodes = proof.values();
  let path = digitsOf(key);
  let node = open(root, nodes);
  for (;;) {
    /** @type {Item} */
    let child;
    if (node.length === 17) {
      if (path.length === 0) return valueOf(node[16]);
      child = node[path[0]];
      path = path.slice(1);
    } else if (node.length === 2) {
      const { isLeaf, digits } = readPath(textOf(node[0]));
      const isOnWay = digits.every((digit, at) => digit === path[at]);
      if (!isOnWay || (isLeaf && path.length !== digits.length)) return null;
      if (isLeaf) return textOf(node[1]);
      path = path.slice(digits.length);
      child = node[1];
    } else {
      throw new BoothError(SUBJECT, 'a node is none');
    }
    if (child instanceof Uint8Array && child.length === 0) return null;
    node = child instanceof Uint8Array ? open(child, nodes) : child;
  }
}

/** @param {Item} item */
function valueOf(item) {
  const value = textOf(item);
  return value.length === 0 ? null : value;
}

/**
 * @param {Uint8Array} digest
 * @param {Iterator<Uint8Array>} nodes
 */
function open(digest, nodes) {
  const { value, done } = nodes.next();
  if (done || !areEqual(keccak(value), digest)) {
    throw new BoothError(SUBJECT, 'a node is not the one that is named');
  }
  return decodeList(value);
}

/** @param {Uint8Array} bytes */
function digitsOf(bytes) {
  return Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]);
}

/** @param {Uint8Array} encoded */
function readPath(encoded) {
  const digits = digitsOf(encoded);
  const isPath = digits.length > 0 && digits[0] <= 3 && (digits[0] & 1 || digits[1] === 0);
  if (!isPath) throw new BoothError(SUBJECT, 'a path is none');
  return { isLeaf: digits[0] >= 2, digits: digits.slice(digits[0] & 1 ? 1 : 2) };
}
