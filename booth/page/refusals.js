/** What a page makes of what it caught, and of what it finds out by itself. */

import { Refusal } from './helper.js';

/** @param {unknown} error */
export function asRefusal(error) {
  if (error instanceof Refusal) return error;
  const isFull = error instanceof DOMException && ['QuotaExceededError', 'SecurityError'].includes(error.name);
  if (isFull) return refuse('storage');
  return new Refusal({ kind: 'fault', subject: 'booth', code: 'fault' });
}

/** @param {string} code */
export function refuse(code) {
  return new Refusal({ kind: 'service', subject: 'booth', code });
}
