// The vectors' example in Python runs as its README says, and wsproto 1.2 passes what it passed when that was written.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { pythonWith } from './python.js';

const command = pythonWith('wsproto');
const script = fileURLToPath(new URL('../../../test-vectors/examples/wsproto_vectors.py', import.meta.url));

test.skipIf(command === undefined)(
  'wsproto passes the vectors but for limits, 1014 and faults that it sees later',
  async () => {
    const { stdout } = await promisify(execFile)(command!, [script]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe('1525 passed, 44 answered otherwise, 348 not asked');
    const families = new Set(lines.map((line) => line.split('/').slice(0, 2).join('/')));
    expect([...families].sort()).toEqual([
      'close/body',
      'close/code',
      'lengths/too-large',
      'limits/default',
      'limits/overflow',
      'masking/direction',
    ]);
  },
  120_000,
);
