/** Before a step that the polls have to be open for: whether they are, by two organisations. */

import { isOver } from './polls.js';
import { asRefusal, refuse } from './refusals.js';
import { finish } from './steps_end.js';
import { showOther, showStart } from './steps_words.js';
import { spellRefusal } from './views_error.js';
import { viewClosed, viewEarly } from './views_polls.js';

/** @typedef {import('./flow.js').Flow} Flow */

/**
 * Tell whether a step cannot be taken now; then it is said why. Where nobody knows, services
 * are asked, and refuse.
 * @param {Flow} flow
 * @param {'requestsUntil' | 'castClosing'} end of what comes next
 */
export async function isShut(flow, end) {
  const polls = await flow.helper.ask('readPolls');
  flow.polls = polls;
  const again = () => flow.attempt(() => flow.enter());
  if (isOver(polls.times, polls.opening) === false) {
    flow.screen.show('early', () => viewEarly(polls, again));
    return true;
  }
  if (isOver(polls.times, polls[end], polls.doubt) !== true) return false;
  let unknown = () => '';
  try {
    if (flow.kept.isAsked && await hasVoted(flow)) {
      await flow.proceed();
      return true;
    }
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.kind !== 'service') throw refusal;
    unknown = () => spellRefusal(refusal); // the polls are closed all the same
  }
  const { contest, leaf, secret, sigma } = flow.kept;
  const words = () => (secret === undefined ? showStart(flow, { contest, leaf }) : showOther(flow, again));
  flow.screen.show('closed', () => viewClosed(polls, { isUnsent: sigma !== undefined, words, again }));
  flow.screen.say(unknown, true);
  return true;
}

/**
 * Look into the box for a ballot that another device sent by the same words; it is kept.
 * @param {Flow} flow
 */
export async function hasVoted(flow) {
  const found = await flow.helper.ask('find', { record: null, first: 0 });
  if (found.state === 'differ') throw refuse('nodes_differ');
  if (found.state === 'false') throw refuse('false_proof');
  if (found.state === 'shown') throw refuse('not_proven');
  if (!('block' in found)) return false;
  finish(flow, { ...found, isOther: true });
  return true;
}
