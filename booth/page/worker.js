/** The worker: everything that computes or asks. The page only shows and keeps. */

import { areEqual, fromHex, toHex } from '../bytes.js';
import { BoothError, NotLoadedError, loading } from '../errors.js';
import { RECOVERY_SECRET_BYTES } from '../recovery.js';
import { loadList, readWords, spellWords } from '../words.js';
import { ServiceError } from './asking.js';
import { Device, draw, drawControlWord } from './device.js';
import { LEAF, readLeaf } from './leaf_record.js';
import { askOwners, readClock } from './node.js';
import { isInTime, readPolls } from './polls.js';
import { askAgain, askForCode, askRegistrar, attest, collect, findIssuance, typeCode } from './side_a.js';
import { markStart, planSending, send } from './side_b.js';
import { openPinned } from './signed_files.js';

const MOST_NODES = 16; // in a link

/** The light client: it comes while a voter is busy with what needs none. */
const loadReader = () => loading(import('./box_reader.js'));
loadReader().catch(() => {}); // asked for again when it is needed

/** @type {import('./signed_files.js').Pinned | null} */
let pinned = null;
/** @type {Device | null} */
let current = null;
/** @type {import('./box_reader.js').BoxReader | null} */
let reader = null;

/** Give what was read and checked first. */
function terms() {
  if (pinned === null) throw new BoothError('booth', 'is not open yet');
  return pinned;
}

/** Give the device of the voter who was entered. */
function device() {
  if (current === null) throw new BoothError('booth', 'has no voter yet');
  return current;
}

/**
 * The machine's time, or the chain's where its clock is moved at will.
 * @param {import('./sides.js').Host[]} nodes
 */
async function readTime(nodes) {
  if (terms().services.genesis_hash !== null) return Math.floor(Date.now() / 1000);
  const [now] = await askOwners(nodes, 1, readClock);
  if (now === undefined) throw new ServiceError('node', 'away');
  return now;
}

const timeA = () => readTime(device().sides.a.nodes);
const timeB = () => readTime(device().sides.b.nodes);

/**
 * Read what stands on the chain of the own leaf.
 * @param {number} [least] nodes that have to say so
 */
async function readOwnLeaf(least = 1) {
  const { contest, leaf, sides } = device();
  return readLeaf(sides.a.nodes, { voterList: contest.terms.voterList, leaf }, least);
}

/**
 * Tell whether the chain has something else than what a service refuses for; null if it
 * does not tell.
 * @param {string} code
 */
async function isUntrue(code) {
  if (code === 'not_online') return (await readOwnLeaf(2)).state === LEAF.online;
  if (code !== 'too_late' && code !== 'polls_closed') return false;
  return isInTime(await ACTS.readPolls(), code); // the own clock may be wrong
}

/**
 * Ask, and pass no refusal on that the chain does not bear out.
 * @template T
 * @param {Promise<T>} asked
 * @returns {Promise<T>}
 */
async function weigh(asked) {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const isFalse = await isUntrue(error.code).catch(() => null);
    const code = isFalse ? 'not_true' : isFalse === null ? 'refused' : error.code;
    throw new ServiceError(error.step, code, error);
  }
}

/** When a message leaves shall not show how long a secret took to compute. */
const rest = () => new Promise((resolve) => { setTimeout(resolve, 200 + draw(1)[0] * 2); });

