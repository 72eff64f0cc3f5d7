/** Elements from text; nothing is ever parsed as markup. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Make an element. Properties that begin with on are listeners, others attributes.
 * @param {string} name
 * @param {Record<string, any> | null} [properties]
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((each) => (
    each !== null && each !== undefined && each !== false
  )));
  return element;
}

/**
 * Paragraphs of a text with blank lines between them.
 * @param {string} text
 */
export function paragraphs(text) {
  return text.split('\n\n').map((each) => h('p', null, each));
}

/** @type {Set<() => unknown>} what was pressed, and goes on */
const going = new Set();

/**
 * Act, unless a press before goes on, of a button that was drawn in another language, too.
 * @param {() => unknown} act
 */
async function actOnce(act) {
  if (going.has(act)) return;
  going.add(act);
  try {
    await act();
  } finally {
    going.delete(act);
  }
}

/**
 * @param {string} text
 * @param {() => unknown} act
 * @param {Record<string, any>} [more]
 */
export function button(text, act, more = {}) {
  return h('button', { type: 'button', onclick: () => actOnce(act), ...more }, text);
}

/**
 * A form that is handled here: nothing is ever sent by it.
 * @param {() => unknown} act
 * @param {...Child} children
 */
export function form(act, ...children) {
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    actOnce(act);
  };
  return h('form', { novalidate: true, onsubmit: submit }, ...children);
}
