/** Screens while the ballot is asked for. */

import { button, form, h } from './dom.js';
import { t } from './texts.js';
import { field, input } from './views_begin.js';

/** @typedef {import('./screen.js').View} View */

/** @returns {View} */
export function viewAsking() {
  return {
    title: t('asking_title'),
    body: [h('p', null, t('asking')), h('p', null, t('wait'))],
  };
}

/**
 * @param {{ number: string, phoneEnds: string, wrong: string, typed: string, isSentAgain: boolean,
 *   type: (code: string) => void, again: () => void }} state
 * @returns {View}
 */
export function viewCode({ number, phoneEnds, wrong, typed, isSentAgain, type, again }) {
  const [before, after] = t('code_number', { number: '\n' }).split('\n');
  const code = input({ inputmode: 'numeric', maxlength: 9, class: 'code', value: typed });
  return {
    title: t('code_title'),
    body: [
      h('p', { class: 'chosen' }, h('strong', null, before, h('span', { class: 'whole' }, number), after)),
      h('p', null, t('code_lead')),
      phoneEnds && h('p', null, t('code_phone', { ends: phoneEnds })),
      h('p', null, t('code_time')),
      isSentAgain && h('p', null, t('code_sent_again')),
      form(
        () => type(code.value.replace(/\s/g, '')),
        field({ id: 'code', label: t('code_label'), wrong }, code),
        h(
          'div', { class: 'acts' },
          h('button', { class: 'main' }, t('code_go')),
          button(t('code_again'), again),
        ),
      ),
    ],
  };
}

/** @returns {View} */
export function viewIssuing() {
  return {
    title: t('issuing_title'),
    body: [h('p', null, t('issuing')), h('p', null, t('issuing_asked'))],
  };
}
