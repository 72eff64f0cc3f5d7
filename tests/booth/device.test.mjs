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
import { splitSides } from '../../booth/page/sides.js';
import { readVectors } from './reading.mjs';

const VECTORS = readVectors('device');

for (const { secret, language, words } of VECTORS.words) {
  test(`words of ${secret} in ${language}`, async () => {
    assert.equal((await spellWords(fromHex(secret), language)).join(' '), words);
    assert.equal(toHex(await readWords(words)), secret);
    const numbered = words.split(' ').map((word, at) => `${at + 1}. ${word.toUpperCase()},`).join('\n');
    assert.equal(toHex(await readWords(numbered)), secret);
    assert.equal(toHex(await readWords(words.normalize('NFD').replace('е', 'ё'))), secret);
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
  test(`words are refused unquoted: ${fact}`, async () => {
    const message = `recovery words: ${fact}`;
    await assert.rejects(readWords(words.join(' ')), { name: 'BoothError', message });
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

test('who was told of the person with other words learns of no ballot', () => {
  const host = (/** @type {string} */ organisation) => ({ organisation, url: '' });
  const observers = ['One', 'Two', 'Three', 'Four', 'Five'];
  const services = /** @type {any} */ ({
    portal: host('Portal'), gateway: host('SMS'), registrar: host('Commission'),
    issuers: [host('Issuer')], relays: observers.slice(0, 3).map(host), nodes: observers.map(host),
  });
  for (let at = 0; at < 32; at += 1) {
    const voter = { secret: new Uint8Array(16).fill(at), threshold: 1 };
    const told = splitSides(services, voter).a.nodes.map(({ organisation }) => organisation);
    const other = { secret: new Uint8Array(16).fill(255 - at), threshold: 1, told };
    const { relays, nodes } = splitSides(services, other).b;
    assert.deepEqual([...relays, ...nodes].filter(({ organisation }) => told.includes(organisation)), []);
    assert.ok(splitSides(services, { ...voter, told: observers }).b.relays.length >= 2); // all were told
  }
});
