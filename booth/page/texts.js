/** What people read, in their language. */

import { EN } from './texts_en.js';
import { RU } from './texts_ru.js';

/** @typedef {keyof typeof RU} TextName */
/** @typedef {'ru' | 'en'} Language */

const TEXTS = { ru: RU, en: EN };

/** @type {Language} */
let language = 'ru';

export function currentLanguage() {
  return language;
}

/** @param {Language} chosen */
export function useLanguage(chosen) {
  language = chosen;
}

/**
 * Choose by what the browser prefers.
 * @param {readonly string[]} preferred
 */
export function chooseLanguage(preferred) {
  const known = preferred.map((each) => each.slice(0, 2)).find((each) => each in TEXTS);
  return /** @type {Language} */ (known ?? 'en');
}

/**
 * @param {TextName} name
 * @param {Record<string, string | number>} [values]
 */
export function t(name, values = {}) {
  return TEXTS[language][name].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
}

/**
 * @param {string} prefix
 * @param {string} code
 * @param {TextName} otherwise
 * @returns {TextName}
 */
export function textFor(prefix, code, otherwise) {
  const name = `${prefix}${code}`;
  return name in RU ? /** @type {TextName} */ (name) : otherwise;
}

/**
 * Moscow time, since the election's times are told in it.
 * @param {number} seconds since 1970
 */
export function spellTime(seconds) {
  const code = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(code, {
    timeZone: 'Europe/Moscow', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(seconds * 1000)) + t('moscow');
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
