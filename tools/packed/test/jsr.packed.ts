// What `tools/jsr.mjs` makes of the sources is a workspace that JSR would take.
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { writeJsrWorkspace } from '../../jsr.mjs';
import { deno, runIn } from '../src/stranger.js';

test('deno publish --dry-run', async () => {
  const folder = join(inject('folder'), 'jsr');
  const names = writeJsrWorkspace(folder);
  const output = await runIn(folder, [deno, 'publish', '--dry-run', '--allow-dirty', '--quiet'], {
    NO_COLOR: '1',
  });
  expect(names.length).toBeGreaterThanOrEqual(5);
  expect(output).not.toContain('slow-type');
});
