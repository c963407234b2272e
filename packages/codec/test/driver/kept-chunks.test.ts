/**
 * Nothing of a chunk is kept by an adapter: a program with `--expose-gc` says which chunks are
 * still there.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

it('no adapter holds what came with the handshake, nor a chunk that was read', () => {
  const program = buildSync({
    entryPoints: [`${folder}kept-chunks.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  }).outputFiles[0]!.text;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-'],
    { input: program, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const kept = JSON.parse(stdout) as Record<string, string[]>;
  expect(kept).toEqual({ node: [], 'node, ended': [], bun: [], deno: [], streams: [], 'message port': [] });
});
