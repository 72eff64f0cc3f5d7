/** Every value of tests/vectors/veche1.json that a voter's device computes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deriveBallotHash, deriveMemo, verifyAudit } from '../../booth/ballot.js';
import { hashCredential, lagrangeCoefficients, verifyShare } from '../../booth/blind_credential.js';
import { fromHex, toHex } from '../../booth/bytes.js';
import { deriveTrackingCode, encrypt } from '../../booth/elgamal.js';
import { G2, INFINITY, K, encodeG1, invertScalar, multiply } from '../../booth/group.js';
import { deriveChallenges, proveUnitVector } from '../../booth/unit_vector.js';
import { verifyUnitVector } from '../../booth/unit_vector_check.js';
import { number, point, readVectors } from './reading.mjs';

const VECTORS = readVectors('veche1');
const BALLOTS = [...VECTORS.ballots, ...VECTORS.batch.ballots];
const spell = (p) => toHex(encodeG1(p));

function prove(vector) {
  const keys = vector.H.map(point);
  const nonce = number(vector.r);
  const choice = vector.choice_1_based;
  const statement = {
    ctx: fromHex(vector.ctx),
    keys,
    credential: fromHex(vector.cred),
    ciphertext: encrypt(choice, keys, nonce),
  };
  const masks = [vector.s, ...vector.a.slice(0, -1)].map(number);
  return { statement, choice, nonce, proof: proveUnitVector(statement, { choice, nonce, masks }) };
}

test('K is computed from its name', () => assert.equal(spell(K), VECTORS.K));

for (const [at, vector] of BALLOTS.entries()) {
  test(`ballot ${at}: every point, hash and response is the vector's`, () => {
    const { statement, proof } = prove(vector);
    const { commitments } = proof;
    const challenges = deriveChallenges(statement, commitments);
    const memo = fromHex(vector.memo);
    assert.deepEqual({
      A: spell(statement.ciphertext.ephemeral),
      B: statement.ciphertext.slots.map(spell),
      h_ct: toHex(deriveTrackingCode(statement.ctx, statement.ciphertext)),
      beta: challenges.beta,
      C: spell(commitments.linear),
      A_prime: spell(commitments.ephemeral),
      B_prime: commitments.slots.map(spell),
      D: spell(commitments.constant),
      h_x: toHex(challenges.digest),
      x: challenges.x,
      z: proof.nonceResponse,
      f: proof.slotResponses,
      h_b: toHex(deriveBallotHash(challenges, proof, { memo, seq: 0n })),
    }, {
      A: vector.A, B: vector.B, h_ct: vector.h_ct, beta: number(vector.beta),
      C: vector.C, A_prime: vector.A_prime, B_prime: vector.B_prime, D: vector.D,
      h_x: vector.h_x, x: number(vector.x), z: number(vector.z), f: vector.f.map(number),
      h_b: vector.h_b,
    });
    if (vector.control_word !== null) {
      assert.equal(toHex(deriveMemo(statement.credential, vector.control_word)), vector.memo);
    }
  });

  test(`ballot ${at}: its proof verifies, and no response or commitment changed`, () => {
    const { statement, proof } = prove(vector);
    const { commitments, nonceResponse, slotResponses } = proof;
    assert.ok(verifyUnitVector(statement, proof));
    const twins = [
      { ...proof, nonceResponse: nonceResponse + 1n },
      { ...proof, slotResponses: slotResponses.with(0, slotResponses[0] + 1n) },
      { ...proof, slotResponses: [...slotResponses, 0n] },
      ...['linear', 'ephemeral', 'constant'].map((name) => (
        { ...proof, commitments: { ...commitments, [name]: commitments[name].add(K) } })),
      { ...proof, commitments: { ...commitments, slots: commitments.slots.toReversed() } },
    ];
    for (const twin of twins) assert.ok(!verifyUnitVector(statement, twin));
  });

  test(`ballot ${at}: opened, it is this choice and no other`, () => {
    const { statement, choice, nonce } = prove(vector);
    const box = { ctx: statement.ctx, electionKeys: statement.keys, credentialKey: G2 };
    const code = fromHex(vector.h_ct);
    for (let each = 1; each <= vector.L; each += 1) {
      assert.equal(verifyAudit(code, { choice: each, nonce }, box), each === choice);
    }
    assert.ok(!verifyAudit(code, { choice, nonce: nonce + 1n }, box));
  });
}

test('the credential is made of the vector', () => {
  const vector = VECTORS.credential;
  const rho = number(vector.rho);
  const P = hashCredential(fromHex(vector.ctx), fromHex(vector.cred));
  assert.equal(spell(P), vector.P);
  assert.equal(spell(multiply(P, rho)), vector.M_blinded);
  const issuers = Object.keys(vector.S).map(Number);
  const lambda = lagrangeCoefficients(issuers);
  let total = INFINITY;
  for (const issuer of issuers) {
    const share = point(vector.S[issuer]);
    const key = multiply(G2, number(vector.shares[issuer]));
    assert.ok(verifyShare(share, point(vector.M_blinded), key));
    assert.ok(!verifyShare(share.add(K), point(vector.M_blinded), key));
    assert.equal(lambda.get(issuer), number(vector.lambda_[issuer]));
    total = total.add(multiply(share, lambda.get(issuer)));
  }
  assert.equal(spell(multiply(total, invertScalar(rho))), vector.sigma);
});
