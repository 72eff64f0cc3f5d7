/** When ballots are given out and taken, by the chain; nobody is believed alone. */

import { LAST_REQUESTS } from '../attestation.js';
import { fromHex, toNumber } from '../bytes.js';
import { LONGEST } from '../promise.js';
import { askOwners, readClock, readView } from './node.js';

/** Seconds by which honest clocks may differ. */
export const FAIR = 60;
const ENOUGH = 2;

/**
 * In Unix seconds. opening: of both; requestsUntil: no ballot is asked for from then on;
 * castClosing: none is taken. doubt: seconds by which both are later if who shows the longer
 * extension is right. times: what the organisations' clocks show, at most two. behind: seconds
 * by which the own clock is behind both, in a network.
 * @typedef {{ opening: number, requestsUntil: number, castClosing: number, doubt: number,
 *   times: number[], behind: number }} Polls
 */

/**
 * Ask two organisations. Both closings are later than in the terms only where two show the
 * same extension.
 * @param {Pick<import('./device.js').Device, 'contest' | 'election' | 'services'>} device
 * @param {import('./sides.js').Host[]} nodes
 * @returns {Promise<Polls>}
 */
export async function readPolls({ contest: { terms }, election, services }, nodes) {
  const asked = { address: fromHex(election.slice(2)), view: 'closings()', size: 64 };
  const said = await askOwners(nodes, ENOUGH, async (url) => {
    const raw = await readView(url, asked);
    const [issuing, casting] = [raw.subarray(0, 32), raw.subarray(32)].map((each) => Number(toNumber(each)));
    const isShifted = issuing - terms.issueClosing === casting - terms.castClosing;
    const shift = isShifted ? casting - terms.castClosing : 0;
    return { extension: shift > 0 && shift <= LONGEST ? shift : 0, now: await readClock(url) };
  });
  const shown = said.map((each) => each.extension);
  const extension = shown.length === ENOUGH && shown[0] === shown[1] ? shown[0] : 0;
  const times = said.map(({ now }) => now);
  const isShown = times.length === ENOUGH && services.genesis_hash !== null;
  return {
    opening: terms.opening,
    requestsUntil: terms.issueClosing + extension - LAST_REQUESTS,
    castClosing: terms.castClosing + extension,
    doubt: Math.max(0, ...shown) - extension,
    times,
    behind: isShown ? Math.max(0, Math.min(...times) - Math.floor(Date.now() / 1000)) : 0,
  };
}

/**
 * Tell by two clocks whether a moment is over; null if they do not tell.
 * @param {number[]} times
 * @param {number} moment
 * @param {number} [doubt] seconds by which it may be later
 */
export function isOver(times, moment, doubt = 0) {
  if (times.length < ENOUGH) return null;
  if (times.every((now) => now >= moment + doubt)) return true;
  return times.every((now) => now < moment) ? false : null;
}

/**
 * Tell whether it is in time for a ballot to be asked for, whatever a service says: two clocks
 * are needed to accuse it, one bears it out; null if they do not tell.
 * @param {Polls} polls
 * @param {'too_late' | 'polls_closed'} said of messages, which end first, or of requests
 */
export function isInTime({ times, opening, requestsUntil }, said) {
  const [begin, end] = said === 'too_late'
    ? [-Infinity, requestsUntil] : [opening + FAIR, requestsUntil + LAST_REQUESTS];
  const isOpen = times.every((now) => now > begin && now < end - FAIR);
  return isOpen && times.length < ENOUGH ? null : isOpen;
}
