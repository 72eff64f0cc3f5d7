/**
 * Which squares of a QR code are dark: ISO/IEC 18004, bytes, at the level L of error
 * correction, in the smallest of the 40 versions that has room.
 */

import { fromHex, toHex } from '../bytes.js';

/** Words of correction in a block, and blocks, by version from 1 on: table 9 of the standard. */
const CORRECTION = [
  7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
  28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS = [
  1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
  8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
];
const LEVEL = 0b01; // L
const PADDING = [0xec, 0x11];
/** Where a mask turns a square over: where this is 0. */
const MASKS = /** @type {((x: number, y: number) => number)[]} */ ([
  (x, y) => (x + y) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
]);

/** @typedef {(boolean | undefined)[][]} Squares rows from the top; undefined: not drawn yet */

/**
 * Encode text; throws RangeError above 2953 bytes of UTF-8.
 * @param {string} text
 * @returns {boolean[][]} rows from the top, without the white border
 */
export function encodeQr(text) {
  const raw = new TextEncoder().encode(text);
  const version = CORRECTION.findIndex((_, at) => countData(at + 1) >= raw.length + (at < 9 ? 2 : 3)) + 1;
  if (version === 0) throw new RangeError('too long for a QR code');
  const length = raw.length.toString(16).padStart(version < 10 ? 2 : 4, '0');
  const begun = fromHex(`4${length}${toHex(raw)}0`); // mode: bytes; at the end, nothing more
  const padded = Array.from({ length: countData(version) }, (_, at) => (
    begun[at] ?? PADDING[(at - begun.length) % 2]
  ));
  const words = interleave(padded, version);
  const drawn = MASKS.map((mask, number) => draw(words, { version, mask, number }));
  return drawn.sort((one, other) => weigh(one) - weigh(other))[0];
}

/**
 * Count the words of eight squares that a version holds.
 * @param {number} version
 */
function countWords(version) {
  const aligned = version < 2 ? 0 : Math.floor(version / 7) + 2;
  const squares = (16 * version + 128) * version + 64
    - (aligned ? (25 * aligned - 10) * aligned - 55 : 0) - (version < 7 ? 0 : 36);
  return Math.floor(squares / 8);
}

/** @param {number} version */
function countData(version) {
  return countWords(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
}

/**
 * Cut data into blocks, the longer ones last, and take of each in turn a word of data, then
 * of correction.
 * @param {number[]} data
 * @param {number} version
 */
function interleave(data, version) {
  const count = BLOCKS[version - 1];
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  let next = 0;
  const blocks = Array.from({ length: count }, (_, at) => {
    const begin = next;
    next += short + (at < count - longer ? 0 : 1);
    return data.slice(begin, next);
  });
  const generator = multiplyRoots(CORRECTION[version - 1]);
  return [blocks, blocks.map((block) => correct(block, generator))].flatMap((lists) => (
    lists[count - 1].flatMap((_, at) => lists.map((each) => each[at]).filter((each) => each !== undefined))
  ));
}

/**
 * Multiply in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1.
 * @param {number} one
 * @param {number} other
 */
function multiply(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/**
 * Give (x - 1)(x - 2)(x - 4)..., its first coefficient, 1, left out.
 * @param {number} degree
 */
function multiplyRoots(degree) {
  const found = [...Array(degree - 1).fill(0), 1];
  for (let step = 0, root = 1; step < degree; step += 1, root = multiply(root, 2)) {
    found.forEach((each, at) => { found[at] = multiply(each, root) ^ (found[at + 1] ?? 0); });
  }
  return found;
}

/**
 * Give the words that let a reader mend a block: what is left of it divided.
 * @param {number[]} block
 * @param {number[]} generator
 */
function correct(block, generator) {
  return block.reduce((left, word) => {
    const factor = word ^ left[0];
    return generator.map((each, at) => (left[at + 1] ?? 0) ^ multiply(each, factor));
  }, generator.map(() => 0));
}

/**
 * @param {number[]} words
 * @param {{ version: number, mask: (x: number, y: number) => number, number: number }} chosen
 */
function draw(words, { version, mask, number }) {
  const size = 4 * version + 17;
  /** @type {Squares} */
  const squares = Array.from({ length: size }, () => Array(size));
  drawMarks(squares, version);
  drawFormat(squares, number);
  let next = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) { // the column of dots is no place
    for (let step = 0; step < size; step += 1) {
      for (const x of [right, right - 1]) {
        const isUp = ((right + (right > 6 ? 1 : 2)) & 2) === 0;
        const y = isUp ? size - 1 - step : step;
        if (squares[y][x] !== undefined) continue;
        const bit = (words[next >> 3] >> (7 - (next & 7))) & 1; // 0 after the last word
        squares[y][x] = (bit === 1) !== (mask(x, y) === 0);
        next += 1;
      }
    }
  }
  return /** @type {boolean[][]} */ (squares);
}

/**
 * Draw what is the same in every code of a version: three large marks, the small ones, lines
 * of dots, and the version.
 * @param {Squares} squares
 * @param {number} version
 */
function drawMarks(squares, version) {
  const last = squares.length - 7;
  for (const [x, y] of [[3, 3], [last + 3, 3], [3, last + 3]]) drawMark(squares, { x, y, reach: 4 });
  const count = Math.floor(version / 7) + 2;
  const pace = 2 * Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4));
  const places = version < 2 ? [] : [6, ...Array.from({ length: count - 1 }, (_, at) => last - at * pace)];
  for (const x of places) {
    for (const y of places) {
      if (squares[y][x] === undefined) drawMark(squares, { x, y, reach: 2 });
    }
  }
  squares.forEach((row, at) => {
    row[6] ??= at % 2 === 0;
    squares[6][at] ??= at % 2 === 0;
  });
  if (version < 7) return;
  const bits = (version << 12) | divide(version, 12, 0b1111100100101);
  for (let at = 0; at < 18; at += 1) {
    const [one, other] = [last - 4 + (at % 3), Math.floor(at / 3)];
    const isDark = ((bits >> at) & 1) === 1;
    squares[other][one] = isDark;
    squares[one][other] = isDark;
  }
}

