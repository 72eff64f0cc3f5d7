/**
 * Which organisations are asked about the person, and which about the ballot: never one
 * about both. docs/booth.md.
 *
 * The split follows from the recovery secret, so that a second device crosses no side
 * that the first one kept apart, and nobody else can foretell it.
 */

import { toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { sha256 } from '../vendor/@noble/hashes/sha2.js';

/** @typedef {import('../pinned.js').Services} Services */
/** @typedef {import('../pinned.js').Host} Host */
/**
 * @typedef {{ issuers: Services['issuers'], nodes: Host[] }} SideA
 * @typedef {{ relays: Services['relays'], nodes: Host[] }} SideB
 */

export const LEAST_RELAYS = 2;
const MOST_TRIES = 2_000;

/**
 * Split the organisations of services; throws BoothError if there are too few of them.
 * @param {Services} services
 * @param {{ secret: Uint8Array, threshold: number, told?: string[] }} voter threshold: t of
 *   the issuers; told: organisations that know the person from other words, and stay on
 *   that side unless too few are left for the ballot
 * @returns {{ a: SideA, b: SideB }}
 */
export function splitSides(services, { secret, threshold, told = [] }) {
  const found = findSides(services, { secret, threshold, told })
    ?? (told.length > 0 ? findSides(services, { secret, threshold, told: [] }) : null);
  if (found !== null) return found;
  throw new BoothError('services.json', 'names too few organisations to keep voter and ballot apart');
}

/**
 * @param {Services} services
 * @param {{ secret: Uint8Array, threshold: number, told: string[] }} voter
 * @returns {{ a: SideA, b: SideB } | null}
 */
function findSides(services, { secret, threshold, told }) {
  const { portal, gateway, registrar, issuers, relays, nodes } = services;
  const person = new Set([...[portal, gateway, registrar].map((each) => each.organisation), ...told]);
  const sets = [issuers, relays, nodes].map((hosts) => new Set(hosts.map((each) => each.organisation)));
  const [issuing, relaying, watching] = sets;
  const free = [...new Set([...relaying, ...watching])].filter((name) => !person.has(name));
  const isTied = (/** @type {string} */ name) => !issuing.has(name) && !watching.has(name);
  for (let attempt = 0; attempt < 2 * MOST_TRIES; attempt += 1) {
    const leastNodes = attempt < MOST_TRIES ? 2 : 1; // two where there are enough
    const ballot = new Set(free.filter((name) => isTied(name) || toss(secret, attempt, name)));
    const onB = (/** @type {{ organisation: string }} */ each) => ballot.has(each.organisation);
    const onA = (/** @type {{ organisation: string }} */ each) => !onB(each);
    const a = { issuers: issuers.filter(onA), nodes: nodes.filter(onA) };
    const b = { relays: relays.filter(onB), nodes: nodes.filter(onB) };
    const isEnough = a.issuers.length >= threshold && countOwners(b.relays) >= LEAST_RELAYS
      && countOwners(a.nodes) >= leastNodes && countOwners(b.nodes) >= 2;
    if (isEnough) return { a, b };
  }
  return null;
}

/** @param {{ organisation: string }[]} hosts */
export function countOwners(hosts) {
  return new Set(hosts.map((each) => each.organisation)).size;
}

/**
 * @param {Uint8Array} secret
 * @param {number} attempt
 * @param {string} name
 */
function toss(secret, attempt, name) {
  const text = `${toHex(secret)} side ${attempt} ${name}`;
  return (sha256(new TextEncoder().encode(text))[0] & 1) === 1;
}
