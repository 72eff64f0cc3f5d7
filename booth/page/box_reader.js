/**
 * Whether the own ballot is in the box. In a network only a proof says so, verified here
 * from the pinned genesis; on a chain that nobody signs, two nodes that agree.
 */

import { areEqual, fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { verifyInclusion } from '../receipt.js';
import { ServiceError } from './asking.js';
import { TOPICS, askOwners, isPassedOver, readBallot, readHead, readLogs, readProof } from './node.js';
import { shuffle } from './shuffle.js';

/** @typedef {import('./device.js').Device} Device */
/** @typedef {{ block: number, place: unknown, record: Uint8Array }} Shown */
/**
 * How many of how many organisations signed the block; null where nobody signs.
 * @typedef {{ signers: number, validators: number } | null} Signed
 */
/**
 * What nodes have of the own credential. `own` and `other`: a ballot that is in the box.
 * `none`: nothing. `shown`: a ballot of which no node has a proof yet. `false`: liars
 * gave what does not hold, and nobody else a proof. `differ`: two contradict each other.
 * @typedef {{ state: 'none' | 'shown' | 'differ' } | { state: 'false', liars: string[] }
 *   | { state: 'own' | 'other', block: number, record: string, signed: Signed }} Found
 */

const ENOUGH = 2;

/** Looks blocks through for the own ballot, whole blocks, so that no node knows which. */
export class BoxReader {
  /** @type {Map<string, { next: number, shown: Shown | null }>} */
  #seen = new Map();

  /**
   * @param {Device} device
   * @param {number} first block
   */
  constructor(device, first = 0) {
    this.device = device;
    this.first = first;
    this.nodes = shuffle(device.sides.b.nodes); // who opens the page anew asks others first
  }

  /**
   * Look; throws ServiceError while too few nodes answer.
   * @param {Uint8Array | null} record what was sent; null on a device that sent nothing
   * @returns {Promise<Found>}
   */
  async find(record) {
    const { genesis_hash: genesis } = this.device.services;
    const found = genesis === null
      ? await this.#compare()
      : await this.#prove(fromHex(genesis, 'services.json'));
    if (!('shown' in found)) return found;
    const { shown, signed } = found;
    const isOwn = record !== null && areEqual(shown.record, record);
    const told = { block: shown.block, record: toHex(shown.record), signed };
    return { state: isOwn ? 'own' : 'other', ...told };
  }

  /**
   * Ask nodes until one of them proves a ballot, whoever it is.
   * @param {Uint8Array} genesisHash
   * @returns {Promise<Found | { shown: Shown, signed: Signed }>}
   */
  async #prove(genesisHash) {
    let isShown = false;
    /** @type {Set<string>} */
    const others = new Set();
    /** @type {Set<string>} */
    const liars = new Set();
    for (const { url, organisation } of this.nodes) {
      if (others.size === ENOUGH) break;
      if (others.has(organisation) || liars.has(organisation)) continue;
      /** @type {unknown} */
      let proof = null;
      try {
        const shown = await this.#look(url);
        proof = shown && await readProof(url, shown);
        if (shown && proof) return { shown, signed: verify(this.device, shown, { proof, genesisHash }) };
        isShown ||= shown !== null;
        others.add(organisation);
      } catch (error) {
        if (!isPassedOver(error)) throw error;
        if (proof) liars.add(organisation); // what it said before proves nothing of it
        if (error instanceof BoothError) this.#seen.delete(url); // it may tell the truth later
      }
    }
    if (liars.size > 0) return { state: 'false', liars: [...liars] };
    if (isShown) return { state: 'shown' };
    if (others.size < ENOUGH) throw new ServiceError('node', 'away');
    return { state: 'none' };
  }

  /**
   * Look at two nodes of different organisations.
   * @returns {Promise<Found | { shown: Shown, signed: Signed }>}
   */
  async #compare() {
    const seen = await askOwners(this.nodes, ENOUGH, (url) => this.#look(url));
    if (seen.length < ENOUGH) throw new ServiceError('node', 'away');
    const [one, other] = seen;
    if (one === null || other === null) return { state: 'none' };
    const isSame = one.block === other.block && areEqual(one.record, other.record);
    return isSame ? { shown: one, signed: null } : { state: 'differ' };
  }

  /** @param {string} url */
  async #look(url) {
    const seen = this.#seen.get(url) ?? { next: this.first, shown: null };
    if (seen.shown !== null) return seen.shown;
    const last = await readHead(url);
    const { box } = this.device.contest.terms;
    const topics = [TOPICS.ballotCast];
    const logs = await readLogs(url, { address: box, topics, first: seen.next, last });
    const shown = logs.map(readBallot).find((each) => (
      areEqual(each.credential, this.device.credential)
    )) ?? null;
    this.#seen.set(url, { next: Math.max(seen.next, last + 1), shown });
    return shown;
  }
}

/**
 * Verify that a network agreed on a ballot of the own credential; throws BoothError.
 * @param {Device} device
 * @param {Shown} shown
 * @param {{ proof: unknown, genesisHash: Uint8Array }} told
 * @returns {{ signers: number, validators: number }}
 */
function verify(device, { block, record }, { proof, genesisHash }) {
  const { tracking, ballotHash } = device.describe(record);
  const claim = {
    contest: device.number, trackingCode: fromHex(tracking), ballotHash: fromHex(ballotHash), block,
  };
  const pinned = { contest: device.contest, chainId: device.services.chain_id, genesisHash };
  const { signers, validators } = verifyInclusion(proof, claim, pinned);
  return { signers, validators };
}
