/** The signed files of this booth, which say whom it asks and by which keys. */

import { FILES, acceptPinned } from '../pinned.js';
import { readFile } from './asking.js';

/** @typedef {ReturnType<typeof acceptPinned>} Pinned */

const BASE = new URL('../', import.meta.url);

/**
 * Read and check the signed files of this booth, before anybody is asked; throws
 * BoothError, or ServiceError without a network.
 */
export async function openPinned() {
  const names = Object.entries(FILES);
  const raw = await Promise.all(names.map(([, name]) => readFile(new URL(name, BASE), name)));
  const files = Object.fromEntries(names.map(([key], at) => [key, raw[at]]));
  return acceptPinned(/** @type {Parameters<typeof acceptPinned>[0]} */ (files));
}
