/**
 * Files that `veche proof` writes, docs/finality.md: strict JSON, bytes as small hex.
 *
 * A form is a function that takes a foreign value and its place, and gives what it
 * stands for; it throws BoothError, naming the place.
 */

import { fromHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { atMost, isRecord, isText, isWhole, readJson } from './json.js';

/** @typedef {(value: any, place: string) => any} Form */
/** @typedef {import('./validators.js').SignedHeader} SignedHeader */
/**
 * @typedef {{ format: string, genesis: string, changes: import('./network.js').Change[],
 *   signed: SignedHeader, block: Uint8Array,
 *   receipt: null | { index: number, transaction: Uint8Array,
 *     transaction_proof: Uint8Array[], receipt: Uint8Array, receipt_proof: Uint8Array[] },
 *   storage: null | { address: Uint8Array, slot: Uint8Array,
 *     account_proof: Uint8Array[], storage_proof: Uint8Array[] } }} ProofFile
 */

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_CHANGES = 1000;
const MOST_VOTES = 1000;
const MOST_NODES = 80;

/**
 * @param {string} place
 * @param {string} fact
 * @returns {never}
 */
function refuse(place, fact) {
  throw new BoothError('proof', place ? `${place} ${fact}` : fact);
}

/**
 * @param {number} [least]
 * @param {number} [most]
 * @returns {Form}
 */
const number = (least, most) => (value, place) => (
  isWhole(value, { least, most }) ? value : refuse(place, 'is not such a number')
);

/**
 * @param {number} most
 * @returns {Form}
 */
const text = (most) => (value, place) => (isText(value, most) ? value : refuse(place, 'is no text'));

/**
 * @param {number} [size] in bytes
 * @returns {Form}
 */
const hex = (size) => (value, place) => {
  if (typeof value !== 'string' || !value.startsWith('0x')) refuse(place, 'is not hex after 0x');
  const bytes = fromHex(value.slice(2), place);
  return size === undefined || bytes.length === size ? bytes : refuse(place, `has not ${size} bytes`);
};

/**
 * @param {Form} form
 * @param {number} most
 * @param {number} [least]
 * @returns {Form}
 */
const list = (form, most, least = 0) => (value, place) => {
  if (!atMost(value, most) || value.length < least) refuse(place, 'is no such list');
  return value.map((each, at) => form(each, `${place}[${at}]`));
};

/**
 * @param {Form} form
 * @returns {Form}
 */
const perhaps = (form) => (value, place) => (value === null ? null : form(value, place));

/**
 * @param {Record<string, Form>} forms of its keys, which are all there and no more
 * @returns {Form}
 */
const record = (forms) => (value, place) => {
  if (!isRecord(value)) refuse(place, 'is no object');
  const found = Object.keys(value);
  const other = found.find((name) => !Object.hasOwn(forms, name));
  if (other !== undefined || found.length !== Object.keys(forms).length) {
    refuse(place, 'has other keys than it should');
  }
  return Object.fromEntries(Object.entries(forms).map(([name, form]) => (
    [name, form(value[name], place ? `${place}.${name}` : name)]
  )));
};

const BLOCK_ID = record({ hash: hex(), parts: number(), parts_hash: hex() });
const TIME = record({ seconds: number(), nanos: number(0, 999_999_999) });
const HEADER = record({
  block_version: number(),
  app_version: number(),
  chain: text(64),
  height: number(1),
  time: TIME,
  last_block: BLOCK_ID,
  last_commit_hash: hex(),
  data_hash: hex(),
  validators_hash: hex(32),
  next_validators_hash: hex(32),
  consensus_hash: hex(),
  app_hash: hex(),
  last_results_hash: hex(),
  evidence_hash: hex(),
  proposer: hex(20),
});
const SIGNED = record({
  header: HEADER,
  round: number(0, 2 ** 31 - 1),
  block: BLOCK_ID,
  votes: list(record({ address: hex(20), time: TIME, signature: hex(64) }), MOST_VOTES),
});
const VALIDATOR = record({ key: hex(32), power: number(1) });
const NODES = list(hex(), MOST_NODES);
const PROOF = record({
  format: text(64),
  genesis: text(MOST_BYTES),
  changes: list(record({ signed: SIGNED, validators: list(VALIDATOR, MOST_VOTES, 1) }), MOST_CHANGES),
  signed: SIGNED,
  block: hex(),
  receipt: perhaps(record({
    index: number(),
    transaction: hex(),
    transaction_proof: NODES,
    receipt: hex(),
    receipt_proof: NODES,
  })),
  storage: perhaps(record({
    address: hex(20), slot: hex(32), account_proof: NODES, storage_proof: NODES,
  })),
});

/**
 * Read a proof; throws BoothError.
 * @param {Uint8Array} raw
 * @returns {ProofFile}
 */
export function decodeProof(raw) {
  if (raw.length > MOST_BYTES) refuse('', `has more than ${MOST_BYTES} bytes`);
  let spelled;
  try {
    spelled = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return refuse('', 'is no text');
  }
  return acceptProof(readJson(spelled, 'proof'));
}

/**
 * Take a value of JSON as a proof, as a node or a receipt has it; throws BoothError.
 * @param {unknown} value
 * @returns {ProofFile}
 */
export function acceptProof(value) {
  if (!isRecord(value) || value.format !== 'veche-proof/1') refuse('', 'is not veche-proof/1');
  return PROOF(value, '');
}
