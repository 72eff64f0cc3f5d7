/** Some of the words are asked back, so that they are written down before they are needed. */

/**
 * Draw which words to ask for: places from 0, in order.
 * @param {number} size how many words there are
 * @param {number} count
 */
export function drawPlaces(size, count) {
  const keys = crypto.getRandomValues(new Uint32Array(size));
  const places = [...keys.keys()].sort((one, other) => keys[one] - keys[other]);
  return places.slice(0, count).sort((one, other) => one - other);
}

/**
 * Tell whether a person typed this word.
 * @param {string} typed
 * @param {string} word
 */
export function isSameWord(typed, word) {
  const spell = (/** @type {string} */ text) => text.trim().toLowerCase().replaceAll('ё', 'е');
  return spell(typed) === spell(word);
}
