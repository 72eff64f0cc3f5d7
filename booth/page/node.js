/** What a node says of the chain, by JSON-RPC; none is believed alone. */

import { fromHex, toHex, toNumber } from '../bytes.js';
import { BoothError } from '../errors.js';
import { isRecord } from '../finality/json.js';
import { hashBytes, uintWord } from '../transcript.js';
import { ServiceError, askJson } from './asking.js';
import { shuffle } from './shuffle.js';

/**
 * place: of the transaction in its block, as the node told it; looked at when it is used.
 * @typedef {{ block: number, topics: Uint8Array[], data: Uint8Array, place: unknown }} Log
 */

/** keccak256 of the events' signatures; a test compares them with abi/. */
export const TOPICS = Object.freeze({
  issued: '0x7959aa43516c00ad6328586d5234afd227cfe5b5c58003b5d33f9845713b26e8',
  ballotCast: '0xe8e2a331edba2c071bb10f88dcad9831098282219997219f7cfda1db12c4f502',
});

const CLOCK = '0x425f5260205ff3'; // code that returns the word TIMESTAMP
const STEP = 'node';
/** Of one range of blocks: questions, and milliseconds after which no more is asked. */
const MOST_QUESTIONS = 200;
const LONGEST = 60_000;

/**
 * Whether it is away, or of no use: then others are asked.
 * @param {unknown} error
 */
export function isPassedOver(error) {
  return error instanceof ServiceError || error instanceof BoothError;
}

/**
 * Ask in a drawn order until `most` organisations have answered with what can be used.
 * @template T
 * @param {import('./sides.js').Host[]} nodes
 * @param {number} most
 * @param {(url: string) => Promise<T>} ask
 * @returns {Promise<T[]>}
 */
export async function askOwners(nodes, most, ask) {
  /** @type {Map<string, T>} */
  const answers = new Map();
  for (const { url, organisation } of shuffle(nodes)) {
    if (answers.size === most) break;
    if (answers.has(organisation)) continue;
    try {
      answers.set(organisation, await ask(url));
    } catch (error) {
      if (!isPassedOver(error)) throw error;
    }
  }
  return [...answers.values()];
}

/**
 * @param {string} url
 * @param {string} method
 * @param {unknown[]} params
 */
async function call(url, method, params) {
  const body = { jsonrpc: '2.0', id: 1, method, params };
  const said = await askJson(STEP, url, { body });
  if (said.result === undefined || said.result === null) throw new ServiceError(STEP, 'refused');
  return said.result;
}

/**
 * Read the time that a transaction sent now would meet, Unix seconds.
 * @param {string} url
 */
export async function readClock(url) {
  return readNumber(await call(url, 'eth_call', [{ data: CLOCK }, 'pending']));
}

/**
 * Ask a view of a contract.
 * @param {string} url
 * @param {{ address: Uint8Array, view: string, word?: Uint8Array, size?: number }} asked
 *   view: its name and types; size: of what it gives, in bytes
 */
export async function readView(url, { address, view, word = new Uint8Array(), size = 32 }) {
  const selector = hashBytes(new TextEncoder().encode(view)).subarray(0, 4);
  const data = `0x${toHex(selector)}${toHex(word)}`;
  const said = readBytes(await call(url, 'eth_call', [{ to: `0x${toHex(address)}`, data }, 'latest']));
  if (said.length !== size) throw new BoothError(STEP, 'answered with no word');
  return said;
}

/**
 * Read the number of the last block.
 * @param {string} url
 */
export async function readHead(url) {
  return readNumber(await call(url, 'eth_blockNumber', []));
}

/**
 * Read logs of a range of blocks, in halves where a node refuses it.
 * @param {string} url
 * @param {{ address: Uint8Array, topics: string[], first: number, last: number }} asked
 * @returns {Promise<Log[]>}
 */
export async function readLogs(url, { address, topics, first, last }) {
  const filter = { address: `0x${toHex(address)}`, topics };
  const due = Date.now() + LONGEST;
  const found = [];
  const ranges = first > last ? [] : [[first, last]];
  for (let asked = 0; ranges.length > 0; asked += 1) {
    if (asked === MOST_QUESTIONS || Date.now() > due) throw new ServiceError(STEP, 'away');
    const [from, to] = /** @type {number[]} */ (ranges.pop());
    try {
      const range = { fromBlock: hexed(from), toBlock: hexed(to) };
      const logs = await call(url, 'eth_getLogs', [{ ...filter, ...range }]);
      if (!Array.isArray(logs)) throw new BoothError(STEP, 'answered with no logs');
      found.push(...logs.map((each) => readLog(each, { ...filter, from, to })));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code === 'away' || from === to) throw error;
      const middle = Math.floor((from + to) / 2);
      ranges.push([middle + 1, to], [from, middle]);
    }
  }
  return found;
}

/**
 * @param {any} log
 * @param {{ address: string, topics: string[], from: number, to: number }} asked
 * @returns {Log}
 */
function readLog(log, asked) {
  const topics = Array.isArray(log?.topics) ? log.topics : [];
  const isAsked = String(log?.address).toLowerCase() === asked.address
    && asked.topics.every((each, at) => topics[at] === each);
  const block = isAsked ? readNumber(log.blockNumber) : -1;
  if (block < asked.from || block > asked.to) {
    throw new BoothError(STEP, 'answered with what was not asked for');
  }
  return {
    block,
    topics: topics.map(readBytes),
    data: readBytes(log.data),
    place: log.transactionIndex,
  };
}

/**
 * Ask for what proves a transaction, as `veche proof` writes it; null if the node has
 * nothing, as before the block after it is agreed on. Nothing of it is believed here.
 * @param {string} url
 * @param {{ block: number, place: unknown }} transaction
 * @returns {Promise<Record<string, unknown> | null>}
 */
export async function readProof(url, { block, place }) {
  const index = readNumber(place);
  const body = {
    jsonrpc: '2.0', id: 1, method: 'veche_finalityProof', params: [hexed(block), hexed(index)],
  };
  const { result } = await askJson(STEP, url, { body });
  return isRecord(result) ? result : null;
}

/**
 * Read M' of an `Issued` event: the offset of a claim stands before its four words.
 * @param {Log} log
 */
export function readBlinded({ data }) {
  if (data.length < 160) throw new BoothError(STEP, 'answered with half an event');
  return data.slice(32, 160);
}

/**
 * Read credential and record of a `BallotCast` event.
 * @param {Log} log
 */
export function readBallot({ block, topics, data, place }) {
  const size = data.length < 96 ? NaN : Number(toNumber(data.subarray(64, 96)));
  if (!(topics.length === 2 && data.length >= 96 + size)) {
    throw new BoothError(STEP, 'answered with half an event');
  }
  return { block, place, credential: topics[1].slice(12), record: data.slice(96, 96 + size) };
}

/** @param {number} value */
export function wordOf(value) {
  return `0x${toHex(uintWord(value))}`;
}

/**
 * Write a number as nodes do.
 * @param {number} value
 */
function hexed(value) {
  return `0x${value.toString(16)}`;
}

/** @param {unknown} text */
function readNumber(text) {
  const value = typeof text === 'string' && /^0x[0-9a-f]{1,64}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new BoothError(STEP, 'answered with no number');
  return value;
}

/** @param {unknown} text */
function readBytes(text) {
  return fromHex(typeof text === 'string' ? text.replace(/^0x/, '') : text, STEP);
}
