/** Screens from the signed ballot to the receipt. */

import { button, h } from './dom.js';
import { drawQr } from './qr.js';
import { spellTime, t, textFor } from './texts.js';
import { showCode, showWord } from './views_code.js';

/** @typedef {import('./screen.js').View} View */
/**
 * What nodes have the last time that they were asked; away: too few answer.
 * @typedef {import('./box_reader.js').Found | { state: 'away' }} Looked
 */
/**
 * What became of a ballot on its way. closed: when the polls closed, 0 if they did not.
 * @typedef {{ promised: import('./side_b.js').Promised[], refused: import('./side_b.js').Refused[],
 *   closed: number, found: Looked }} Sent
 */

/**
 * @param {{ until: number, now: () => void }} state
 * @returns {View}
 */
export function viewCrowd({ until, now }) {
  return {
    title: t('crowd_title'),
    body: [
      h('p', null, t('crowd', { time: spellTime(until) })),
      h('div', { class: 'acts' }, button(t('crowd_now'), now)),
    ],
  };
}

/** @param {import('./side_b.js').Refused} refused */
export function spellRefused({ organisation, code }) {
  return t('sending_refused', { organisation, reason: t(textFor('r_', code, 'r_other')) });
}

/**
 * Say what nodes have, if it is not simply nothing.
 * @param {Looked} found
 */
export function spellFound(found) {
  if (found.state === 'differ') return t('promised_differ');
  if (found.state === 'shown') return t('promised_shown');
  if (found.state !== 'false') return '';
  return t('promised_false', { organisations: found.liars.join(', ') });
}

/**
 * @param {Sent & { broken: string[] }} sent broken: who had promised the ballot for a time that is over
 * @returns {View}
 */
export function viewSending({ promised, refused, closed, found, broken }) {
  const isBefore = refused.some(({ code }) => code === 'already_promised');
  const isLate = closed > 0;
  return {
    title: t(isLate ? 'closed_title' : isBefore ? 'sending_before_title' : 'sending_title'),
    body: [
      isLate && h('p', { class: 'wrong' }, t('sending_closed', { time: spellTime(closed) })),
      isLate && broken.length > 0 && h('p', null, t('sending_broken', { organisations: broken.join(', ') })),
      !isLate && !isBefore && h('p', { class: 'wrong' }, t('sending')),
      isBefore && h('p', null, t('sending_before')),
      isBefore && h('p', null, t('sending_before_unknown')),
      !isLate && promised.length > 0 && h('p', null, t('sending_one')),
      spellFound(found) && h('p', null, spellFound(found)),
      refused.length > 0 && h('ul', null, ...refused.map((each) => h('li', null, spellRefused(each)))),
      !isLate && !isBefore && h('p', null, t('sending_again')),
    ],
  };
}

/**
 * @param {{ deadline: number, tracking: string, word: string, found: Looked, print: () => void }} state
 *   found: what the nodes had the last time
 * @returns {View}
 */
export function viewPromised({ deadline, tracking, word, found, print }) {
  return {
    title: t('promised_title'),
    body: [
      h('p', null, t('promised', { time: spellTime(deadline) })),
      spellFound(found) && h('p', { class: found.state === 'shown' ? null : 'wrong' }, spellFound(found)),
      showCode(t('sealed_code'), tracking),
      word && h('dl', null, h('dt', null, t('receipt_word')), showWord(word), h('dd', null, t('receipt_word_use'))),
      h('div', { class: 'acts' }, button(t('words_print'), print)),
    ],
  };
}

/**
 * @param {{ tracking: string, word: string, block: number,
 *   signed: import('./box_reader.js').Signed, isOther: boolean, link: string,
 *   print: () => void, end: () => void }} state
 * @returns {View}
 */
export function viewReceipt({ tracking, word, block, signed, isOther, link, print, end }) {
  return {
    title: t('receipt_title'),
    body: [
      h('p', null, t(isOther ? 'receipt_other' : 'receipt_lead')),
      h('p', null, signed ? t('receipt_proven', signed) : t('receipt_shown')),
      isOther && h('p', null, t('receipt_other_unknown')),
      showCode(t('sealed_code'), tracking),
      h(
        'dl', null,
        ...(word ? [
          h('dt', null, t('receipt_word')), showWord(word), h('dd', null, t('receipt_word_use')),
        ] : []),
        h('dt', null, t('receipt_block')), h('dd', null, String(block)),
      ),
      h('p', null, t('receipt_keep')),
      drawQr(link, t('receipt_check')),
      h('p', null, h('a', { href: link }, t('receipt_check'))),
      h('p', { class: 'screen-only' }, t('receipt_save')),
      h(
        'div', { class: 'acts' },
        button(t('receipt_print'), print, { class: 'main' }),
        button(t('receipt_end'), end),
      ),
    ],
  };
}

/** @returns {View} */
export function viewEnded() {
  return { title: t('ended_title'), body: [h('p', null, t('ended'))] };
}
