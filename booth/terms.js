/**
 * An election as `veche terms` wrote it: contests, ctx and keys. docs/protocol.md §6.
 *
 * Its bytes were pinned before; what is computed anew here is what a device signs and
 * encrypts by, so that no mistake in a file becomes a ballot that no box takes.
 */

import { areEqual, fromHex } from './bytes.js';
import { deriveCtx } from './context.js';
import { BoothError } from './errors.js';
import { G1_BYTES, decodeG1, decodeG2 } from './group.js';
import { cut } from './record.js';

/**
 * A contest ready for use. issuerKeys: PK_1..PK_n by number. listRoot, listSize: of its
 * voter list.
 * @typedef {{ terms: import('./context.js').ContestTerms, box: import('./ballot.js').Box,
 *   issuerKeys: Map<number, import('./group.js').G2Point>, listRoot: Uint8Array,
 *   listSize: number }} Contest
 */

export class Terms {
  #contests = new Map();

  /** @param {any} file a value of the format veche-terms/1 */
  constructor(file) {
    try {
      this.election = String(file.election);
      this.title = String(file.title);
      this.test = Boolean(file.test);
      this.portal = fromHex(file.portal.slice(2), 'portal');
      this.smsGateway = fromHex(file.sms_gateway.slice(2), 'sms gateway');
      for (const each of file.contests) this.#contests.set(each.terms.contest, each);
      const [first] = file.contests;
      this.chainId = Number(first.terms.chain_id);
      this.electionId = fromHex(first.terms.election_id.slice(2), 'election id');
    } catch (error) {
      throw error instanceof BoothError ? error : new BoothError('terms.json', 'lacks a key');
    }
  }

  /** Numbers and titles of the contests that have a box. */
  get titles() {
    return [...this.#contests.values()].map(({ terms }) => ({ contest: terms.contest, title: terms.title }));
  }

  /**
   * Give a contest, its points checked and ctx computed; throws BoothError.
   * @param {number} number
   * @returns {Contest}
   */
  contest(number) {
    const found = this.#contests.get(number);
    if (found === undefined) {
      throw new BoothError(`contest ${number}`, 'is not in the election, or has no ballot box');
    }
    try {
      return readContest(found);
    } catch (error) {
      if (error instanceof BoothError) throw error;
      throw new BoothError(`contest ${number}`, 'lacks a key in terms.json');
    }
  }
}

/**
 * @param {any} file
 * @returns {Contest}
 */
function readContest(file) {
  const from = file.terms;
  const read = (/** @type {string} */ text) => fromHex(text.slice(2), `contest ${from.contest}`);
  const terms = {
    chainId: from.chain_id,
    box: read(from.box),
    voterList: read(from.voter_list),
    trusteesCeremony: read(from.trustees_ceremony),
    issuersCeremony: read(from.issuers_ceremony),
    electionId: read(from.election_id),
    contest: from.contest,
    trustees: from.trustees,
    trusteeThreshold: from.trustee_threshold,
    electionKeys: cut(read(from.election_keys), G1_BYTES).map((raw) => decodeG1(raw)),
    title: from.title,
    candidates: [...from.candidates],
    particulars: [...from.particulars],
    issuers: from.issuers,
    issuerThreshold: from.issuer_threshold,
    credentialKey: decodeG2(read(from.credential_key)),
    opening: from.opening,
    issueClosing: from.issue_closing,
    castClosing: from.cast_closing,
    minimumCast: from.minimum_cast,
  };
  const ctx = deriveCtx(terms);
  if (!areEqual(ctx, read(file.ctx))) {
    throw new BoothError(`contest ${from.contest}`, 'has another ctx than its terms');
  }
  const keys = file.issuer_keys.map((/** @type {string} */ text) => decodeG2(read(text)));
  return {
    terms,
    box: { ctx, electionKeys: terms.electionKeys, credentialKey: terms.credentialKey },
    issuerKeys: new Map(keys.map((/** @type {any} */ key, /** @type {number} */ at) => [at + 1, key])),
    listRoot: read(file.list_root),
    listSize: file.list_size,
  };
}
