/** What a receipt's page shows. */

import { toHex } from '../bytes.js';
import { button, form, h } from './dom.js';
import { drawQr } from './qr.js';
import { spellTime, t } from './texts.js';
import { textOf } from './texts_receipt.js';
import { showCode, showWord } from './views_code.js';

/** @typedef {import('./screen.js').View} View */
/** @typedef {import('./proving.js').Said} Said */
/** @typedef {import('../receipt.js').Inclusion} Inclusion */

/** @type {Intl.DateTimeFormatOptions} a receipt is read for years */
const WITH_YEAR = { dateStyle: 'long', timeStyle: 'short' };

/**
 * @param {{ wrong: string, open: (file: File) => void }} state
 * @returns {View}
 */
export function viewStart({ wrong, open }) {
  const field = /** @type {HTMLInputElement} */ (h('input', {
    id: 'file', type: 'file', accept: '.json,application/json',
    'aria-describedby': wrong ? 'file-wrong' : null,
    onchange: () => { if (field.files?.[0]) open(field.files[0]); },
  }));
  return {
    title: textOf('start_title'),
    body: [
      wrong && h('p', { id: 'file-wrong', class: 'wrong', role: 'alert' }, wrong),
      h('p', null, textOf('start_lead')),
      h('label', { for: 'file' }, textOf('start_file')),
      field,
      h('p', null, textOf('secret')),
    ],
  };
}

/** @returns {View} */
export function viewAsking() {
  return { title: textOf('asking_title'), body: [h('p', null, textOf('asking'))] };
}

/**
 * @param {{ claim: import('../receipt.js').Claim, contest: string, said: Said[],
 *   inclusion: Inclusion | null, isKept: boolean, isTrial: boolean, word: string | null,
 *   isWordFalse: boolean, link: string,
 *   tryWord: ((word: string) => void) | null, save: () => void, print: () => void,
 *   again: () => void }} state isTrial: nobody signs this chain, so that no proof comes; word:
 *   of the file
 * @returns {View}
 */
export function viewVerdict(state) {
  const { claim, contest, said, inclusion, word, isWordFalse, link } = state;
  const { title, lead } = judge(state);
  return {
    title,
    body: [
      h('p', inclusion ? null : { class: 'wrong' }, lead),
      h('p', null, textOf('secret')),
      showCode(t('sealed_code'), toHex(claim.trackingCode)),
      h(
        'dl', null,
        h('dt', null, textOf('contest')), h('dd', { lang: 'ru' }, contest),
        h('dt', null, textOf('block')), h('dd', null, String(claim.block)),
        ...(inclusion ? [h('dt', null, textOf('time')), h('dd', null, spellTime(inclusion.time, WITH_YEAR))] : []),
        ...(word ? [
          h('dt', null, textOf('word_file')), showWord(word),
          isWordFalse && h('dd', { class: 'wrong' }, textOf('word_file_false')),
        ] : []),
      ),
      h('h2', null, textOf('nodes')),
      h('ul', null, ...said.map((each) => h('li', null, spellNode(each, state.isTrial)))),
      state.tryWord && askWord(state.tryWord),
      h('h2', null, textOf('keep')),
      h('p', null, textOf('keep_lead')),
      drawQr(link, textOf('qr')),
      h(
        'div', { class: 'acts' },
        button(textOf('save'), state.save, { class: 'main' }),
        button(textOf('print'), state.print),
        button(textOf('again'), state.again),
      ),
    ],
  };
}

/**
 * @param {{ said: Said[], inclusion: Inclusion | null, isKept: boolean, isTrial: boolean,
 *   claim: import('../receipt.js').Claim }} state
 */
function judge({ said, inclusion, isKept, isTrial, claim }) {
  const has = (/** @type {Said['state']} */ state) => said.some((each) => each.state === state);
  if (inclusion !== null) {
    const { signers, validators } = inclusion;
    const lead = textOf(isKept && !has('proven') ? 'proven_kept' : 'proven', { signers, validators });
    return { title: textOf('proven_title'), lead };
  }
  if (has('shown')) {
    return { title: textOf('shown_title'), lead: textOf(isTrial ? 'shown_trial' : 'shown') };
  }
  if (has('missing')) {
    return { title: textOf('missing_title'), lead: textOf('missing', { block: claim.block }) };
  }
  return { title: textOf('away_title'), lead: textOf(has('false') ? 'false' : 'away') };
}

/**
 * @param {Said} said
 * @param {boolean} isTrial
 */
function spellNode({ organisation, state }, isTrial) {
  return `${organisation}: ${textOf(isTrial && state === 'shown' ? 'node_trial' : `node_${state}`)}`;
}

/** @param {(word: string) => void} tryWord */
function askWord(tryWord) {
  const field = /** @type {HTMLInputElement} */ (h('input', {
    id: 'word', type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
  }));
  return h(
    'div', { class: 'screen-only' },
    h('h2', null, textOf('word_title')),
    form(
      () => tryWord(field.value),
      h('label', { for: 'word' }, textOf('word_label')),
      field,
      h('div', { class: 'acts' }, h('button', null, textOf('word_go'))),
    ),
  );
}
