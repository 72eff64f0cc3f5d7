/** Shared vectors, read as the library's values. */

import { readFileSync } from 'node:fs';

import { fromHex } from '../../booth/bytes.js';
import { decodeG1, decodeG2 } from '../../booth/group.js';
import { cut } from '../../booth/record.js';

const FOLDER = new URL('../vectors/', import.meta.url);

export const readVectors = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
export const point = (text) => decodeG1(fromHex(text));
export const points = (text) => cut(fromHex(text), 128).map((raw) => decodeG1(raw));
export const number = (text) => BigInt(text.startsWith('0x') ? text : `0x${text}`);

export const readBox = ({ ctx, election_keys: keys, credential_key: key }) => ({
  ctx: fromHex(ctx), electionKeys: points(keys), credentialKey: decodeG2(fromHex(key)),
});

export const readSignature = ({ v, r, s }) => ({ v: number(v), r: number(r), s: number(s) });
