/** One question to one service of the signed terms, without cookies, and in bounds. */

import { BoothError } from '../errors.js';

const PATIENCE = 20_000; // milliseconds
const LARGEST = 70_000_000; // bytes of an answer
const LONGEST_WAIT = 3_600; // seconds
/** What is said of a file that the booth does not have: before the keys are made, too. */
export const NOT_SERVED = 'is not served here';

/**
 * Words of a refusal that are taken from outside, by what is asked: of others the booth
 * has sentences, too, that nobody else may say.
 * @type {Record<string, string>}
 */
export const WORDS = {
  attestations: 'unknown_ticket expired_ticket used_ticket logged_out other_request clock_differs',
  issues: 'not_attested too_late too_soon too_many no_phone clock_differs',
  code: 'too_late too_soon too_many no_phone slow_down unknown_serial',
  check: 'wrong_code expired too_many slow_down unknown_serial clock_differs',
  requests: 'polls_closed not_online another_request bad_attestation expired bad_lock chain_away',
  withdrawals: 'bad_lock no_application chain_away',
  ballots: 'already_promised already_cast set_aside polls_closed polls_not_open',
};

/** What a service refused, or that it did not answer. `code` is a stable word. */
export class ServiceError extends Error {
  /**
   * @param {string} step which service
   * @param {string} code
   * @param {{ wait?: number, caseId?: string }} [more] wait: seconds until it is worth
   *   asking again; caseId: for support
   */
  constructor(step, code, { wait = 0, caseId = '' } = {}) {
    super(`${step}: ${code}`);
    this.name = 'ServiceError';
    this.step = step;
    this.code = code;
    this.wait = wait;
    this.caseId = caseId;
  }
}

/**
 * Fetch; throws ServiceError `away` if there is no answer.
 * @param {string} step
 * @param {string} url
 * @param {RequestInit} [options]
 */
async function fetchFrom(step, url, options = {}) {
  try {
    return await fetch(url, {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  } catch {
    throw new ServiceError(step, 'away');
  }
}

/**
 * Read a file of the booth's own.
 * @param {string | URL} url
 * @param {string} name
 */
export async function readFile(url, name) {
  const answered = await fetchFrom('booth', String(url));
  if (!answered.ok) throw new BoothError(name, NOT_SERVED);
  return readBytes('booth', answered);
}

/**
 * Ask for JSON; throws ServiceError for a refusal.
 * @param {string} step
 * @param {string} url
 * @param {{ body?: unknown, raw?: Uint8Array, language?: string }} [told] body: sent as
 *   JSON; raw: sent as it is; neither: GET
 * @returns {Promise<any>}
 */
export async function askJson(step, url, { body, raw, language } = {}) {
  const isPost = body !== undefined || raw !== undefined;
  /** @type {Record<string, string>} */
  const headers = language ? { 'Accept-Language': language } : {};
  if (isPost) headers['Content-Type'] = raw ? 'application/octet-stream' : 'application/json';
  const answered = await fetchFrom(step, url, {
    method: isPost ? 'POST' : 'GET',
    headers,
    body: isPost ? /** @type {BodyInit} */ (raw ?? JSON.stringify(body)) : null,
  });
  const said = readObject(await readBytes(step, answered));
  if (answered.ok && said !== null) return said;
  const asked = new URL(url).pathname.split('/').at(-1) ?? '';
  const words = Object.hasOwn(WORDS, asked) ? WORDS[asked].split(' ') : [];
  const wait = answered.headers.get('Retry-After') ?? '';
  throw new ServiceError(step, words.includes(said?.code) ? said.code : 'refused', {
    wait: /^[0-9]+$/.test(wait) ? Math.min(Number(wait), LONGEST_WAIT) : 0,
    caseId: /^[2-9A-HJKMNP-Z]{6}$/.test(said?.case) ? said.case : '',
  });
}

/**
 * Read what is told, counting what came: a header says less, and a little packed is much.
 * @param {string} step
 * @param {Response} answered
 */
async function readBytes(step, answered) {
  const reader = answered.body?.getReader();
  const parts = [];
  try {
    for (let left = LARGEST; ;) {
      const part = (await reader?.read())?.value;
      if (part === undefined) return new Uint8Array(await new Blob(parts).arrayBuffer());
      parts.push(part);
      left -= part.length;
      if (left < 0) break;
    }
  } catch {
    throw new ServiceError(step, 'away');
  }
  reader?.cancel().catch(() => {});
  throw new ServiceError(step, 'too_much');
}

/** @param {Uint8Array} raw */
function readObject(raw) {
  try {
    const value = JSON.parse(new TextDecoder().decode(raw));
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
