/** Why a page beside the booth cannot go on. */

import { BoothError } from '../errors.js';
import { ServiceError } from './asking.js';
import { button, h } from './dom.js';
import { t } from './texts.js';

/**
 * Say why a page cannot go on, in a sentence.
 * @param {unknown} error
 * @param {() => void} again
 * @returns {import('./screen.js').View}
 */
export function viewStop(error, again) {
  const isAway = error instanceof ServiceError;
  const text = isAway ? t('e_away', { who: t('who_booth') }) : t(nameOf(error));
  return {
    title: t(isAway ? 'pause_title' : 'stop_title'),
    body: [
      h('p', { class: 'wrong' }, text),
      h('div', { class: 'acts' }, button(t('try_again'), again)),
    ],
  };
}

/** @param {unknown} error */
function nameOf(error) {
  if (!(error instanceof BoothError)) return 'e_fault';
  return error.subject === 'address' ? 'e_link' : 'e_files';
}
