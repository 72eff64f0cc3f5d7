/** The page's end of the worker. */

/** Why the worker could not do what was asked; kinds: service, untrue, fault. */
export class Refusal extends Error {
  /** @param {{ kind: string, subject: string, code: string, wait?: number, caseId?: string }} told */
  constructor({ kind, subject, code, wait = 0, caseId = '' }) {
    super(`${subject}: ${code}`);
    this.kind = kind;
    this.subject = subject;
    this.code = code;
    this.wait = wait;
    this.caseId = caseId;
  }
}

/** @typedef {import('./worker.js').Acts} Acts */

const STOPPED = { kind: 'fault', subject: 'booth', code: 'stopped' };
/** A worker that never came: a module of it could not be fetched. */
const NOT_LOADED = { ...STOPPED, kind: 'service', code: 'not_loaded' };

export class Helper {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Promise<void>} */
  #ready = Promise.resolve();
  #isReady = false;
  #last = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();

  /**
   * Begin, and wait until the worker is there; a new one if the last one ended. Throws
   * Refusal.
   */
  begin() {
    if (this.#worker === null) {
      const worker = new Worker(makeAddress(), { type: 'module' });
      this.#worker = worker;
      this.#isReady = false;
      this.#ready = new Promise((resolve, reject) => { this.#waiting.set(0, { resolve, reject }); });
      worker.onmessage = ({ data }) => this.#settle(data);
      worker.onerror = () => this.#end(this.#isReady ? STOPPED : NOT_LOADED);
      worker.onmessageerror = () => this.#end(STOPPED);
    }
    return this.#ready;
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
      if (this.#worker === null) throw new Refusal(STOPPED);
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, act, asked });
    });
  }

  /** End the worker, and with it all that it knows. */
  stop() {
    this.#end(STOPPED);
  }

  /** @param {typeof STOPPED} why */
  #end(why) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(new Refusal(why));
    this.#waiting.clear();
  }

  /** @param {{ id: number, answer?: unknown, error?: any }} data */
  #settle({ id, answer, error }) {
    if (id === 0) this.#isReady = true;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Refusal(error));
    else waiting?.resolve(answer);
  }
}

/** @type {any} a policy of this name may be made once */
let address = null;

/** The one address that this page may make: browsers ask the policy for it. */
function makeAddress() {
  if (address !== null) return address;
  const { href } = new URL('./worker.js', import.meta.url);
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const policy = types?.createPolicy('veche-worker', { createScriptURL: () => href });
  address = policy?.createScriptURL('') ?? href;
  return address;
}
