/** What tests/vectors/negative says must be refused, and its honest twins, as a device. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { acceptAttestation } from '../../booth/attestation.js';
import { acceptBallot } from '../../booth/ballot.js';
import { CredentialRequest, verifyCredential, verifyShare } from '../../booth/blind_credential.js';
import { acceptBytes, areEqual, fromHex, fromNumber } from '../../booth/bytes.js';
import { BoothError } from '../../booth/errors.js';
import { decodeG1, decodeG2 } from '../../booth/group.js';
import { verifyPath } from '../../booth/merkle.js';
import { decodeRecord } from '../../booth/record.js';
import { RecoverySecret } from '../../booth/recovery.js';
import { decodeScalar } from '../../booth/scalar.js';
import { recoverSigner } from '../../booth/signature.js';
import { decodeAddress, uintWord } from '../../booth/transcript.js';
import { readBox, readSignature, readVectors } from './reading.mjs';

const GIVENS = readVectors('negative/givens');
const BOXES = Object.fromEntries(
  Object.entries(GIVENS.boxes).map(([name, box]) => [name, readBox(box)]),
);

/** @param {boolean} holds */
function demand(holds) {
  if (!holds) throw new BoothError('case', 'does not hold');
}

const JUDGES = {
  point: ({ group, infinity, bytes }) => {
    const options = { allowInfinity: infinity === 'allowed' };
    (group === 'G1' ? decodeG1 : decodeG2)(fromHex(bytes), options);
  },
  scalar: ({ bytes }) => decodeScalar(fromHex(bytes)),
  address: ({ bytes }) => decodeAddress(fromHex(bytes)),
  hash: ({ bytes }) => acceptBytes(fromHex(bytes), 32, 'hash'),
  signature: (input) => demand(
    areEqual(recoverSigner(fromHex(input.hash), readSignature(input)), fromHex(input.signer)),
  ),
  ballots: ({ box, ballots }) => {
    for (const ballot of ballots) acceptBallot(fromHex(ballot), BOXES[box]);
  },
  path: ({ root, leaf, index, size, path }) => demand(verifyPath(
    fromHex(root), fromHex(leaf), { index, size, path: path.map((each) => fromHex(each)) },
  )),
  request: ({ blinded }) => decodeG1(fromHex(blinded)),
  'issuer share': ({ blinded, key, share }) => demand(
    verifyShare(decodeG1(fromHex(share)), decodeG1(fromHex(blinded)), decodeG2(fromHex(key))),
  ),
  combination: ({ box, secret, leaf, shares }) => {
    const place = { ctx: BOXES[box].ctx, leaf: fromHex(leaf) };
    const request = new CredentialRequest(new RecoverySecret(fromHex(secret)), place);
    const decoded = new Map(Object.entries(shares).map(
      ([issuer, share]) => [Number(issuer), decodeG1(fromHex(share))],
    ));
    const claim = { credential: request.ballotKey.address, sigma: request.unblind(decoded) };
    demand(verifyCredential(claim, BOXES[box]));
  },
  credential: ({ box, cred, sigma }) => {
    const claim = { credential: decodeAddress(fromHex(cred)), sigma: decodeG1(fromHex(sigma)) };
    demand(verifyCredential(claim, BOXES[box]));
  },
  attestation: ({ ctx, role, action, leaf, nonce, subject, expiry, signer, now, ...parts }) => {
    const request = {
      ctx: fromHex(ctx), action, leaf: fromHex(leaf), nonce, subject: fromHex(subject),
    };
    const attestation = { expiry, signature: readSignature(parts) };
    acceptAttestation(attestation, request, { role, signer: fromHex(signer), now });
  },
};

const FILES = ['encodings', 'ballots', 'credentials', 'attestations', 'lists'];

test('every kind has an honest twin', () => {
  const kinds = new Set(readVectors('negative/accepted').map((each) => each.kind));
  assert.deepEqual(Object.keys(JUDGES).filter((kind) => !kinds.has(kind)), []);
});

test('a signature whose v is neither 27 nor 28 is refused, also where a key could have made it', () => {
  // r + n is below p for so small an r: recovery numbers 2 and 3 have a signer here
  for (let r = 1n; r <= 20n; r += 1n) {
    for (const v of [0n, 1n, 26n, 29n, 30n, 31n, (1n << 256n) - 1n]) {
      assert.throws(() => recoverSigner(uintWord(1), { v, r, s: 1n }), /v is neither 27 nor 28/);
    }
  }
});

test('a record with infinity as A or sigma is not even read', () => {
  const { input } = readVectors('negative/accepted').find((each) => each.kind === 'ballots');
  const raw = fromHex(input.ballots[0]);
  const slots = BOXES[input.box].electionKeys.length;
  decodeRecord(raw, slots);
  for (const at of [32, raw.length - 128]) {
    assert.throws(() => decodeRecord(raw.slice().fill(0, at, at + 128), slots), /g1 point: infinity/);
  }
});

test('the words of a number are whole', () => {
  assert.throws(() => fromNumber(1n << 256n, 32), RangeError);
  assert.throws(() => uintWord(-1), RangeError);
});

for (const { kind, comment, input } of readVectors('negative/accepted')) {
  if (kind in JUDGES) {
    test(`accepted: ${comment}`, () => { JUDGES[kind](input); });
  }
}

for (const file of FILES) {
  for (const { kind, comment, input } of readVectors(`negative/${file}`)) {
    if (kind in JUDGES) {
      test(`refused: ${comment}`, () => assert.throws(() => JUDGES[kind](input), BoothError));
    }
  }
}
