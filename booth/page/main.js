/** The booth's page begins: the fragment leaves the address, and the flow starts. */

import { readFragment } from '../fragment.js';
import { toHex } from '../bytes.js';
import { Flow } from './flow.js';
import { Helper } from './helper.js';
import { readResume } from './links.js';
import { Screen } from './screen.js';
import { chooseLanguage, useLanguage } from './texts.js';

/** @returns {import('./flow.js').Arrival} */
function takeFragment() {
  const { hash, pathname } = location;
  if (hash === '' || hash === '#content') return { kind: 'bare' };
  history.replaceState(null, '', pathname); // a ticket is a secret until it is used
  const known = readResume(hash);
  if (known !== null) return { kind: 'sheet', ...known };
  try {
    const { leaf, ...more } = readFragment(hash);
    return { kind: 'ticket', leaf: toHex(leaf), ...more };
  } catch {
    return { kind: 'foreign' };
  }
}

const arrival = takeFragment();
const helper = new Helper();
helper.begin().catch(() => {}); // it loads beside the words; the flow tells of it
await useLanguage(chooseLanguage(navigator.languages));
const flow = new Flow(helper, new Screen());

// choice and randomness are in the worker: whoever leaves the page leaves them
addEventListener('pagehide', () => helper.stop());
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
// a link that is opened in a tab where the booth stands already
addEventListener('hashchange', () => { if (location.hash !== '#content') location.reload(); });
addEventListener('beforeunload', (event) => { if (flow.isUnsent) event.preventDefault(); });

flow.start(arrival);
