/** Addresses that this booth gives to other devices and pages: docs/booth.md. */

/** @typedef {{ organisation: string, url: string }} Host */

/**
 * A host of the list that is not the one that serves this page, if there is one: who
 * checks a device asks another host for the page.
 * @param {Host[]} booths
 * @param {string} own origin
 */
export function otherBooth(booths, own) {
  const found = booths.find((each) => new URL(each.url).origin !== own);
  return (found ?? booths[0]).url;
}

/**
 * @param {string} booth
 * @param {{ contest: number, leaf: string }} place
 */
export function linkResume(booth, { contest, leaf }) {
  return `${booth}/#contest=${contest}&leaf=0x${leaf}`;
}

/**
 * @param {string} booth
 * @param {{ contest: number, tracking: string }} about
 * @param {{ choice: number, nonce: string }} [opening] given only when that page has the
 *   tracking code
 */
export function linkCheck(booth, { contest, tracking }, opening) {
  const more = opening ? `&choice=${opening.choice}&nonce=0x${opening.nonce}` : '';
  return `${booth}/check.html#contest=${contest}&code=0x${tracking}${more}`;
}

/**
 * @param {string} booth
 * @param {{ contest: number, tracking: string, ballotHash: string, block: number,
 *   nodes: number[] }} about nodes: whom that page is to ask, by places in services.json
 */
export function linkReceipt(booth, { contest, tracking, ballotHash, block, nodes }) {
  return `${booth}/receipt.html#contest=${contest}&code=0x${tracking}`
    + `&ballot=0x${ballotHash}&block=${block}${nodes.length ? `&nodes=${nodes.join('.')}` : ''}`;
}

/**
 * Read the link on the sheet of words: contest and leaf.
 * @param {string} fragment
 */
export function readResume(fragment) {
  const found = /^#contest=(0|[1-9][0-9]{0,8})&leaf=0x([0-9a-f]{64})$/.exec(fragment);
  return found === null ? null : { contest: Number(found[1]), leaf: found[2] };
}
