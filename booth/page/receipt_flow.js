/** From a receipt to what it proves. */

import { fromHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import {
  decodeReceipt, encodeReceipt, spellReceiptLink, verifyControlWord, verifyInclusion,
} from '../receipt.js';
import { saveFile } from './save_file.js';
import { askTwo } from './proving.js';
import { otherBooth } from './links.js';
import { openPinned } from './signed_files.js';
import { textOf } from './texts_receipt.js';
import { viewAsking, viewStart, viewVerdict } from './views_receipt.js';
import { viewStop } from './views_stop.js';

/** @typedef {import('../receipt.js').Claim} Claim */
/** @typedef {import('./signed_files.js').Pinned} Pinned */
/** @typedef {import('./proving.js').Said} Said */
/**
 * What is known of a receipt. kept: what its file proves without a network.
 * @typedef {{ claim: Claim, nodes: number[], word: string | null,
 *   kept: import('../receipt.js').Inclusion | null, proof: unknown }} Held
 */

const LARGEST = 20_000_000; // bytes of a file

export class ReceiptFlow {
  /** @type {Pinned | null} */
  #pinned = null;

  /** @param {import('./screen.js').Screen} screen */
  constructor(screen) {
    this.screen = screen;
  }

  get #opened() {
    return /** @type {Pinned} */ (this.#pinned);
  }

  /**
   * @param {ReturnType<typeof import('../receipt.js').readReceiptLink>} link
   * @param {{ isForeign: boolean }} address
   */
  async start(link, { isForeign }) {
    await this.#attempt(async () => {
      this.#pinned = await openPinned();
      const { election } = this.#pinned;
      this.screen.name(election.title, election.test);
      if (isForeign) this.#showStart(textOf('bad_link'));
      else if (link === null) this.#showStart('');
      else await this.#verify({ ...link, word: null, kept: null, proof: null });
    });
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    try {
      await act();
    } catch (error) {
      this.screen.show('stop', () => viewStop(error, () => location.reload()));
    }
  }

  /** @param {string} wrong */
  #showStart(wrong) {
    this.screen.show('start', () => viewStart({
      wrong, open: (file) => this.#attempt(() => this.#open(file)),
    }));
  }

  /** @param {File} file */
  async #open(file) {
    try {
      if (file.size > LARGEST) throw new BoothError('receipt', 'is too large');
      const { services } = this.#opened;
      const receipt = decodeReceipt(await file.text());
      const { claim, nodes, word, proof } = receipt;
      if (receipt.election !== services.election || receipt.chainId !== services.chain_id) {
        this.#showStart(textOf('other_election'));
        return;
      }
      await this.#verify({ claim, nodes, word, proof, kept: this.#readKept(claim, proof) });
    } catch (error) {
      if (!(error instanceof BoothError)) throw error;
      this.#showStart(textOf(error.subject === 'receipt' ? 'bad_file' : 'false_file'));
    }
  }

  /**
   * @param {Claim} claim
   * @param {unknown} proof
   */
  #readKept(claim, proof) {
    const { services, terms } = this.#opened;
    if (proof === null || services.genesis_hash === null) return null;
    return verifyInclusion(proof, claim, {
      contest: terms.contest(claim.contest),
      chainId: services.chain_id,
      genesisHash: fromHex(services.genesis_hash, 'services.json'),
    });
  }

  /** @param {Held} held */
  async #verify(held) {
    this.screen.show('asking', viewAsking);
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
    const said = await askTwo(this.#opened, held.claim, held.nodes);
    this.#showVerdict(held, said);
  }

  /**
   * @param {Held} held
   * @param {Said[]} said
   */
  #showVerdict(held, said) {
    const { services, terms } = this.#opened;
    const { claim, nodes } = held;
    const proven = said.find(({ state }) => state === 'proven');
    const inclusion = proven?.inclusion ?? held.kept;
    const ballot = inclusion?.ballot ?? said.find((each) => each.ballot)?.ballot ?? null;
    const proof = proven?.proof ?? (held.kept ? held.proof : null);
    const save = () => saveFile(`veche-receipt-${claim.contest}-${claim.block}.json`, encodeReceipt({
      election: services.election, chainId: services.chain_id, claim, nodes, proof, word: held.word,
    }));
    const booth = otherBooth(services.booths, location.origin);
    const { word } = held; // as it came; what is typed is not shown as the file's
    /** @param {string} typed */
    const tryWord = (typed) => {
      const plain = typed.toLowerCase().replaceAll('ё', 'е').split(/[\s,.;]+/u).filter(Boolean).join(' ');
      const holds = ballot !== null && verifyControlWord(ballot, plain);
      if (holds) held.word = plain;
      this.screen.say(() => textOf(holds ? 'word_right' : 'word_wrong'), !holds);
    };
    this.screen.show('verdict', () => viewVerdict({
      claim,
      contest: terms.titles.find((each) => each.contest === claim.contest)?.title ?? '',
      said,
      inclusion,
      isKept: held.kept !== null,
      isTrial: services.genesis_hash === null,
      word,
      isWordFalse: word !== null && ballot !== null && !verifyControlWord(ballot, word),
      link: `${booth}/receipt.html${spellReceiptLink(claim, nodes)}`,
      tryWord: ballot === null ? null : tryWord,
      save,
      print: () => print(),
      again: () => this.#attempt(() => this.#verify(held)),
    }));
  }
}
