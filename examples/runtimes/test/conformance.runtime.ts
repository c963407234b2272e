// The conformance suite as a program of Deno's and Bun's: the same verdicts as in Node, over TCP, TLS and HTTP/2, in both roles.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../../../packages/conformance/test/endpoints/certificate.js';
import { startTls } from '../../../packages/conformance/test/endpoints/echo-http2.mjs';

const binaries = fileURLToPath(new URL('../node_modules/', import.meta.url));
const suite = fileURLToPath(new URL('../../../packages/conformance/', import.meta.url));
const program = `${suite}dist/command-line/main.js`;
const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
const children: ChildProcess[] = [];

const RUNTIMES = [
  { name: 'Node', command: [process.execPath] },
  { name: 'Bun', command: [`${binaries}@oven/bun-linux-x64/bin/bun`] },
  {
    name: 'Deno',
    command: [`${binaries}@deno/linux-x64-glibc/deno`, 'run', '-A', '--no-lock', '--node-modules-dir=manual'],
  },
] as const;

/** Runs the suite, and gives what it says of each case: id and verdict. */
async function verdicts(
  runtime: (typeof RUNTIMES)[number],
  [role, ...args]: readonly string[],
): Promise<Map<string, string>> {
  const [command, ...before] = runtime.command;
  const file = join(folder, `${runtime.name}.json`);
  // Patience, so that a machine with much else to do is no fault of the endpoint's.
  const options = ['--quick', '--timeout', '15000', '--json', file];
  const child = spawn(command, [...before, program, role!, ...options, ...args], {
    cwd: suite,
    stdio: 'ignore',
  });
  children.push(child);
  await once(child, 'close');
  const { agents } = JSON.parse(readFileSync(file, 'utf8')) as {
    agents: { results: { id: string; verdict: string }[] }[];
  };
  return new Map(agents.flatMap(({ results }) => results.map(({ id, verdict }) => [id, verdict])));
}

describe.each(RUNTIMES.slice(1))('the suite in $name', (runtime) => {
  let url: string;
  let close: () => void;

  beforeAll(async () => {
    const server = await startTls(await selfSigned());
    url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    close = () => server.close();
  });

  afterAll(() => {
    for (const child of children) child.kill();
    close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('says of a server what it says in Node', async () => {
    const here = await verdicts(runtime, ['server', url]);
    expect(here.size).toBeGreaterThan(1000);
    expect([...here.values()]).not.toContain('FAILED');
    expect(here).toEqual(await verdicts(RUNTIMES[0], ['server', url]));
  });

  test('says of a client what it says in Node, to the loop of an old harness', async () => {
    const harness = ['--', process.execPath, `${suite}test/endpoints/old-harness.mjs`, '{url}', 'ws'];
    // What may be made of that payload is found with the runtime's own zlib, and Deno's gives less of it.
    const chosen = [
      '--case',
      '1.*',
      '5.*',
      '7.*',
      'masks.*',
      'deflate.*',
      '--exclude',
      'deflate.cut-after-message',
    ];
    const args = ['client', '--port', '0', ...chosen, ...harness];
    const here = await verdicts(runtime, args);
    expect(here.size).toBeGreaterThan(150);
    expect(here).toEqual(await verdicts(RUNTIMES[0], args));
  });
});
