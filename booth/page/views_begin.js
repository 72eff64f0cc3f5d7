/** Screens before the request: the way in, the words. */

import { inGroups } from '../lock.js';
import { button, form, h } from './dom.js';
import { drawQr } from './qr.js';
import { t } from './texts.js';

/** @typedef {import('./screen.js').View} View */
/**
 * What is wrong with what was typed: the leaf; how to say it of the words.
 * @typedef {{ leaf?: boolean, words?: '' | import('./texts.js').TextName }} Wrong
 */

/**
 * A field with its label and what is wrong with it.
 * @param {{ id: string, label: string, wrong?: string, hint?: string }} about
 * @param {HTMLElement} field
 */
export function field({ id, label, wrong = '', hint = '' }, field) {
  field.id = id;
  const notes = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ');
  if (notes) field.setAttribute('aria-describedby', notes);
  if (wrong) field.setAttribute('aria-invalid', 'true');
  return h(
    'div', null,
    h('label', { for: id }, label),
    hint && h('p', { id: `${id}-hint` }, hint),
    field,
    wrong && h('p', { id: `${id}-wrong`, class: 'wrong' }, wrong),
  );
}

const PLAIN = {
  type: 'text', autocomplete: 'off', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false',
};

/**
 * @param {Record<string, any>} [more]
 * @returns {HTMLInputElement}
 */
export function input(more = {}) {
  return /** @type {HTMLInputElement} */ (h('input', { ...PLAIN, ...more }));
}

/**
 * A field for the twelve words.
 * @param {string} text what was typed before: one wrong letter is mended, not all retyped
 */
export function typeWords(text) {
  return /** @type {HTMLTextAreaElement} */ (h('textarea', { ...PLAIN, rows: 4 }, text));
}

/**
 * A form for twelve words, and for contest and leaf if no link named them.
 * @param {{ contests: { contest: number, title: string }[],
 *   known: { contest: number, leaf: string } | null,
 *   typed: { contest: number, leaf: string, text: string },
 *   wrong: { leaf: boolean, words: string }, hint?: string, name: string,
 *   go: (typed: { contest: number, leaf: string, text: string }) => void,
 *   more?: HTMLElement | null }} state hint: where the leaf stands; name: of the button
 */
export function askPlace({ contests, known, typed, wrong, hint = '', name, go, more = null }) {
  const contest = /** @type {HTMLSelectElement} */ (h('select', null, ...contests.map((each) => (
    h('option', { value: each.contest, selected: each.contest === typed.contest }, each.title)
  ))));
  const leaf = input({ value: typed.leaf, maxlength: 80 });
  const words = typeWords(typed.text);
  return form(
    () => go({
      contest: known?.contest ?? Number(contest.value),
      leaf: known?.leaf ?? leaf.value,
      text: words.value,
    }),
    !known && field({ id: 'contest', label: t('resume_contest') }, contest),
    !known && field({
      id: 'leaf', label: t('resume_leaf'), hint, wrong: wrong.leaf ? t('bad_leaf') : '',
    }, leaf),
    field({ id: 'words', label: t('resume_words'), wrong: wrong.words }, words),
    h('div', { class: 'acts' }, h('button', { class: 'main' }, name), more),
  );
}

/**
 * The way in: from the account, or with words; those of the lock where one is set.
 * @param {{ contests: { contest: number, title: string }[],
 *   known: { contest: number, leaf: string } | null, unlocked: (() => void) | null,
 *   back: (() => void) | null, wrong: Wrong,
 *   typed: { contest: number, leaf: string, text: string },
 *   resume: (typed: { contest: number, leaf: string, text: string }) => void }} state
 *   known: from a link, so that it need not be typed; unlocked: for who set no lock, if
 *   one is said to be set; back: to what other words led to
 * @returns {View}
 */
