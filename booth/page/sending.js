/** From a signed ballot to the box: a crowd, promises of two relays, then what the nodes show. */

import { asRefusal } from './refusals.js';
import { sleep } from './sleep.js';
import { finish } from './steps_end.js';
import { t } from './texts.js';
import { spellRefusal } from './views_error.js';
import { spellFound, spellRefused, viewCrowd, viewPromised, viewSending } from './views_send.js';

const PAUSE = 4_000; // milliseconds between two looks
const LEAST_PROMISES = 2;
/**
 * What is said of a relay that calls the ballot cast, by what the nodes have.
 * @type {Record<string, string>}
 */
const NOT_THERE = { none: 'not_true', shown: 'not_proven', false: 'false_proof' };

/** @typedef {import('./views_send.js').Looked} Looked */

export class Sending {
  /** @type {import('./views_send.js').Sent} */
  #told = { promised: [], refused: [], closed: 0, found: { state: 'none' } };

  /** @param {import('./flow.js').Flow} flow */
  constructor(flow) {
    this.flow = flow;
  }

  /** Send until it is promised, then look until it is final. */
  async run() {
    const { flow } = this;
    this.#showSending();
    while (flow.kept.block === undefined) {
      if ((flow.kept.promised?.length ?? 0) < LEAST_PROMISES) {
        if (flow.kept.first === undefined) await this.#waitForOthers(); // else it may have left
        await this.#send();
      } else await this.#watch();
    }
    await flow.proceed();
  }

  #showSending() {
    const { screen, kept } = this.flow;
    screen.show('sending', () => viewSending({ ...this.#told, broken: kept.broken ?? [] }));
  }

  /** Wait until others may have sent, too, unless the voter does not want to. */
  async #waitForOthers() {
    const { flow } = this;
    let shown = 0;
    let hurry = () => {};
    const hurried = new Promise((resolve) => { hurry = () => resolve(null); });
    while (!flow.kept.isHurried) {
      const { moments: drawn } = flow.kept;
      const asked = { moments: drawn, behind: flow.polls?.behind };
      const plan = await tryAsking(flow, () => flow.helper.ask('crowd', asked));
      const { until, moments } = plan ?? { until: shown, moments: drawn };
      flow.keep({ moments });
      if (until === 0 && plan) return;
      if (until !== shown) {
        shown = until;
        const now = () => {
          flow.keep({ isHurried: true });
          hurry();
        };
        flow.screen.show('crowd', () => viewCrowd({ until, now }));
      }
      await Promise.race([sleep(PAUSE), hurried]);
    }
  }

  /**
   * Send until enough promise it, and look into the box each time: whatever a relay says, or
   * does not say, the ballot may be there.
   */
  async #send() {
    const { flow } = this;
    const { screen, helper } = flow;
    const record = String(flow.kept.record);
    if (flow.kept.first === undefined) flow.keep(await helper.ask('mark'));
    this.#showSending();
    for (;;) {
      const { promised = [] } = flow.kept;
      const sent = await tryAsking(flow, () => helper.ask('send', { record, promised }));
      if (sent !== null) {
        const isBefore = sent.refused.some(({ code }) => code === 'already_promised');
        flow.keep({ promised: sent.promised, isBefore });
        if (sent.promised.length >= LEAST_PROMISES) return;
      }
      const found = await this.#look();
      if (found === null) return;
      const told = { ...this.#told, ...sent, found };
      told.refused = told.refused.map((each) => (
        each.code === 'already_cast' ? { ...each, code: NOT_THERE[found.state] ?? each.code } : each
      ));
      const isNew = JSON.stringify(told) !== JSON.stringify(this.#told);
      this.#told = told;
      if (isNew) { // else who listens to the page is not disturbed
        screen.refresh();
        const spell = () => [spellFound(found), ...told.refused.map(spellRefused)].filter(Boolean).join('. ');
        if (spell()) screen.hear(spell);
      }
      await sleep(PAUSE);
    }
  }

  async #watch() {
    const { flow } = this;
    const { screen } = flow;
    const { promised = [], tracking = '', word = '' } = flow.kept;
    const deadline = Math.min(...promised.map((each) => each.deadline));
    /** @type {Looked} */
    let found = { state: 'none' };
    screen.show('promised', () => viewPromised({
      deadline, tracking, word, found, print: () => print(),
    }));
    for (;;) {
      if (await this.#isLate(deadline)) { // a look may take long
        screen.say(() => t('promised_late'), true);
        flow.keep({ promised: [], broken: promised.map((each) => each.organisation) });
        return;
      }
      const before = JSON.stringify(found);
      const seen = await this.#look();
      if (seen === null) return;
      found = seen;
      if (JSON.stringify(found) !== before) {
        screen.refresh();
        screen.hear(() => spellFound(found));
      }
      await sleep(PAUSE);
    }
  }

  /**
   * Look at the box once; null when the voter's ballot is there, else what nodes show.
   * @returns {Promise<Looked | null>}
   */
  async #look() {
    const { flow } = this;
    const { record, first = 0 } = flow.kept;
    const asked = { record: String(record), first };
    const found = await tryAsking(flow, () => flow.helper.ask('find', asked));
    if (found === null) return { state: 'away' };
    if (!('block' in found)) return found;
    finish(flow, { ...found, isOther: found.state === 'other' });
    return null;
  }

  /** @param {number} deadline */
  async #isLate(deadline) {
    const now = await tryAsking(this.flow, () => this.flow.helper.ask('readTime'));
    return now !== null && now > deadline;
  }
}

/**
 * Ask; what is away is told and comes back, so that null is no reason to stop.
 * @template T
 * @param {import('./flow.js').Flow} flow
 * @param {() => Promise<T>} act
 * @returns {Promise<T | null>}
 */
async function tryAsking(flow, act) {
  try {
    const answer = await act();
    flow.screen.hush();
    return answer;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.kind !== 'service') throw refusal;
    flow.screen.say(() => spellRefusal(refusal), true);
    return null;
  }
}
