/** What every proof of one contest is bound to, ctx, and its ingredients: §2. */

import { K, encodeG2 } from './group.js';
import {
  TAGS, addressWord, hashFields, hashWord, pointWords, textWord, uintWord,
} from './transcript.js';

/** @typedef {import('./group.js').G1Point} G1Point */
/**
 * Everything that ctx hashes, in its order; from pinned terms, never from a node.
 * @typedef {{ chainId: number, box: Uint8Array, voterList: Uint8Array,
 *   trusteesCeremony: Uint8Array, issuersCeremony: Uint8Array, electionId: Uint8Array,
 *   contest: number, trustees: number, trusteeThreshold: number, electionKeys: G1Point[],
 *   title: string, candidates: string[], particulars: string[], issuers: number,
 *   issuerThreshold: number, credentialKey: import('./group.js').G2Point,
 *   opening: number, issueClosing: number, castClosing: number,
 *   minimumCast: number }} ContestTerms
 */

const NO_REVOTING = 0;

/**
 * Derive the election's id from the `id` of its manifest.
 * @param {string} slug
 */
export function deriveElectionId(slug) {
  return hashFields(TAGS.election, textWord(slug));
}

/**
 * Hash the texts of a contest: title, names and particulars in slot order.
 * @param {string} title
 * @param {string[]} candidates
 * @param {string[]} particulars
 */
export function deriveTextsHash(title, candidates, particulars) {
  return hashFields(
    TAGS.candidates, textWord(title), uintWord(candidates.length),
    ...[...candidates, ...particulars].map(textWord),
  );
}

/**
 * Derive the context of a contest; the times are those of the deployment.
 * @param {ContestTerms} terms
 */
export function deriveCtx(terms) {
  return hashFields(
    TAGS.context,
    uintWord(terms.chainId),
    ...[terms.box, terms.voterList, terms.trusteesCeremony, terms.issuersCeremony].map(addressWord),
    hashWord(terms.electionId),
    uintWord(terms.contest),
    uintWord(terms.electionKeys.length),
    uintWord(terms.trustees),
    uintWord(terms.trusteeThreshold),
    pointWords(...terms.electionKeys, K),
    deriveTextsHash(terms.title, terms.candidates, terms.particulars),
    uintWord(terms.issuers),
    uintWord(terms.issuerThreshold),
    encodeG2(terms.credentialKey),
    ...[terms.opening, terms.issueClosing, terms.castClosing, terms.minimumCast, NO_REVOTING]
      .map(uintWord),
  );
}
