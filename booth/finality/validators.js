/** Sets of validators, and whether more than two thirds of one signed a header. */

import { areEqual, concat, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { sha256 } from '../vendor/@noble/hashes/sha2.js';
import { ed25519 } from './ed25519.js';
import { deriveHeaderHash, encodeBlockId, encodeTime } from './headers.js';
import { bytesField, fixedField, numberField, varint } from './protobuf.js';
import { treeRoot } from './tree.js';

/** @typedef {import('./headers.js').EngineHeader} EngineHeader */
/** @typedef {{ key: Uint8Array, power: number }} Validator */
/** @typedef {{ address: Uint8Array, time: import('./headers.js').Time, signature: Uint8Array }} Vote */
/**
 * A header and the votes for it.
 * @typedef {{ header: EngineHeader, round: number, block: import('./headers.js').BlockId,
 *   votes: Vote[] }} SignedHeader
 */

const PRECOMMIT = 2;

/** @param {Validator} validator */
export function addressOf({ key }) {
  return sha256(key).slice(0, 20);
}

/**
 * Derive the hash by which headers name a set: most power first, then by address.
 * @param {Validator[]} validators
 */
export function deriveSetHash(validators) {
  const named = validators.map((each) => ({ ...each, address: toHex(addressOf(each)) }));
  named.sort((one, other) => other.power - one.power || (one.address < other.address ? -1 : 1));
  return treeRoot(named.map(({ key, power }) => (
    concat(bytesField(1, bytesField(1, key)), numberField(2, power))
  )));
}

/**
 * Refuse a header that not more than two thirds of its validators signed; throws
 * BoothError, naming what does not hold.
 * @param {SignedHeader} signed
 * @param {Validator[]} validators
 */
export function requireSigned(signed, validators) {
  const { header, block, votes } = signed;
  /** @param {string} fact */
  const refuse = (fact) => { throw new BoothError(`engine block ${header.height}`, fact); };
  if (!areEqual(header.validators_hash, deriveSetHash(validators))) {
    refuse('names other validators than are trusted');
  }
  if (!areEqual(block.hash, deriveHeaderHash(header))) refuse('is not what was signed');
  const known = new Map(validators.map((each) => [toHex(addressOf(each)), each]));
  let power = 0n;
  for (const vote of votes) {
    const address = toHex(vote.address);
    const validator = known.get(address);
    known.delete(address); // a vote counts once
    if (validator === undefined) return refuse('a vote is of no validator, or twice');
    if (!isSigned(signed, vote, validator.key)) return refuse('a signature does not hold');
    power += BigInt(validator.power);
  }
  const total = validators.reduce((sum, each) => sum + BigInt(each.power), 0n);
  if (3n * power <= 2n * total) {
    refuse(`is signed by ${power} of ${total}, not by more than two thirds`);
  }
}

/**
 * @param {SignedHeader} signed
 * @param {Vote} vote
 * @param {Uint8Array} key
 */
function isSigned(signed, vote, key) {
  try {
    // RFC 8032 as it stands: keys and points have one writing
    return ed25519.verify(vote.signature, spellVote(signed, vote.time), key, { zip215: false });
  } catch {
    return false;
  }
}

/**
 * Write what a validator signs for a block: its CanonicalVote, length first.
 * @param {SignedHeader} signed
 * @param {import('./headers.js').Time} time
 */
function spellVote({ header, round, block }, time) {
  const vote = concat(
    numberField(1, PRECOMMIT),
    fixedField(2, header.height),
    fixedField(3, round),
    bytesField(4, encodeBlockId(block)),
    bytesField(5, encodeTime(time), { isAlways: true }),
    bytesField(6, new TextEncoder().encode(header.chain)),
  );
  return concat(varint(vote.length), vote);
}
