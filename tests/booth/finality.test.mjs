/** The light client agrees with Python's verifier on every case and every changed field. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { toHex } from '../../booth/bytes.js';
import { BoothError } from '../../booth/errors.js';
import { acceptProof, decodeProof } from '../../booth/finality/proof_file.js';
import { decode, encodeIndex } from '../../booth/finality/rlp.js';
import { lookUp } from '../../booth/finality/trie.js';
import { verifyProof } from '../../booth/finality/verify.js';
import { hashBytes } from '../../booth/transcript.js';

const FOLDER = new URL('../finality/vectors/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
const judge = (document) => verifyProof(acceptProof(document));
const spell = (document) => new TextEncoder().encode(JSON.stringify(document));

function put(document, path, value) {
  const place = path.slice(0, -1).reduce((inner, key) => inner[key], document);
  place[path.at(-1)] = value;
  return document;
}

for (const { comment, refused, proof, base, path, value } of read('cases')) {
  test(`${refused === null ? 'accepted' : 'refused'}: ${comment}`, () => {
    const document = proof ?? put(read(base), path, value);
    if (refused === null) assert.equal(judge(document).genesis.chainId, 7);
    else assert.throws(() => judge(document), { name: 'BoothError', message: refused });
  });
}

test('what a network proved is proven', () => {
  const [transaction, storage, changes] = ['transaction', 'storage', 'changes']
    .map((name) => verifyProof(decodeProof(readFileSync(new URL(`${name}.json`, FOLDER)))));
  assert.deepEqual(transaction.genesis.names, ['commission', 'party', 'press', 'university']);
  assert.deepEqual([transaction.transaction.receipt.hasSucceeded, transaction.transaction.receipt.logs.length], [true, 1]);
  assert.equal(storage.storage.value, 3n);
  assert.equal(changes.transaction.hash.length, 32);
});

test('a proof of another network is refused', () => {
  const proof = acceptProof(read('storage'));
  const { digest } = verifyProof(proof).genesis;
  assert.ok(verifyProof(proof, digest));
  assert.throws(() => verifyProof(proof, new Uint8Array(32)), /of another network/);
});

for (const [places, fact] of [
  [[0], /other validators/], [[1], /other validators/], [[1, 0], /other validators/],
  [[0, 0, 1], /come after/],
]) {
  test(`changes ${places} are not those that were`, () => {
    const document = read('changes');
    const changes = places.map((place) => document.changes[place]);
    assert.throws(() => judge({ ...document, changes }), fact);
  });
}

function* placesOf(value, path = []) {
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) yield* placesOf(inner, [...path, key]);
  } else if (typeof value === 'number' || String(value).startsWith('0x')) {
    yield { path, value };
  }
}

const changed = (value) => (
  typeof value === 'number' ? value + 1 : value.slice(0, -1) + (value.endsWith('0') ? '1' : '0')
);
const CHANGED = [
  ...Array.from(placesOf(read('transaction')), (each) => ({ base: 'transaction', ...each })),
  ...Array.from(placesOf(read('storage').storage, ['storage']), (each) => ({ base: 'storage', ...each })),
];
for (const { base, path, value } of CHANGED) {
  test(`${base}: ${path.join('.')} cannot be changed`, () => {
    const document = put(read(base), path, changed(value));
    if (path.at(-1) !== 'slot') {
      assert.throws(() => judge(document), BoothError);
      return;
    }
    let proven;
    try {
      proven = judge(document);
    } catch (error) {
      assert.ok(error instanceof BoothError);
      return;
    }
    assert.notEqual(toHex(proven.storage.slot), read(base).storage.slot.slice(2));
  });
}

const TEXTS = {
  nothing: '', deep: '['.repeat(100_000), 'no fields': '{}', null: 'null', list: '[]',
  'another format': '{"format":"veche-proof/2"}',
};
for (const [name, text] of Object.entries(TEXTS)) {
  test(`no proof: ${name}`, () => {
    assert.throws(() => decodeProof(new TextEncoder().encode(text)), BoothError);
  });
}

test('no proof: no text, and too much of it', () => {
  assert.throws(() => decodeProof(Uint8Array.of(0xff)), /is no text/);
  assert.throws(() => decodeProof(new Uint8Array(2 ** 24 + 1)), /has more than/);
});

for (const [path, value] of [
  [['more'], 1], [['changes'], null], [['block'], '0X00'], [['block'], '0x0'], [['block'], '0xAA'],
  [['block'], '0x00\n'], [['genesis'], 7], [['signed', 'round'], 2 ** 31], [['signed', 'round'], 0.5],
  [['signed', 'header', 'height'], 0], [['signed', 'header', 'height'], 2 ** 53],
  [['signed', 'header', 'time', 'nanos'], 10 ** 9], [['signed', 'votes'], {}],
  [['signed', 'header', 'chain'], 'x'.repeat(65)], [['storage', 'slot'], '0x00'], [['receipt'], undefined],
  [['signed', 'header', '__proto__x'], 1],
]) {
  test(`a file is read strictly: ${path.join('.')} ${String(value).slice(0, 9)}`, () => {
    assert.throws(() => decodeProof(spell(put(read('storage'), path, value))), BoothError);
  });
}

for (const power of ['"1e999"', '1e999', '"0"', '"-1"', '10', 'null', '"9007199254740993"']) {
  test(`a power that is none: ${power}`, () => {
    const document = read('storage');
    const genesis = document.genesis.replace('"power": "10"', `"power": ${power}`);
    assert.notEqual(genesis, document.genesis);
    assert.throws(() => judge({ ...document, genesis }), BoothError);
  });
}

const hexed = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
for (const [text, fact] of [
  ['', 'middle of an item'], ['8100', 'too long'], ['817f', 'too long'], ['8180ff', 'behind'],
  ['82ff', 'middle'], ['b800', 'too long'], [`b837${'00'.repeat(55)}`, 'too long'], ['b9', 'middle'],
  ['c1', 'middle'], ['c181', 'middle|longer'], ['c28180', ''], ['c9c8c7c6c5c4c3c2c1c0', 'nested too deep'],
  ['bfffffffffffffffff', 'middle'],
]) {
  test(`rlp ${text.slice(0, 20)}: ${fact || 'is read'}`, () => {
    if (fact === '') assert.ok(decode(hexed(text)));
    else assert.throws(() => decode(hexed(text)), new RegExp(`rlp: .*(${fact})`));
  });
}

test('an index is written as in a block', () => {
  const spelled = [0, 1, 127, 128, 255, 256, 70_000].map((each) => toHex(encodeIndex(each)));
  assert.deepEqual(spelled, ['80', '01', '7f', '8180', '81ff', '820100', '83011170']);
});

test('a trie without a key shows no node', () => {
  const key = Uint8Array.of(1);
  assert.equal(lookUp(hashBytes(Uint8Array.of(0x80)), key, []), null);
  assert.throws(() => lookUp(hashBytes(Uint8Array.of(0x81, 0x80)), key, []), /trie/);
});

for (const node of ['c0', 'c180', 'c3808080', 'c24080', 'c20180']) {
  test(`an odd node ${node} is refused`, () => {
    const raw = hexed(node);
    assert.throws(() => lookUp(hashBytes(raw), Uint8Array.of(1), [raw]), BoothError);
  });
}
