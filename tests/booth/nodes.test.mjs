/** What a booth asks of nodes and relays, some of which lie, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toHex } from '../../booth/bytes.js';
import { derivePromiseHash } from '../../booth/promise.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { encodeSignature } from '../../booth/signature.js';
import { ServiceError } from '../../booth/page/asking.js';
import { BoxReader } from '../../booth/page/box_reader.js';
import { TOPICS, askOwners, readClock, readHead, readLogs } from '../../booth/page/node.js';
import { markStart, planSending, send } from '../../booth/page/side_b.js';
import { readLeaf } from '../../booth/page/leaf_record.js';
import { isInTime, readPolls } from '../../booth/page/polls.js';

const HEAD = 5_000;
const LIST = new Uint8Array(20).fill(7);
const LIST32 = new Uint8Array(32).fill(7);
const OWN = new Uint8Array(32).fill(9);
const word = (value) => `0x${value.toString(16).padStart(64, '0')}`;
const issued = (leaf, block = HEAD - 10) => ({
  address: `0x${'07'.repeat(20)}`, topics: [TOPICS.issued, word(1), leaf], data: '0x', blockNumber: `0x${block.toString(16)}`,
});
const crowd = (count, block) => Array.from({ length: count }, (_, at) => issued(word(at + 100), block));
const honest = { eth_blockNumber: () => `0x${HEAD.toString(16)}`, eth_getLogs: () => [], eth_call: () => word(5) };
const refused = () => undefined;

/** Have nodes answer: name of the host => method => result. Gives what was asked. */
function answerBy(nodes) {
  const asked = [];
  globalThis.fetch = async (url, { body }) => {
    const { method, params } = JSON.parse(body);
    const host = String(url).slice('https://'.length);
    asked.push({ host, method, params });
    const result = { ...honest, ...nodes[host] }[method](...params);
    return new Response(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
  };
  return asked;
}
const hosts = (...names) => names.map((name) => ({ organisation: name, url: `https://${name}` }));
const device = (...names) => ({
  number: 1,
  leaf: OWN,
  credential: new Uint8Array(20).fill(3),
  services: { genesis_hash: `0x${'00'.repeat(32)}`.slice(2) },
  contest: { terms: { castClosing: 100_000, voterList: LIST, box: LIST } },
  sides: { a: { nodes: hosts(...names) }, b: { nodes: hosts(...names), relays: [] } },
});

test('a ballot leaves at a moment that is drawn over the whole wait, and kept', async () => {
  const asked = answerBy({});
  const drawn = [];
  for (let at = 0; at < 200; at += 1) {
    const { moments, until } = await planSending(device('one', 'two'), { now: 1_000 });
    assert.equal(until, moments[1]);
    drawn.push(moments);
  }
  assert.ok(drawn.every(([early, late]) => early >= 1_000 && early <= 1_600 && late >= 1_600 && late < 2_800));
  assert.ok(new Set(drawn.map(String)).size > 190);
  for (const at of [0, 1]) {
    const all = drawn.map((each) => each[at]);
    assert.ok(Math.max(...all) - Math.min(...all) > 400);
  }
  const [moments] = drawn;
  assert.deepEqual(await planSending(device('one', 'two'), { moments, now: 1_000 }), { moments, until: moments[1] });
  assert.deepEqual(asked, []); // nobody learns that somebody waits
});

test('near the closing at most half of what is left is waited, at the end nothing', async () => {
  answerBy({});
  for (let at = 0; at < 50; at += 1) {
    assert.ok((await planSending(device('one', 'two'), { now: 98_000 })).until < 99_000);
  }
  assert.equal((await planSending(device('one', 'two'), { now: 98_900 })).until, 0);
});

test('near the closing nothing is waited by a clock that is behind two others', async () => {
  answerBy({});
  assert.equal((await planSending(device('one', 'two'), { now: 90_000, behind: 9_000 })).until, 0);
  assert.equal((await planSending(device('one', 'two'), { moments: [90_000, 91_800], now: 90_000, behind: 9_000 })).until, 0);
});

test('nodes are asked for a crowd once, and for the same blocks as by everybody', async () => {
  const asked = answerBy({});
  const moments = [1_500, 2_000];
  const plan = await planSending(device('one', 'two'), { moments, now: 1_500 });
  assert.deepEqual(plan, { moments: [2_000, 2_000], until: 2_000 });
  await planSending(device('one', 'two'), { ...plan, now: 1_999 });
  const ranges = asked.filter(({ method }) => method === 'eth_getLogs').map(({ params }) => params[0]);
  assert.equal(ranges.length, 2);
  for (const { fromBlock, toBlock, topics } of ranges) {
    assert.deepEqual([Number(fromBlock), Number(toBlock), topics.length], [HEAD - 2_000, HEAD, 2]);
  }
});

const CROWDS = {
  'two organisations show it': [crowd(20), crowd(20), true],
  'one shows it': [crowd(20), [], false],
  'one shows it and the other lies otherwise': [crowd(20), crowd(20).map((each, at) => issued(word(at + 500))), false],
  'a leaf is shown again and again': [Array(20).fill(crowd(1)[0]), Array(20).fill(crowd(1)[0]), false],
  'one shows blocks that it was not asked for': [crowd(20, 1), crowd(20), false],
  'it came before the own ballot': [
    [...crowd(20, HEAD - 20), issued(`0x${'09'.repeat(32)}`)], [...crowd(20, HEAD - 20), issued(`0x${'09'.repeat(32)}`)], false,
  ],
};
for (const [name, [one, two, isCrowd]] of Object.entries(CROWDS)) {
  test(`a crowd: ${name}`, async () => {
    answerBy({ one: { eth_getLogs: () => one }, two: { eth_getLogs: () => two } });
    const { until } = await planSending(device('one', 'two'), { moments: [1, 2_000], now: 1_000 });
    assert.equal(until === 0, isCrowd);
  });
}

test('a ballot is looked for from a block that many share, of two organisations', async () => {
  answerBy({ one: { eth_blockNumber: () => `0x${(2 ** 53 - 1).toString(16)}` } });
  assert.equal(await markStart(device('one', 'two')), 4_864);
  assert.equal(await markStart(device('one')), 0);
});

test('who answers with what nobody can use is passed over', async () => {
  answerBy({ one: { eth_call: () => 'soon', eth_getLogs: () => [issued(word(1))] } });
  for (let at = 0; at < 8; at += 1) {
    assert.deepEqual(await askOwners(hosts('one', 'two'), 1, readClock), [5]);
  }
  const asked = { voterList: LIST, leaf: OWN };
  assert.equal((await readLeaf(hosts('one', 'two'), asked)).state, 5);
  await assert.rejects(readLeaf(hosts('one', 'two'), asked, 2), { code: 'away' });
  const reader = new BoxReader(device('one', 'two', 'three'), 0);
  assert.deepEqual(await reader.find(null), { state: 'none' });
});

test('a node that refuses every range holds nobody up', async () => {
  const asked = answerBy({ one: { eth_blockNumber: () => `0x${(2 ** 52).toString(16)}`, eth_getLogs: refused } });
  const asking = readLogs('https://one', { address: LIST, topics: [], first: 0, last: await readHead('https://one') });
  await assert.rejects(asking, ServiceError);
  assert.ok(asked.length <= 202);
  const reader = new BoxReader(device('one', 'two', 'three'), 0);
  assert.deepEqual(await reader.find(null), { state: 'none' });
});

test('logs of a node that gives few at a time are all read, in their order', async () => {
  const few = ([{ fromBlock, toBlock }]) => Number(toBlock) - Number(fromBlock) < 100;
  answerBy({ one: { eth_getLogs: (...params) => (few(params) ? [issued(word(1), Number(params[0].fromBlock))] : undefined) } });
  const logs = await readLogs('https://one', { address: LIST, topics: [], first: 0, last: HEAD });
  const blocks = logs.map(({ block }) => block);
  assert.ok(blocks.length > 50);
  assert.deepEqual(blocks, [...blocks].sort((one, other) => one - other));
});

const relay = new RecoverySecret(new Uint8Array(16).fill(1)).deriveLockKey(new Uint8Array(32));
const promising = (deadline) => {
  const promise = { ctx: LIST32, credential: device().credential, ballotHash: LIST32, deadline };
  return JSON.stringify({ deadline, signature: toHex(encodeSignature(relay.sign(derivePromiseHash(promise)))) });
};
const CLOSING = 100_000;
const shown = (closing, now = 98_000) => ({ to }) => ( // a view of the election, or the clock
  to === undefined ? word(now) : `${word(closing - 1_000)}${word(closing).slice(2)}`
);

/** A device that sends to one relay, which answers so; nodes: what they show by their names. */
function sendTo(answer, nodes) {
  answerBy(Object.fromEntries(['one', 'two'].map((host) => [host, { eth_call: nodes[host] ?? shown(CLOSING) }])));
  const ask = globalThis.fetch;
  globalThis.fetch = async (url, told) => (String(url).includes('/ballots') ? answer() : ask(url, told));
  const own = {
    ...device('one', 'two'), ctx: LIST32, election: `0x${'08'.repeat(20)}`, describe: () => ({ ballotHash: toHex(LIST32) }),
  };
  Object.assign(own.contest.terms, { opening: 50_000, issueClosing: CLOSING - 1_000, castClosing: CLOSING });
  own.sides.b.relays = [{ organisation: 'Relay', url: 'https://relay', account: `0x${toHex(relay.address)}` }];
  return send(own, new Uint8Array(1), { now: 98_000, promised: [] });
}

const PROMISES = {
  'before the closing': [99_000, {}, undefined],
  'at the closing': [100_000, {}, 'late_promise'],
  'in an extension': [101_000, { one: shown(101_800), two: shown(101_800) }, undefined],
  'in an extension of one node': [101_000, { one: shown(101_800) }, 'late_promise'],
  'in an extension that no contract has': [101_000, { one: shown(107_201), two: shown(107_201) }, 'late_promise'],
  'for another time than the clock has': [95_000, {}, 'other_time'],
};
for (const [name, [deadline, nodes, code]] of Object.entries(PROMISES)) {
  test(`a promise ${name}: ${code ?? 'is taken'}`, async () => {
    const { promised, refused } = await sendTo(() => new Response(promising(deadline)), nodes);
    assert.deepEqual([promised.length, refused[0]?.code], code ? [0, code] : [1, undefined]);
  });
}

const at = (now) => ({ one: shown(CLOSING, now), two: shown(CLOSING, now) });
const TIMES = {
  'closed, while two clocks show that they are open': ['polls_closed', at(99_000), 'polls_open', 0],
  'closed, while one clock does': ['polls_closed', { two: shown(CLOSING, 100_001) }, 'refused', 0],
  'closed, in an extension': ['polls_closed', { one: shown(101_800, 100_500), two: shown(101_800, 100_500) }, 'polls_open', 0],
  'closed, in an extension that one hides': ['polls_closed', { one: shown(101_800, 100_500), two: shown(CLOSING, 100_500) }, 'refused', 0],
  'closed, in the last minute': ['polls_closed', at(99_980), 'polls_closed', 0],
  'closed, as they are': ['polls_closed', at(100_000), 'polls_closed', 100_000],
  'closed, where one organisation alone answers': ['polls_closed', { one: refused }, 'refused', 0],
  'not open, while two clocks show that they are': ['polls_not_open', at(60_000), 'polls_open', 0],
  'not open, as they are not': ['polls_not_open', at(49_000), 'polls_not_open', 0],
};
for (const [name, [code, nodes, told, closed]] of Object.entries(TIMES)) {
  test(`a relay calls the polls ${name}: ${told}`, async () => {
    const answer = () => new Response(JSON.stringify({ code }), { status: 409 });
    assert.deepEqual(await sendTo(answer, nodes), { promised: [], refused: [{ organisation: 'Relay', code: told }], closed });
  });
}

const EXTENSIONS = {
  'as in the terms': [shown(CLOSING), shown(CLOSING), 0],
  'extended, by both': [shown(CLOSING + 600), shown(CLOSING + 600), 600],
  'extended, by one': [shown(CLOSING + 600), shown(CLOSING), 0, 600],
  'extended, by each otherwise': [shown(CLOSING + 600), shown(CLOSING + 900), 0, 900],
  'extended, by one that is alone': [shown(CLOSING + 600), refused, 0, 600],
  'by one as a number that is none': [() => `0x${'ff'.repeat(64)}`, shown(CLOSING), 0],
  'extended by as much as no contract has': [shown(CLOSING + 7_201), shown(CLOSING + 7_201), 0],
  'earlier than in the terms': [shown(CLOSING - 600), shown(CLOSING - 600), 0],
  'extended for votes alone, as no contract has it': ['one', 'two'].map(() => ({ to }) => (
    to === undefined ? word(98_000) : `${word(CLOSING - 1_000)}${word(CLOSING + 600).slice(2)}`
  )).concat(0),
};
for (const [name, [one, two, extension, doubt = 0]] of Object.entries(EXTENSIONS)) {
  test(`closings that nodes show ${name}`, async () => {
    answerBy({ one: { eth_call: one }, two: { eth_call: two } });
    const terms = { opening: 50_000, issueClosing: CLOSING - 1_000, castClosing: CLOSING };
    const polls = await readPolls({ ...device(), contest: { terms }, election: `0x${'08'.repeat(20)}` }, hosts('one', 'two'));
    assert.deepEqual(polls, {
      opening: 50_000, requestsUntil: CLOSING - 1_900 + extension, castClosing: CLOSING + extension, doubt, behind: 0,
      times: two === refused ? [98_000] : polls.times,
    });
  });
}

const OWN_TIME = Math.floor(Date.now() / 1_000);
const BEHIND = [[[9_000, 9_500], 9_000], [[9_000, -9_000], 0], [[9_000], 0], [[9_000, 9_500], 0, null]];
for (const [ahead, told, genesis = '00'] of BEHIND) {
  test(`clocks ${ahead} s ahead of the own one, ${genesis ? 'in a network' : 'where nobody signs'}: ${told} s behind`, async () => {
    const [one, other] = ahead.map((each) => shown(CLOSING, OWN_TIME + each));
    answerBy({ one: { eth_call: one }, two: { eth_call: other ?? refused } });
    const terms = { opening: 50_000, issueClosing: CLOSING - 1_000, castClosing: CLOSING };
    const asked = { contest: { terms }, election: `0x${'08'.repeat(20)}`, services: { genesis_hash: genesis } };
    const { behind } = await readPolls(asked, hosts('one', 'two'));
    assert.ok(Math.abs(behind - told) < 30);
  });
}

const LAST = CLOSING - 1_900; // requests
const IN_TIME = [
  ['too_late', [LAST - 61, LAST - 61], true],
  ['too_late', [LAST - 61, LAST - 60], false], // one bears it out
  ['too_late', [LAST - 61], null], // one accuses nobody
  ['too_late', [LAST - 60], false],
  ['too_late', [], null],
  ['too_late', [0, 0], true],
  ['polls_closed', [LAST + 839, LAST + 839], true],
  ['polls_closed', [LAST + 839, LAST + 840], false],
  ['polls_closed', [LAST + 839], null],
  ['polls_closed', [50_061, 50_061], true],
  ['polls_closed', [50_060, 50_061], false],
  ['polls_closed', [], null],
];
for (const [said, clocks, told] of IN_TIME) {
  test(`${said}, at clocks of ${clocks}: ${told === null ? 'nobody knows' : told ? 'untrue' : 'true'}`, async () => {
    const nodes = Object.fromEntries(['one', 'two'].map((host, place) => [
      host, { eth_call: clocks[place] === undefined ? refused : shown(CLOSING, clocks[place]) },
    ]));
    answerBy(nodes);
    const terms = { opening: 50_000, issueClosing: CLOSING - 1_000, castClosing: CLOSING };
    const polls = await readPolls({ ...device(), contest: { terms }, election: `0x${'08'.repeat(20)}` }, hosts('one', 'two'));
    assert.equal(isInTime(polls, said), told);
  });
}
