// A server of WebSockets takes the `upgrade` events of an HTTP server: pages stay, also for clients that offer HTTP/2.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { findBinaries } from '../vectors/binaries.mjs';
import { RUNTIMES } from './runtimes.js';

const { node22, node24, node26 } = findBinaries();
const [, command] = RUNTIMES.find(([name]) => name === 'Node')!;
const [, program] = command('beside-pages');

test.each([node22, node24, node26])('%s', (binary) => {
  const { stdout, stderr } = spawnSync(binary, [program!], { encoding: 'utf8', timeout: 30_000 });
  expect(stdout.trim().split('\n'), stderr).toEqual([
    'GET: HTTP/1.1 200 HTTP/1.1 200, page of GET  page of GET',
    'POST: HTTP/1.1 200 HTTP/1.1 200, page of POST body page of GET',
    'both: HTTP/1.1 400',
    'websocket: echoed, listeners left: 0',
    'afterwards: its own',
  ]);
});
