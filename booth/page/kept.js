/**
 * What this tab keeps, so that a reload goes on where it was: never choice or
 * randomness. The signed ballot is kept until it is final, byte for byte.
 */

const KEY = 'veche-booth/1';

/**
 * secret, leaf, sigma, record: hex. drawn: a secret that is not the voter's yet, by which the
 * sides are split of who asks for the time. ticket: until it is used. opening, message,
 * attestation: until the request is taken. first: block from which the ballot that was
 * sent can be in the box. moments: drawn once, when it may leave. block: where it is final. signed: how many
 * organisations signed that; null where nobody does. isLocked: the leaf's lock has to
 * sign. until: when both attestations of what was asked are void. broken: who had
 * promised it for a time that is over. isBefore: relays say
 * that they promised another ballot of the voter. told: who was told of the leaf with
 * other words, and so learns of no ballot. isFree: when it was asked last, the chain had
 * nothing issued on the leaf. isTyped: contest and leaf were typed, and may be wrong.
 * isSealed: a ballot was sealed, and is gone with the page.
 * language: of words that were typed. isCompared: they are shown before they get a ballot.
 * @typedef {{ contest: number, leaf: string, secret?: string, drawn?: string,
 *   isWritten?: boolean, ticket?: string, opening?: import('./side_a.js').Opening,
 *   message?: { serial: string, number: string, phoneEnds: string },
 *   attestation?: import('./side_a.js').Attestation, isAsked?: boolean, sigma?: string,
 *   record?: string, tracking?: string, ballotHash?: string, word?: string,
 *   first?: number, moments?: import('./side_b.js').Moments, isHurried?: boolean,
 *   promised?: import('./side_b.js').Promised[], broken?: string[], isBefore?: boolean, block?: number,
 *   isOther?: boolean, isResumed?: boolean, nodes?: number[],
 *   isLocked?: boolean, told?: string[], until?: number, isFree?: boolean, isTyped?: boolean, isSealed?: boolean,
 *   language?: 'ru' | 'en', isCompared?: boolean,
 *   signed?: import('./box_reader.js').Signed }} Kept
 */

/** What a request left behind that has to be asked for anew. */
export const NOT_ASKED = { opening: undefined, message: undefined, attestation: undefined };

/** @returns {Kept | null} */
export function readKept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {Kept} kept */
export function writeKept(kept) {
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

export function clearKept() {
  sessionStorage.removeItem(KEY);
}
