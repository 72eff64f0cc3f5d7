/**
 * Copy what the booth needs of @noble from build/booth/node_modules into booth/vendor.
 *
 * Names of packages become relative paths, since an import map does not reach a worker,
 * and TypeScript's printer leaves comments out, which are half of what a browser would
 * fetch; npm's files have them. So do they what no module of the booth reaches. `--check` writes nothing and exits with 1 if a vendored
 * file is not what would be written.
 */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import { keepReached } from './reached.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const FROM = join(HERE, '../build/booth/node_modules');
const INTO = join(HERE, 'vendor');
/** What modules of the booth import. @type {Record<string, string[]>} */
const ENTRIES = {
  '@noble/curves/bls12-381.js': ['bls12_381'],
  '@noble/curves/abstract/edwards.js': ['eddsa', 'edwards'],
  '@noble/curves/abstract/weierstrass.js': ['ecdsa', 'weierstrass'],
  '@noble/hashes/hkdf.js': ['hkdf'],
  '@noble/hashes/sha2.js': ['sha256', 'sha512'],
  '@noble/hashes/sha3.js': ['keccak_256'],
};
const LICENCES = ['@noble/curves/LICENSE', '@noble/hashes/LICENSE'];
const IMPORT = /^((?:import|export)[^'";]*?from\s*|import\s*)(['"])([^'"]+)\2/gm;

if (!existsSync(FROM)) {
  console.error('vendor: error: @noble is not installed\nvendor: hint: make check');
  process.exit(1);
}
const ts = createRequire(import.meta.url)(join(FROM, 'typescript'));

/**
 * Leave out comments but those of licences; nothing is renamed or made shorter.
 * @param {string} text
 */
function strip(text) {
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** @returns {Map<string, string>} text of each file that belongs into vendor/ */
function gather() {
  const files = new Map(LICENCES.map((path) => [path, readFileSync(join(FROM, path), 'utf8')]));
  const waiting = Object.keys(ENTRIES);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const folder = posix.dirname(path);
    if (path.endsWith('.js')) waiting.push(path.replace(/js$/, 'd.ts')); // for tsc alone
    const text = readFileSync(join(FROM, path), 'utf8')
      .replace(/^\/\/# sourceMappingURL=.*\n?/gm, '')
      .replace(IMPORT, (_, head, quote, name) => {
        const target = name.startsWith('.') ? posix.join(folder, name) : name;
        waiting.push(target.replace(/(?<!\.d)\.ts$/, '.d.ts'));
        const relative = posix.relative(folder, target);
        return `${head}${quote}${relative.startsWith('.') ? '' : './'}${relative}${quote}`;
      });
    files.set(path, path.endsWith('.js') ? strip(text) : text);
  }
  const modules = new Map([...files].filter(([path]) => path.endsWith('.js')));
  /** @type {[string, string][]} */
  const asked = Object.entries(ENTRIES).flatMap(([path, names]) => (
    names.map((name) => /** @type {[string, string]} */ ([path, name]))
  ));
  const reached = keepReached(ts, modules, asked, (path, name) => posix.join(posix.dirname(path), name));
  for (const path of modules.keys()) files.delete(path);
  for (const [path, text] of reached) files.set(path, text);
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const digests = sorted.map(([path, text]) => [
    path, `sha384-${createHash('sha384').update(text).digest('base64')}`,
  ]);
  return new Map([...sorted, ['integrity.json', `${JSON.stringify(Object.fromEntries(digests), null, 1)}\n`]]);
}

/** @returns {string[]} paths of files in vendor/ */
function list() {
  if (!existsSync(INTO)) return [];
  return readdirSync(INTO, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(INTO.length + 1));
}

const files = gather();
if (process.argv.includes('--check')) {
  const wrong = list().filter((path) => readFileSync(join(INTO, path), 'utf8') !== files.get(path));
  const missing = [...files.keys()].filter((path) => !existsSync(join(INTO, path)));
  for (const path of [...wrong, ...missing]) console.error(`vendor: error: ${path} differs`);
  process.exit(wrong.length + missing.length ? 1 : 0);
}
rmSync(INTO, { recursive: true, force: true });
for (const [path, text] of files) {
  mkdirSync(dirname(join(INTO, path)), { recursive: true });
  writeFileSync(join(INTO, path), text);
}
console.log(`${files.size} files`);