/**
 * Draw rings around a dark square; reach: to the outer one, which is the large mark's border.
 * @param {Squares} squares
 * @param {{ x: number, y: number, reach: number }} mark
 */
function drawMark(squares, { x, y, reach }) {
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      const ring = Math.max(Math.abs(down), Math.abs(right));
      const row = squares[y + down];
      const isInside = row !== undefined && x + right >= 0 && x + right < squares.length;
      if (isInside) row[x + right] = reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1;
    }
  }
}

/**
 * Draw level and mask, twice.
 * @param {Squares} squares
 * @param {number} mask
 */
function drawFormat(squares, mask) {
  const data = (LEVEL << 3) | mask;
  const bits = ((data << 10) | divide(data, 10, 0b10100110111)) ^ 0b101010000010010;
  const { length: size } = squares;
  for (let at = 0; at < 15; at += 1) {
    const isDark = ((bits >> at) & 1) === 1;
    squares[at < 8 ? at + (at > 5 ? 1 : 0) : size - 15 + at][8] = isDark;
    squares[8][at < 8 ? size - 1 - at : 14 - at + (at > 8 ? 0 : 1)] = isDark;
  }
  squares[size - 8][8] = true;
}

/**
 * Give what is left of data, shifted by a degree, divided by a polynomial over GF(2).
 * @param {number} data
 * @param {number} degree
 * @param {number} divisor
 */
function divide(data, degree, divisor) {
  let left = data;
  for (let step = 0; step < degree; step += 1) left = (left << 1) ^ ((left >> (degree - 1)) * divisor);
  return left;
}

/**
 * Say how hard a code is to read: long lines, blocks, what looks like a mark, and too much of
 * one colour.
 * @param {boolean[][]} squares
 */
function weigh(squares) {
  const rows = squares.map((row) => row.map(Number).join(''));
  const columns = squares.map((_, x) => rows.map((row) => row[x]).join(''));
  const lines = [...rows, ...columns].join(' ');
  const runs = [...lines.matchAll(/0{5,}|1{5,}/g)].map(([run]) => run.length - 2);
  const marks = [...lines.matchAll(/(?=10111010000|00001011101)/g)].map(() => 40);
  const blocks = rows.slice(1).flatMap((row, y) => [...row].slice(1).filter((each, x) => (
    each === row[x] && each === rows[y][x] && each === rows[y][x + 1]
  )).map(() => 3));
  const dark = rows.join('').replaceAll('0', '').length / squares.length ** 2;
  return [...runs, ...marks, ...blocks].reduce((sum, each) => sum + each, 0)
    + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
