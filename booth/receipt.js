/**
 * What a voter keeps to find the own ballot again, and what it proves: docs/booth.md.
 *
 * It names a ballot by its tracking code and its hash, and holds, if there is a network,
 * the proof that the ballot is in its box. It says nothing of the choice.
 */

import { acceptBallot, deriveMemo } from './ballot.js';
import { areEqual, fromHex, toHex } from './bytes.js';
import { BALLOT_CAST, readBallotCast } from './cast_event.js';
import { BoothError } from './errors.js';
import { isRecord, isText, isWhole, readJson } from './finality/json.js';
import { acceptProof } from './finality/proof_file.js';
import { verifyProof } from './finality/verify.js';

/** @typedef {import('./ballot.js').Ballot} Ballot */
/** @typedef {import('./terms.js').Contest} Contest */
/**
 * Which ballot is meant: contest, h_ct, h_b, and the block of the chain that it is in.
 * @typedef {{ contest: number, trackingCode: Uint8Array, ballotHash: Uint8Array,
 *   block: number }} Claim
 */
/**
 * proof: as `veche proof` writes it, not yet believed; null on a chain of one node.
 * word: the control word, if the voter has one. nodes: whom to ask, by their places in
 * services.json.
 * @typedef {{ election: string, chainId: number, claim: Claim, word: string | null,
 *   nodes: number[], proof: unknown }} Receipt
 */
/**
 * What a proof shows of a ballot. time: of its block, Unix seconds.
 * @typedef {{ ballot: Ballot, block: number, time: number, signers: number,
 *   validators: number }} Inclusion
 */

const FORMAT = 'veche-receipt/1';
const LINK = /^#contest=(0|[1-9][0-9]{0,8})&code=0x([0-9a-f]{64})&ballot=0x([0-9a-f]{64})&block=(0|[1-9][0-9]{0,14})(?:&nodes=([0-9]{1,3}(?:\.[0-9]{1,3}){0,15}))?$/;
const MOST_NODES = 16;

/**
 * Read the link of a receipt, `#contest=..&code=..&ballot=..&block=..[&nodes=1.2]`; null
 * for any other fragment.
 * @param {string} fragment
 * @returns {{ claim: Claim, nodes: number[] } | null}
 */
export function readReceiptLink(fragment) {
  const found = LINK.exec(fragment);
  if (found === null) return null;
  const [, contest, code, ballot, block, nodes] = found;
  return {
    claim: {
      contest: Number(contest), trackingCode: fromHex(code), ballotHash: fromHex(ballot),
      block: Number(block),
    },
    nodes: nodes === undefined ? [] : nodes.split('.').map(Number),
  };
}

/**
 * Write the fragment of a receipt's link.
 * @param {Claim} claim
 * @param {number[]} [nodes]
 */
export function spellReceiptLink({ contest, trackingCode, ballotHash, block }, nodes = []) {
  const asked = nodes.length ? `&nodes=${nodes.join('.')}` : '';
  return `#contest=${contest}&code=0x${toHex(trackingCode)}&ballot=0x${toHex(ballotHash)}&block=${block}${asked}`;
}

/**
 * Write a receipt as the text of its file.
 * @param {Receipt} receipt
 */
export function encodeReceipt({ election, chainId, claim, word, nodes, proof }) {
  return `${JSON.stringify({
    format: FORMAT,
    election,
    chain_id: chainId,
    contest: claim.contest,
    tracking_code: `0x${toHex(claim.trackingCode)}`,
    ballot_hash: `0x${toHex(claim.ballotHash)}`,
    block: claim.block,
    control_word: word,
    nodes,
    proof,
  }, null, 1)}\n`;
}

/**
 * Read the text of a receipt's file; throws BoothError. Its proof is not looked at.
 * @param {string} text
 * @returns {Receipt}
 */
