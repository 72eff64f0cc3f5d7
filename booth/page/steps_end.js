/** The ballot is in the box: what is kept of it, and the receipt. */

import { clearKept } from './kept.js';
import { linkReceipt, otherBooth } from './links.js';
import { viewEnded, viewReceipt } from './views_send.js';

/** @typedef {import('./flow.js').Flow} Flow */

/**
 * Keep what the receipt says. Words and ballot go: they are of no more use.
 * @param {Flow} flow
 * @param {{ block: number, tracking: string, ballotHash: string, nodes?: number[],
 *   signed: import('./box_reader.js').Signed, isOther?: boolean }} found
 */
export function finish(flow, { block, tracking, ballotHash, nodes = [], signed, isOther = false }) {
  const { contest, leaf, word } = flow.kept;
  const own = word !== undefined && !isOther ? { word } : {};
  flow.replace({
    contest, leaf, block, tracking, ballotHash, nodes, signed, isOther, ...own,
  });
  flow.screen.warn('');
}

/** @param {Flow} flow */
export function showReceipt(flow) {
  const {
    contest, tracking = '', ballotHash = '', word = '', block = 0, nodes = [], signed = null,
    isOther = false,
  } = flow.kept;
  const booth = otherBooth(flow.opened.booths, location.origin);
  const link = linkReceipt(booth, { contest, tracking, ballotHash, block, nodes });
  const end = () => {
    clearKept();
    flow.state = null;
    flow.helper.stop();
    flow.screen.show('ended', viewEnded);
  };
  flow.screen.show('receipt', () => viewReceipt({
    tracking, word, block, signed, isOther, link, print: () => print(), end,
  }));
}
