/** Ask observers' nodes for a ballot and the proof of it; none is believed. */

import { fromHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { findBallot, verifyInclusion } from '../receipt.js';
import { ServiceError } from './asking.js';
import { TOPICS, readLogs, readProof } from './node.js';
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
    const { box } = contest.terms;
    const { block } = claim; // all of it: the node is not told which ballot is meant
    const asked = { address: box, topics: [TOPICS.ballotCast], first: block, last: block };
    const logs = await readLogs(url, asked);
    const found = findBallot(logs, claim, contest);
    if (found === null) return { ...bare, state: 'missing' };
    const { ballot, at } = found;
    const { genesis_hash: genesis, chain_id: chainId } = pinned.services;
    if (genesis === null) return { ...bare, ballot, state: 'shown' };
    const proof = await readProof(url, { block, place: logs[at].place });
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
