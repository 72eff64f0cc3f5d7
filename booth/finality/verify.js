/** Check a whole proof: from a network's genesis to a receipt or a value in storage. */

import { areEqual, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { readHeader, requireReceipt, requireStorage, requireTransaction } from './chain_block.js';
import { readGenesis, requireFinal } from './network.js';

/**
 * What a proof proves, about the network whose genesis it holds. signers: how many
 * validators signed.
 * @typedef {{ genesis: import('./network.js').Genesis, engineHeight: number,
 *   signers: number, block: import('./chain_block.js').ChainBlock,
 *   transaction: null | { hash: Uint8Array, receipt: import('./chain_block.js').Receipt },
 *   storage: null | { address: Uint8Array, slot: Uint8Array, value: bigint } }} Proven
 */

/**
 * Give what a proof proves; throws BoothError.
 * @param {import('./proof_file.js').ProofFile} proof
 * @param {Uint8Array | null} [genesisDigest] SHA-256 of the genesis that is meant;
 *   without it, compare the one that is given back
 * @returns {Proven}
 */
export function verifyProof(proof, genesisDigest = null) {
  const genesis = readGenesis(proof.genesis);
  if (genesisDigest !== null && !areEqual(genesis.digest, genesisDigest)) {
    throw new BoothError('genesis', `is 0x${toHex(genesis.digest)}, of another network`);
  }
  requireFinal(genesis, proof.changes, proof.signed);
  const block = readHeader(proof.block);
  if (!areEqual(block.hash, proof.signed.header.app_hash)) {
    throw new BoothError('block', 'is not the one that was signed');
  }
  const { receipt, storage } = proof;
  return {
    genesis,
    engineHeight: proof.signed.header.height,
    signers: proof.signed.votes.length,
    block,
    transaction: receipt && {
      hash: requireTransaction(block, receipt), receipt: requireReceipt(block, receipt),
    },
    storage: storage && {
      address: storage.address, slot: storage.slot, value: requireStorage(block, storage),
    },
  };
}
