/** Pictures for cameras, square by square as another hand draws them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeQR } from '../../build/booth/node_modules/qr/index.js';
import { encodeQr } from '../../booth/page/qr_code.js';

const MASKS = [0, 1, 2, 3, 4, 5, 6, 7];
const LINK = 'https://booth.example.org/receipt.html#contest=1&code=0x';

/** @param {number} length */
const spell = (length) => LINK.repeat(Math.ceil(length / LINK.length)).slice(0, length);

/** Draw by npm's package, without its border; of masks, every one is allowed. */
function drawByOther(text, mask) {
  const squares = encodeQR(text, 'raw', { ecc: 'low', border: 1, encoding: 'byte', mask });
  return JSON.stringify(squares.slice(1, -1).map((row) => row.slice(1, -1)));
}

/** How many bytes each version holds at the level L: table 7 of ISO/IEC 18004. */
const ROOM = [
  17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858,
  929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953,
];

test('a code of every size is as another program draws it', () => {
  for (const [at, length] of ROOM.entries()) {
    const own = encodeQr(spell(length));
    assert.equal(own.length, 4 * at + 21);
    assert.ok(MASKS.some((mask) => drawByOther(spell(length), mask) === JSON.stringify(own)), `${length} letters`);
  }
});

test('one letter more than fits is drawn larger, and refused at the end', () => {
  assert.equal(encodeQr(spell(ROOM[8] + 1)).length, 57);
  assert.equal(encodeQr('').length, 21);
  assert.throws(() => encodeQr(spell(2_954)), RangeError);
});

test('most masks are those that another program finds easiest to read', () => { // rules differ at edges
  const lengths = Array.from({ length: 20 }, (_, at) => 60 + 11 * at);
  const same = lengths.filter((each) => JSON.stringify(encodeQr(spell(each))) === drawByOther(spell(each)));
  assert.ok(same.length > 12, `${same.length} of 20`);
});
