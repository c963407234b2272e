// An installation is small: code, declarations, a short README, and nothing beside.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { createProject, runIn } from '../src/stranger.js';

/** All that a server needs. */
const SERVER = [
  'sanssocket',
  '@sanssocket/codec',
  '@sanssocket/mask',
  '@sanssocket/handshake',
  '@sanssocket/deflate',
];

let folder: string;
beforeAll(async () => {
  folder = join(await createProject('installed'), 'node_modules');
});

test('all that a server needs takes 500 KiB at most', async () => {
  // Two folders in one run of `du` are counted apart: the sum is theirs and that of the folder they are in.
  const output = await runIn(folder, ['du', '-sk', '--apparent-size', ...SERVER]);
  const kib = output.match(/^\d+/gm)!.map(Number);
  expect(kib.length).toBe(SERVER.length);
  expect(kib.reduce((sum, size) => sum + size, 4)).toBeLessThanOrEqual(500);
});

test.each(SERVER)('%s has no sources and no maps', (name) => {
  const files = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => file.endsWith('.map') || /(?<!\.d)\.ts$/.test(file))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.d.ts')).length).toBeGreaterThan(0);
});

test('every package that is published is among those measured, or is no part of a server', () => {
  const others = inject('packed').filter(({ name }) => !SERVER.includes(name));
  for (const { name } of others) expect(name).toMatch(/\/(?:test-vectors|conformance|inspect|ws)$/);
});