/** What the page may ask for, by name. Values are plain; bytes are hex without 0x. */
export const ACTS = {
  /** Read and check the signed terms, before anything else. */
  async open() {
    pinned = await openPinned();
    const { election, services } = pinned;
    return {
      title: election.title,
      test: election.test,
      contests: pinned.terms.titles,
      booths: services.booths,
      account: `${services.portal.url}/ballot`,
    };
  },

  /** Draw a new recovery secret. */
  async draw() {
    return toHex(draw(RECOVERY_SECRET_BYTES));
  },

  /** @param {{ secret: string, language: 'ru' | 'en' }} asked */
  async spell({ secret, language }) {
    return spellWords(fromHex(secret), language);
  },

  /** @param {{ text: string }} asked */
  async readWords({ text }) {
    return toHex(await readWords(text));
  },

  /** @param {import('./device.js').Place & { sigma?: string | null }} place */
  async enter({ sigma, ...place }) {
    current = new Device(terms(), place);
    reader = null;
    if (sigma) current.useSigma(fromHex(sigma));
    const { terms: own } = current.contest;
    return {
      title: own.title,
      candidates: own.candidates,
      particulars: own.particulars,
      told: current.sides.a.nodes.map((each) => each.organisation),
    };
  },

  /** Read when the polls are open; only who knows the person is asked before the ballot leaves. */
  async readPolls() {
    return readPolls(device(), device().sides.a.nodes);
  },

  /** Say whether a lock is set on the leaf, and whether its words are these. */
  async findLock() {
    const { lockKey } = device();
    const { lock } = await readOwnLeaf();
    if (lock.every((byte) => byte === 0)) return 'none';
    return areEqual(lock, lockKey.address) ? 'own' : 'other';
  },

  async findIssuance() {
    return findIssuance(device());
  },

  /** @param {{ ticket: string }} asked */
  async attest({ ticket }) {
    await rest();
    const { nonce } = await readOwnLeaf();
    return attest(device(), { ticket, nonce, now: await timeA() });
  },

  /** @param {{ opening: import('./side_a.js').Opening, language: string }} asked */
  async askForCode({ opening, language }) {
    return weigh(askForCode(device(), opening, language));
  },

  /** @param {{ serial: string, language: string }} asked */
  async askAgain({ serial, language }) {
    return weigh(askAgain(device(), serial, language));
  },

  /** @param {{ opening: import('./side_a.js').Opening, serial: string, code: string }} asked */
  async typeCode(asked) {
    return typeCode(device(), { ...asked, tellTime: timeA });
  },

  /**
   * @param {{ opening: import('./side_a.js').Opening,
   *   attestation: import('./side_a.js').Attestation, isLocked: boolean }} asked
   */
  async askRegistrar(asked) {
    return weigh(askRegistrar(device(), asked));
  },

  /**
   * Load all that is needed from here to the receipt, while there is a network.
   * @param {{ language: 'ru' | 'en' }} asked
   */
  async prepare({ language }) {
    await Promise.all([loadList(language), loadReader()]);
  },

  /** Give sigma, checked; null while too few issuers have answered. */
  async collect() {
    const sigma = await collect(device());
    if (sigma === null) return null;
    device().useSigma(sigma);
    return toHex(sigma);
  },

  /** @param {{ choice: number }} asked */
  async encrypt({ choice }) {
    return device().encrypt(choice);
  },

  async reveal() {
    return device().reveal();
  },

  async forget() {
    current?.forget();
  },

  /** @param {{ language: 'ru' | 'en' }} asked of the control word */
  async sign({ language }) {
    const word = await drawControlWord(language); // first: what is signed is gone if this fails
    return device().sign(word);
  },

  /** Say from which block on a ballot that leaves now can be in the box. */
  async mark() {
    return { first: await markStart(device()) };
  },

  /** @param {{ moments?: import('./side_b.js').Moments, behind?: number }} drawn */
  async crowd(drawn) {
    return planSending(device(), { ...drawn, now: await timeB() });
  },

  /** @param {{ record: string, promised: import('./side_b.js').Promised[] }} asked */
  async send({ record, promised }) {
    await rest();
    return send(device(), fromHex(record), { promised, now: await timeB() });
  },

  /** @param {{ record: string | null, first: number }} asked */
  async find({ record, first }) {
    const { BoxReader } = await loadReader();
    reader ??= new BoxReader(device(), first);
    const found = await reader.find(record === null ? null : fromHex(record));
    if (!('record' in found)) return found;
    try {
      const nodes = placesOf(device());
      return { ...found, nodes, ...device().describe(fromHex(found.record)) };
    } catch {
      throw new BoothError('ballot', 'of the own credential does not hold');
    }
  },

  async readTime() {
    return timeB();
  },

  async readTimeA() {
    return timeA();
  },
};

/**
 * Tell, by their places in services.json, which nodes the receipt's page may ask: those
 * that know the ballot and never the person.
 * @param {Device} device
 */
function placesOf({ services, sides }) {
  return sides.b.nodes.map((each) => services.nodes.indexOf(each)).slice(0, MOST_NODES);
}

/** @typedef {typeof ACTS} Acts */

/** @param {unknown} error */
function describe(error) {
  if (error instanceof ServiceError) {
    const { step, code, wait, caseId } = error;
    return { kind: 'service', subject: step, code, wait, caseId };
  }
  if (error instanceof NotLoadedError) {
    return { kind: 'service', subject: 'booth', code: 'not_loaded' };
  }
  if (error instanceof BoothError) {
    return { kind: 'untrue', subject: error.subject, code: error.fact };
  }
  return { kind: 'fault', subject: 'booth', code: 'fault' };
}

addEventListener('message', async (event) => {
  const { id, act, asked } = /** @type {MessageEvent} */ (event).data;
  try {
    const answer = await /** @type {any} */ (ACTS)[act](asked ?? {});
    postMessage({ id, answer });
  } catch (error) {
    postMessage({ id, error: describe(error) });
  }
});
postMessage({ id: 0, answer: 'ready' });
