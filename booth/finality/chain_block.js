/** Blocks of the chain: what their hash is of, and what is inside them. Yellow Paper §4. */

import { areEqual, toNumber } from '../bytes.js';
import { BoothError } from '../errors.js';
import { uintWord } from '../transcript.js';
import { keccak_256 as keccak } from '../vendor/@noble/hashes/sha3.js';
import { decode, decodeList, encodeIndex, textOf } from './rlp.js';
import { lookUp } from './trie.js';

/**
 * What a block's header says.
 * @typedef {{ hash: Uint8Array, number: number, timestamp: number, stateRoot: Uint8Array,
 *   transactionsRoot: Uint8Array, receiptsRoot: Uint8Array }} ChainBlock
 */
/** @typedef {{ address: Uint8Array, topics: Uint8Array[], data: Uint8Array }} Log */
/** @typedef {{ hasSucceeded: boolean, logs: Log[] }} Receipt */

const FIELDS = 21;
const [STATE, TRANSACTIONS, RECEIPTS, NUMBER, TIME] = [3, 4, 5, 8, 11];

/**
 * Read a header of Prague; throws BoothError.
 * @param {Uint8Array} encoded
 * @returns {ChainBlock}
 */
export function readHeader(encoded) {
  const fields = decodeList(encoded).map(textOf);
  if (fields.length !== FIELDS) throw new BoothError('block', `a header has ${FIELDS} fields`);
  return {
    hash: keccak(encoded),
    number: Number(toNumber(fields[NUMBER])),
    timestamp: Number(toNumber(fields[TIME])),
    stateRoot: fields[STATE],
    transactionsRoot: fields[TRANSACTIONS],
    receiptsRoot: fields[RECEIPTS],
  };
}

/**
 * Give the hash of a transaction that stands at an index of a block; throws BoothError.
 * @param {ChainBlock} block
 * @param {{ index: number, transaction: Uint8Array, transaction_proof: Uint8Array[] }} file
 */
export function requireTransaction(block, { index, transaction, transaction_proof: proof }) {
  const found = lookUp(block.transactionsRoot, encodeIndex(index), proof);
  if (found === null || !areEqual(found, transaction)) {
    throw new BoothError('transaction', 'is not in the block');
  }
  return keccak(transaction);
}

/**
 * Give what the transaction at an index of a block did; throws BoothError.
 * @param {ChainBlock} block
 * @param {{ index: number, receipt: Uint8Array, receipt_proof: Uint8Array[] }} file
 * @returns {Receipt}
 */
export function requireReceipt(block, { index, receipt, receipt_proof: proof }) {
  const found = lookUp(block.receiptsRoot, encodeIndex(index), proof);
  if (found === null || found.length === 0 || !areEqual(found, receipt)) {
    throw new BoothError('receipt', 'is not in the block');
  }
  const fields = decodeList(receipt[0] >= 0xc0 ? receipt : receipt.subarray(1));
  const [status, , , logs] = fields;
  if (fields.length !== 4 || logs instanceof Uint8Array) throw new BoothError('receipt', 'is none');
  const hasSucceeded = status instanceof Uint8Array && areEqual(status, Uint8Array.of(1));
  return { hasSucceeded, logs: logs.map(readLog) };
}

/**
 * Give what stands in a slot of a contract after a block; throws BoothError.
 * @param {ChainBlock} block
 * @param {{ address: Uint8Array, slot: Uint8Array, account_proof: Uint8Array[],
 *   storage_proof: Uint8Array[] }} file
 */
export function requireStorage(block, { address, slot, account_proof, storage_proof }) {
  const account = lookUp(block.stateRoot, keccak(address), account_proof);
  if (account === null) throw new BoothError('account', 'is not in the state');
  const fields = decodeList(account);
  if (fields.length !== 4) throw new BoothError('account', 'is none');
  textOf(fields[3]);
  const value = lookUp(textOf(fields[2]), keccak(uintWord(toNumber(slot))), storage_proof);
  return value === null ? 0n : toNumber(textOf(decode(value)));
}

/**
 * @param {import('./rlp.js').Item} item
 * @returns {Log}
 */
function readLog(item) {
  if (item instanceof Uint8Array || item.length !== 3 || item[1] instanceof Uint8Array) {
    throw new BoothError('receipt', 'a log is none');
  }
  const [address, topics, data] = item;
  return {
    address: textOf(address),
    topics: /** @type {import('./rlp.js').Item[]} */ (topics).map(textOf),
    data: textOf(data),
  };
}