export function decodeReceipt(text) {
  const file = readJson(text, 'receipt');
  if (!isRecord(file) || file.format !== FORMAT) {
    throw new BoothError('receipt', `is not of the format ${FORMAT}`);
  }
  const { control_word: word, nodes = [] } = file;
  const isReceipt = isWhole(file.contest) && isWhole(file.block) && isWhole(file.chain_id)
    && isText(file.election, 42) && (word === null || isText(word, 256))
    && Array.isArray(nodes) && nodes.length <= MOST_NODES && nodes.every((each) => isWhole(each));
  if (!isReceipt) throw new BoothError('receipt', 'lacks a key, or has another value there');
  return {
    election: file.election,
    chainId: file.chain_id,
    claim: {
      contest: file.contest,
      trackingCode: readHash(file.tracking_code),
      ballotHash: readHash(file.ballot_hash),
      block: file.block,
    },
    word,
    nodes,
    proof: file.proof ?? null,
  };
}

/** @param {unknown} text */
function readHash(text) {
  const isHash = typeof text === 'string' && /^0x[0-9a-f]{64}$/.test(text);
  if (!isHash) throw new BoothError('receipt', 'has something else where a hash belongs');
  return fromHex(text.slice(2), 'receipt');
}

/**
 * Find the ballot that is meant among what a box says; throws BoothError if what has its
 * hash does not hold, or has another tracking code.
 * @param {{ topics: Uint8Array[], data: Uint8Array }[]} logs of the contest's box
 * @param {Claim} claim
 * @param {Contest} contest
 * @returns {{ ballot: Ballot, at: number } | null} at: which of the logs
 */
export function findBallot(logs, { trackingCode, ballotHash }, { box }) {
  for (const [at, log] of logs.entries()) {
    if (log.topics.length === 0 || !areEqual(log.topics[0], BALLOT_CAST)) continue;
    const event = readBallotCast(log);
    if (!areEqual(event.ballotHash, ballotHash)) continue;
    const ballot = acceptBallot(event.record, box);
    if (!areEqual(ballot.ballotHash, ballotHash) || !areEqual(ballot.trackingCode, trackingCode)) {
      throw new BoothError('ballot', 'has another tracking code than the receipt');
    }
    return { ballot, at };
  }
  return null;
}

/**
 * Verify that a network agreed on the ballot that is meant; throws BoothError, naming
 * what does not hold.
 * @param {unknown} proof as JSON
 * @param {Claim} claim
 * @param {{ contest: Contest, chainId: number, genesisHash: Uint8Array }} pinned
 * @returns {Inclusion}
 */
export function verifyInclusion(proof, claim, { contest, chainId, genesisHash }) {
  const proven = verifyProof(acceptProof(proof), genesisHash);
  if (proven.genesis.chainId !== chainId) throw new BoothError('genesis', 'is of another chain');
  const { transaction, block } = proven;
  if (transaction === null) throw new BoothError('proof', 'is of no transaction');
  const { box } = contest.terms;
  const logs = transaction.receipt.logs.filter((each) => areEqual(each.address, box));
  const found = findBallot(logs, claim, contest);
  if (found === null) throw new BoothError('proof', 'is of a transaction without this ballot');
  if (block.number !== claim.block) throw new BoothError('proof', 'is of another block');
  return {
    ballot: found.ballot,
    block: block.number,
    time: block.timestamp,
    signers: proven.signers,
    validators: validatorsOf(proof, proven),
  };
}

/**
 * Count who could have signed: the last set that a change named, or the first.
 * @param {any} proof
 * @param {import('./finality/verify.js').Proven} proven
 */
function validatorsOf(proof, { genesis }) {
  return (proof.changes.at(-1) ?? genesis).validators.length;
}

/**
 * Tell whether a control word belongs to a ballot, which a copied ballot's maker does
 * not know.
 * @param {Ballot} ballot
 * @param {string} word
 */
export function verifyControlWord({ record }, word) {
  return areEqual(deriveMemo(record.credential, word), record.memo);
}
