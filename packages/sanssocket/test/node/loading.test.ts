import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Names of Node's own modules that a fresh process has loaded behind an import of a package. */
async function loaded(name: string): Promise<string[]> {
  const program = `await import('${name}'); console.log(JSON.stringify(process.moduleLoadList))`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: FOLDER });
  return (JSON.parse(stdout) as string[]).map((entry) => entry.replace('NativeModule ', ''));
}

describe('an import of sanssocket', () => {
  it("loads of Node's modules what a server of ws: needs", async () => {
    const names = await loaded('sanssocket');
    expect(names).toContain('net');
    for (const name of ['http', 'https', 'http2', 'tls', 'crypto']) expect(names).not.toContain(name);
  });
});
