/** Tracking codes that this device saw before they were opened: public, kept for a day. */

const NAME = 'veche-seen';
const MOST = 20;
const LIFETIME = 86_400_000; // milliseconds

/** @typedef {{ code: string, time: number }} Seen */

/** @returns {Seen[]} */
function readSeen() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    const now = Date.now();
    return Array.isArray(found) ? found.filter((each) => now - each?.time < LIFETIME) : [];
  } catch {
    return []; // a browser that keeps nothing
  }
}

/** @param {string} code */
export function keepSeen(code) {
  const others = readSeen().filter((each) => each.code !== code);
  try {
    localStorage.setItem(NAME, JSON.stringify([...others, { code, time: Date.now() }].slice(-MOST)));
  } catch {
    // then the page says that it did not see the number before
  }
}

/** @param {string} code */
export function isSeen(code) {
  return readSeen().some((each) => each.code === code);
}
