/** A picture that another device's camera reads, drawn without any markup or address. */

import { encodeQr } from './qr_code.js';

const SVG = 'http://www.w3.org/2000/svg';
const BORDER = 4; // squares of white, which a camera needs

/**
 * @param {string} text
 * @param {string} label for who does not see it
 */
export function drawQr(text, label) {
  const rows = encodeQr(text);
  const width = rows.length + 2 * BORDER;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'qr');
  svg.setAttribute('viewBox', `${-BORDER} ${-BORDER} ${width} ${width}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', rows.map((row, y) => drawRow(row, y)).join(''));
  path.setAttribute('fill', '#000');
  svg.append(path);
  return svg;
}

/**
 * @param {boolean[]} row
 * @param {number} y
 */
function drawRow(row, y) {
  return row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join('');
}
