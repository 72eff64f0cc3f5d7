/** The check on a second device begins; what the first one revealed leaves the address. */

import { CheckFlow } from './check_flow.js';
import { Screen } from './screen.js';
import { chooseLanguage, useLanguage } from './texts.js';

const { hash, pathname } = location;
if (hash !== '') history.replaceState(null, '', pathname);
await useLanguage(chooseLanguage(navigator.languages));
addEventListener('hashchange', () => { if (location.hash !== '#content') location.reload(); });
new CheckFlow(new Screen()).start(hash);
