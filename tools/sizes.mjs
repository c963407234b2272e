// Sizes of the packages as they are published: each entry bundled, minified and gzipped, as a browser would load it, and what an
// installation holds; both against budgets. docs/pages/guide/sizes.md has the figures: it may be off by a few per cent, and
// `npm run sizes -- --write` writes it.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publishedPackages } from './packages.mjs';
import { writePublishable } from './publishable.mjs';
import budgets from './size-budgets.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}temp/sizes/`;
const page = `${root}docs/pages/guide/sizes.md`;
const BEGIN = '<!-- Sizes: written by `npm run sizes -- --write`. -->\n';
const END = '<!-- End of the sizes. -->\n';
/** How far the page may be from the figures, in per cent. */
const TOLERANCE = 3;
/** A folder on most disks. */
const FOLDER_BYTES = 4096;
/** All that a server needs. */
const SERVER = [
  'sanssocket',
  ...['codec', 'mask', 'handshake', 'deflate'].map((name) => `@sanssocket/${name}`),
];
const MAX_INSTALLED_KIB = 500;

/** Links the packages as they are published, and `ws`, into a `node_modules` of their own. */
async function install() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}node_modules/@sanssocket`, { recursive: true });
  for (const path of publishedPackages()) {
    const published = await writePublishable(root + path);
    const { name } = JSON.parse(readFileSync(join(published, 'package.json'), 'utf8'));
    symlinkSync(published, `${folder}node_modules/${name}`);
  }
  symlinkSync(`${root}docs/node_modules/ws`, `${folder}node_modules/ws`);
}

async function bundleBytes(code, options = { platform: 'neutral' }) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    // Otherwise a package would find the others beside its sources.
    preserveSymlinks: true,
    external: ['node:*', 'bufferutil', 'utf-8-validate'],
    ...options,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** The bytes of a folder as `du --apparent-size` counts them. */
function folderBytes(path) {
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    const inside = join(path, entry.name);
    return sum + (entry.isDirectory() ? folderBytes(inside) : statSync(inside).size);
  }, FOLDER_BYTES);
}

function checked(name, size, max, unit) {
  const over = size > max;
  if (over) process.exitCode = 1;
  console.log(`${over ? 'OVER' : 'ok  '} ${String(size).padStart(6)} of ${max} ${unit}  ${name}`);
}

function kib(bytes) {
  return (bytes / 1024).toFixed(1);
}

/** Exports in words. */
function importsOf(code) {
  return [...code.matchAll(/export (?:\{ (.*?) \}|\*) from '(.*?)'/g)]
    .map(([, names, from]) => `${names === undefined ? 'all' : `\`${names}\``} of \`${from}\``)
    .join('; ');
}

function table(head, rows) {
  return [head, head.map((_, i) => (i === head.length - 1 ? '---:' : '---')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

/** Whether two texts differ in nothing but numbers, and in these by a few per cent at most. */
export function isNear(one, other) {
  const NUMBER = /\d+(?:\.\d+)?/g;
  if (one.replace(NUMBER, '#') !== other.replace(NUMBER, '#')) return false;
  const numbers = other.match(NUMBER) ?? [];
  return (one.match(NUMBER) ?? []).every(
    (number, i) => Math.abs(Number(number) - Number(numbers[i])) <= (Number(number) * TOLERANCE) / 100 + 0.1,
  );
}

async function measure() {
  await install();
  const bundles = [];
  for (const { name, code, maxBytes } of budgets) {
    const bytes = await bundleBytes(code);
    checked(name, bytes, maxBytes, 'B');
    bundles.push([name, importsOf(code), kib(bytes)]);
  }
  const { version } = JSON.parse(readFileSync(`${folder}node_modules/ws/package.json`, 'utf8'));
  const ws = await bundleBytes("export { WebSocketServer } from 'ws'", {
    platform: 'node',
  });
  bundles.push([`ws ${version}, which runs on Node alone`, '`WebSocketServer` of `ws`', kib(ws)]);

  const installed = SERVER.map((name) => [name, folderBytes(`${folder}node_modules/${name}`)]);
  const all = installed.reduce((sum, [, bytes]) => sum + bytes, FOLDER_BYTES);
  checked('installed: all that a server needs', Math.ceil(all / 1024), MAX_INSTALLED_KIB, 'KiB');
  const installs = [
    ...installed.map(([name, bytes]) => [`\`${name}\``, kib(bytes)]),
    ['all four', kib(all)],
    [`\`ws\` ${version}, which has no declarations`, kib(folderBytes(`${folder}node_modules/ws`))],
  ];
  return `${table(['bundled', 'import', 'KiB, minified and gzipped'], bundles)}\n${table(['installed', 'KiB on disk'], installs)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await measure();
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (process.argv.includes('--write')) {
    writeFileSync(page, `${text.slice(0, start)}\n${figures}\n${text.slice(end)}`);
  } else if (!isNear(text.slice(start, end).trim(), figures.trim())) {
    console.log(`OVER docs/pages/guide/sizes.md: \`npm run sizes -- --write\` writes it anew`);
    process.exitCode = 1;
  }
}
