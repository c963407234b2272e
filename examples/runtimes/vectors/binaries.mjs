/** Binaries of runtimes: npm's, in a folder of the system's temporary ones that serves again, and Debian's Chromium. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} manifest - the folder of a manifest with its lockfile
 * @returns {string} its `node_modules`, installed once for each content of the lockfile
 */
function installed(manifest) {
  const here = join(manifest, 'node_modules');
  if (existsSync(join(here, '.package-lock.json'))) return here;
  const digest = createHash('sha256')
    .update(readFileSync(join(manifest, 'package-lock.json')))
    .digest('hex');
  const folder = join(tmpdir(), `sanssocket-binaries-${digest.slice(0, 16)}`);
  const done = join(folder, 'installed');
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(manifest, file), join(folder, file));
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
    writeFileSync(done, '');
  }
  return join(folder, 'node_modules');
}

export const CHROMIUM = '/usr/bin/chromium';

/**
 * The binaries that come from npm.
 *
 * @typedef {Readonly<Record<'node22' | 'node24' | 'node26' | 'bun' | 'deno' | 'workerd', string>>} Binaries
 */

/**
 * Installs what is not there: 900 MB at first, nothing afterwards.
 *
 * @returns {Binaries}
 */
export function findBinaries() {
  const nodes = installed(join(example, 'nodes'));
  const others = installed(example);
  return {
    node22: join(nodes, 'node-22/bin/node'),
    node24: join(nodes, 'node-24/bin/node'),
    node26: join(nodes, 'node-26/bin/node'),
    bun: join(others, '@oven/bun-linux-x64/bin/bun'),
    deno: join(others, '@deno/linux-x64-glibc/deno'),
    workerd: join(others, '@cloudflare/workerd-linux-64/bin/workerd'),
  };
}

/**
 * @param {string} binary
 * @returns {string} the first number with dots that a program says of itself
 */
export function versionOf(binary) {
  const said = execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return /\d+[.\d-]*\d/.exec(said)?.[0] ?? said.trim();
}
