// `connect`, `reconnect` and `serve` do the same in Bun and Deno as in Node: one program says so, line by line.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../../http2/src/certificate.js';
import { folder, RUNTIMES } from './runtimes.js';

const directory = mkdtempSync(join(tmpdir(), 'same-'));
const files = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];

beforeAll(async () => {
  const { key, cert } = await makeCertificate();
  writeFileSync(files[0]!, key);
  writeFileSync(files[1]!, cert);
});
afterAll(() => rmSync(directory, { recursive: true }));

test('one program prints the same lines everywhere', async () => {
  const lines = await Promise.all(
    RUNTIMES.map(async ([, command]) => {
      const [first, ...args] = command('same');
      const run = promisify(execFile)(first!, [...args, ...files], { cwd: folder, timeout: 60_000 });
      return (await run).stdout.split('\n');
    }),
  );
  const [node, ...others] = lines;
  expect(node).toContain('TLS server closed: 0 0');
  expect(node!.join('\n')).not.toContain('never:');
  for (const other of others) expect(other).toEqual(node);
});
