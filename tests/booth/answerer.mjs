/** Answer what Python asks, a line of JSON each, until the input ends. */

import { createInterface } from 'node:readline';

import { NO_MEMO, PreparedChoice, acceptBallot, deriveMemo } from '../../booth/ballot.js';
import { CredentialRequest, acceptCredential } from '../../booth/blind_credential.js';
import { fromHex, toHex } from '../../booth/bytes.js';
import { deriveCtx, deriveElectionId } from '../../booth/context.js';
import { BoothError } from '../../booth/errors.js';
import { decodeG1, decodeG2, encodeG1 } from '../../booth/group.js';
import { acceptNotice } from '../../booth/notice.js';
import { acceptPinned } from '../../booth/pinned.js';
import { acceptPromise } from '../../booth/promise.js';
import { SecretSource } from '../../booth/randomness.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { decodeSignature } from '../../booth/signature.js';
import { splitSides } from '../../booth/page/sides.js';
import { points, readBox } from './reading.mjs';

const readRequest = ({ secret, ctx, leaf }) => new CredentialRequest(
  new RecoverySecret(fromHex(secret)), { ctx: fromHex(ctx), leaf: fromHex(leaf) },
);
const numbered = (entries, read) => new Map(
  Object.entries(entries).map(([at, text]) => [Number(at), read(fromHex(text))]),
);

const ANSWERS = {
  ctx: ({ slug, addresses, keys, credentialKey, ...terms }) => {
    const [box, voterList, trusteesCeremony, issuersCeremony] = addresses.map((each) => fromHex(each));
    return toHex(deriveCtx({
      ...terms, box, voterList, trusteesCeremony, issuersCeremony,
      electionId: deriveElectionId(slug),
      electionKeys: points(keys),
      credentialKey: decodeG2(fromHex(credentialKey)),
    }));
  },
  request: (asked) => {
    const request = readRequest(asked);
    return { address: toHex(request.ballotKey.address), blinded: toHex(encodeG1(request.blinded)) };
  },
  combine: ({ answers, keys, threshold, box, ...asked }) => {
    const terms = { box: readBox(box), threshold, issuerKeys: numbered(keys, decodeG2) };
    const { sigma } = acceptCredential(numbered(answers, (raw) => raw), readRequest(asked), terms);
    return toHex(encodeG1(sigma));
  },
  make: ({ choice, box, sigma, word, randomness, key, ...asked }) => {
    const source = new SecretSource(fromHex(randomness), fromHex(key));
    const { ballotKey } = readRequest(asked);
    const memo = word === null ? NO_MEMO : deriveMemo(ballotKey.address, word);
    const prepared = new PreparedChoice(choice, readBox(box), source);
    const credential = { ballotKey, sigma: decodeG1(fromHex(sigma)) };
    return { code: toHex(prepared.trackingCode), ballot: toHex(prepared.makeBallot(credential, memo, source)) };
  },
  accept: ({ ballot, box }) => {
    const accepted = acceptBallot(fromHex(ballot), readBox(box));
    return { code: toHex(accepted.trackingCode), hash: toHex(accepted.ballotHash) };
  },
  sides: ({ services, secret, threshold }) => {
    const { a, b } = splitSides(services, { secret: fromHex(secret), threshold });
    return [a.issuers, a.nodes, b.relays, b.nodes].map((hosts) => hosts.map(({ url }) => url));
  },
  pinned: (asked) => {
    const raw = Object.fromEntries(Object.entries(asked).map(([name, text]) => [name, fromHex(text)]));
    const { services, terms } = acceptPinned(raw);
    const [{ contest }] = terms.titles;
    const { box, issuerKeys, terms: { candidates } } = terms.contest(contest);
    return { edition: services.edition, ctx: toHex(box.ctx), candidates, issuers: issuerKeys.size };
  },
  promise: ({ ctx, credential, hash, deadline, signature, relay, now }) => {
    const promise = {
      ctx: fromHex(ctx), credential: fromHex(credential), ballotHash: fromHex(hash), deadline,
    };
    acceptPromise(promise, decodeSignature(fromHex(signature)), { relay: fromHex(relay), now });
    return true;
  },
  notice: ({ ctx, leaf, subject, time, serial, signature, gateway }) => {
    const notice = { ctx: fromHex(ctx), leaf: fromHex(leaf), subject: fromHex(subject), time, serial };
    acceptNotice(notice, decodeSignature(fromHex(signature)), fromHex(gateway));
    return true;
  },
};

function answer({ ask, ...asked }) {
  try {
    return { answer: ANSWERS[ask](asked) };
  } catch (error) {
    if (error instanceof BoothError) return { refused: error.message };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
