/** What stands on the page now. A screen is made anew whenever the language changes. */

import { button, h } from './dom.js';
import { currentLanguage, t, useLanguage } from './texts.js';

/** @typedef {{ title: string, body: import('./dom.js').Child[] }} View */
/** @typedef {() => View} Build */

export class Screen {
  /** @type {Build} */
  #build = () => ({ title: t('loading_title'), body: [h('p', null, t('loading'))] });
  #isTest = false;
  /** @type {'' | import('./texts.js').TextName} */
  #warning = '';
  #title = '';
  /** @type {() => string} */
  #said = () => '';
  #name = 'loading';

  constructor() {
    this.main = /** @type {HTMLElement} */ (document.querySelector('main'));
    this.header = /** @type {HTMLElement} */ (document.querySelector('header'));
    this.status = /** @type {HTMLElement} */ (document.querySelector('#status'));
    this.skip = /** @type {HTMLElement} */ (document.querySelector('#skip'));
    this.#draw(); // what stood there before was in one language for all
  }

  /**
   * @param {string} title of the election
   * @param {boolean} isTest
   */
  name(title, isTest) {
    this.#title = title;
    this.#isTest = isTest;
    this.#draw();
  }

  /** @param {'' | import('./texts.js').TextName} warning what to say on top of everything */
  warn(warning) {
    if (this.#warning === warning) return;
    this.#warning = warning;
    this.#drawHeader();
  }

  /**
   * Show another screen, and bring the reader to its heading.
   * @param {string} name of the state, for tests and styles
   * @param {Build} build
   */
  show(name, build) {
    this.#name = name;
    this.#build = build;
    this.#draw();
    this.hush();
    const heading = this.main.querySelector('h1');
    heading?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Draw the same screen anew; who reads it is not sent elsewhere. */
  refresh() {
    const { activeElement: at } = document;
    const isInside = at !== null && this.main.contains(at);
    this.#draw();
    if (!isInside) return;
    const same = at.id === '' ? null : document.getElementById(at.id);
    (same ?? this.main.querySelector('h1'))?.focus({ preventScroll: true });
  }

  /** Draw the screen anew with what is wrong, and bring the reader there. */
  showWrong() {
    this.#draw();
    /** @type {HTMLElement | null} */ (this.main.querySelector('[aria-invalid], input'))?.focus();
  }

  /**
   * Say something that readers of the screen hear, and all see.
   * @param {() => string} spell in the language that is spoken then
   * @param {boolean} [isWrong]
   */
  say(spell, isWrong = false) {
    this.#said = spell;
    this.status.className = isWrong ? 'wrong' : '';
    const text = spell();
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  hush() {
    this.say(() => '');
  }

  /**
   * Say something to readers of the screen alone: all others see it on the page.
   * @param {() => string} spell
   */
  hear(spell) {
    this.say(spell);
    this.status.className = 'heard';
  }

  #draw() {
    document.documentElement.lang = currentLanguage();
    this.#drawHeader();
    const { title, body } = this.#build();
    document.title = `${this.#isTest ? `${t('test_short')} · ` : ''}${title} · ${t('booth')}`;
    this.main.dataset.screen = this.#name;
    this.main.replaceChildren(
      h('h1', { tabindex: -1 }, title),
      ...body.filter((each) => each !== null && each !== undefined && each !== false).map((each) => (
        typeof each === 'string' ? document.createTextNode(each) : /** @type {Node} */ (each)
      )),
    );
  }

  /** Draw the same screen in another language, with what was typed in its fields. */
  #translate() {
    /** @type {HTMLInputElement[]} */
    const fields = Array.from(this.main.querySelectorAll('[id]:is(input:not([type="file"]), textarea, select)'));
    const typed = new Map(fields.map(({ id, value }) => [id, value]));
    this.#draw();
    for (const [id, value] of typed) {
      const field = /** @type {HTMLInputElement | null} */ (document.getElementById(id));
      if (field) field.value = value;
    }
    this.status.textContent = this.#said();
  }

  #drawHeader() {
    const other = currentLanguage() === 'ru' ? 'en' : 'ru';
    const change = async () => {
      try {
        await useLanguage(other);
      } catch {
        this.say(() => t('e_not_loaded'), true); // its words
        return;
      }
      this.#translate();
      /** @type {HTMLElement | null} */ (this.header.querySelector('.language'))?.focus();
    };
    this.skip.textContent = t('skip');
    this.header.replaceChildren(...[
      this.#isTest && h('p', { class: 'test' }, t('test_banner')),
      this.#warning && h('p', { class: 'unsent' }, t(this.#warning)),
      h(
        'div', { class: 'name' },
        h('span', this.#title ? { lang: 'ru' } : null, this.#title || t('booth')),
        button(t('other_language'), change, { class: 'language', lang: other }),
      ),
    ].filter((each) => each instanceof Node));
  }
}
