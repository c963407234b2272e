/** The files that the command writes, and what known deviations do to its exit status. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { runProgram } from '../../src/command-line/program.js';
import { startEchoServer } from '../endpoints/echo.mjs';

const folder = mkdtempSync(`${tmpdir()}/conformance-reports-`);
/** An echo on our packages, and one that answers long messages with empty ones. */
let good: Server;
let bad: WebSocketServer;
let out: string[];
let err: string[];

beforeAll(async () => {
  good = await startEchoServer();
  bad = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  bad.on('connection', (socket) =>
    socket.on('message', (data, isBinary) =>
      socket.send(String(data).length > 200 ? '' : data, { binary: isBinary }),
    ),
  );
});
afterAll(() => {
  good.close();
  bad.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  [out, err] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(String(line)));
  vi.spyOn(console, 'error').mockImplementation((line) => err.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

function urlOf(server: { address(): unknown }): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** 1.1.1 and 1.1.2 are short enough for the bad server, 1.1.7 is not. */
function run(server: { address(): unknown }, ...options: string[]): Promise<number> {
  return runProgram([
    'server',
    urlOf(server),
    '--agent',
    'x',
    '--case',
    '1.1.1',
    '1.1.2',
    '1.1.7',
    ...options,
  ]);
}

function expectations(content: unknown): string {
  const path = `${folder}/expect.json`;
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('files', () => {
  test('are all in the folder that is asked for', async () => {
    const target = `${folder}/all/of/it`;
    expect(await run(good, '--report', target)).toBe(0);
    for (const name of ['index.html', 'index.json', 'results.json', 'junit.xml', 'report.css', 'report.js'])
      expect(existsSync(`${target}/${name}`), name).toBe(true);
    const index = JSON.parse(readFileSync(`${target}/index.json`, 'utf8'));
    for (const row of Object.values<{ reportfile: string }>(index.x)) {
      const { id, behavior } = JSON.parse(readFileSync(`${target}/${row.reportfile}`, 'utf8'));
      expect(index.x[id].behavior).toBe(behavior);
      expect(existsSync(`${target}/${row.reportfile.replace('.json', '.html')}`)).toBe(true);
    }
    expect(Object.keys(index.x)).toEqual(['1.1.1', '1.1.2', '1.1.7']);
  });

  test('are written one by one', async () => {
    const [json, junit] = [`${folder}/one/results.json`, `${folder}/two/junit.xml`];
    expect(await run(good, '--json', json, '--junit', junit)).toBe(0);
    expect(JSON.parse(readFileSync(json, 'utf8')).agents[0].results.length).toBe(3);
    expect(readFileSync(junit, 'utf8')).toContain('tests="3" failures="0"');
    expect(out.slice(1)).toEqual([
      `\nResults are in ${json}, in a new folder`,
      `\nJUnit XML is in ${junit}, in a new folder`,
    ]);
    await run(good, '--json', json);
    expect(out.at(-1)).toBe(`\nResults are in ${json}`);
  });

  test('are not written beneath a file, and nothing runs', async () => {
    const path = `${folder}/file`;
    writeFileSync(path, '');
    for (const option of ['--json', '--junit', '--report']) {
      expect(await run(good, option, `${path}/x`)).toBe(2);
      expect(err.at(-1)).toBe(`${path}/x: ${path} is no folder.`);
    }
    expect(out).toEqual([]);
  });

  test("are where the old suite's configuration wants them", async () => {
    const config = `${folder}/fuzzingclient.json`;
    const servers = [{ url: urlOf(good), agent: 'y' }];
    writeFileSync(config, JSON.stringify({ servers, outdir: `${folder}/outdir`, cases: ['1.1.1'] }));
    expect(await runProgram(['server', '--config', config])).toBe(0);
    expect(existsSync(`${folder}/outdir/y_case_1_1_1.json`)).toBe(true);
  });
});

describe('known deviations', () => {
  test('a run without them fails', async () => {
    expect(await run(bad)).toBe(1);
    expect(out.join('\n')).toContain('1.1.7 FAILED, RFC 6455');
  });

  test('what is known does not fail', async () => {
    const known = { '1.1.7': 'FAILED', '2.4': 'FAILED' };
    expect(await run(bad, '--expect', expectations(known))).toBe(0);
    // It is counted and not told again, and of what was not run nothing is said.
    expect(out).toHaveLength(2);
    expect(out[0]).toMatch(/^x: 2 OK, 1 FAILED; 3 cases in .*$/m);
    expect(out[0]).not.toContain('1.1.7 FAILED');
    expect(out[1]).toBe('\nAs expected: 1 known deviation.');
  });

  test('that none was run of are not counted', async () => {
    expect(await run(good, '--expect', expectations({ '2.4': 'FAILED' }))).toBe(0);
    expect(out.at(-1)).toBe('\nAs expected: none of the known deviations was run.');
  });

  test('news fail', async () => {
    expect(await run(bad, '--expect', expectations({}))).toBe(1);
    expect(out.at(-1)).toMatch(/^\nNEW {5}x 1\.1\.7: FAILED\.$/);
    expect(out[0]).toContain('1.1.7 FAILED, RFC 6455');
  });

  test('what has been mended fails', async () => {
    expect(await run(good, '--expect', expectations({ '1.1.7': 'FAILED' }))).toBe(1);
    expect(out.at(-1)).toBe('\nMENDED  x 1.1.7: OK in place of FAILED. Take it off the list.');
  });

  test('are written down when that is asked for, and known then', async () => {
    const path = `${folder}/new.json`;
    expect(await run(bad, '--expect', path, '--update-expect')).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ '1.1.7': 'FAILED' });
    expect(await run(bad, '--expect', path)).toBe(0);
    expect(await run(good, '--expect', path, '--update-expect')).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({});
    const file = { '2.4': 'FAILED', '1.1.7': { verdict: 'FAILED' }, '2.*': { verdict: 'OK', because: 'x' } };
    writeFileSync(path, JSON.stringify(file));
    expect(await run(bad, '--expect', path, '--update-expect')).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(file, null, 2)}\n`);
  });

  test.each([
    ['a file that is not there', ['--expect', `${folder}/none.json`], /none\.json/],
    ['a case that is not there', ['--expect', 'WRONG'], /no case 1\.1\.99/],
    ['no file to update', ['--update-expect'], /needs --expect/],
  ])('%s is noticed before anything runs', async (_, options, message) => {
    const path = expectations({ '1.1.99': 'FAILED' });
    expect(await run(bad, ...options.map((option) => option.replace('WRONG', path)))).toBe(2);
    expect(err.join('\n')).toMatch(message);
    expect(out).toEqual([]);
  });
});
