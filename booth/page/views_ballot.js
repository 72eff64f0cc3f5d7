/** The ballot as on paper, and what is done with it. */

import { button, form, h } from './dom.js';
import { drawQr } from './qr.js';
import { spellTime, t } from './texts.js';
import { showCode } from './views_code.js';

/** @typedef {import('./screen.js').View} View */
/** @typedef {{ title: string, candidates: string[], particulars: string[] }} Paper */

/**
 * @param {{ paper: Paper, until: number, choice: number, isNone: boolean, isBack: boolean,
 *   mark: (choice: number) => void, go: () => void }} state until: when the polls close; choice:
 *   0 for none yet; isBack: a sealed ballot is gone
 * @returns {View}
 */
export function viewBallot({ paper, until, choice, isNone, isBack, mark, go }) {
  const rows = paper.candidates.map((name, at) => h(
    'label', { class: 'choice' },
    h('input', {
      type: 'radio', name: 'choice', value: at + 1, checked: choice === at + 1,
      onchange: () => mark(at + 1),
    }),
    h('span', null, h('strong', null, name), h('span', null, paper.particulars[at])),
  ));
  return {
    title: t('ballot_title'),
    body: [
      isBack && h('p', { class: 'wrong' }, t('ballot_back')),
      h('p', { class: 'contest', lang: 'ru' }, paper.title),
      form(
        go,
        h(
          'fieldset', isNone ? { 'aria-describedby': 'none-wrong' } : null,
          h('legend', null, t('ballot_legend')),
          isNone && h('p', { id: 'none-wrong', class: 'wrong' }, t('ballot_none')),
          h('div', { lang: 'ru' }, ...rows),
        ),
        h('p', null, t('ballot_until', { time: spellTime(until) })),
        h('div', { class: 'acts' }, h('button', { class: 'main' }, t('ballot_go'))),
      ),
    ],
  };
}

/**
 * @param {Paper} paper
 * @param {number} choice
 */
function candidate(paper, choice) {
  return h(
    'div', { class: 'chosen', lang: 'ru' },
    h('strong', null, paper.candidates[choice - 1]),
    h('span', null, paper.particulars[choice - 1]),
  );
}

/**
 * @param {{ paper: Paper, choice: number, change: () => void, go: () => void }} state
 * @returns {View}
 */
export function viewReview({ paper, choice, change, go }) {
  return {
    title: t('review_title'),
    body: [
      h('p', null, t('review_chosen')),
      candidate(paper, choice),
      h(
        'div', { class: 'acts' },
        button(t('review_go'), go, { class: 'main' }),
        button(t('review_change'), change),
      ),
    ],
  };
}

/**
 * @param {{ tracking: string, cast: () => void, check: () => void, back: () => void }} state
 * @returns {View}
 */
export function viewSealed({ tracking, cast, check, back }) {
  return {
    title: t('sealed_title'),
    body: [
      h('p', null, t('sealed_lead')),
      showCode(t('sealed_code'), tracking),
      h('p', null, t('sealed_next')),
      h(
        'div', { class: 'acts' },
        button(t('sealed_cast'), cast, { class: 'main' }),
        button(t('sealed_check'), check),
        button(t('sealed_back'), back),
      ),
    ],
  };
}

/** @param {string} link */
function linkOut(link) {
  return h('p', null, h(
    'a', { href: link, target: '_blank', rel: 'noopener noreferrer' }, t('check_link'),
  ));
}

/**
 * @param {{ tracking: string, link: string, go: () => void, back: () => void }} state
 * @returns {View}
 */
export function viewCheck({ tracking, link, go, back }) {
  return {
    title: t('check_title'),
    body: [
      h('p', null, t('check_lead')),
      drawQr(link, t('check_link')),
      linkOut(link),
      h(
        'div', { class: 'acts' },
        button(t('check_go'), go, { class: 'main' }),
        button(t('check_back'), back),
      ),
      showCode(t('sealed_code'), tracking),
    ],
  };
}

/**
 * @param {{ paper: Paper, choice: number, link: string, go: () => void }} state
 * @returns {View}
 */
export function viewOpened({ paper, choice, link, go }) {
  return {
    title: t('opened_title'),
    body: [
      h('p', null, t('opened_lead')),
      candidate(paper, choice),
      drawQr(link, t('check_link')),
      linkOut(link),
      h('p', null, t('opened_bad')),
      h('p', null, t('opened_gone')),
      h('div', { class: 'acts' }, button(t('opened_go'), go, { class: 'main' })),
    ],
  };
}
