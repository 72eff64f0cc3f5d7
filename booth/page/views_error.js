/** What went wrong, in one sentence; whether the right to vote is used up; what next. */

import { NOT_SERVED } from './asking.js';
import { button, h } from './dom.js';
import { spellWait, t, textFor } from './texts.js';

/** @typedef {import('./helper.js').Refusal} Refusal */
/** @typedef {import('./texts.js').TextName} TextName */

/** @type {Record<string, TextName>} */
const UNTRUE = {
  'services.json': 'e_files',
  'election.json': 'e_files',
  'signatures.json': 'e_files',
  'terms.json': 'e_files',
  signature: 'e_attestation_untrue',
  attestation: 'e_attestation_untrue',
  portal: 'e_portal_untrue',
  registrar: 'e_registrar_untrue',
  notice: 'e_gateway_untrue',
  gateway: 'e_gateway_untrue',
  credential: 'e_issuers_untrue',
  issuers: 'e_issuers_untrue',
  node: 'e_node_untrue',
  ballot: 'e_ballot_untrue',
  address: 'e_link',
};

/** @type {Set<string>} */
const TO_PORTAL = new Set([
  'unknown_ticket', 'expired_ticket', 'logged_out', 'not_attested', 'not_asked', 'bad_attestation',
  'not_brought',
]);
/** @type {Set<string>} */
const TO_SUPPORT = new Set([
  'used_ticket', 'too_many', 'no_phone', 'not_online', 'too_late', 'polls_closed', 'not_true',
]);

/** Whether the browser itself knows of no network. */
function isOffline() {
  return globalThis.navigator?.onLine === false;
}

/**
 * Say in a sentence why something did not work.
 * @param {Pick<Refusal, 'kind' | 'subject' | 'code' | 'wait'>} refusal
 */
export function spellRefusal({ kind, subject, code, wait }) {
  const who = t(textFor('who_', subject, 'who_booth'));
  if (kind === 'fault') return t('e_fault');
  if (code === 'away' && isOffline()) return t('e_offline'); // no service is to blame
  if (kind === 'untrue') {
    if (code === NOT_SERVED) return t('e_not_ready');
    if (subject.startsWith('contest')) return t('e_files');
    if (subject === 'services.json' && code.startsWith('names too few')) return t('e_services');
    return t(UNTRUE[subject] ?? 'e_untrue');
  }
  return t(textFor('e_', code, 'e_refused'), { who, wait: spellWait(wait) });
}

/**
 * @param {Refusal} refusal
 * @param {{ right: TextName, account: string, again: () => void, words: (() => void) | null }} state
 *   right: what is said of the right to vote; account: address of the personal account;
 *   words: to type other ones
 * @returns {import('./screen.js').View}
 */
export function viewRefusal(refusal, { right, account, again, words }) {
  const { kind, code, wait, caseId } = refusal;
  const isFinal = kind === 'untrue';
  /** @type {TextName | null} */
  let next = null;
  if (TO_PORTAL.has(code)) next = 'next_portal';
  else if (TO_SUPPORT.has(code) || kind === 'untrue') next = 'next_support';
  const isBooth = kind === 'untrue'
    && [t('e_files'), t('e_not_ready')].includes(spellRefusal(refusal));
  if (isBooth) next = 'next_other_booth';
  return {
    title: t(isFinal ? 'stop_title' : 'pause_title'),
    body: [
      h('p', { class: 'wrong' }, spellRefusal(refusal)),
      h('p', null, t(right)),
      next && h('p', null, t(next)),
      next === 'next_portal' && account && h(
        'p', null, h('a', { href: account, rel: 'noreferrer' }, t('to_account')),
      ),
      wait > 0 && h('p', null, t('next_wait', { wait: spellWait(wait) })),
      caseId && h('p', null, t('case', { id: caseId })),
      h(
        'div', { class: 'acts' },
        words && button(t('type_other'), words, { class: 'main' }),
        button(t(code === 'foreign' ? 'to_start' : 'try_again'), again),
      ),
    ],
  };
}
