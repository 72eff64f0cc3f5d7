/** What people compare: a ballot's code, and the control words. */

import { inGroups } from '../lock.js';
import { h } from './dom.js';

/**
 * A ballot's code in groups of four, under what it is called.
 * @param {string} label
 * @param {string} code
 */
export function showCode(label, code) {
  return h(
    'div', { class: 'tracking' },
    h('p', null, h('strong', null, label)),
    h('p', { class: 'long', translate: 'no' }, inGroups(code)),
  );
}

/** @param {string} word from either list */
export function showWord(word) {
  return h('dd', { lang: /[а-я]/u.test(word) ? 'ru' : 'en', translate: 'no' }, word);
}
