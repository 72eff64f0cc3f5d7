/** Why a page beside the booth cannot go on. */

import { BoothError, NotLoadedError } from '../errors.js';
import { NOT_SERVED, ServiceError } from './asking.js';
import { button, h } from './dom.js';
import { t } from './texts.js';
import { spellRefusal } from './views_error.js';

/**
 * Say why a page cannot go on, in a sentence.
 * @param {unknown} error
 * @param {() => void} again
 * @returns {import('./screen.js').View}
 */
export function viewStop(error, again) {
  const isService = error instanceof ServiceError || error instanceof NotLoadedError;
  return {
    title: t(isService ? 'pause_title' : 'stop_title'),
    body: [
      h('p', { class: 'wrong' }, isService ? spellService(error) : t(nameOf(error))),
      h('div', { class: 'acts' }, button(t(isForeign(error) ? 'to_start' : 'try_again'), again)),
    ],
  };
}

/** @param {unknown} error */
function isForeign(error) {
  return error instanceof BoothError && error.subject === 'address';
}

/** @param {ServiceError | NotLoadedError} error */
function spellService(error) {
  if (error instanceof NotLoadedError) return t('e_not_loaded');
  const { step, code, wait } = error;
  return spellRefusal({ kind: 'service', subject: step, code, wait });
}

/** @param {unknown} error */
function nameOf(error) {
  if (!(error instanceof BoothError)) return 'e_fault';
  if (error.fact === NOT_SERVED) return 'e_not_ready';
  if (error.subject === 'address') return 'e_link';
  if (error.subject === 'node') return 'e_node_untrue';
  return error.subject === 'services.json' && error.fact.startsWith('names too few') ? 'e_services' : 'e_files';
}
