// npm run interop [-- --only NAME] [--quick] [--check]: our ends with the implementations of others, and the page about it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { pageOf } from './page.mjs';
import { debianVersion, peers, versionOf } from './peers.mjs';
import { proxies, proxyRows } from './proxies.mjs';
import { rowOf } from './rows.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
const results = join(here, 'results.json');
const page = join(here, '../docs/pages/guide/who-talks-to-whom.md');

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

/** @param {string} name */
const isWanted = (name) =>
  values.only === undefined || values.only.some((part) => name.toLowerCase().includes(part.toLowerCase()));

if (!existsSync(join(here, 'node_modules/.package-lock.json')))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });

const wanted = peers.filter(({ name, source }) => isWanted(name) && (!values.quick || source === 'npm'));
const wantedProxies = values.quick ? [] : proxies.filter(({ name }) => isWanted(name));

const packages = [...wanted, ...wantedProxies].flatMap(({ debian }) => debian);
const missing = [...new Set(packages)].filter((name) => debianVersion(name) === undefined);
if (missing.length > 0 && process.getuid?.() === 0) {
  console.log(`apt-get install ${missing.join(' ')}`);
  // One by one would be slow, all at once fails for one name that is not there.
  const known = missing.filter(isKnown);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['install', '-y', '-qq', '--no-install-recommends', ...known];
  try {
    execFileSync('apt-get', options, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    console.log('apt-get could not install all of them');
  }
}

/** @param {string} name */
function isKnown(name) {
  return `${execFileSync('apt-cache', ['policy', name])}`.includes('Candidate');
}

/** @type {{ rows: import('./rows.mjs').Row[], between: import('./proxies.mjs').Between[] }} */
const before = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : { rows: [], between: [] };

/** @type {import('./rows.mjs').Row[]} */
const rows = [];
/** @type {string[]} */
const skipped = [];
for (const peer of wanted) {
  const version = versionOf(peer);
  if (version === undefined) {
    skipped.push(peer.name);
    console.log(`${peer.name}: skipped, not installed (${peer.npm ?? peer.debian.join(' ')})`);
    continue;
  }
  for (const role of peer.roles) {
    const { row, said } = await rowOf(peer, role, version);
    rows.push(row);
    console.log(`${peer.name} ${version}, ${role}: ${JSON.stringify(row.found)}`);
    if (values.verbose) console.log(said);
  }
}
/** @type {import('./proxies.mjs').Between[]} */
const between = [];
for (const proxy of wantedProxies) between.push(...(await proxyRows(proxy)));

if (values.quick) {
  // What the page says still holds.
  const changed = rows.filter((row) => {
    const said = before.rows.find(({ name, role }) => name === row.name && role === row.role);
    return !isDeepStrictEqual(said?.found, row.found);
  });
  for (const { name, role, found } of changed)
    console.log(`CHANGED: ${name}, ${role}: ${JSON.stringify(found)}`);
  process.exitCode = changed.length === 0 ? 0 : 1;
  console.log(`${rows.length - changed.length} passed, ${changed.length} failed, ${skipped.length} skipped`);
} else {
  const merged = {
    rows: merge(before.rows, rows, ({ name, role }) => `${name} ${role}`),
    between: merge(before.between, between, ({ name, way }) => `${name} ${way}`),
  };
  writeFileSync(results, `${JSON.stringify(merged, null, 2)}\n`);
  writeFileSync(page, pageOf(merged));
}
// What a peer keeps open does not hold this program.
process.exit();

/**
 * @template T
 * @param {T[]} before
 * @param {T[]} now
 * @param {(row: T) => string} keyOf
 * @returns {T[]} the rows of before, with those of now in their places or behind
 */
function merge(before, now, keyOf) {
  const fresh = new Map(now.map((row) => [keyOf(row), row]));
  const kept = before.map((row) => {
    const key = keyOf(row);
    const other = fresh.get(key) ?? row;
    fresh.delete(key);
    return other;
  });
  return [...kept, ...fresh.values()];
}
