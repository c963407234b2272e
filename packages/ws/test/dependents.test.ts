/**
 * Libraries over ws, with their own clients, plain and compressed: each program of `dependents/` is a process on ws, and one in
 * which whoever asks for ws gets this package as it is built. Both see the same.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

const folder = fileURLToPath(new URL('dependents/', import.meta.url));

const programs = readdirSync(folder).filter((name) => name !== 'as-ws.mjs' && name !== 'program.mjs');

async function output(name: string, ...options: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [...options, folder + name], { timeout: 60_000 });
  expect(stderr).not.toContain('rror:');
  return stdout;
}

it.concurrent.each(programs)('%s', async (name) => {
  const [right, ours] = await Promise.all([output(name), output(name, '--import', `${folder}as-ws.mjs`)]);
  expect(right).toContain('compressed');
  expect(ours).toBe(right);
});
