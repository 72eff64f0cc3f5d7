/** What is asked of those who know the person, each answer checked before it is used. */

import { ACTIONS, ROLES, acceptAttestation } from '../attestation.js';
import { acceptCredential } from '../blind_credential.js';
import { areEqual, fromHex, toHex } from '../bytes.js';
import { BoothError } from '../errors.js';
import { encodeG1 } from '../group.js';
import { deriveLeaf, hashVoter } from '../leaf.js';
import { deriveLockHash } from '../lock.js';
import { acceptNotice } from '../notice.js';
import { decodeSignature, encodeSignature } from '../signature.js';
import { ServiceError, askJson } from './asking.js';
import { TOPICS, isPassedOver, readBlinded, readHead, readLogs, wordOf } from './node.js';

/** @typedef {import('./device.js').Device} Device */
/** @typedef {{ expiry: number, signature: string }} Attestation as services spell it */
/**
 * What the portal opened and attested, as it spelt it.
 * @typedef {{ index: number, voter_id: string, salt: string, nonce: number,
 *   expiry: number, attestation: Attestation }} Opening
 */
/** @typedef {'none' | 'own' | 'other' | 'differ'} Issuance */

/** What a gateway draws: the number that the message carries, and what nobody guesses. */
const SERIAL = /^[ABEKMHPCTYX]-[1-9][0-9]-[2-9a-hjkmnp-z]{12}$/;

/** @param {string} text */
const bytes = (text) => fromHex(String(text).replace(/^0x/, ''), 'answer');
/** @param {Uint8Array} raw */
const hex = (raw) => `0x${toHex(raw)}`;

/**
 * Show the ticket and M', and check what the portal attests, and what it has of the voter's
 * place from the registrar; throws.
 * @param {Device} device
 * @param {{ ticket: string, nonce: number, now: number }} asked nonce: the leaf's counter,
 *   as the chain has it
 * @returns {Promise<Opening>}
 */
export async function attest(device, { ticket, nonce: counter, now }) {
  const url = `${device.services.portal.url}/booth/attestations`;
  const said = await askJson('portal', url, { body: { ticket, blinded: hex(device.blinded) } });
  const isOwn = said.leaf === hex(device.leaf) && said.contest === device.number
    && said.election === device.election && said.h_req === hex(device.request.subject);
  if (!isOwn) throw new BoothError('portal', 'answers for another voter or request');
  const { index, voter_id, salt, nonce, expiry, attestation } = said;
  const opening = { index, voter_id, salt, nonce, expiry, attestation };
  const isPlace = opensLeaf(device, opening) && nonce === counter;
  if (!isPlace) throw new BoothError('registrar', 'names another place than the public record');
  check(device, opening, attestation, { role: ROLES.portal, signer: device.signers.portal, now });
  return opening;
}

/**
 * Tell whether voter id, index and salt give the own leaf.
 * @param {Device} device
 * @param {Opening} opening
 */
function opensLeaf(device, { index, voter_id, salt }) {
  const isWritten = Number.isSafeInteger(index) && index >= 0
    && typeof voter_id === 'string' && /^0x[0-9a-f]{64}$/.test(salt);
  if (!isWritten) return false;
  const { electionId, number: contest, leaf } = device;
  const voter = hashVoter(voter_id, bytes(salt));
  return areEqual(deriveLeaf({ electionId, contest, index, voter }), leaf);
}

/**
 * Have a code sent, and check that the gateway names this request; throws.
 * @param {Device} device
 * @param {Opening} opening
 * @param {string} language
 */
export async function askForCode(device, opening, language) {
  const { index, voter_id, salt, nonce, expiry, attestation } = opening;
  const body = {
    election: device.election,
    contest: device.number,
    leaf: hex(device.leaf),
    h_req: hex(device.request.subject),
    ...{ index, voter_id, salt, nonce, expiry, attestation, language },
  };
  const said = await askJson('gateway', `${device.services.gateway.url}/issues`, { body, language });
  return describeMessage(device, said);
}

/**
 * Have another message sent for the same request.
 * @param {Device} device
 * @param {string} serial
 * @param {string} language
 */
export async function askAgain(device, serial, language) {
  const url = `${device.services.gateway.url}/issues/${serial}/code`;
  return describeMessage(device, await askJson('gateway', url, { body: { language }, language }));
}

/**
 * @param {Device} device
 * @param {any} said
 */
function describeMessage(device, said) {
  const notice = {
    ctx: device.ctx, leaf: device.leaf, subject: device.request.subject,
    time: said.time, serial: String(said.serial),
  };
  acceptNotice(notice, decodeSignature(bytes(said.statement)), device.signers.gateway);
  const number = notice.serial.slice(0, 4);
  if (!SERIAL.test(notice.serial) || said.message !== number) {
    throw new BoothError('gateway', 'names another message than it signed');
  }
  return {
    serial: notice.serial,
    number,
    phoneEnds: /^[0-9]{2}$/.test(said.phone_ends) ? said.phone_ends : '',
  };
}

