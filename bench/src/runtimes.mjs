/**
 * The runtimes that cases run in, none a dependency of the workspace. Node's versions come from npm
 * into a folder of the system's temporary ones; Bun and Deno with the example of other runtimes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './budgets.mjs';

/** The version that targets are about, and that measures what needs one only. */
export const REFERENCE_NODE = '24';

const NODES = join(tmpdir(), 'sanssocket-bench-nodes');
const EXAMPLE = fileURLToPath(new URL('../../examples/runtimes/', import.meta.url));

/** Packages of {@link EXAMPLE}, and the binary in each. */
const OTHERS = {
  bun: ['@oven/bun-linux-x64', 'bin/bun'],
  deno: ['@deno/linux-x64-glibc', 'deno'],
};

/** @returns {string} the major version of the Node that runs this */
export function currentNode() {
  return process.versions.node.split('.')[0];
}

/**
 * @param {string} version - such as 24 or 24.1.0
 * @param {boolean} install - whether it may be fetched
 * @returns {{ path: string, version: string }}
 */
export function findNode(version, install) {
  if (version === currentNode()) return { path: process.execPath, version: process.versions.node };
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(NODES, version);
  const path = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(path)) {
    if (!install) throw new Error(`Node ${version} is not here, and --check fetches nothing`);
    mkdirSync(folder, { recursive: true });
    const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...options, `${name}@${version}`], { stdio: 'pipe' });
  }
  return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1) };
}

/**
 * @param {'bun' | 'deno'} runtime
 * @param {boolean} install - whether it may be fetched
 * @returns {string} the path of the binary
 * @throws Unavailable where it is not there and cannot be had
 */
export function findOther(runtime, install) {
  const [name, binary] = OTHERS[runtime];
  const path = join(EXAMPLE, 'node_modules', name, binary);
  if (!existsSync(path) && install) {
    try {
      execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: EXAMPLE, stdio: 'pipe' });
    } catch {
      throw new Unavailable(`${runtime} could not be installed (npm ci --prefix examples/runtimes)`);
    }
  }
  if (!existsSync(path))
    throw new Unavailable(`${runtime} is not installed (npm ci --prefix examples/runtimes)`);
  return path;
}

/**
 * @param {'bun' | 'deno'} runtime
 * @returns {string} its version
 */
export function versionOfOther(runtime) {
  const file = join(EXAMPLE, 'node_modules', OTHERS[runtime][0], 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : 'not installed';
}
