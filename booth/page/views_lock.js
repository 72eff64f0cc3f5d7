/** What the page of a lock shows. */

import { button, form, h } from './dom.js';
import { t } from './texts.js';
import { textOf } from './texts_lock.js';
import { askPlace, field, input, listWords, typeWords } from './views_begin.js';

/** @typedef {import('./screen.js').View} View */

/**
 * @param {{ make: () => void, have: () => void, withdraw: () => void }} acts
 * @returns {View}
 */
export function viewStart({ make, have, withdraw }) {
  return {
    title: textOf('start_title'),
    body: [
      h('p', null, textOf('start_lead')),
      h('p', { class: 'wrong' }, textOf('start_danger')),
      h(
        'div', { class: 'acts' },
        button(textOf('start_make'), make, { class: 'main' }),
        button(textOf('start_have'), have),
      ),
      h('h2', null, textOf('withdraw_title')),
      h('p', null, textOf('start_withdraw_lead')),
      h('div', { class: 'acts' }, button(textOf('start_withdraw'), withdraw)),
    ],
  };
}

/**
 * @param {{ words: string[], language: string, election: string, booths: string[],
 *   print: () => void, go: () => void }} state
 * @returns {View}
 */
export function viewWords({ words, language, election, booths, print, go }) {
  return {
    title: t('words_title'),
    body: [
      h('p', { class: 'screen-only' }, textOf('words_lead')),
      h('div', { class: 'paper' }, h('p', null, h('strong', null, textOf('paper_title')))),
      h('h2', { id: 'words-list' }, t('words_list')),
      listWords(words, language),
      h(
        'div', { class: 'paper' },
        h('p', null, t('paper_election', { title: election })),
        h('p', null, textOf('paper_use')),
        h('p', null, t('paper_booths')),
        ...booths.map((url) => h('p', { class: 'long' }, url)),
      ),
      h(
        'div', { class: 'acts' },
        button(t('words_print'), print),
        button(t('words_go'), go, { class: 'main' }),
      ),
    ],
  };
}

/**
 * @param {{ typed: string, isWrong: boolean, go: (text: string) => void,
 *   back: () => void }} state
 * @returns {View}
 */
export function viewHave({ typed, isWrong, go, back }) {
  const words = typeWords(typed);
  return {
    title: textOf('have_title'),
    body: [
      h('p', null, textOf('have_lead')),
      form(
        () => go(words.value),
        field({ id: 'words', label: t('resume_words'), wrong: isWrong ? t('bad_words') : '' }, words),
        h(
          'div', { class: 'acts' },
          h('button', { class: 'main' }, textOf('have_go')),
          button(textOf('back'), back),
        ),
      ),
    ],
  };
}

/**
 * @param {{ address: string, election: string, print: () => void, end: () => void }} state
 * @returns {View}
 */
export function viewAddress({ address, election, print, end }) {
  const shown = input({ value: address, readonly: true, class: 'long', onfocus: () => shown.select() });
  return {
    title: textOf('address_title'),
    body: [
      h('p', null, textOf('address_lead')),
      h('p', { class: 'contest', lang: 'ru' }, election),
      field({ id: 'address', label: textOf('address_label') }, shown),
      h('p', null, textOf('address_next')),
      h('p', { class: 'wrong' }, textOf('start_danger')),
      h(
        'div', { class: 'acts' },
        button(textOf('address_end'), end, { class: 'main' }),
        button(t('words_print'), print),
      ),
    ],
  };
}

/**
 * @param {{ contests: { contest: number, title: string }[],
 *   known: { contest: number, leaf: string } | null,
 *   typed: { contest: number, leaf: string, text: string },
 *   wrong: { leaf?: boolean, words?: boolean, other?: boolean },
 *   go: (told: { contest: number, leaf: string, text: string }) => void,
 *   back: (() => void) | null }} state known: by a link, so that it need not be typed
 * @returns {View}
 */
export function viewWithdraw({ contests, known, typed, wrong, go, back }) {
  const bad = wrong.words ? t('bad_words') : '';
  return {
    title: textOf('withdraw_title'),
    body: [
      h('p', null, textOf('withdraw_lead')),
      askPlace({
        contests,
        known,
        typed,
        wrong: { leaf: Boolean(wrong.leaf), words: wrong.other ? textOf('withdraw_other') : bad },
        hint: textOf('withdraw_leaf_hint'),
        name: textOf('withdraw_go'),
        go,
        more: back && button(textOf('back'), back),
      }),
    ],
  };
}

/** @returns {View} */
export function viewAsking() {
  return { title: textOf('asking_title'), body: [h('p', null, textOf('asking'))] };
}

/** @returns {View} */
export function viewSigned() {
  return {
    title: textOf('signed_title'),
    body: [h('p', null, textOf('signed')), h('p', null, textOf('signed_wait'))],
  };
}

/** @returns {View} */
export function viewWithdrawn() {
  return { title: textOf('withdrawn_title'), body: [h('p', null, textOf('withdrawn'))] };
}
