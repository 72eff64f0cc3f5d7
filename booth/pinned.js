/**
 * What a page goes by, before it asks anybody: docs/booth.md.
 *
 * election.json is on the list whose hash the election announces. Whom it names signed
 * the bytes of services.json, which has the hash of terms.json. So whoever serves these
 * files can exchange none of them alone.
 */

import { areEqual, fromHex, toHex } from './bytes.js';
import { deriveElectionId } from './context.js';
import { BoothError } from './errors.js';
import { decodeSignature, recoverSigner } from './signature.js';
import { Terms } from './terms.js';
import { TAGS, decodeAddress, hashBytes, hashFields, hashWord } from './transcript.js';
import { sha256 } from './vendor/@noble/hashes/sha2.js';

/** @typedef {{ organisation: string, url: string }} Host */
/**
 * Whom a page may ask, as signed; addresses and hashes are text as in the file.
 * @typedef {{ edition: number, election: string, chain_id: number,
 *   genesis_hash: string | null, terms_hash: string, portal: Host, gateway: Host,
 *   registrar: Host, issuers: (Host & { number: number })[],
 *   relays: (Host & { account: string })[], nodes: Host[], booths: Host[] }} Services
 */
/**
 * @typedef {{ slug: string, title: string, test: boolean, commission: string,
 *   observers: string[], quorum: number }} PinnedElection
 */

/** The files, by the names that pages fetch them by. */
export const FILES = Object.freeze({
  election: 'election.json',
  services: 'services.json',
  signatures: 'signatures.json',
  terms: 'terms.json',
});

/**
 * Derive what commission and observers sign: H(booth, election id, services (bytes)).
 * @param {string} slug
 * @param {Uint8Array} services
 */
export function deriveServicesHash(slug, services) {
  return hashFields(TAGS.booth, hashWord(deriveElectionId(slug)), hashBytes(services));
}

/**
 * Accept all four files, as they were served; throws BoothError, which names the file.
 * @param {{ election: Uint8Array, services: Uint8Array, signatures: Uint8Array,
 *   terms: Uint8Array }} raw
 * @returns {{ election: PinnedElection, services: Services, terms: Terms }}
 */
export function acceptPinned(raw) {
  /** @type {PinnedElection} */
  const election = readFile(raw.election, FILES.election, 'veche-booth-election/1');
  const digest = deriveServicesHash(election.slug, raw.services);
  /** @type {{ signatures: string[] }} */
  const signed = readFile(raw.signatures, FILES.signatures, 'veche-booth-signatures/1');
  acceptSigners(digest, signed.signatures, election);
  /** @type {Services} */
  const services = readFile(raw.services, FILES.services, 'veche-booth-services/1');
  if (toHex(sha256(raw.terms)) !== services.terms_hash) {
    throw new BoothError(FILES.terms, `has not the hash that ${FILES.services} names`);
  }
  const terms = new Terms(readFile(raw.terms, FILES.terms, 'veche-terms/1'));
  if (terms.election !== services.election || terms.chainId !== services.chain_id) {
    throw new BoothError(FILES.terms, `is of another election or chain than ${FILES.services}`);
  }
  if (!areEqual(terms.electionId, deriveElectionId(election.slug))) {
    throw new BoothError(FILES.terms, `is of another election than ${FILES.election}`);
  }
  return { election, services, terms };
}

/**
 * @param {Uint8Array} digest
 * @param {string[]} signatures
 * @param {PinnedElection} election
 */
function acceptSigners(digest, signatures, { commission, observers, quorum }) {
  const signers = new Set();
  for (const text of signatures) {
    const signature = decodeSignature(readHex(text, FILES.signatures));
    signers.add(`0x${toHex(recoverSigner(digest, signature))}`);
  }
  const refused = (/** @type {string} */ fact) => new BoothError(FILES.services, fact);
  if ([...signers].some((each) => each !== commission && !observers.includes(each))) {
    throw refused('one is by neither commission nor observer, or over other bytes');
  }
  if (!signers.has(commission)) throw refused('the commission has not signed it');
  const count = observers.filter((each) => signers.has(each)).length;
  if (count < quorum) throw refused(`${count} observers signed it, ${quorum} have to`);
}

/**
 * Read JSON of a format whose bytes are pinned by a hash or a signature.
 * @param {Uint8Array} raw
 * @param {string} name
 * @param {string} format
 * @returns {any}
 */
function readFile(raw, name, format) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new BoothError(name, 'is not json');
  }
  if (value === null || typeof value !== 'object' || value.format !== format) {
    throw new BoothError(name, `is not of the format ${format}`);
  }
  if (name === FILES.election) acceptElection(value);
  if (name === FILES.signatures && !Array.isArray(value.signatures)) {
    throw new BoothError(name, 'has no signatures');
  }
  return value;
}

/** @param {any} value */
function acceptElection(value) {
  const isWhole = typeof value.slug === 'string' && typeof value.title === 'string'
    && typeof value.test === 'boolean' && Array.isArray(value.observers)
    && Number.isSafeInteger(value.quorum) && value.quorum >= 1;
  if (!isWhole) throw new BoothError(FILES.election, 'lacks a key');
  for (const each of [value.commission, ...value.observers]) {
    decodeAddress(readHex(each, FILES.election));
  }
  if (new Set(value.observers).size !== value.observers.length) {
    throw new BoothError(FILES.election, 'names an observer twice');
  }
}

/**
 * @param {unknown} text
 * @param {string} subject
 */
function readHex(text, subject) {
  if (typeof text !== 'string' || !text.startsWith('0x')) {
    throw new BoothError(subject, 'has something else where hex after 0x belongs');
  }
  return fromHex(text.slice(2), subject);
}
