/** Where a voter gets to, and out of, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseRight } from '../../booth/page/right.js';
import { Helper } from '../../booth/page/helper.js';
import { LEAF, POLLS, refuse, rest, stand } from './stage.mjs';

const SECRETS = { right: 'aa'.repeat(16), wrong: 'bb'.repeat(16) };
const readWords = ({ text }) => SECRETS[text];
const TYPED = { secret: SECRETS.wrong, isWritten: true, isResumed: true };

test('wrong words that fit are typed anew, and nothing of them is kept', async () => {
  let now = '';
  const answers = {
    readWords,
    enter: ({ secret }) => { now = secret; return { title: '', told: [`told by ${secret[0]}`] }; },
    findIssuance: () => (now === SECRETS.right ? 'own' : 'other'),
    collect: () => new Promise(() => {}),
  };
  const { screen, read } = await stand(answers, { state: { ...TYPED, until: 1, ticket: 'T' } });
  assert.ok(screen.text.includes('issued to you already, but with other words'));
  assert.ok(!screen.text.includes('right to vote is not used up'));
  await screen.press('Type other words');
  assert.equal(read().secret, SECRETS.wrong); // until others are typed
  await screen.press('Back');
  assert.ok(screen.text.includes('with other words'));
  await screen.press('Type other words');
  screen.type('words', 'right');
  await screen.press('Go on');
  assert.equal(screen.at, 'issuing');
  const { secret, isAsked, told, until } = read();
  assert.deepEqual({ secret, isAsked, told, until }, {
    secret: SECRETS.right, isAsked: true, told: ['told by b'], until: undefined,
  });
});

test('the same words typed again lose nothing', async () => {
  const { screen, read } = await stand({ readWords, findIssuance: () => 'none', attest: refuse('other_request') }, {
    state: { ...TYPED, secret: SECRETS.right, ticket: 'T', isCompared: true, first: 7 },
  });
  assert.ok(screen.text.includes('Another request'));
  await screen.press('Type other words');
  screen.type('words', 'right');
  await screen.press('Go on');
  assert.equal(read().first, 7);
  assert.equal(read().ticket, 'T');
});

test('words that were typed are compared with the sheet before they get a ballot', async () => {
  const { screen, asked } = await stand({}, { state: { ...TYPED, ticket: 'T' } });
  assert.equal(screen.at, 'words');
  assert.ok(screen.text.includes('Compare these words with your sheet'));
  assert.ok(screen.buttons.includes('Type other words'));
  assert.ok(!asked.some(([act]) => act === 'attest'));
});

test('where contest and leaf were typed, they are mended with the words', async () => {
  const { screen } = await stand({ readWords }, { state: { ...TYPED, isTyped: true } });
  assert.ok(screen.text.includes('No ballot was asked for with these words yet'));
  assert.ok(screen.view.all.some(({ attributes }) => attributes.href === 'https://portal.example.org/ballot'));
  await screen.press('Type other words');
  assert.equal(screen.view.all.find(({ id }) => id === 'leaf').value, LEAF);
});

test('a link of nobody leads back to where the voter was', async () => {
  const { screen } = await stand({}, { arrival: { kind: 'foreign' } });
  assert.equal(screen.at, 'stopped');
  await screen.press('To the beginning');
  assert.equal(screen.at, 'start');
});

test('wrong words of a lock are called so', async () => {
  const { screen } = await stand({ findLock: () => 'other' }, { state: { ...TYPED, ticket: 'T' } });
  assert.equal(screen.at, 'locked');
  assert.ok(screen.text.includes('These are not the words of your lock'));
});

test('a ballot is signed once, however often it has to be kept', async () => {
  let count = 0;
  const answers = {
    encrypt: () => 'cd'.repeat(32),
    sign: () => { count += 1; return { record: '01', ballotHash: '02', word: 'one two' }; },
    crowd: () => ({ until: 0, moments: [1, 2] }),
    mark: () => ({ first: 0 }),
    send: refuse('untrue', { kind: 'untrue', subject: 'node' }),
  };
  const { screen } = await stand(answers, { state: { secret: SECRETS.right, isWritten: true, sigma: '03' } });
  screen.view.all.find(({ attributes }) => attributes.value === '1').listeners.change();
  await screen.press('Next');
  await screen.press('This is right');
  await screen.press('Cast the ballot');
  assert.equal(screen.at, 'stopped');
  assert.ok(screen.text.includes('Your ballot is kept on this page'));
  await screen.press('Try again');
  assert.ok(screen.text.includes('Your ballot is kept on this page'));
  assert.equal(count, 1);
});

test('a part that did not load is no fault of the booth, and is asked for again', async () => {
  let isDown = true;
  const prepare = () => { if (isDown) refuse('not_loaded', { subject: 'booth' })(); };
  const { screen } = await stand({ prepare }, { state: { secret: SECRETS.right, isWritten: true, sigma: '03' } });
  assert.equal(screen.at, 'paused');
  assert.ok(screen.text.includes('A part of the booth did not load'));
  isDown = false;
  await screen.press('Try again');
  assert.equal(screen.at, 'ballot');
});

test('a worker that did not load is begun anew, one that broke off is a fault', async () => {
  const workers = [];
  globalThis.Worker = class {
    constructor() { workers.push(this); }

    terminate() { this.isOver = true; }

    postMessage({ id }) { this.onmessage({ data: { id, answer: id } }); }
  };
  const helper = new Helper();
  const begun = helper.begin();
  workers[0].onerror();
  await assert.rejects(begun, { kind: 'service', code: 'not_loaded' });
  assert.ok(workers[0].isOver);
  await assert.rejects(helper.ask('open'), { kind: 'fault' });
  const again = helper.begin();
  workers[1].onmessage({ data: { id: 0 } });
  await again;
  assert.equal(await helper.ask('open'), 2);
  workers[1].postMessage = () => workers[1].onerror();
  await assert.rejects(helper.ask('open'), { kind: 'fault' });
  helper.begin();
  assert.equal(workers.length, 3);
});

test('who comes back to a sealed ballot is told that it is gone', async () => {
  const state = { secret: SECRETS.right, isWritten: true, sigma: '03' };
  const { screen, read } = await stand({ encrypt: () => 'cd'.repeat(32), forget() {} }, { state });
  assert.ok(!screen.text.includes('opened anew'));
  screen.view.all.find(({ attributes }) => attributes.value === '1').listeners.change();
  await screen.press('Next');
  await screen.press('This is right');
  const { screen: again } = await stand({}, { state: read() }); // a reload
  assert.ok(again.text.includes('The page was opened anew. The sealed ballot is deleted'));
  await screen.press('Go back and choose again');
  assert.ok(!screen.text.includes('opened anew'));
});

const ASKED = { opening: { nonce: 1 }, message: { serial: 'A-47-x', number: 'A-47', phoneEnds: '67' } };
const CODE = { ...TYPED, ticket: 'T', ...ASKED };

test('a code that was typed stays when it was refused, or nobody answered', async () => {
  const { screen } = await stand({ typeCode: refuse('away', { subject: 'gateway' }) }, { state: CODE });
  screen.type('code', '12 34 56');
  await screen.press('Send the code');
  assert.ok(screen.text.includes('SMS service'));
  assert.equal(screen.view.all.find(({ id }) => id === 'code').value, '123456');
});

test('where nobody knows the message, another one is asked for', async () => {
  const answers = {
    typeCode: refuse('unknown_serial'),
    askForCode: () => ({ serial: 'B-12-y', number: 'B-12', phoneEnds: '67' }),
  };
  const { screen } = await stand(answers, { state: CODE });
  screen.type('code', '123456');
  await screen.press('Send the code');
  assert.ok(screen.text.includes('B-12'));
});

test('where the browser knows of no network, no service is blamed', async () => {
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  const { screen } = await stand({ findIssuance: refuse('away') }, { state: { ...TYPED, ticket: 'T' } });
  assert.ok(screen.text.includes('There is no connection to the internet'));
  delete globalThis.navigator;
});

const SENT = { secret: SECRETS.right, isWritten: true, sigma: '03', record: '01', first: 0, moments: [1, 2] };
const PROMISED = [{ organisation: 'One', deadline: 600 }];
const BOXED = { state: 'own', block: 7, tracking: '05', ballotHash: '06', record: '01', nodes: [], signed: null };

test('a ballot that one relay promised and cast is told as cast, whatever the others do', async () => {
  const answers = { send: () => ({ promised: PROMISED, refused: [{ organisation: 'Two', code: 'away' }], closed: 0 }), find: () => BOXED };
  const { screen, asked } = await stand(answers, { state: SENT });
  assert.equal(screen.at, 'receipt');
  assert.ok(!asked.some(([act]) => act === 'crowd')); // it left before
});

const ANSWERS = ['late_promise', 'false_promise', 'other_time', 'away', 'refused', 'polls_closed', 'polls_open', 'too_much'];
for (const code of ANSWERS) {
  test(`a ballot in the box is told as cast where relays answer ${code}`, async () => {
    const refused = ['One', 'Two'].map((organisation) => ({ organisation, code }));
    const answers = { send: () => ({ promised: [], refused, closed: 0 }), find: () => BOXED };
    const { screen, asked } = await stand(answers, { state: SENT });
    assert.equal(screen.at, 'receipt');
    assert.ok(!asked.some(([act]) => act === 'crowd')); // it may have left before the page was opened anew
  });
}

test('a ballot in the box is told as cast where nothing could be sent', async () => {
  const { screen } = await stand({ send: refuse('away', { subject: 'node' }), find: () => BOXED }, { state: SENT });
  assert.equal(screen.at, 'receipt');
});

test('who calls a ballot cast is not called a liar where no node answers', async () => {
  const refused = [{ organisation: 'One', code: 'already_cast' }];
  const answers = { send: () => ({ promised: [], refused, closed: 0 }), find: refuse('away', { subject: 'node' }) };
  const { screen } = await stand(answers, { state: SENT });
  assert.ok(screen.text.includes('in the box already; we look whether it is'));
});

test('a ballot that is not in the box after the closing is told as that, with who had promised it', async () => {
  const answers = { send: () => ({ promised: [], refused: [], closed: 10_800 }), find: () => ({ state: 'none' }) };
  const { screen } = await stand(answers, { state: { ...SENT, broken: ['One', 'Two'] } });
  assert.ok(screen.text.includes('The polls are closed'));
  assert.ok(screen.text.includes('your ballot is not in the box'));
  assert.ok(screen.text.includes('had promised to bring it: One, Two'));
  assert.ok(!screen.text.includes('it leaves by itself'));
});

test('what was promised for a time that is over is sent again before nodes are asked', async () => {
  const answers = { readTime: () => 601, find: () => new Promise(() => {}), send: () => new Promise(() => {}) };
  const promised = [...PROMISED, { organisation: 'Two', deadline: 600 }];
  const { asked } = await stand(answers, { state: { ...SENT, promised } });
  assert.ok(asked.some(([act]) => act === 'send'));
});

test('a ballot that waits keeps the moments that were drawn', async () => {
  const { screen, read } = await stand({ crowd: () => ({ moments: [5, 9], until: 9 }) }, { state: { ...SENT, first: undefined, moments: undefined } });
  assert.equal(screen.at, 'crowd');
  assert.deepEqual(read().moments, [5, 9]);
});

test('the link of another leaf replaces no ballot that is not in the box', async () => {
  const arrival = { kind: 'ticket', contest: 1, leaf: '34'.repeat(32), ticket: 'T', isLocked: false };
  const { screen, read } = await stand({ send: () => new Promise(() => {}) }, { state: SENT, arrival });
  assert.ok(screen.text.includes('Open your link in a new window'));
  assert.ok(!screen.text.includes('Your ballot is kept on this page'));
  assert.equal(read().record, '01');
  screen.press('Try again');
  await rest();
  assert.equal(screen.at, 'sending');
});

const TICKET = { kind: 'ticket', contest: 1, leaf: LEAF, ticket: 'T', isLocked: false };
const OWN = { secret: SECRETS.right, isWritten: true, isAsked: true };
const at = (...times) => ({ readPolls: () => ({ ...POLLS, times }) });

test('who comes after the closing is told so at once, and can look for the own ballot', async () => {
  const answers = { ...at(10_800, 10_801), readWords, findIssuance: () => 'own', collect: () => '03', find: () => BOXED };
  const { screen, asked, read } = await stand(answers, { arrival: TICKET });
  assert.equal(screen.at, 'closed');
  assert.ok(screen.text.includes('If you have voted already, your vote counts'));
  assert.equal(read().secret, undefined);
  assert.deepEqual(asked.map(([act]) => act), ['open', 'draw', 'enter', 'readPolls']);
  await screen.press('I have my twelve words');
  screen.type('words', 'right');
  await screen.press('Go on');
  assert.equal(screen.at, 'receipt');
});

test('who comes early is told when, and loses nothing', async () => {
  const { screen } = await stand(at(-1, 0), { arrival: TICKET });
  assert.equal(screen.at, 'early');
  assert.ok(screen.text.includes('come back then'));
  assert.ok(screen.text.includes('03:00'));
});

test('who comes while votes are taken, and no ballots are given out, is told that', async () => {
  const { screen } = await stand(at(7_200, 7_201), { arrival: TICKET });
  assert.ok(screen.text.includes('No more ballots are given out'));
  assert.ok(!screen.text.includes('The polls are closed'));
});

for (const times of [[10_800], [], [7_199, 10_800]]) {
  test(`clocks that show ${JSON.stringify(times)} shut nobody out`, async () => {
    const { screen, read } = await stand(at(...times), { arrival: TICKET });
    assert.equal(screen.at, 'arrive');
    await screen.press('Begin');
    assert.equal(screen.at, 'words');
    assert.equal(read().secret, 'cc'.repeat(16)); // by which those were chosen who were asked
  });
}

test('who opens the page anew, or tries again, is told of the time by the same organisations', async () => {
  let drawn = 0;
  const draw = () => { drawn += 1; return `${drawn}c`.repeat(16); };
  const early = await stand({ ...at(-1, 0), draw }, { arrival: TICKET });
  await early.screen.press('Try again');
  const { screen, read, asked } = await stand({ draw }, { state: early.read(), arrival: TICKET }); // a reload
  assert.equal(screen.at, 'arrive');
  const entered = [...early.asked, ...asked].filter(([act]) => act === 'enter').map(([, { secret }]) => secret);
  assert.deepEqual(entered, Array(3).fill('1c'.repeat(16)));
  await screen.press('Begin');
  assert.deepEqual([read().secret, read().drawn], ['1c'.repeat(16), undefined]);
});

for (const [name, time] of [['I have my twelve words', 10_800], ['I have written down twelve words before', 5_000]]) {
  test(`who goes on with other words keeps on the own side whoever was asked for the time: ${name}`, async () => {
    const answers = { ...at(time, time), readWords, findIssuance: () => new Promise(() => {}) };
    const { screen, read } = await stand(answers, { arrival: TICKET });
    await screen.press(name);
    screen.type('words', 'right');
    await screen.press('Go on');
    assert.deepEqual(read().told, ['Observer 3']);
  });
}

for (const [screenAt, time, come] of [
  ['arrive', 7_500, { arrival: TICKET }], ['ballot', 11_000, { state: { ...OWN, sigma: '03' } }],
]) {
  test(`one organisation that hides an extension does not close the polls to who gets to ${screenAt}`, async () => {
    const { screen } = await stand({ readPolls: () => ({ ...POLLS, doubt: 600, times: [time, time] }) }, come);
    assert.equal(screen.at, screenAt);
  });
}

for (const find of [refuse('away', { subject: 'node' }), () => ({ state: 'shown' }), () => ({ state: 'false', liars: ['One'] })]) {
  test(`that the polls are closed is told, whatever nodes say of the box: ${find}`, async () => {
    const { screen } = await stand({ ...at(10_800, 10_801), find }, { state: { ...OWN, sigma: '03' } });
    assert.equal(screen.at, 'closed');
    assert.notEqual(screen.said, '');
  });
}

test('who presses twice casts once, and is not told of a ballot that is gone', async () => {
  let count = 0;
  const sign = async () => {
    count += 1;
    if (count > 1) return refuse('is gone', { kind: 'untrue', subject: 'prepared choice' })();
    return { record: '01', ballotHash: '02', word: 'a b' };
  };
  const answers = {
    encrypt: () => 'cd'.repeat(32), sign, crowd: () => ({ moments: [1, 2], until: 0 }),
    mark: () => ({ first: 0 }), send: () => new Promise(() => {}),
  };
  const { screen } = await stand(answers, { state: { ...OWN, sigma: '03' } });
  screen.view.all.find(({ attributes }) => attributes.value === '1').listeners.change();
  await screen.press('Next');
  await screen.press('This is right');
  screen.press('Cast the ballot');
  screen.refresh(); // in another language
  screen.press('Cast the ballot');
  await rest();
  await rest();
  assert.deepEqual([screen.at, count], ['sending', 1]);
});


test('a ballot that was got and not sent is told as that after the closing', async () => {
  const { screen } = await stand({ ...at(10_800, 10_801), find: () => ({ state: 'none' }) }, { state: { ...OWN, sigma: '03' } });
  assert.equal(screen.at, 'closed');
  assert.ok(screen.text.includes('no vote was sent from here'));
});

for (const more of [{ sigma: '03' }, {}]) {
  test(`after the closing the own ballot is found, with ${JSON.stringify(more)}`, async () => {
    const answers = { ...at(10_800, 10_801), find: () => BOXED, findIssuance: () => 'own', collect: () => null };
    const { screen } = await stand(answers, { state: { ...OWN, ...more } });
    assert.equal(screen.at, 'receipt');
  });
}

test('who sends by a clock that is behind has it told to who draws the moments', async () => {
  const answers = {
    encrypt: () => 'cd'.repeat(32), sign: () => ({ record: '01', ballotHash: '02', word: 'a b' }),
    readPolls: () => ({ ...POLLS, behind: 900 }), crowd: () => new Promise(() => {}),
  };
  const { screen, asked } = await stand(answers, { state: { ...OWN, sigma: '03' } });
  screen.view.all.find(({ attributes }) => attributes.value === '1').listeners.change();
  await screen.press('Next');
  await screen.press('This is right');
  screen.press('Cast the ballot');
  await rest();
  assert.deepEqual(asked.at(-1), ['crowd', { moments: undefined, behind: 900 }]);
});

test('the ballot says until when it can be sent, as the chain has it', async () => {
  const { screen } = await stand({ readPolls: () => ({ ...POLLS, castClosing: 14_400 }) }, { state: { ...OWN, sigma: '03' } });
  assert.ok(screen.text.includes('has to be sent by 1 January at 07:00'));
});

const RIGHTS = [
  ['away', null, 'right_unsure'],
  ['away', { isResumed: true }, 'right_unsure'],
  ['away', { isAsked: true, sigma: '01' }, 'right_unsure'], // another device may have voted
  ['away', { isFree: true, isResumed: true }, 'right_kept'],
  ['expired_ticket', { isFree: true }, 'right_kept'],
  ['another_request', { isFree: true }, 'right_unsure'],
  ['used_ticket', { isFree: true }, 'right_unsure'],
  ['other_issued', { isFree: true }, 'right_by_words'],
  ['polls_closed', { isFree: true }, 'right_over'],
  ['away', { isFree: true, record: '01' }, 'ballot_kept'],
];
for (const [code, kept, said] of RIGHTS) {
  test(`${code} of ${JSON.stringify(kept)} says ${said}`, () => assert.equal(chooseRight(code, kept), said));
}
