/** What the check on a second device shows. */

import { button, h } from './dom.js';
import { t } from './texts.js';
import { textOf } from './texts_check.js';
import { showCode } from './views_code.js';

/** @typedef {import('./screen.js').View} View */

/**
 * @param {{ isForeign: boolean }} state
 * @returns {View}
 */
export function viewBare({ isForeign }) {
  return {
    title: textOf('bare_title'),
    body: [
      isForeign && h('p', { class: 'wrong' }, textOf('bad_link')),
      h('p', null, textOf('bare')),
    ],
  };
}

/**
 * @param {{ tracking: string, contest: string }} state
 * @returns {View}
 */
export function viewNumber({ tracking, contest }) {
  return {
    title: textOf('number_title'),
    body: [
      h('p', null, textOf('number_compare')),
      h('p', null, h('strong', null, textOf('number_next'))),
      h('p', { class: 'contest', lang: 'ru' }, contest),
      showCode(t('sealed_code'), tracking),
    ],
  };
}

/**
 * @param {{ tracking: string, contest: string, name: string, particulars: string,
 *   isSeenBefore: boolean, right: () => void, wrong: () => void }} state
 * @returns {View}
 */
export function viewName({ tracking, contest, name, particulars, isSeenBefore, right, wrong }) {
  return {
    title: textOf('name_title'),
    body: [
      h('p', null, textOf('name_lead')),
      h('p', { class: 'contest', lang: 'ru' }, contest),
      h('div', { class: 'chosen', lang: 'ru' }, h('strong', null, name), h('span', null, particulars)),
      !isSeenBefore && h('p', { class: 'wrong' }, textOf('name_unseen')),
      !isSeenBefore && showCode(t('sealed_code'), tracking),
      h('p', null, textOf('name_ask')),
      h(
        'div', { class: 'acts' },
        button(textOf('name_right'), right, { class: 'main' }),
        button(textOf('name_wrong'), wrong),
      ),
    ],
  };
}

/** @returns {View} */
export function viewDone() {
  return {
    title: textOf('done_title'),
    body: [h('p', null, textOf('done')), h('p', null, textOf('done_next'))],
  };
}

/**
 * @param {{ isOtherChoice: boolean, tracking: string, save: () => void }} state
 * @returns {View}
 */
export function viewMismatch({ isOtherChoice, tracking, save }) {
  return {
    title: textOf('mismatch_title'),
    body: [
      h('p', { class: 'wrong' }, textOf(isOtherChoice ? 'mismatch_name' : 'mismatch_code')),
      isOtherChoice && h('p', null, textOf('mismatch_slip')),
      h('p', null, textOf('mismatch_next')),
      h('p', null, textOf('mismatch_file')),
      showCode(t('sealed_code'), tracking),
      h('div', { class: 'acts' }, button(textOf('mismatch_save'), save, { class: 'main' })),
    ],
  };
}
