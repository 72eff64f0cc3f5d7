/** What stands on the chain of a leaf: asked of nodes that know the person, of no others. */

import { areEqual, toNumber } from '../bytes.js';
import { ServiceError } from './asking.js';
import { countOwners } from './sides.js';
import { isPassedOver, readView } from './node.js';

/** @typedef {{ state: number, nonce: number, lock: Uint8Array }} LeafRecord */

/** States of a leaf: docs/protocol.md §6. */
export const LEAF = Object.freeze({ none: 0, online: 1, paper: 2, issued: 3 });

/**
 * Read a leaf's state, its counter, and the account of its lock, 20 zeros if it has none.
 * All nodes that answer have to agree; throws ServiceError `nodes_differ` or `away`.
 * @param {import('./sides.js').Host[]} nodes
 * @param {{ voterList: Uint8Array, leaf: Uint8Array }} asked
 * @param {number} [least] organisations of which a node has to answer
 * @returns {Promise<LeafRecord>}
 */
export async function readLeaf(nodes, asked, least = 1) {
  const answers = await Promise.all(nodes.map(({ url }) => readAt(url, asked)));
  const [first, ...others] = answers.filter((each) => each !== null);
  const heard = countOwners(nodes.filter((_, at) => answers[at] !== null));
  if (first === undefined || heard < least) throw new ServiceError('node', 'away');
  const isSame = others.every((each) => (
    each.state === first.state && each.nonce === first.nonce && areEqual(each.lock, first.lock)
  ));
  if (!isSame) throw new ServiceError('node', 'nodes_differ');
  return first;
}

/**
 * @param {string} url
 * @param {{ voterList: Uint8Array, leaf: Uint8Array }} asked
 * @returns {Promise<LeafRecord | null>}
 */
async function readAt(url, { voterList, leaf }) {
  const read = (/** @type {string} */ name) => (
    readView(url, { address: voterList, view: `${name}(bytes32)`, word: leaf })
  );
  try {
    const [state, nonce, lock] = await Promise.all(['state', 'nonce', 'lock'].map(read));
    return { state: Number(toNumber(state)), nonce: Number(toNumber(nonce)), lock: lock.slice(12) };
  } catch (error) {
    if (isPassedOver(error)) return null;
    throw error;
  }
}
