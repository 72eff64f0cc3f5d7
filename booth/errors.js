/** One error for whatever came from outside and does not hold; it never carries a secret. */

/** A subject and one fact about it, as `EncodingError` and its like in the Python library. */
export class BoothError extends Error {
  /**
   * @param {string} subject what was looked at
   * @param {string} fact what is wrong with it
   */
  constructor(subject, fact) {
    super(`${subject}: ${fact}`);
    this.name = 'BoothError';
    this.subject = subject;
    this.fact = fact;
  }
}

/** A part of the program did not come: nothing is wrong with it, and it may come later. */
export class NotLoadedError extends Error {
  name = 'NotLoadedError';
}

/**
 * Import what is not needed at once; throws NotLoadedError.
 * @template T
 * @param {Promise<T>} module
 * @returns {Promise<T>}
 */
export function loading(module) {
  return module.catch(() => { throw new NotLoadedError('a module did not load'); });
}
