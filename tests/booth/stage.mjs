/** The booth's flow without a browser: elements, a tab's storage and a worker that answers. */

class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, listeners: {}, children: [], value: '', style: {} });
  }

  setAttribute(key, value) {
    this.attributes[key] = value;
    if (key === 'value') this.value = value;
  }

  addEventListener(key, act) { this.listeners[key] = act; }

  append(...children) { this.children.push(...children); }

  get id() { return this.attributes.id ?? ''; }

  set id(id) { this.attributes.id = id; }

  get text() {
    return this.children.map((each) => (typeof each === 'string' ? each : each.text)).join(' ');
  }

  get all() {
    return [this, ...this.children.flatMap((each) => (typeof each === 'string' ? [] : each.all))];
  }
}

const kept = new Map();
Object.assign(globalThis, {
  document: { createElement: (name) => new Element(name), createElementNS: (_, name) => new Element(name) },
  sessionStorage: {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => kept.set(key, text),
    removeItem: (key) => kept.delete(key),
  },
  location: { origin: 'https://booth.example.org', reload: () => { globalThis.reloads += 1; } },
  reloads: 0,
  addEventListener() {},
  removeEventListener() {},
});
const { setTimeout: begin } = globalThis;
globalThis.setTimeout = (act, wait) => { // who waits for a next look keeps no test waiting
  const timer = begin(act, wait);
  return wait > 1_000 ? timer.unref() : timer;
};
const { Flow } = await import('../../booth/page/flow.js');
const { useLanguage } = await import('../../booth/page/texts.js');
const { Refusal } = await import('../../booth/page/helper.js');
await useLanguage('en');

/** What stands on the page, and what a voter does with it. */
class Screen {
  said = '';

  warning = '';

  name() {}

  warn(warning) { this.warning = warning; }

  show(at, build) {
    Object.assign(this, { at, build, said: '' });
    this.showWrong();
  }

  showWrong() {
    const { title, body } = this.build();
    this.view = new Element('main');
    this.view.append(title, ...body.filter(Boolean));
  }

  refresh() { this.showWrong(); }

  say(spell) { this.said = spell(); }

  hear(spell) { this.said = spell(); }

  hush() { this.said = ''; }

  get text() { return `${this.view.text} ${this.said}`; }

  get buttons() {
    return this.view.all.filter(({ name }) => name === 'button').map(({ text }) => text);
  }

  async press(name) {
    const found = this.view.all.find((each) => each.name === 'button' && each.text === name);
    if (found === undefined) throw new Error(`no button ${name} among ${this.buttons}`);
    const form = this.view.all.find((each) => each.name === 'form' && each.all.includes(found));
    if (found.listeners.click) await found.listeners.click();
    else await form.listeners.submit({ preventDefault() {} });
    await rest();
  }

  type(id, text) { this.view.all.find((each) => each.id === id).value = text; }
}

/** Let what was begun come to its next wait. */
export const rest = () => new Promise((resolve) => { setTimeout(resolve, 5); });

/** Refuse as the worker does. */
export const refuse = (code, { kind = 'service', subject = 'portal' } = {}) => () => {
  throw new Refusal({ kind, subject, code, wait: 0, caseId: '' });
};

export const PAPER = {
  title: 'District 1', candidates: ['One', 'Two'], particulars: ['', ''], told: ['Observer 3'],
};
export const POLLS = { opening: 1, requestsUntil: 7_200, castClosing: 10_800, doubt: 0, times: [5_000, 5_001], behind: 0 };
export const LEAF = '12'.repeat(32);

/**
 * Stand in the booth. answers: of the worker, by its acts; state: what the tab keeps.
 * @returns the flow, its screen, what the worker was asked, and what the tab keeps
 */
export async function stand(answers, { state = null, arrival = { kind: 'bare' } } = {}) {
  kept.clear();
  if (state) kept.set('veche-booth/1', JSON.stringify({ contest: 1, leaf: LEAF, ...state }));
  const screen = new Screen();
  const asked = [];
  const all = {
    open: () => ({
      title: 'Election', test: true, contests: [{ contest: 1, title: 'District 1' }],
      booths: [{ url: 'https://booth.example.org' }], account: 'https://portal.example.org/ballot',
    }),
    enter: () => PAPER,
    draw: () => 'cc'.repeat(16),
    readPolls: () => POLLS,
    findIssuance: () => 'none',
    findLock: () => 'none',
    prepare: () => {},
    spell: () => Array.from({ length: 12 }, (_, at) => `word${at}`),
    ...answers,
  };
  const helper = {
    async begin() {},
    stop() {},
    async ask(act, told) {
      asked.push([act, told]);
      if (!(act in all)) throw new Error(`nobody answers ${act}`);
      return all[act](told);
    },
  };
  const flow = new Flow(helper, screen);
  flow.start(arrival);
  await rest();
  const read = () => JSON.parse(kept.get('veche-booth/1') ?? 'null');
  return { flow, screen, asked, read };
}
