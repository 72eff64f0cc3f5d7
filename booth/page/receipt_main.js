/** The page of a receipt begins: by its link, or by a file that was kept. */

import { Screen } from './screen.js';
import { ReceiptFlow } from './receipt_flow.js';
import { readReceiptLink } from '../receipt.js';
import { chooseLanguage, useLanguage } from './texts.js';

await useLanguage(chooseLanguage(navigator.languages));
const flow = new ReceiptFlow(new Screen());
const { hash } = location;
const isBare = hash === '' || hash === '#content';
addEventListener('hashchange', () => { if (location.hash !== '#content') location.reload(); });
flow.start(isBare ? null : readReceiptLink(hash), { isForeign: !isBare && readReceiptLink(hash) === null });
