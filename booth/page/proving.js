/** Ask observers' nodes for a ballot and the proof of it; none is believed. */

import { fromHex, toHex } from '../bytes.js';
import { BALLOT_CAST } from '../cast_event.js';
import { BoothError } from '../errors.js';
import { isRecord, isWhole } from '../finality/json.js';
import { findBallot, verifyInclusion } from '../receipt.js';
import { ServiceError, askJson } from './asking.js';
import { hexed, readBytes } from './node.js';
import { shuffle } from './shuffle.js';

/** @typedef {import('../receipt.js').Claim} Claim */
/** @typedef {import('../pinned.js').Host} Host */
/** @typedef {ReturnType<typeof import('../pinned.js').acceptPinned>} Pinned */
/**
 * What a node had. proven: with a proof that holds; shown: on a chain that nobody signs,
 * or before the block after it; missing: not in that block; false: what it gave does not
 * hold; away: no answer.
 * @typedef {{ organisation: string,
 *   state: 'proven' | 'shown' | 'missing' | 'false' | 'away',
 *   inclusion: import('../receipt.js').Inclusion | null,
 *   ballot: import('../ballot.js').Ballot | null, proof: unknown }} Said
 */

const STEP = 'node';
const ENOUGH = 2;

/**
 * Ask nodes of two organisations, those of the receipt if it names some; one that does
 * not answer is passed over for another.
 * @param {Pinned} pinned
 * @param {Claim} claim
 * @param {number[]} preferred places in services.json; may be empty
 * @returns {Promise<Said[]>}
 */
export async function askTwo(pinned, claim, preferred) {
  const { nodes } = pinned.services;
  const named = preferred.map((at) => nodes[at]).filter((each) => each !== undefined);
  const waiting = named.length ? named : shuffle(nodes);
  /** @type {Said[]} */
  const said = [];
  for (const node of waiting) {
    if (said.filter(({ state }) => state !== 'away').length >= ENOUGH) break;
    if (said.some((each) => each.organisation === node.organisation)) continue;
    said.push(await askOne(node, pinned, claim));
  }
  return said;
}

/**
 * @param {Host} node
 * @param {Pinned} pinned
 * @param {Claim} claim
 * @returns {Promise<Said>}
 */
async function askOne({ organisation, url }, pinned, claim) {
  const bare = { organisation, inclusion: null, ballot: null, proof: null };
  try {
    const contest = pinned.terms.contest(claim.contest);
    const logs = await readCasts(url, contest.terms.box, claim.block);
    const found = findBallot(logs, claim, contest);
    if (found === null) return { ...bare, state: 'missing' };
    const { ballot, at } = found;
    const { genesis_hash: genesis, chain_id: chainId } = pinned.services;
    if (genesis === null) return { ...bare, ballot, state: 'shown' };
    const proof = await askProof(url, claim.block, logs[at].place);
    if (proof === null) return { ...bare, ballot, state: 'shown' };
    const genesisHash = fromHex(genesis, 'services.json');
    const inclusion = verifyInclusion(proof, claim, { contest, chainId, genesisHash });
    return { organisation, state: 'proven', inclusion, ballot, proof };
  } catch (error) {
    if (error instanceof ServiceError) return { ...bare, state: 'away' };
    if (error instanceof BoothError) return { ...bare, state: 'false' };
    throw error;
  }
}

/**
 * Read all that a box stored in a block: the node is not told which ballot is meant.
 * @param {string} url
 * @param {Uint8Array} box
 * @param {number} block
 */
async function readCasts(url, box, block) {
  const address = `0x${toHex(box)}`;
  const topic = `0x${toHex(BALLOT_CAST)}`;
  const number = hexed(block);
  const filter = { address, topics: [topic], fromBlock: number, toBlock: number };
  const { result } = await ask(url, 'eth_getLogs', [filter]);
  if (!Array.isArray(result)) throw new ServiceError(STEP, 'no_answer');
  return result.map((log) => {
    const isAsked = isRecord(log) && Array.isArray(log.topics)
      && String(log.address).toLowerCase() === address;
    if (!isAsked) throw new BoothError(STEP, 'answered with what was not asked for');
    return {
      topics: log.topics.map(readBytes), data: readBytes(log.data), place: log.transactionIndex,
    };
  });
}

/**
 * Ask for the proof of a transaction; null if the node has none, as before the block
 * after it is agreed on.
 * @param {string} url
 * @param {number} block
 * @param {unknown} place of the transaction in its block, as the node told
 */
async function askProof(url, block, place) {
  const index = typeof place === 'string' && /^0x[0-9a-f]{1,8}$/.test(place) ? Number(place) : -1;
  if (!isWhole(index)) throw new BoothError(STEP, 'answered with no place of a transaction');
  const { result } = await ask(url, 'veche_finalityProof', [hexed(block), hexed(index)]);
  return isRecord(result) ? result : null;
}

/**
 * @param {string} url
 * @param {string} method
 * @param {unknown[]} params
 */
async function ask(url, method, params) {
  return askJson(STEP, url, { body: { jsonrpc: '2.0', id: 1, method, params } });
}

