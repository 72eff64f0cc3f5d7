/** The check on a second device begins; what the first one revealed leaves the address. */

import { CheckFlow } from './check_flow.js';
import { Screen } from './screen.js';
import { chooseLanguage, useLanguage } from './texts.js';

useLanguage(chooseLanguage(navigator.languages));
const { hash, pathname } = location;
if (hash !== '') history.replaceState(null, '', pathname);
addEventListener('hashchange', () => { if (location.hash !== '#content') location.reload(); });
new CheckFlow(new Screen()).start(hash);
