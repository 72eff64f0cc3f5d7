/** Measure how long a proof takes to verify: `node booth/finality/bench.mjs PROOF`. */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { decodeProof } from './proof_file.js';
import { verifyProof } from './verify.js';

const [, , path] = process.argv;
if (path === undefined) {
  console.error('bench: error: name a file that `veche proof` wrote');
  process.exit(2);
}
const raw = readFileSync(path);
const taken = Array.from({ length: 21 }, () => {
  const from = performance.now();
  verifyProof(decodeProof(raw));
  return performance.now() - from;
});
const [first, ...others] = taken;
const median = others.sort((one, other) => one - other)[10];
console.log(`first ${first.toFixed(0)} ms, median of 20 ${median.toFixed(0)} ms`);
