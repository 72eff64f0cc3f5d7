/** What is asked of those who know the ballot; nothing here says whose it is. */

import { fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { acceptPromise } from '../promise.js';
import { decodeSignature } from '../signature.js';
import { ServiceError, askJson } from './asking.js';
import { TOPICS, readHead, readLogs, wordOf } from './node.js';
import { shuffle } from './shuffle.js';
import { LEAST_RELAYS } from './sides.js';

/** @typedef {import('./device.js').Device} Device */
/** @typedef {{ organisation: string, deadline: number }} Promised */

/**
 * Send a signed ballot to relays until enough organisations promise it. The same bytes
 * may be sent again.
 * @param {Device} device
 * @param {Uint8Array} record
 * @param {{ now: number, promised: Promised[] }} held
 */
export async function send(device, record, { now, promised }) {
  const { ballotHash } = device.describe(record); // nothing leaves that does not hold
  const all = [...promised];
  /** @type {{ organisation: string, code: string }[]} */
  const refused = [];
  for (const relay of shuffle(device.sides.b.relays)) {
    const { organisation } = relay;
    if (all.length >= LEAST_RELAYS) break;
    if (all.some((each) => each.organisation === organisation)) continue;
    try {
      const deadline = await sendTo(relay, device, { record, ballotHash, now });
      all.push({ organisation, deadline });
    } catch (error) {
      if (error instanceof ServiceError) refused.push({ organisation, code: error.code });
      else if (error instanceof BoothError) refused.push({ organisation, code: 'false_promise' });
      else throw error;
    }
  }
  return { promised: all, refused };
}

/**
 * @param {import('../pinned.js').Services['relays'][number]} relay
 * @param {Device} device
 * @param {{ record: Uint8Array, ballotHash: string, now: number }} sent
 */
async function sendTo({ url, account }, device, { record, ballotHash, now }) {
  const said = await askJson('relay', `${url}/ballots?context=0x${toHex(device.ctx)}`, { raw: record });
  const promise = {
    ctx: device.ctx,
    credential: device.credential,
    ballotHash: fromHex(ballotHash),
    deadline: said.deadline,
  };
  const signature = decodeSignature(fromHex(String(said.signature).replace(/^0x/, ''), 'promise'));
  acceptPromise(promise, signature, { relay: fromHex(account.slice(2)), now });
  return promise.deadline;
}

/** A ballot waits for so many others who got theirs, or so long, in seconds. */
const CROWD = 20;
const LONGEST_WAIT = 1_800;
/** Of what is left until the polls close, at most half is waited; at the end, nothing. */
const RUSH = 1_200;

/**
 * Say by when a ballot should leave, so that its time does not tell whose it is: Unix
 * seconds, or 0 for at once. Asks a node that knows no voter, about all of the contest.
 * @param {Device} device
 * @param {{ first: number, readyAt: number, now: number }} since readyAt: when sigma was
 *   there
 */
export async function planSending(device, { first, readyAt, now }) {
  const { castClosing, voterList } = device.contest.terms;
  const left = castClosing - now;
  const until = Math.min(readyAt + LONGEST_WAIT, readyAt + (castClosing - readyAt) / 2);
  if (left <= RUSH || now >= until) return 0;
  for (const { url } of device.sides.b.nodes) {
    try {
      const topics = [TOPICS.issued, wordOf(device.number)];
      const last = await readHead(url);
      const logs = await readLogs(url, { address: voterList, topics, first: first + 1, last });
      return logs.length >= CROWD ? 0 : Math.floor(until);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
  }
  return Math.floor(until);
}