/**
 * Type the code, for the gateway alone; throws.
 * @param {Device} device
 * @param {{ opening: Opening, serial: string, code: string, tellTime: () => Promise<number> }} asked
 *   tellTime: asked for after the code is taken, so that the gateway is named if it is away
 * @returns {Promise<Attestation>}
 */
export async function typeCode(device, { opening, serial, code, tellTime }) {
  const url = `${device.services.gateway.url}/issues/${serial}/check`;
  const body = { code, h_req: hex(device.request.subject) };
  const { attestation } = await askJson('gateway', url, { body });
  const now = await tellTime();
  const asked = { role: ROLES.smsGateway, signer: device.signers.gateway, now };
  check(device, opening, attestation, asked);
  return attestation;
}

/**
 * @param {Device} device
 * @param {Opening} opening
 * @param {any} attestation
 * @param {{ role: number, signer: Uint8Array, now: number }} asked
 */
function check(device, { nonce }, attestation, asked) {
  if (!Number.isSafeInteger(nonce) || nonce < 0) throw new BoothError('portal', 'counts wrong');
  const request = describeRequest(device, nonce);
  const { expiry, signature } = attestation ?? {};
  acceptAttestation({ expiry, signature: decodeSignature(bytes(signature)) }, request, asked);
}

/**
 * @param {Device} device
 * @param {number} nonce
 */
function describeRequest({ ctx, leaf, request }, nonce) {
  return { ctx, action: ACTIONS.issue, leaf, nonce, subject: request.subject };
}

/**
 * @param {Device} device
 * @param {Opening} opening
 */
function signByLock(device, { nonce }) {
  return device.lockKey.sign(deriveLockHash(describeRequest(device, nonce)));
}

/**
 * Have the request brought to the chain. May be repeated. isLocked: by the leaf's lock,
 * which signs it.
 * @param {Device} device
 * @param {{ opening: Opening, attestation: Attestation, isLocked: boolean }} asked
 */
export async function askRegistrar(device, { opening, attestation, isLocked }) {
  const body = {
    election: device.election,
    contest: device.number,
    leaf: hex(device.leaf),
    index: opening.index,
    blinded: hex(device.blinded),
    portal: opening.attestation,
    gateway: attestation,
    lock: isLocked ? hex(encodeSignature(signByLock(device, opening))) : null,
  };
  await askJson('registrar', `${device.services.registrar.url}/requests`, { body });
}

/**
 * Ask the nodes of this side what was issued on the own leaf. All have to agree.
 * @param {Device} device
 * @returns {Promise<Issuance>}
 */
export async function findIssuance(device) {
  const answers = await Promise.all(device.sides.a.nodes.map(async ({ url }) => {
    try {
      return await findAt(device, url);
    } catch (error) {
      if (isPassedOver(error)) return null;
      throw error;
    }
  }));
  const said = new Set(answers.filter((each) => each !== null));
  if (said.size === 0) throw new ServiceError('node', 'away');
  if (said.size === 1) return [...said][0];
  // one node may be a block behind; what both show in the end is what counts
  return said.has('other') ? 'differ' : 'none';
}

/**
 * @param {Device} device
 * @param {string} url
 * @returns {Promise<Exclude<Issuance, 'differ'>>}
 */
async function findAt(device, url) {
  const logs = await readLogs(url, {
    address: device.contest.terms.voterList,
    topics: [TOPICS.issued, wordOf(device.number), hex(device.leaf)],
    first: 0,
    last: await readHead(url),
  });
  const last = logs.at(-1);
  if (last === undefined) return 'none';
  return areEqual(readBlinded(last), device.blinded) ? 'own' : 'other';
}

/**
 * Ask all issuers once; give sigma, or null while too few have answered. Throws
 * BoothError once all have answered and too few answers are right.
 * @param {Device} device
 */
export async function collect(device) {
  const { issuers } = device.sides.a;
  const place = `${device.election}/${device.number}/${hex(device.leaf)}`;
  /** @type {Map<number, Uint8Array>} */
  const answers = new Map();
  let swapped = 0;
  await Promise.all(issuers.map(async ({ url, number }) => {
    try {
      const said = await askJson('issuer', `${url}/answers/${place}`);
      if (said.blinded === hex(device.blinded)) answers.set(number, bytes(said.answer));
      else swapped += 1;
    } catch (error) {
      if (!(error instanceof ServiceError || error instanceof BoothError)) throw error;
    }
  }));
  const { issuerThreshold: threshold } = device.contest.terms;
  if (swapped > issuers.length - threshold) {
    throw new BoothError('issuers', 'answer for another request than this one');
  }
  if (answers.size < threshold) return null;
  const { box, issuerKeys } = device.contest;
  try {
    const credential = acceptCredential(answers, device.request, { box, threshold, issuerKeys });
    return encodeG1(credential.sigma);
  } catch (error) {
    if (answers.size + swapped === issuers.length) throw error;
    return null; // others may still answer
  }
}
