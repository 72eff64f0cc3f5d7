/** The page of a lock begins: bare, or by the link of the account, which names a leaf. */

import { readResume } from './links.js';
import { LockFlow } from './lock_flow.js';
import { Screen } from './screen.js';
import { chooseLanguage, useLanguage } from './texts.js';

const { hash, pathname } = location;
const isBare = hash === '' || hash === '#content';
if (!isBare) history.replaceState(null, '', pathname);
await useLanguage(chooseLanguage(navigator.languages));
const flow = new LockFlow(new Screen());
// words are in this page's memory alone, and go with it
addEventListener('pagehide', () => flow.forget());
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
addEventListener('hashchange', () => { if (location.hash !== '#content') location.reload(); });
const place = isBare ? null : readResume(hash);
flow.start(place, { isForeign: !isBare && place === null });
