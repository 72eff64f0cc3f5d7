/** What a page may say of the right to vote: by what its tab knows, and nothing more. */

/** @typedef {import('./kept.js').Kept} Kept */
/** @typedef {import('./texts.js').TextName} TextName */

/** Refusals after which other words may lead on: these asked for no ballot, or others did. */
const OTHER_WORDS = new Set([
  'other_issued', 'other_request', 'another_request', 'used_ticket', 'not_asked',
]);
/** Refusals that say that something may be issued by now, whatever the chain had before. */
const DOUBTFUL = new Set(['other_request', 'another_request', 'used_ticket', 'not_online']);
/** Refusals for good: who has not voted cannot any more. */
const OVER = new Set(['polls_closed', 'too_late']);

/**
 * Tell whether a voter may go on by typing other words.
 * @param {string} code of a refusal
 * @param {Kept | null} kept
 */
export function mayRetype(code, kept) {
  return kept !== null && kept.record === undefined && OTHER_WORDS.has(code);
}

/**
 * Choose what is said. That the right is not used is known only if the chain had nothing
 * issued on the leaf: with words, another device may have voted meanwhile.
 * @param {string} code of a refusal
 * @param {Kept | null} kept
 * @returns {TextName}
 */
export function chooseRight(code, kept) {
  if (code === 'other_here') return 'right_unsure';
  if (kept?.record !== undefined) return 'ballot_kept';
  if (code === 'other_issued') return 'right_by_words';
  if (OVER.has(code)) return 'right_over';
  return kept?.isFree && !DOUBTFUL.has(code) ? 'right_kept' : 'right_unsure';
}