export function viewStart({ contests, known, unlocked, back, wrong, typed, resume }) {
  const isLocked = unlocked !== null;
  return {
    title: t(isLocked ? 'locked_title' : known ? 'resume_title' : 'start_title'),
    body: [
      !known && h('p', null, t('start_lead')),
      !known && h('h2', null, t('resume_title')),
      h('p', null, t(isLocked ? 'locked_lead' : 'resume_lead')),
      askPlace({
        contests,
        known,
        typed,
        wrong: { leaf: Boolean(wrong.leaf), words: wrong.words ? t(wrong.words) : '' },
        name: t('resume_go'),
        go: resume,
        more: unlocked ? button(t('locked_none'), unlocked) : back && button(t('words_back'), back),
      }),
      showLost(),
    ],
  };
}

/** What is still possible for who has lost the words; folded. */
function showLost() {
  return h(
    'details', null,
    h('summary', null, t('lost_title')),
    h('p', null, t('lost_not_issued')),
    h('p', null, t('lost_issued')),
    h('p', null, t('lost_sent')),
    h('p', null, t('lost_lock')),
  );
}

/**
 * @param {{ title: string, begin: () => void, have: () => void }} state
 * @returns {View}
 */
export function viewArrive({ title, begin, have }) {
  return {
    title: t('arrive_title'),
    body: [
      h('p', { class: 'contest' }, title),
      h('p', null, t('arrive_lead')),
      h(
        'div', { class: 'acts' },
        button(t('arrive_go'), begin, { class: 'main' }),
        button(t('arrive_have'), have),
      ),
      showLost(),
    ],
  };
}

/**
 * The words in their order, under a heading of the id words-list.
 * @param {string[]} words
 * @param {string} language
 */
export function listWords(words, language) {
  return h(
    'ol', { class: 'words', lang: language, 'aria-labelledby': 'words-list', translate: 'no' },
    ...words.map((word) => h('li', null, word)),
  );
}

/**
 * @param {{ words: string[], language: string, election: string, contest: string, leaf: string,
 *   booths: string[], link: string, time: string, print: () => void, go: () => void,
 *   other: (() => void) | null }} state other: to type others, of words that were typed
 * @returns {View}
 */
export function viewWords(state) {
  const { words, language, election, contest, leaf, booths, link, time, print, go, other } = state;
  return {
    title: t(other ? 'compare_title' : 'words_title'),
    body: [
      h('p', { class: 'screen-only' }, t(other ? 'words_compare' : 'words_lead')),
      h('p', { class: 'screen-only' }, t('words_time', { time })),
      !other && h('p', { class: 'screen-only' }, t('words_hand')),
      h('div', { class: 'paper' }, h('p', null, h('strong', null, t('paper_title')))),
      h('h2', { id: 'words-list' }, t('words_list')),
      listWords(words, language),
      h(
        'div', { class: 'paper' },
        h('p', null, t('paper_election', { title: election })),
        h('p', null, t('paper_contest', { title: contest })),
        h('p', null, t('paper_leaf')),
        h('p', { class: 'long' }, inGroups(leaf)),
        h('p', null, t('paper_booths')),
        ...booths.map((url) => h('p', { class: 'long' }, url)),
        h('p', null, t('paper_qr')),
        drawQr(link, t('paper_qr')),
      ),
      h(
        'div', { class: 'acts' },
        button(t('words_print'), print),
        button(t('words_go'), go, { class: 'main' }),
        other && button(t('type_other'), other),
      ),
    ],
  };
}

/**
 * @param {{ places: number[], typed: string[], wrong: number[],
 *   check: (typed: string[]) => void, again: () => void }} state places: of the words that
 *   are asked for, from 0
 * @returns {View}
 */
export function viewConfirm({ places, typed, wrong, check, again }) {
  const fields = places.map((_, at) => input({ maxlength: 20, value: typed[at] ?? '' }));
  return {
    title: t('confirm_title'),
    body: [
      h('p', null, t('confirm_lead')),
      form(
        () => check(fields.map((each) => each.value)),
        ...places.map((place, at) => field({
          id: `word-${place}`,
          label: t('confirm_word', { number: place + 1 }),
          wrong: wrong.includes(place) ? t('confirm_wrong', { number: place + 1 }) : '',
        }, fields[at])),
        h(
          'div', { class: 'acts' },
          h('button', { class: 'main' }, t('confirm_go')),
          button(t('words_again'), again),
        ),
      ),
    ],
  };
}
