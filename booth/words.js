/**
 * The recovery secret as twelve words that a person can write down: BIP-39.
 *
 * 128 bits and the first four of their SHA-256 are twelve numbers of eleven bits, each a
 * place on a list of 2048 words. Two words that changed places, or one that was misread,
 * are noticed fifteen times of sixteen; the rest shows where the secret is used.
 */

import { fromNumber, toNumber } from './bytes.js';
import { BoothError, loading } from './errors.js';
import { RECOVERY_SECRET_BYTES } from './recovery.js';
import { sha256 } from './vendor/@noble/hashes/sha2.js';

/** @typedef {'en' | 'ru'} Language */

const SUBJECT = 'recovery words';
const COUNT = 12;
const WORD_BITS = 11n;
const CHECK_BITS = 4n;

/**
 * Load one of the lists: nobody needs both. Throws NotLoadedError.
 * @param {Language} language
 * @returns {Promise<readonly string[]>}
 */
export async function loadList(language) {
  if (language === 'en') return (await loading(import('./words_english.js'))).ENGLISH;
  return (await loading(import('./words_russian.js'))).RUSSIAN;
}

/**
 * Spell a secret. What is returned is the secret.
 * @param {Uint8Array} secret 16 bytes
 * @param {Language} language
 */
export async function spellWords(secret, language) {
  const list = await loadList(language);
  const all = (toNumber(secret) << CHECK_BITS) | checkOf(secret);
  const last = (1n << WORD_BITS) - 1n;
  return Array.from({ length: COUNT }, (_, at) => (
    list[Number((all >> (WORD_BITS * BigInt(COUNT - 1 - at))) & last)]
  ));
}

/**
 * Read a secret from what a person typed, in either language; throws BoothError, which
 * says the place of a wrong word and quotes none.
 * @param {string} text
 */
export async function readWords(text) {
  const words = spellOnce(text).split(/[^a-zа-я]+/u).filter((word) => word !== '');
  if (words.length !== COUNT) {
    throw new BoothError(SUBJECT, `${words.length} instead of ${COUNT}`);
  }
  const places = await findPlaces(words);
  const all = places.reduce((sum, place) => (sum << WORD_BITS) | BigInt(place), 0n);
  const secret = fromNumber(all >> CHECK_BITS, RECOVERY_SECRET_BYTES);
  if (checkOf(secret) !== (all & ((1n << CHECK_BITS) - 1n))) {
    throw new BoothError(SUBJECT, 'do not fit together: a word is another, or two changed places');
  }
  return secret;
}

/** @param {string[]} words in letters of one language, but for mistakes */
async function findPlaces(words) {
  const russian = words.filter((word) => /[а-я]/u.test(word));
  const list = await loadList(2 * russian.length > words.length ? 'ru' : 'en');
  const places = words.map((word) => list.indexOf(word));
  const wrong = places.indexOf(-1);
  if (wrong >= 0) throw new BoothError(SUBJECT, `word ${wrong + 1} is not on the list`);
  return places;
}

/**
 * The lists have small letters and no ё; whoever numbers the words is understood, too.
 * @param {string} text
 */
function spellOnce(text) {
  return text.normalize('NFKC').toLowerCase().replaceAll('ё', 'е');
}

/** @param {Uint8Array} secret */
function checkOf(secret) {
  return BigInt(sha256(secret)[0]) >> 4n;
}
