/** What the pages beside the booth begin with: the signed files, and a table of texts. */

import { BoothError } from '../errors.js';
import { FILES, acceptPinned } from '../pinned.js';
import { ServiceError, readFile } from './asking.js';
import { button, h } from './dom.js';
import { currentLanguage, t } from './texts.js';

/** @typedef {ReturnType<typeof acceptPinned>} Pinned */

const BASE = new URL('../', import.meta.url);

/**
 * Read and check the signed files of this booth, before anybody is asked; throws
 * BoothError, or ServiceError without a network.
 */
export async function openPinned() {
  const names = Object.entries(FILES);
  const raw = await Promise.all(names.map(([, name]) => readFile(new URL(name, BASE), name)));
  const files = Object.fromEntries(names.map(([key], at) => [key, raw[at]]));
  return acceptPinned(/** @type {Parameters<typeof acceptPinned>[0]} */ (files));
}

/**
 * Make what spells a page's own texts.
 * @template {Record<string, string>} Table
 * @param {Table} ru
 * @param {Record<keyof Table, string>} en
 * @returns {(name: keyof Table & string, values?: Record<string, string | number>) => string}
 */
export function speakBy(ru, en) {
  return (name, values = {}) => (currentLanguage() === 'ru' ? ru : en)[name]
    .replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
}

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

/**
 * Give a text to the person as a file; nothing is sent.
 * @param {string} name
 * @param {string} text
 */
export function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = h('a', { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
