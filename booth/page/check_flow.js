/** On a second device: first the number, then what is inside, then whether both agree. */

import { areEqual, toHex } from '../bytes.js';
import { encodeMismatch, readCheckLink, recompute } from '../mismatch.js';
import { saveFile } from './save_file.js';
import { isSeen, keepSeen } from './seen.js';
import { openPinned } from './signed_files.js';
import { viewBare, viewDone, viewMismatch, viewName, viewNumber } from './views_check.js';
import { viewStop } from './views_stop.js';

/** @typedef {import('../mismatch.js').CheckLink} CheckLink */

export class CheckFlow {
  /** @param {import('./screen.js').Screen} screen */
  constructor(screen) {
    this.screen = screen;
  }

  /** @param {string} fragment */
  async start(fragment) {
    try {
      const pinned = await openPinned();
      this.screen.name(pinned.election.title, pinned.election.test);
      const link = readLink(fragment);
      if (link === null) {
        const isForeign = fragment !== '' && fragment !== '#content';
        this.screen.show('bare', () => viewBare({ isForeign }));
      } else {
        this.#check(link, pinned);
      }
    } catch (error) {
      this.screen.show('stop', () => viewStop(error, () => location.reload()));
    }
  }

  /**
   * @param {CheckLink} link
   * @param {import('./signed_files.js').Pinned} pinned
   */
  #check(link, pinned) {
    const contest = pinned.terms.contest(link.contest);
    const { trackingCode, opening } = link;
    const tracking = toHex(trackingCode);
    if (opening === null) {
      keepSeen(tracking);
      this.screen.show('number', () => viewNumber({ tracking, contest: contest.terms.title }));
      return;
    }
    const isSeenBefore = isSeen(tracking);
    /** @param {boolean} isOtherChoice */
    const mismatch = (isOtherChoice) => {
      const save = () => saveFile('veche-mismatch.json', encodeMismatch({
        election: pinned.services.election,
        chainId: pinned.services.chain_id,
        link,
        box: contest.box,
        booth: location.origin,
        isSeenBefore,
        isOtherChoice,
        time: Math.floor(Date.now() / 1000),
      }));
      this.screen.show('mismatch', () => viewMismatch({ isOtherChoice, tracking, save }));
    };
    const code = recompute(opening, contest.box);
    if (code === null || !areEqual(code, trackingCode)) {
      mismatch(false);
      return;
    }
    const at = opening.choice - 1;
    this.screen.show('name', () => viewName({
      tracking,
      contest: contest.terms.title,
      name: contest.terms.candidates[at],
      particulars: contest.terms.particulars[at],
      isSeenBefore,
      right: () => this.screen.show('done', viewDone),
      wrong: () => mismatch(true),
    }));
  }
}

/** @param {string} fragment */
function readLink(fragment) {
  try {
    return readCheckLink(fragment);
  } catch {
    return null; // an r that is none
  }
}
