// Engines differ: WebAssembly that compiles and has no memory, no TextDecoder, no randomness. Nothing throws at import, and all of
// them come to the same results. Each is a process of its own, over what is published (`dist`).
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { LESSER, program } from './lesser-engine.mjs';

const run = promisify(execFile);

/** What the program prints, with so much address space in KiB. */
async function results(
  lacking: readonly string[],
  addressSpace = 'unlimited',
  mode = 'results',
): Promise<string> {
  const script = 'ulimit -v "$1" && shift && exec "$@"';
  const command = [addressSpace, process.execPath, program, mode, ...lacking];
  return (await run('bash', ['-c', script, 'bash', ...command])).stdout;
}

let expected: string;
beforeAll(async () => {
  expected = await results([]);
});

test('there is something to compare', () => {
  expect(JSON.parse(expected).length).toBeGreaterThan(500);
});

test.each(Object.keys(LESSER))('%s', async (name) => {
  expect(await results([name])).toBe(expected);
});

// V8 reserves about 10 GB of addresses for a memory: none fits, one, or two of the three that a server and client use.
describe.runIf(process.platform === 'linux')('little address space', () => {
  test.each(['2097152', '9000000', '12000000', '24000000'])('%s KiB', async (addressSpace) => {
    expect(await results([], addressSpace)).toBe(expected);
  });
});

test('callers are told what is missing, and which option gives it', async () => {
  const refusals = await results(['no crypto', 'nothing of the web'], 'unlimited', 'refusals');
  expect(JSON.parse(refusals)).toEqual([
    expect.stringMatching(/^TypeError NO_RANDOM: .*`random`/),
    expect.stringMatching(/^TypeError NO_RANDOM: .*`generateMaskingKey`/),
    expect.stringMatching(/^TypeError NO_EVENT_TARGET: /),
  ]);
});
