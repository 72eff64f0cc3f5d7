/** What shows values, logs and errors show no secret. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { NO_MEMO, PreparedChoice } from '../../booth/ballot.js';
import { CredentialRequest } from '../../booth/blind_credential.js';
import { fromHex } from '../../booth/bytes.js';
import { BoothError } from '../../booth/errors.js';
import { readFragment } from '../../booth/fragment.js';
import { SecretSource } from '../../booth/randomness.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { readBox, readVectors } from './reading.mjs';

const BOX = readBox(Object.values(readVectors('negative/givens').boxes)[0]);
const LEAF = new Uint8Array(32).fill(30);
const secret = new RecoverySecret(new Uint8Array(16).fill(81));
const source = new SecretSource(new Uint8Array(64).fill(7), new Uint8Array(0));
const request = new CredentialRequest(secret, { ctx: BOX.ctx, leaf: LEAF });
const sigma = BOX.electionKeys[0];
const ROOT = new URL('../../booth/', import.meta.url);

test('a value that is shown shows no secret', () => {
  const blinding = secret.deriveBlinding(BOX.ctx, LEAF);
  const { nonce } = new PreparedChoice(1, BOX, source).open();
  const shown = [secret, source, request, request.ballotKey, new PreparedChoice(1, BOX, source)]
    .map((value) => inspect(value, { depth: 9, showHidden: true, maxArrayLength: null }));
  const own = [secret, source, request.ballotKey].map((value) => JSON.stringify(value));
  assert.deepEqual(own, ['{}', '{}', '{}']);
  for (const text of shown) {
    for (const number of [blinding, nonce]) {
      assert.ok(!text.includes(number.toString()) && !text.includes(number.toString(16)));
    }
    assert.ok(!/(81, ){3}|(7, ){3}/.test(text));
  }
});

test('a prepared choice is opened or cast, never both, and once', () => {
  const opened = new PreparedChoice(1, BOX, source);
  opened.open();
  const credential = { ballotKey: request.ballotKey, sigma };
  assert.throws(() => opened.makeBallot(credential, NO_MEMO, source), /opened or cast before/);
  const cast = new PreparedChoice(1, BOX, source);
  cast.makeBallot(credential, NO_MEMO, source);
  assert.throws(() => cast.open(), /opened or cast before/);
  assert.throws(() => cast.makeBallot(credential, NO_MEMO, source), /opened or cast before/);
});

for (const choice of [0, -1, 1.5, 99, '1', null, Number.NaN]) {
  test(`choice ${choice} is nobody's, and is not quoted`, () => {
    assert.throws(() => new PreparedChoice(choice, BOX, source), {
      name: 'BoothError', message: `choice: not in 1..${BOX.electionKeys.length}`,
    });
  });
}

for (const size of [0, 15, 17, 32]) {
  test(`a recovery secret of ${size} bytes is refused unseen`, () => {
    assert.throws(() => new RecoverySecret(new Uint8Array(size).fill(81)), {
      name: 'BoothError', message: `recovery secret: ${size} bytes instead of 16`,
    });
  });
}

const TICKET = 'A'.repeat(42) + '-';
const PLACE = `0x${'3f'.repeat(32)}`;

test('the fragment of a booth is contest, leaf and ticket, and whether there is a lock', () => {
  const told = { contest: 10, leaf: new Uint8Array(32).fill(0x3f), ticket: TICKET };
  const fragment = `#contest=10&leaf=${PLACE}&ticket=${TICKET}`;
  assert.deepEqual(readFragment(fragment), { ...told, isLocked: false });
  assert.deepEqual(readFragment(`${fragment}&lock=1`), { ...told, isLocked: true });
});

for (const [fact, fragment] of [
  ['empty', ''], ['only a mark', '#'], ['no mark', `contest=1&leaf=${PLACE}&ticket=${TICKET}`],
  ['another order', `#contest=1&ticket=${TICKET}&leaf=${PLACE}`],
  ['no leaf', `#contest=1&ticket=${TICKET}`],
  ['a short leaf', `#contest=1&leaf=${PLACE.slice(0, -1)}&ticket=${TICKET}`],
  ['a leaf in capitals', `#contest=1&leaf=0x${'3F'.repeat(32)}&ticket=${TICKET}`],
  ['an election', `#contest=1&leaf=${PLACE}&ticket=${TICKET}&election=0x11`],
  ['a host', `#contest=1&leaf=${PLACE}&ticket=${TICKET}&node=https://evil.test`],
  ['a contest twice', `#contest=1&contest=2&leaf=${PLACE}&ticket=${TICKET}`],
  ['a leading zero', `#contest=01&leaf=${PLACE}&ticket=${TICKET}`],
  ['a sign', `#contest=-1&leaf=${PLACE}&ticket=${TICKET}`],
  ['an escape', `#contest=%31&leaf=${PLACE}&ticket=${TICKET}`],
  ['a blank', `#contest=1 &leaf=${PLACE}&ticket=${TICKET}`],
  ['a short ticket', `#contest=1&leaf=${PLACE}&ticket=${TICKET.slice(1)}`],
  ['another lock', `#contest=1&leaf=${PLACE}&ticket=${TICKET}&lock=0`],
  ['a long ticket', `#contest=1&leaf=${PLACE}&ticket=${TICKET}A`],
  ['a line end', `#contest=1&leaf=${PLACE}&ticket=${TICKET}\n`],
  ['other digits', `#contest=١&leaf=${PLACE}&ticket=${TICKET}`],
  ['many digits', `#contest=1234567890&leaf=${PLACE}&ticket=${TICKET}`],
]) {
  test(`a fragment with ${fact} is refused, and its ticket not quoted`, () => {
    assert.throws(() => readFragment(fragment), (error) => (
      error instanceof BoothError && !error.message.includes(TICKET.slice(1))
    ));
  });
}

for (const text of ['A', 'aa\n', 'AA', '0xaa', 'a', ' aa', 1, null]) {
  test(`hexadecimal has one writing: ${JSON.stringify(text)}`, () => {
    assert.throws(() => fromHex(text), BoothError);
  });
}

test('the quick multiplication is used for nothing but checks of what is public', () => {
  const files = readdirSync(ROOT).filter((name) => /\.m?js$/.test(name));
  const users = (word) => files.filter((name) => readFileSync(new URL(name, ROOT), 'utf8').includes(word));
  assert.deepEqual(users('multiplyUnsafe'), ['group.js']);
  assert.deepEqual(users('multiplyPublic'), ['group.js', 'unit_vector_check.js']);
});

test('the library writes to no console, and draws no randomness of its own', () => {
  for (const name of readdirSync(ROOT).filter((each) => each.endsWith('.js'))) {
    const text = readFileSync(new URL(name, ROOT), 'utf8');
    assert.ok(!/console\.|Math\.random|getRandomValues|randomBytes/.test(text), name);
  }
});

test('everything imports by relative paths, which reach a worker', () => {
  const names = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith('.js'));
  assert.ok(names.length > 30);
  for (const name of names) {
    const text = readFileSync(new URL(name, ROOT), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
    const targets = [...code.matchAll(/^(?:import|export)\b[^'";=(]*?(?:from)?\s*['"]([^'"]+)['"]/gm)];
    assert.ok(targets.length >= code.split(/^import\b/m).length - 1, name);
    for (const [, target] of targets) {
      assert.ok(/^\.\.?\/.*\.js$/.test(target), `${name}: ${target}`);
    }
    assert.ok(!/\bimport\(\s*['"]node:|require\(/.test(code), name);
  }
});
