/** The page's end of the worker. */

/** Why the worker could not do what was asked; kinds: service, untrue, fault. */
export class Refusal extends Error {
  /** @param {{ kind: string, subject: string, code: string, wait: number, caseId: string }} told */
  constructor(told) {
    super(`${told.subject}: ${told.code}`);
    this.kind = told.kind;
    this.subject = told.subject;
    this.code = told.code;
    this.wait = told.wait;
    this.caseId = told.caseId;
  }
}

/** @typedef {import('./worker.js').Acts} Acts */

export class Helper {
  #worker;
  #last = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  constructor() {
    this.#worker = new Worker(makeAddress(), { type: 'module' });
    this.ready = new Promise((resolve, reject) => { this.#waiting.set(0, { resolve, reject }); });
    this.#worker.onmessage = ({ data }) => this.#settle(data);
    this.#worker.onerror = () => this.stop();
    this.#worker.onmessageerror = () => this.stop();
  }

  /**
   * Ask the worker; throws Refusal.
   * @template {keyof Acts} Name
   * @param {Name} act
   * @param {Parameters<Acts[Name]>[0]} [asked]
   * @returns {Promise<Awaited<ReturnType<Acts[Name]>>>}
   */
  ask(act, asked) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, act, asked });
    });
  }

  /** End the worker, and with it all that it knows. */
  stop() {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) {
      reject(new Refusal({ kind: 'fault', subject: 'booth', code: 'stopped', wait: 0, caseId: '' }));
    }
    this.#waiting.clear();
  }

  /** @param {{ id: number, answer?: unknown, error?: any }} data */
  #settle({ id, answer, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Refusal(error));
    else waiting?.resolve(answer);
  }
}

/** The one address that this page may make: browsers ask the policy for it. */
function makeAddress() {
  const address = new URL('./worker.js', import.meta.url).href;
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (types === undefined) return address;
  const policy = types.createPolicy('veche-worker', { createScriptURL: () => address });
  return policy.createScriptURL('');
}
