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
