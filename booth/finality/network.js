/**
 * Who may sign a network's headers: its genesis, and the changes since.
 *
 * A header names the set that signs it and the set that signs the next one, both by
 * hash. While the set stands, all headers between are skipped: the last one is enough.
 */

import { areEqual } from '../bytes.js';
import { BoothError } from '../errors.js';
import { sha256 } from '../vendor/@noble/hashes/sha2.js';
import { atMost, isRecord, isText, isWhole, readJson } from './json.js';
import { deriveSetHash, requireSigned } from './validators.js';

/** @typedef {import('./validators.js').Validator} Validator */
/** @typedef {import('./validators.js').SignedHeader} SignedHeader */
/**
 * What a network begins with; digest: SHA-256 of its file.
 * @typedef {{ digest: Uint8Array, engineChain: string, chainId: number,
 *   validators: Validator[], names: string[] }} Genesis
 */
/** @typedef {{ signed: SignedHeader, validators: Validator[] }} Change */

const MOST_VALIDATORS = 1000;

/**
 * Read a network's genesis; throws BoothError.
 * @param {string} text
 * @returns {Genesis}
 */
export function readGenesis(text) {
  const raw = new TextEncoder().encode(text);
  const file = readJson(text, 'genesis');
  const validators = isRecord(file) ? file.validators : undefined;
  const isGenesis = isRecord(file) && isText(file.chain_id, 64)
    && isWhole(file.app_state?.chain?.id, { least: 1 })
    && atMost(validators, MOST_VALIDATORS) && validators.length > 0
    && validators.every(isValidator);
  if (!isGenesis) throw new BoothError('genesis', 'is not one of a network');
  return {
    digest: sha256(raw),
    engineChain: file.chain_id,
    chainId: file.app_state.chain.id,
    validators: validators.map(readValidator),
    names: validators.map((/** @type {any} */ each) => each.name),
  };
}

/** @param {any} value */
function isValidator(value) {
  return isRecord(value) && isText(value.name, 256) && isText(value.power, 18)
    && /^[1-9][0-9]*$/.test(value.power) && isWhole(Number(value.power))
    && isRecord(value.pub_key) && value.pub_key.type === 'tendermint/PubKeyEd25519'
    && typeof value.pub_key.value === 'string';
}

/** @param {any} value */
function readValidator({ pub_key: { value }, power }) {
  // 32 bytes have one writing in base64, but for the two last bits
  if (!/^[A-Za-z0-9+/]{43}=$/.test(value)) {
    throw new BoothError('genesis', "a validator's key has not 32 bytes in base64");
  }
  const key = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  return { key, power: Number(power) };
}

/**
 * Refuse a header that a network's validators did not make final; throws BoothError.
 * @param {Genesis} genesis
 * @param {Change[]} changes
 * @param {SignedHeader} signed
 */
export function requireFinal(genesis, changes, signed) {
  let trusted = genesis.validators;
  let height = 0;
  for (const { signed: each, validators } of changes) {
    requireNext(genesis, each, { trusted, height });
    if (!areEqual(each.header.next_validators_hash, deriveSetHash(validators))) {
      const subject = `engine block ${each.header.height}`;
      throw new BoothError(subject, 'does not name the validators that are said to follow');
    }
    trusted = validators;
    height = each.header.height;
  }
  requireNext(genesis, signed, { trusted, height });
}

/**
 * @param {Genesis} genesis
 * @param {SignedHeader} signed
 * @param {{ trusted: Validator[], height: number }} before
 */
function requireNext({ engineChain }, signed, { trusted, height }) {
  const { header } = signed;
  const subject = `engine block ${header.height}`;
  if (header.chain !== engineChain) throw new BoothError(subject, 'is of another network');
  if (header.height <= height) {
    throw new BoothError(subject, 'does not come after the one before it');
  }
  requireSigned(signed, trusted);
}
