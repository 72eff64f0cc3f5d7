/** JSON from strangers, looked at before it is used. */

import { BoothError } from '../errors.js';

/**
 * @param {string} text
 * @param {string} subject
 * @returns {any}
 */
export function readJson(text, subject) {
  try {
    return JSON.parse(text);
  } catch {
    throw new BoothError(subject, 'is not json');
  }
}

/**
 * @param {any} value
 * @returns {value is Record<string, any>}
 */
export function isRecord(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * @param {any} value
 * @param {number} most characters
 * @returns {value is string}
 */
export function isText(value, most) {
  return typeof value === 'string' && value.length <= 2 * most && [...value].length <= most;
}

/**
 * Whole numbers are exact below 2^53; what is above is refused, never rounded.
 * @param {any} value
 * @param {{ least?: number, most?: number }} [bounds]
 * @returns {value is number}
 */
export function isWhole(value, { least = 0, most = Number.MAX_SAFE_INTEGER } = {}) {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/**
 * @param {any} value
 * @param {number} most
 * @returns {value is any[]}
 */
export function atMost(value, most) {
  return Array.isArray(value) && value.length <= most;
}
