/** The load programs run. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('lets a few clients come, and come back after a restart', () => {
  const program = fileURLToPath(new URL('../bench/joins.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [program, '20', '0.1'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.match(/ in: 20,\n\s+gone: \{\},/g)?.length).toBe(2);
});
