/** What is asked of those who know the ballot; nothing here says whose it is. */

import { fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { TIME, acceptPromise } from '../promise.js';
import { decodeSignature } from '../signature.js';
import { ServiceError, askJson } from './asking.js';
import { TOPICS, askOwners, readHead, readLogs, wordOf } from './node.js';
import { FAIR, isOver, readPolls } from './polls.js';
import { shuffle } from './shuffle.js';
import { LEAST_RELAYS } from './sides.js';

/** @typedef {import('./device.js').Device} Device */
/** @typedef {{ organisation: string, deadline: number }} Promised */
/** @typedef {{ organisation: string, code: string }} Refused */

/** Seconds before the closing in which a relay may say that it can promise nothing. */
const LAST_PROMISES = 30;

/**
 * Send a signed ballot to relays until enough organisations promise it. The same bytes
 * may be sent again. closed: when the polls closed, 0 if two organisations do not say so.
 * @param {Device} device
 * @param {Uint8Array} record
 * @param {{ now: number, promised: Promised[] }} held
 */
export async function send(device, record, { now, promised }) {
  const { ballotHash } = device.describe(record); // nothing leaves that does not hold
  const all = promised.filter(({ deadline }) => deadline >= now);
  /** @type {Refused[]} */
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
      else if (error instanceof BoothError) {
        refused.push({ organisation, code: error.subject === TIME ? 'other_time' : 'false_promise' });
      } else throw error;
    }
  }
  if (all.length >= LEAST_RELAYS) return { promised: all, refused, closed: 0 };
  return { promised: all, ...await weigh(device, { refused, now }) };
}

/**
 * Weigh what relays say of the time, by the chain: what it contradicts is told as that, what
 * it does not bear out as a bare refusal.
 * @param {Device} device
 * @param {{ refused: Refused[], now: number }} told
 */
async function weigh(device, { refused, now }) {
  const isOfTime = (/** @type {string} */ code) => code === 'polls_closed' || code === 'polls_not_open';
  const isDoubtful = refused.some(({ code }) => isOfTime(code)) || now >= device.contest.terms.castClosing;
  if (!isDoubtful) return { refused, closed: 0 };
  const { times, opening, castClosing, doubt } = await readPolls(device, device.sides.b.nodes);
  const isClosed = isOver(times, castClosing - LAST_PROMISES - FAIR, doubt);
  const isBegun = isOver(times, opening + FAIR);
  const isTrue = { polls_closed: isClosed, polls_not_open: isBegun === null ? null : !isBegun };
  const weighed = refused.map(({ organisation, code }) => {
    const holds = isOfTime(code) ? isTrue[/** @type {keyof isTrue} */ (code)] : true;
    return { organisation, code: holds ? code : holds === null ? 'refused' : 'polls_open' };
  });
  return { refused: weighed, closed: isOver(times, castClosing, doubt) ? castClosing : 0 };
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
  const { castClosing } = device.contest.terms;
  const isLate = promise.deadline >= castClosing
    && promise.deadline >= (await readPolls(device, device.sides.b.nodes)).castClosing;
  if (isLate) throw new ServiceError('relay', 'late_promise');
  return promise.deadline;
}

/** A ballot waits for so many others who got theirs, or at most so long, in seconds. */
const CROWD = 20;
const LONGEST_WAIT = 1_800;
/** Of what is left until the polls close, at most half is waited; at the end, nothing. */
const RUSH = 1_200;
/** Blocks before a node's head: everybody asks for so many. */
const WINDOW = 2_000;
/** The box is asked from a multiple of so many blocks on. */
const GRID = 256;

/**
 * Two moments, in Unix seconds: at the first a ballot leaves if there is a crowd by then,
 * at the second in any case.
 * @typedef {[number, number]} Moments
 */

/**
 * Draw them, so that a ballot's time does not tell when it was made.
 * @param {number} now
 * @param {number} left seconds until the polls close
 * @returns {Moments}
 */
function drawMoments(now, left) {
  const third = Math.min(LONGEST_WAIT, left / 2) / 3;
  const [one, other] = [...crypto.getRandomValues(new Uint32Array(2))].map((each) => each / 2 ** 32);
  return [Math.ceil(now + third * one), Math.floor(now + third * (1 + 2 * other))];
}

/**
 * Say until when a ballot waits, 0 if it leaves now; moments: drawn before; behind: seconds
 * by which the own clock, which they are drawn by, is.
 * @param {Device} device
 * @param {{ moments?: Moments, now: number, behind?: number }} asked
 * @returns {Promise<{ moments: Moments, until: number }>}
 */
export async function planSending(device, { moments, now, behind = 0 }) {
  const left = device.contest.terms.castClosing - now - behind;
  const [early, late] = moments ?? drawMoments(now, left);
  if (left <= RUSH || now >= late) return { moments: [early, late], until: 0 };
  if (now < early) return { moments: [early, late], until: late };
  // who asked again would leave with the next event, and show which one it was
  return { moments: [late, late], until: await isCrowd(device) ? 0 : late };
}

/**
 * Whether two organisations show enough who got a ballot no sooner than this voter.
 * @param {Device} device
 */
async function isCrowd({ contest, number, leaf, sides }) {
  const topics = [TOPICS.issued, wordOf(number)];
  const own = String(leaf);
  const shown = await askOwners(sides.b.nodes, 2, async (url) => {
    const last = await readHead(url);
    const first = Math.max(0, last - WINDOW);
    const logs = await readLogs(url, { address: contest.terms.voterList, topics, first, last });
    const issued = logs.map(({ block, topics: found }) => ({ block, of: String(found[2]) }));
    const since = issued.find(({ of }) => of === own)?.block ?? first;
    return new Set(issued.filter(({ block, of }) => block >= since && of !== own).map(({ of }) => of));
  });
  if (shown.length < 2) return false;
  return [...shown[0]].filter((each) => shown[1].has(each)).length >= CROWD;
}

/**
 * Say from which block on a ballot that leaves now can be in the box.
 * @param {Device} device
 */
export async function markStart({ sides }) {
  const heads = await askOwners(sides.b.nodes, 2, readHead);
  const first = heads.length < 2 ? 0 : Math.min(...heads);
  return first - first % GRID;
}
