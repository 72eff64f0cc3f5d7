/**
 * What the portal hands over in the fragment of the booth's address, and nothing else.
 *
 * Whoever names another election, host or key there gets an error page: all of these
 * come from the signed terms.
 */

import { fromHex } from './bytes.js';
import { BoothError } from './errors.js';

const FORM = /^#contest=(0|[1-9][0-9]{0,8})&leaf=0x([0-9a-f]{64})&ticket=([A-Za-z0-9_-]{43})(&lock=1)?$/;

/**
 * Read `#contest=..&leaf=0x..&ticket=..[&lock=1]` in its one writing; throws BoothError, which quotes
 * nothing, since a ticket is a secret until it is used. The request follows from the
 * leaf before the portal says anything of it: what it then attests must be this leaf.
 * isLocked: the account says that a lock is set, so that its words are asked for first;
 * whether one is stands on the chain.
 * @param {string} fragment with its #, as location.hash gives it
 */
export function readFragment(fragment) {
  const found = FORM.exec(fragment);
  if (found === null || found[0].length !== fragment.length) {
    throw new BoothError('address', 'not as the personal account gives it');
  }
  const [, contest, leaf, ticket, lock] = found;
  return { contest: Number(contest), leaf: fromHex(leaf), ticket, isLocked: lock !== undefined };
}
