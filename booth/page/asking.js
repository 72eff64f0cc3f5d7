/** One question to one service of the signed terms, without cookies, and in bounds. */

import { BoothError } from '../errors.js';

const PATIENCE = 20_000; // milliseconds
const LARGEST = 70_000_000; // bytes of an answer
/** What is said of a file that the booth does not have: before the keys are made, too. */
export const NOT_SERVED = 'is not served here';

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
  throw new ServiceError(step, readWord(said?.code) ?? 'no_answer', {
    wait: Number(answered.headers.get('Retry-After')) || 0,
    caseId: readWord(said?.case) ?? '',
  });
}

/**
 * @param {string} step
 * @param {Response} answered
 */
async function readBytes(step, answered) {
  if (Number(answered.headers.get('Content-Length')) > LARGEST) {
    throw new ServiceError(step, 'too_much');
  }
  try {
    return new Uint8Array(await answered.arrayBuffer());
  } catch {
    throw new ServiceError(step, 'away');
  }
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

/**
 * Foreign text is not shown, but for words of this form.
 * @param {unknown} text
 */
function readWord(text) {
  return typeof text === 'string' && /^[A-Za-z0-9_]{1,40}$/.test(text) ? text : null;
}
