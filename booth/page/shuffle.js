/** An order that nobody can foretell: whom to ask first. */

/**
 * Give a list's values in a drawn order.
 * @template T
 * @param {T[]} list
 */
export function shuffle(list) {
  const keyed = list.map((each) => ({ each, key: crypto.getRandomValues(new Uint32Array(1))[0] }));
  return keyed.sort((one, other) => one.key - other.key).map(({ each }) => each);
}
