/** Headers of the consensus engine, and what their hash is of: CometBFT v0.38. */

import { concat } from '../bytes.js';
import { bytesField, numberField } from './protobuf.js';
import { treeRoot } from './tree.js';

/** @typedef {{ seconds: number, nanos: number }} Time */
/** @typedef {{ hash: Uint8Array, parts: number, parts_hash: Uint8Array }} BlockId */
/**
 * app_hash is of the chain after the block before it.
 * @typedef {{ block_version: number, app_version: number, chain: string, height: number,
 *   time: Time, last_block: BlockId, last_commit_hash: Uint8Array, data_hash: Uint8Array,
 *   validators_hash: Uint8Array, next_validators_hash: Uint8Array,
 *   consensus_hash: Uint8Array, app_hash: Uint8Array, last_results_hash: Uint8Array,
 *   evidence_hash: Uint8Array, proposer: Uint8Array }} EngineHeader
 */

/** @param {Time} time */
export function encodeTime({ seconds, nanos }) {
  return concat(numberField(1, seconds), numberField(2, nanos));
}

/** @param {BlockId} block */
export function encodeBlockId({ hash, parts, parts_hash: partsHash }) {
  const set = concat(numberField(1, parts), bytesField(2, partsHash));
  return concat(bytesField(1, hash), bytesField(2, set, { isAlways: true }));
}

/**
 * Derive the hash that validators sign.
 * @param {EngineHeader} header
 */
export function deriveHeaderHash(header) {
  const version = [numberField(1, header.block_version), numberField(2, header.app_version)];
  return treeRoot([
    concat(...version),
    bytesField(1, new TextEncoder().encode(header.chain)),
    numberField(1, header.height),
    encodeTime(header.time),
    encodeBlockId(header.last_block),
    ...[
      header.last_commit_hash, header.data_hash, header.validators_hash,
      header.next_validators_hash, header.consensus_hash, header.app_hash,
      header.last_results_hash, header.evidence_hash, header.proposer,
    ].map((value) => bytesField(1, value)),
  ]);
}
