/** The gateway says for which request it sent a message, under which serial: §6. */

import { areEqual } from './bytes.js';
import { BoothError } from './errors.js';
import { recoverSigner } from './signature.js';
import { TAGS, hashFields, hashWord, textWord, uintWord } from './transcript.js';

/**
 * A message about one request; subject: its h_req; time: Unix seconds.
 * @typedef {{ ctx: Uint8Array, leaf: Uint8Array, subject: Uint8Array, time: number,
 *   serial: string }} Notice
 */

/**
 * Derive what the SMS gateway signs about a message.
 * @param {Notice} notice
 */
export function deriveNoticeHash({ ctx, leaf, subject, time, serial }) {
  return hashFields(
    TAGS.notice, hashWord(ctx), hashWord(leaf), hashWord(subject), uintWord(time),
    textWord(serial),
  );
}

/**
 * Accept a notice of this gateway; throws BoothError.
 * @param {Notice} notice
 * @param {import('./signature.js').Signature} signature
 * @param {Uint8Array} gateway its address
 */
export function acceptNotice(notice, signature, gateway) {
  if (!Number.isSafeInteger(notice.time) || notice.time < 0) {
    throw new BoothError('notice', 'time is no time');
  }
  if (!areEqual(recoverSigner(deriveNoticeHash(notice), signature), gateway)) {
    throw new BoothError('notice', 'signed by another key or about another act');
  }
  return notice;
}
