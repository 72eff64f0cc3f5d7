/** The verifier's equations of docs/protocol.md §3, one by one; everything is public. */

import { G, K, multiplyPublic } from './group.js';
import { reduceScalar } from './scalar.js';
import { deriveChallenges, slotPowers, sum } from './unit_vector.js';

/** @typedef {import('./group.js').G1Point} G1Point */

/**
 * Check E_A, every E_j and E_Q, all points and scalars being already decoded.
 * @param {import('./unit_vector.js').Statement} statement
 * @param {import('./unit_vector.js').Proof} proof
 */
export function verifyUnitVector(statement, proof) {
  const { keys, ciphertext } = statement;
  const { commitments, nonceResponse: z, slotResponses } = proof;
  if (!hasShape(statement, proof)) return false;
  const { x, beta } = deriveChallenges(statement, commitments);
  // f_L = x - sum f_j, which forces the m_j to add up to 1
  const f = [...slotResponses, reduceScalar(x - sum(slotResponses))];
  const powers = slotPowers(beta, f.length);
  // Q = sum beta_j f_j (x - f_j)
  const quadratic = sum(f.map((each, at) => powers[at] * each * (x - each)));
  return (
    isZero([[G, z], [ciphertext.ephemeral, -x], [commitments.ephemeral, -1n]])
    && keys.every((key, at) => isZero([
      [key, z], [G, f[at]], [ciphertext.slots[at], -x], [commitments.slots[at], -1n],
    ]))
    && isZero([[K, z], [G, quadratic], [commitments.linear, -x], [commitments.constant, -1n]])
  );
}

/**
 * @param {import('./unit_vector.js').Statement} statement
 * @param {import('./unit_vector.js').Proof} proof
 */
function hasShape({ keys, ciphertext }, { commitments, slotResponses }) {
  const lengths = [ciphertext.slots.length, commitments.slots.length, slotResponses.length + 1];
  return !ciphertext.ephemeral.is0() && lengths.every((length) => length === keys.length);
}

/** @param {[G1Point, bigint][]} terms */
function isZero(terms) {
  const products = terms.map(([point, factor]) => (
    factor === -1n ? point.negate() : multiplyPublic(point, factor)
  ));
  return products.reduce((total, point) => total.add(point)).is0();
}
