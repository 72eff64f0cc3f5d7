/** What people read, in their language: the words of one are fetched, not of both. */

/** @typedef {typeof import('./texts_ru.js').RU} Texts */
/** @typedef {keyof Texts} TextName */
/** @typedef {'ru' | 'en'} Language */

/** @type {Record<Language, () => Promise<Texts>>} */
const LOAD = {
  ru: async () => (await import('./texts_ru.js')).RU,
  en: async () => /** @type {Texts} */ ((await import('./texts_en.js')).EN),
};

/** @type {Language} */
let language = 'ru';
/** @type {Texts} */
let texts;

export function currentLanguage() {
  return language;
}

/**
 * Speak a language from now on; before its words are there, nothing changes.
 * @param {Language} chosen
 */
export async function useLanguage(chosen) {
  texts = await LOAD[chosen]();
  language = chosen;
}

/**
 * Choose by what the browser prefers.
 * @param {readonly string[]} preferred
 */
export function chooseLanguage(preferred) {
  const known = preferred.map((each) => each.slice(0, 2)).find((each) => each in LOAD);
  return /** @type {Language} */ (known ?? 'en');
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
}

/**
 * @param {TextName} name
 * @param {Record<string, string | number>} [values]
 */
export function t(name, values = {}) {
  return fill(texts[name], values);
}

/**
 * @param {string} prefix
 * @param {string} code
 * @param {TextName} otherwise
 * @returns {TextName}
 */
export function textFor(prefix, code, otherwise) {
  const name = `${prefix}${code}`;
  return name in texts ? /** @type {TextName} */ (name) : otherwise;
}

/** Moscow time, since the election's times are told in it. */
const MOSCOW = /** @type {const} */ ({ timeZone: 'Europe/Moscow', hourCycle: 'h23' });

/**
 * Spell a moment, in Moscow.
 * @param {number} seconds since 1970
 * @param {Intl.DateTimeFormatOptions} [form]
 */
export function spellTime(seconds, form = {
  day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit',
}) {
  const code = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(code, { ...MOSCOW, ...form }).format(new Date(seconds * 1000))
    + t('moscow');
}

/**
 * Spell how long to wait, in minutes: what a person can see on a clock.
 * @param {number} seconds
 */
export function spellWait(seconds) {
  const count = Math.max(1, Math.ceil(seconds / 60));
  const form = new Intl.PluralRules(language).select(count);
  return t(/** @type {TextName} */ (`minutes_${form}`), { count });
}

/**
 * Make what spells a page's own texts.
 * @template {Record<string, string>} Table
 * @param {Table} ru
 * @param {Record<keyof Table, string>} en
 * @returns {(name: keyof Table & string, values?: Record<string, string | number>) => string}
 */
export function speakBy(ru, en) {
  return (name, values = {}) => fill((currentLanguage() === 'ru' ? ru : en)[name], values);
}
