/** Screens for who comes before the polls open, or after they closed. */

import { button, h } from './dom.js';
import { isOver } from './polls.js';
import { spellTime, t } from './texts.js';

/** @typedef {import('./polls.js').Polls} Polls */
/** @typedef {import('./screen.js').View} View */

/**
 * @param {Polls} polls
 * @param {() => void} again
 * @returns {View}
 */
export function viewEarly({ opening, requestsUntil }, again) {
  return {
    title: t('early_title'),
    body: [
      h('p', null, t('early', { opening: spellTime(opening), until: spellTime(requestsUntil) })),
      h('div', { class: 'acts' }, button(t('try_again'), again)),
    ],
  };
}

/**
 * For who got no ballot in time, or did not send it.
 * @param {Polls} polls
 * @param {{ isUnsent: boolean, words: () => void, again: () => void }} state isUnsent: a ballot
 *   was got here, and none was sent from here; words: to look for the own ballot by them
 * @returns {View}
 */
export function viewClosed({ requestsUntil, castClosing, doubt, times }, { isUnsent, words, again }) {
  const isVoting = isOver(times, castClosing, doubt) !== true; // of who has a ballot
  const moments = { requests: spellTime(requestsUntil), votes: spellTime(castClosing) };
  return {
    title: t(isVoting ? 'late_title' : 'closed_title'),
    body: [
      h('p', null, t(isVoting ? 'late' : 'closed', moments)),
      isUnsent && h('p', { class: 'wrong' }, t('closed_unsent')),
      h('p', null, `${t('right_over')} ${isVoting ? '' : t('closed_find')}`),
      h('div', { class: 'acts' }, button(t('closed_words'), words, { class: 'main' }), button(t('try_again'), again)),
    ],
  };
}
