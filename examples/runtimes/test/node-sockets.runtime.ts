// Node's adapter over the sockets of each runtime's `node:http` and `node:https`. Needs `npm ci` in this
// folder, and the packages built.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from '../../../packages/conformance/test/endpoints/certificate.js';

const folder = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'node-tls-'));
const program = join(directory, 'program.mjs');
const files = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];

beforeAll(async () => {
  const { key, cert } = await selfSigned();
  writeFileSync(files[0]!, key);
  writeFileSync(files[1]!, cert);
  buildSync({
    entryPoints: [`${folder}src/node-sockets.ts`],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['Node', process.execPath, []],
  ['Bun', `${folder}node_modules/@oven/bun-linux-x64/bin/bun`, ['run']],
  ['Deno', `${folder}node_modules/@deno/linux-x64-glibc/deno`, ['run', '--quiet', '--no-config', '-A']],
])(
  'messages of many lengths go there and back over node:http and node:https in %s, and stay',
  (_name, command, args) => {
    for (const identity of [[], files]) {
      const { stdout, stderr } = spawnSync(command, [...args, program, ...identity], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect(stdout.trim(), stderr).toBe('all echoed');
    }
  },
);
