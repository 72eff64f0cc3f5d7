/** Measure what a voter's device computes: `node booth/bench.mjs [candidates]`. */

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import { NO_MEMO, PreparedChoice, acceptBallot } from './ballot.js';
import { CredentialRequest, acceptCredential } from './blind_credential.js';
import { G, G2, encodeG1, multiply } from './group.js';
import { SecretSource } from './randomness.js';
import { RecoverySecret } from './recovery.js';
import { reduceScalar } from './scalar.js';

const candidates = Number(process.argv[2] ?? 5);
if (!Number.isInteger(candidates) || candidates < 2 || candidates > 16) {
  console.error('bench: error: candidates are 2 to 16');
  process.exit(2);
}

/** @param {() => unknown} act */
function time(act) {
  const from = performance.now();
  act();
  return performance.now() - from;
}

const electionKeys = Array.from({ length: candidates }, (_, at) => multiply(G, BigInt(at + 7)));
const [issuing, slope] = [1234567n, 7654321n];
const box = { ctx: randomBytes(32), electionKeys, credentialKey: multiply(G2, issuing) };
const secret = new RecoverySecret(new Uint8Array(randomBytes(16)));
const request = new CredentialRequest(secret, { ctx: box.ctx, leaf: randomBytes(32) });
const numbers = [1, 2, 3];
const share = (/** @type {number} */ m) => reduceScalar(issuing + slope * BigInt(m));
const answers = new Map(numbers.map((m) => [m, encodeG1(multiply(request.blinded, share(m)))]));
const terms = {
  box, threshold: 2, issuerKeys: new Map(numbers.map((m) => [m, multiply(G2, share(m))])),
};

/** @type {Uint8Array} */
let raw = new Uint8Array();
const credential = { ballotKey: request.ballotKey, sigma: request.unblind(new Map()).add(G) };
function makeBallot() {
  const source = new SecretSource(new Uint8Array(randomBytes(64)), new Uint8Array());
  raw = new PreparedChoice(1, box, source).makeBallot(credential, NO_MEMO, source);
}

const cold = time(makeBallot);
const warm = Array.from({ length: 20 }, () => time(makeBallot)).sort((one, other) => one - other)[10];
const combined = time(() => { credential.sigma = acceptCredential(answers, request, terms).sigma; });
makeBallot();
const accepted = time(() => acceptBallot(raw, box));
for (const [what, took] of Object.entries({
  'encrypt, prove, sign: first': cold,
  'encrypt, prove, sign: median of 20': warm,
  'combine 2 answers, check sigma: first': combined,
  'check the own ballot: first': accepted,
})) console.log(`${what.padEnd(40)} ${took.toFixed(0).padStart(5)} ms`);
