/** Every value of tests/vectors/device.json: words, locks, fingerprints, leaves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromHex, toHex } from '../../booth/bytes.js';
import { deriveLeaf, hashVoter } from '../../booth/leaf.js';
import { deriveLockHash, inGroups, spellFingerprint } from '../../booth/lock.js';
import { verifyPath } from '../../booth/merkle.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { recoverSigner } from '../../booth/signature.js';
import { readWords, spellWords } from '../../booth/words.js';
import { readVectors } from './reading.mjs';

const VECTORS = readVectors('device');

for (const { secret, language, words } of VECTORS.words) {
  test(`words of ${secret} in ${language}`, () => {
    assert.equal(spellWords(fromHex(secret), language).join(' '), words);
    assert.equal(toHex(readWords(words)), secret);
    const numbered = words.split(' ').map((word, at) => `${at + 1}. ${word.toUpperCase()},`).join('\n');
    assert.equal(toHex(readWords(numbered)), secret);
    assert.equal(toHex(readWords(words.normalize('NFD').replace('е', 'ё'))), secret);
  });
}

const GOOD = VECTORS.words[1].words.split(' ');
const WRONG = [
  [GOOD.slice(1), '11 instead of 12'],
  [[...GOOD, GOOD[0]], '13 instead of 12'],
  [[], '0 instead of 12'],
  [GOOD.with(4, 'абзацц'), 'word 5 is not on the list'],
  [GOOD.with(4, 'zoo'), 'word 5 is not on the list'],
  [GOOD.with(0, GOOD[11]).with(11, GOOD[0]), 'do not fit together: a word is another, or two changed places'],
];
for (const [words, fact] of WRONG) {
  test(`words are refused unquoted: ${fact}`, () => {
    const message = `recovery words: ${fact}`;
    assert.throws(() => readWords(words.join(' ')), { name: 'BoothError', message });
  });
}

for (const { secret, election_id: id, address } of VECTORS.locks) {
  test(`lock of ${secret}`, () => {
    const key = new RecoverySecret(fromHex(secret)).deriveLockKey(fromHex(id));
    assert.equal(toHex(key.address), address);
    const digest = new Uint8Array(32).fill(3);
    assert.equal(toHex(recoverSigner(digest, key.sign(digest))), address);
  });
}

for (const { hash, fingerprint, ...hexed } of VECTORS.fingerprints) {
  test(`fingerprint ${fingerprint}`, () => {
    const [ctx, leaf, subject] = [hexed.ctx, hexed.leaf, hexed.subject].map((each) => fromHex(each));
    const request = { ctx, leaf, subject, action: hexed.action, nonce: hexed.nonce };
    assert.equal(toHex(deriveLockHash(request)), hash);
    assert.equal(spellFingerprint(request), fingerprint);
  });
}

for (const { voter_id: id, salt, voter, leaf, ...place } of VECTORS.leaves) {
  test(`leaf of ${id}`, () => {
    const hashed = hashVoter(id, fromHex(salt));
    assert.equal(toHex(hashed), voter);
    const electionId = fromHex(place.election_id);
    assert.equal(toHex(deriveLeaf({ ...place, electionId, voter: hashed })), leaf);
  });
}

test('a way of one leaf is empty, and a place is a whole number', () => {
  const leaf = new Uint8Array(32);
  assert.ok(verifyPath(leaf, leaf, { index: 0, size: 1, path: [] }));
  assert.ok(!verifyPath(leaf, leaf, { index: 0.5, size: 1, path: [] }));
  assert.ok(!verifyPath(leaf, leaf, { index: 0, size: Number.NaN, path: [] }));
});

test('groups are of four', () => assert.equal(inGroups('0123456789'), '0123 4567 89'));
