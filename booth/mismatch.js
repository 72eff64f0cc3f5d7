/**
 * What a second device says of an opened ballot, and the file that it keeps if a device
 * lied: docs/booth.md.
 */

import { deriveTrackingCode, encrypt } from './elgamal.js';
import { areEqual, fromHex, toHex } from './bytes.js';
import { decodeScalar, encodeScalar } from './scalar.js';

/** @typedef {import('./ballot.js').Box} Box */
/**
 * choice: from 1; nonce: r.
 * @typedef {{ choice: number, nonce: bigint }} Opening
 */
/** @typedef {{ contest: number, trackingCode: Uint8Array, opening: Opening | null }} CheckLink */

const LINK = /^#contest=(0|[1-9][0-9]{0,8})&code=0x([0-9a-f]{64})(?:&choice=([1-9][0-9]?)&nonce=0x([0-9a-f]{64}))?$/;

/**
 * Read the link of a check, `#contest=..&code=..[&choice=..&nonce=..]`; null for any
 * other fragment. Throws BoothError for an r that is none.
 * @param {string} fragment
 * @returns {CheckLink | null}
 */
export function readCheckLink(fragment) {
  const found = LINK.exec(fragment);
  if (found === null) return null;
  const [, contest, code, choice, nonce] = found;
  const opening = choice === undefined ? null : {
    choice: Number(choice), nonce: decodeScalar(fromHex(nonce, 'nonce')),
  };
  return { contest: Number(contest), trackingCode: fromHex(code), opening };
}

/**
 * Compute the tracking code that an opening has; null if nobody stands in its slot.
 * @param {Opening} opening
 * @param {Box} box
 */
export function recompute({ choice, nonce }, box) {
  if (choice > box.electionKeys.length) return null;
  return deriveTrackingCode(box.ctx, encrypt(choice, box.electionKeys, nonce));
}

/**
 * Write what a device revealed and what follows from it. The ballot is thrown away, so
 * that its choice is nobody's vote. Nobody signed it: it shows what was seen here.
 * @param {{ election: string, chainId: number, link: CheckLink, box: Box, booth: string,
 *   isSeenBefore: boolean, isOtherChoice: boolean, time: number }} seen time: Unix seconds;
 *   booth: the origin of the page that checked
 */
export function encodeMismatch({ link, box, ...seen }) {
  const { contest, trackingCode, opening } = link;
  const code = opening === null ? null : recompute(opening, box);
  return `${JSON.stringify({
    format: 'veche-mismatch/1',
    election: seen.election,
    chain_id: seen.chainId,
    contest,
    ctx: `0x${toHex(box.ctx)}`,
    tracking_code: `0x${toHex(trackingCode)}`,
    choice: opening?.choice ?? null,
    nonce: opening && `0x${toHex(encodeScalar(opening.nonce))}`,
    recomputed_code: code && `0x${toHex(code)}`,
    agrees: code !== null && areEqual(code, trackingCode),
    seen_before: seen.isSeenBefore,
    voter_chose_another: seen.isOtherChoice,
    checked_at: seen.booth,
    time: seen.time,
  }, null, 1)}\n`;
}
