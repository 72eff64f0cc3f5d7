/** What a service may say to the booth: words of its own, and so much of them. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { deriveNoticeHash } from '../../booth/notice.js';
import { WORDS, askJson } from '../../booth/page/asking.js';
import { askAgain } from '../../booth/page/side_a.js';
import { EN } from '../../booth/page/texts_en.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { encodeSignature } from '../../booth/signature.js';
import { toHex } from '../../booth/bytes.js';

const SERVICES = new URL('../../services/', import.meta.url);
const OF = {
  attestations: 'portal', issues: 'gateway', code: 'gateway', check: 'gateway',
  requests: 'registrar', withdrawals: 'registrar', ballots: 'relay',
};
/** Words after which the page acts, and shows no sentence. */
const SILENT = ['unknown_serial', 'set_aside'];
const ALL = Object.keys(EN).filter((name) => /^[er]_/.test(name)).map((name) => name.slice(2));

/** Have whoever is asked answer this. */
const answerBy = (body, options) => { globalThis.fetch = async () => new Response(body, options); };

/** Ask, and give what was refused. */
async function ask(question, said, headers = {}) {
  answerBy(JSON.stringify(said), { status: 409, headers });
  return askJson('portal', `https://any.example.org/${question}?context=1`).then(
    () => assert.fail('was not refused'), (error) => error,
  );
}

for (const [question, name] of Object.entries(OF)) {
  test(`${question} is refused with words of the ${name}, and with no others`, async () => {
    const own = WORDS[question].split(' ');
    const source = [`${name}/`, 'shell/'].flatMap((folder) => readdirSync(new URL(folder, SERVICES))
      .filter((file) => file.endsWith('.py'))
      .map((file) => readFileSync(new URL(`${folder}${file}`, SERVICES), 'utf-8'))).join('');
    for (const word of own) {
      assert.ok(source.includes(`"${word}"`), `${word} is no word of the ${name}`);
      assert.ok(ALL.includes(word) || SILENT.includes(word), `${word} has no sentence`);
      assert.equal((await ask(question, { code: word })).code, word);
    }
    for (const word of [...ALL, 'away', 'length', '', 7, null, [own[0]]].filter((each) => !own.includes(each))) {
      assert.equal((await ask(question, { code: word })).code, 'refused', String(word));
    }
  });
}

test('who is asked for an answer has no words', async () => {
  for (const question of ['', 'answers/1/0x12', 'constructor', 'toString']) {
    assert.equal((await ask(question, { code: 'polls_closed' })).code, 'refused');
  }
});

test('a case is six characters as services draw them, a wait whole seconds of an hour', async () => {
  assert.equal((await ask('issues', { case: '7KQ2M9' })).caseId, '7KQ2M9');
  for (const told of ['VOTE_VOID_CALL_8_800', '7KQ2M', '7KQ2M99', '7kq2m9', 'OIL018', 7, null]) {
    assert.equal((await ask('issues', { case: told })).caseId, '', String(told));
  }
  const waits = { 60: 60, 3_600: 3_600, 3_601: 3_600, '1e308': 0, ['9'.repeat(400)]: 3_600, '-5': 0, '1.5': 0 };
  for (const [told, wait] of Object.entries(waits)) {
    assert.equal((await ask('issues', {}, { 'Retry-After': told })).wait, wait, told);
  }
});

test('a message has the number of a serial as the gateway draws it', async () => {
  const key = new RecoverySecret(new Uint8Array(16).fill(81)).deriveLockKey(new Uint8Array(32));
  const [ctx, leaf, subject] = [1, 2, 3].map((each) => new Uint8Array(32).fill(each));
  const device = {
    ctx, leaf, request: { subject }, signers: { gateway: key.address },
    services: { gateway: { url: 'https://gateway.example.org' } },
  };
  const say = (serial, message) => {
    const signature = key.sign(deriveNoticeHash({ ctx, leaf, subject, time: 9, serial }));
    answerBy(JSON.stringify({ serial, message, time: 9, statement: `0x${toHex(encodeSignature(signature))}` }));
    return askAgain(device, serial, 'en');
  };
  assert.equal((await say('A-47-7qk2m9xdhw3c', 'A-47')).number, 'A-47');
  const wrong = [
    ['A-47-7qk2m9xdhw3c', 'A'], ['A-47-7qk2m9xdhw3c', 'A-47-7'], ['\u3164', '\u3164'],
    ['ГОЛОСУЧТЁНЗВОНИ8800', 'ГОЛО'], ['А-47-7qk2m9xdhw3c', 'А-47'], ['A-07-7qk2m9xdhw3c', 'A-07'],
    ['A-47-7qk2m9xdhw3c1', 'A-47'], ['A-47-7qk2m9xdhw3', 'A-47'], ['A-47-7qk2m9xdhw30', 'A-47'],
    ['A-47-7qk2m9xdhw3c', ['A-47']],
  ];
  for (const [serial, message] of wrong) {
    await assert.rejects(say(serial, message), /another message/, `${serial} ${message}`);
  }
});

test('an answer is read to the bound, whatever its header says', async () => {
  let given = 0;
  let isCancelled = false;
  const part = new Uint8Array(1 << 20);
  const endless = new ReadableStream({
    pull(to) {
      given += 1;
      if (given > 200) to.close();
      else to.enqueue(part);
    },
    cancel() { isCancelled = true; },
  });
  answerBy(endless, { headers: { 'Content-Length': '10', 'Content-Encoding': 'gzip' } });
  await assert.rejects(askJson('node', 'https://node.example.org'), { code: 'too_much' });
  assert.ok(isCancelled && given < 75, String(given));
});
