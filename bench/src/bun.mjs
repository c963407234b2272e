/**
 * Bun, which is no dependency of the workspace: its binary is fetched with the example's other
 * runtimes when a case first asks for it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './runner.mjs';

const FOLDER = fileURLToPath(new URL('../../examples/runtimes/', import.meta.url));
const PACKAGE = `${FOLDER}node_modules/@oven/bun-linux-x64/`;
const BINARY = `${PACKAGE}bin/bun`;

/**
 * @param {boolean} install - whether it may be fetched
 * @returns {string} the path of the binary
 * @throws Unavailable where it is not there and cannot be had
 */
export function findBun(install) {
  if (!existsSync(BINARY) && install) {
    try {
      execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'pipe' });
    } catch {
      throw new Unavailable('Bun could not be installed (npm ci --prefix examples/runtimes)');
    }
  }
  if (!existsSync(BINARY)) throw new Unavailable('Bun is not installed (npm ci --prefix examples/runtimes)');
  return BINARY;
}

/** @returns {string} */
export function bunVersion() {
  return existsSync(BINARY)
    ? JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8')).version
    : 'not installed';
}
