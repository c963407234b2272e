import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { clientAgain, formatEntry, repeated, serverAgain } from '../../src/command-line/again.js';
import { runProgram } from '../../src/command-line/program.js';
import { Progress, report } from '../../src/command-line/reports.js';
import { type AgentResults, type CaseResult, findCases } from '../../src/index.js';
import { selfSigned } from '../endpoints/certificate.js';
import { startEchoServer } from '../endpoints/echo.mjs';
import { startTls } from '../endpoints/echo-http2.mjs';

const folder = mkdtempSync(`${tmpdir()}/conformance-`);
afterAll(() => rmSync(folder, { recursive: true }));

let out: string[];
let err: string[];
beforeEach(() => {
  [out, err] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(String(line)));
  vi.spyOn(console, 'error').mockImplementation((line) => err.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command, and gives its exit status and what it printed. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const status = await runProgram(args);
  return { status, out: out.join('\n'), err: err.join('\n') };
}

let server: Server;
let url: string;
beforeAll(async () => {
  server = await startEchoServer();
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

function file(name: string, content: unknown): string {
  const path = `${folder}/${name}`;
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('server', () => {
  test('counts verdicts, and exits with 0 if nothing failed', async () => {
    const { status, out } = await run('server', url, '--case', '1.1.*', '7.13.*');
    expect(status).toBe(0);
    expect(out).toMatch(/^sanssocket: 8 OK, 2 INFORMATIONAL; 10 cases in /);
  });

  test('lists cases without running any', async () => {
    const { status, out } = await run('server', '--list', '--section', '7.4.2', '--exclude', 'closing.*');
    expect(status).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^7\.9\.1 +7\.4\.2 +A Close frame with 0/);
    expect(out).toMatch(/\n\d+ cases$/);
  });

  test('names what failed with section and the command that shows it again, and exits with 1', async () => {
    const wrong = new WebSocketServer({ port: 0 });
    wrong.on('connection', (socket) => {
      socket.on('message', (data, isBinary) =>
        socket.send(data, { binary: !isBinary && String(data) === '' }),
      );
    });
    await new Promise((resolve) => wrong.once('listening', resolve));
    const wrongUrl = `ws://127.0.0.1:${(wrong.address() as AddressInfo).port}/`;
    const { status, out, err } = await run(
      'server',
      wrongUrl,
      '--case',
      '1.1.1',
      '--agent',
      'wrong',
      '--repeat',
      '2',
    );
    expect(status).toBe(1);
    expect(out).toContain('wrong: 1 FAILED');
    expect(out).toContain('1.1.1 FAILED, RFC 6455 5.2');
    expect(out).toContain('A binary message of 0 octets came in place of the text message of 0 octets');
    expect(out).toContain(`sanssocket-conformance server ${wrongUrl} --replay 1.1.1 --agent wrong`);
    // Where both streams go to one place, it is there once.
    expect(`${out}${err}`.match(/1\.1\.1 FAILED/g)).toHaveLength(1);
    expect(err).not.toContain('1.1.1');
    wrong.close();
  });

  test('replays one case frame by frame', async () => {
    const { status, out } = await run('server', url, '--replay', '5.6');
    expect(status).toBe(0);
    expect(out).toMatch(
      /-> text {2}9 .*\n.*-> Ping FIN 12 .*\n.*-> continuation FIN 9 .*\n.*<- Pong FIN 12 .*\n.*<- text FIN 18/,
    );
    expect(out).toMatch(/^> GET \/ HTTP\/1\.1\n> Host: .*(?:\n> .*)+\n< HTTP\/1\.1 101 .*(?:\n< .*)+\n/);
    expect((await run('server', url, '--replay', '3.4')).out).toMatch(/RSV1/);
    expect((await run('server', url, '--replay', '4.1.1')).out).toMatch(/opcode 3/);
    expect((await run('server', url, '--replay', '6.4.3')).out).toMatch(/-> 17 octets/);
    expect((await run('server', url, '--replay', 'ends.at-once')).out).toMatch(
      /\.\. the endpoint ended its side/,
    );
  });

  test('replays a case about the opening handshake with that handshake', async () => {
    const { out } = await run('server', url, '--replay', 'request.http-1.0');
    expect(out).toMatch(/^> GET \/ HTTP\/1\.0\n(?:> .*\n)+< HTTP\/1\.1 (?:400|426|505) /);
  });

  test('says why there are fewer results than cases', async () => {
    const { out } = await run('server', url, '--case', '1.1.1', 'tls.1.1.1');
    expect(out).toContain('1 of the 2 cases has no result: 1 over TLS, which need a wss: URL.');
    expect((await run('server', '--list', '--case', '1.1.1', 'tls.1.1.1')).out).toContain(
      '2 cases, 1 of them over TLS, which need a wss: URL',
    );
  });

  test('prints a line for each case if asked to', async () => {
    const { err } = await run('server', url, '--case', '1.1.1', '--verbose');
    expect(err).toMatch(/^OK +1\.1\.1 /);
  });

  test('draws a bar on a terminal', async () => {
    const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    const { err } = await run('server', url, '--case', '1.1.*');
    if (before === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', before);
    expect(err).toContain('[##############################] 8 of 8, 0 failed');
  });

  test('verifies certificates if told what to trust', async () => {
    const pair = await selfSigned();
    const secure = await startTls(pair);
    const secureUrl = `wss://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    const ca = file('ca.pem', pair.cert);
    expect(
      (await run('server', secureUrl, '--case', '1.1.1', '--origin', 'null', '--protocol', 'a')).status,
    ).toBe(0);
    expect(
      (await run('server', secureUrl, '--case', '1.1.1', '--ca', ca, '--servername', 'other.example')).status,
    ).toBe(2);
    secure.close();
  });

  test.each([
    [['server'], /A URL is needed/],
    [['server', 'nowhere'], /not the URL of a WebSocket server/],
    [['server', 'http://localhost/'], /begins with ws: or wss:.*did you mean ws:\/\/localhost\//],
    [['server', 'ws://localhost/', '--expect', '/nowhere.json'], /no such file; --update-expect writes it/],
    [['server', 'ws://localhost/', '--case', '8.*'], /No case for servers/],
    [['server', 'ws://localhost/', '--config', '/nowhere.json'], /nowhere\.json/],
    [['server', 'ws://localhost/', '--timeout', '0'], /whole number above 0/],
    [['server', 'ws://localhost/', '--nonsense'], /nonsense/],
    [['client', '--port', '65536'], /a port is needed/],
    [['client', '--key', 'x'], /belong together/],
    [['client', '--port', '0', '--case', '1.1.1', '--', '/nowhere/at-all'], /at-all/],
    [['client', '--key', '/nowhere.pem', '--cert', '/nowhere.pem'], /nowhere\.pem/],
    [['client', '--host', '192.0.2.1', '--port', '0'], /cannot be started/],
    [['server', 'ws://localhost/', '--ca', '/nowhere.pem'], /nowhere\.pem/],
    [['server', 'ws://localhost/', '--json', folder], /is a folder/],
    [['server', 'ws://localhost/', '--junit', folder], /is a folder/],
    [['server', 'ws://localhost/', '--expect', folder, '--update-expect'], /is a folder/],
    [
      ['server', 'ws://localhost/', '--report', fileURLToPath(new URL('program.test.ts', import.meta.url))],
      /is no folder/,
    ],
    [['neither'], /neither/],
  ])('%j cannot be run', async (args, message) => {
    const { status, err } = await run(...args);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });

  test('has help', async () => {
    const { status, out } = await run('server', '--help');
    expect([status, out]).toEqual([0, expect.stringContaining('--replay')]);
  });
});

describe("the old suite's files", () => {
  test('name servers, cases and timeouts', async () => {
    const config = file('fuzzingclient.json', {
      outdir: `${folder}/reports`,
      servers: [
        { url, agent: 'first', protocols: ['a'], origin: 'null', options: { version: 18 } },
        { url, agent: 'second' },
      ],
      options: { failByDrop: false, openHandshakeTimeout: 2, closeHandshakeTimeout: 1 },
      cases: ['1.1.*', '2.1'],
      'exclude-cases': ['1.1.8'],
      'exclude-agent-cases': { 'second*': ['2.*'] },
    });
    const { status, out } = await run('server', '--config', config);
    expect(status).toBe(0);
    expect(out).toMatch(/first: 8 OK; 8 cases/);
    expect(out).toMatch(/second: 7 OK; 7 cases/);
  });

  test.each([
    ['no JSON', '{', /JSON/],
    ['no object', [], /an object is needed/],
    ['an unknown option', { options: { nonsense: 1 } }, /no option nonsense/],
    ['a server without URL', { servers: [{}] }, /needs a url/],
    ['cases that are no list', { cases: '*' }, /an array is needed/],
    ['cases that are no strings', { cases: [1] }, /strings are needed/],
    ['a URL that is no string', { url: 1 }, /a string is needed/],
    ['a timeout that is none', { options: { openHandshakeTimeout: 'x' } }, /number of seconds/],
  ])('%s is refused', async (_, content, message) => {
    const { status, err } = await run('server', '--config', file('wrong.json', content));
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('client', () => {
  const client = fileURLToPath(new URL('../endpoints/old-harness.mjs', import.meta.url));

  test('starts the clients, and reports when they are done', async () => {
    const { status, out, err } = await run(
      'client',
      '--port',
      '0',
      '--case',
      '1.1.*',
      '2.1',
      '--',
      process.execPath,
      client,
      '{url}',
      'ws',
    );
    expect(status).toBe(0);
    expect(err).toMatch(/Clients are tested at ws:\/\/127\.0\.0\.1:\d+/);
    expect(out).toMatch(/^ws: 9 OK; 9 cases/);
  });

  test('leaves out what a file says, listens with TLS, and stops when a client asks to', async () => {
    const pair = await selfSigned();
    const config = file('fuzzingserver.json', {
      url: 'wss://localhost:0',
      key: file('key.pem', pair.key),
      cert: file('cert.pem', pair.cert),
      cases: ['1.1.1', 'answer.bits-08'],
      'exclude-agent-cases': { 'w*': ['1.1.1'] },
    });
    const running = run('client', '--port', '0', '--config', config);
    const base = await until(() => /and (wss:\S+)/.exec(err.join('\n'))?.[1]);
    for (const path of [
      '/runCase?case=1&agent=ws',
      '/runCase?case=2&agent=ws',
      '/updateReports?agent=ws&shutdownOnComplete=true',
    ]) {
      await new Promise((resolve) => {
        const socket = new WebSocket(base + path, { rejectUnauthorized: false });
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        socket.on('close', resolve).on('error', () => {});
      });
    }
    const { status, out } = await running;
    expect(status).toBe(1);
    expect(out).toMatch(/ws: 1 FAILED; 1 case in /);
    expect(out).toMatch(/sanssocket-conformance client --replay answer\.bits-08 --port 0 --config \S+\n?/);
  });

  test('makes a certificate where one is needed', async () => {
    const running = run('client', '--port', '0', '--tls-port', '0', '--replay', '1.1.1');
    const base = await until(() => /at (ws:\S+) and wss:/.exec(err.join('\n'))?.[1]);
    await new Promise((resolve) => {
      const socket = new WebSocket(`${base}/case/1.1.1?agent=A`);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on('close', resolve);
    });
    await new Promise((resolve) => new WebSocket(`${base}/stopServer`).on('error', resolve));
    const { status, out } = await running;
    expect([status, out]).toEqual([0, expect.stringContaining('-> text FIN 0')]);
  });

  test('names what failed and the command that shows it again', async () => {
    const { status, out } = await run(
      'client',
      '--port',
      '0',
      '--case',
      'answer.bits-08',
      '--',
      process.execPath,
      client,
      '{url}',
      'ws',
    );
    expect(status).toBe(1);
    expect(out).toContain(
      `sanssocket-conformance client --replay answer.bits-08 --port 0 -- ${process.execPath} ${client} {url} ws`,
    );
  });

  test('what fails is run again, alone, before it counts', async () => {
    const marker = `${folder}/was-late`;
    // Wrong in the first run, which has two cases; right in the second, which has one.
    const script = `
      const { existsSync, writeFileSync } = require('node:fs');
      const isRight = existsSync(process.argv[2]);
      writeFileSync(process.argv[2], '');
      for (const id of isRight ? ['1.1.2'] : ['1.1.1', '1.1.2']) {
        const socket = new (require('ws'))(process.argv[1] + '/case/' + id + '?agent=late');
        socket.on('message', (data, isBinary) => socket.send(isRight || id === '1.1.1' ? data : 'x', { binary: isBinary }));
      }`;
    const args = ['--case', '1.1.1', '1.1.2', '--', process.execPath, '-e', script, '{url}', marker];
    const { status, out } = await run('client', '--port', '0', ...args);
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(/^late: 2 OK; 2 cases .*\n.*not when run again alone.*1\.1\.2/),
    ]);
  });

  test('of several runs the worst result of each case counts', async () => {
    const marker = `${folder}/has-run`;
    // Wrong in the first run, right in the second.
    const script = `
      const { existsSync, writeFileSync } = require('node:fs');
      const isRight = existsSync(process.argv[2]);
      writeFileSync(process.argv[2], '');
      const socket = new (require('ws'))(process.argv[1] + '/case/1.1.2?agent=flip');
      socket.on('message', (data, isBinary) => socket.send(isRight ? data : 'x', { binary: isBinary }));`;
    const args = ['--case', '1.1.2', '--', process.execPath, '-e', script, '{url}', marker];
    const { status, out } = await run('client', '--port', '0', '--repeat', '2', ...args);
    expect([status, out]).toEqual([1, expect.stringMatching(/^flip: 1 FAILED; 1 case /)]);
  });

  test('ends its server where the command cannot be started', async () => {
    const port = await freePort();
    const args = ['client', '--port', String(port), '--case', '1.1.1', '--', '/nowhere/at-all'];
    // A second run would not have the port if the first kept it.
    expect([(await run(...args)).status, (await run(...args)).status]).toEqual([2, 2]);
    expect(err.join('\n')).not.toContain('EADDRINUSE');
  });

  test('a port that is taken is said, and none is kept', async () => {
    const taken = String((server.address() as AddressInfo).port);
    const port = String(await freePort());
    const { status, err } = await run('client', '--port', taken);
    expect([status, err]).toEqual([2, expect.stringContaining('EADDRINUSE')]);
    expect((await run('client', '--port', port, '--tls-port', taken)).status).toBe(2);
    const after = await run('client', '--port', port, '--case', '1.1.1', '--', process.execPath, '-e', '0');
    expect(after.err).toContain('No client ran a case.');
  });

  test('ends when a client asks to, though the command goes on', async () => {
    const script = `
      const visit = (path) => new Promise((resolve) => {
        const socket = new (require('ws'))(process.argv[1] + path);
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        socket.on('close', resolve);
      });
      setInterval(() => {}, 1000);
      visit('/runCase?case=1&agent=stays').then(() => visit('/updateReports?agent=stays&shutdownOnComplete=true'));`;
    const args = ['--port', '0', '--case', '1.1.2', '--repeat', '2', '--', process.execPath, '-e', script];
    const { status, out } = await run('client', ...args, '{url}');
    expect([status, out]).toEqual([0, expect.stringMatching(/^stays: 1 OK/)]);
  });

  test('says if no client came', async () => {
    const { status, err } = await run('client', '--port', '0', '--', process.execPath, '-e', '0');
    expect([status, err]).toEqual([2, expect.stringContaining('No client ran a case.')]);
  });

  test('lists cases', async () => {
    expect((await run('client', '--list', '--case', 'response.*')).out).toMatch(/response\.minimal/);
  });
});

describe('parts', () => {
  const result = {
    id: '1.1.1',
    verdict: 'OK',
    handshake: { request: 'x' },
    section: '5.2',
    explanation: '',
  } as CaseResult;
  const results = (...cases: CaseResult[]): AgentResults => ({
    agent: 'a',
    role: 'server',
    target: 'x',
    startedAt: 0,
    durationMs: 1,
    cases,
  });

  test('a repeated run keeps the worst of each case', async () => {
    const runs = [
      results(result),
      results({ ...result, verdict: 'FAILED' }),
      results({ ...result, verdict: 'NON-STRICT' }),
    ];
    const all = await repeated(3, async () => runs.shift()!);
    expect([all.cases[0]!.verdict, all.durationMs]).toEqual(['FAILED', 3]);
  });

  test('a run that ended early counts for the cases that it had', async () => {
    const runs = [results(result, { ...result, id: '1.1.2' }), results({ ...result, verdict: 'FAILED' })];
    const all = await repeated(2, async () => runs.shift()!);
    expect(all.cases.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['1.1.1', 'FAILED'],
      ['1.1.2', 'OK'],
    ]);
  });

  test('a report says of what the endpoint died, and does not pass', async () => {
    const death = { inFlight: ['2.4', '2.6'], culprit: undefined, cameBack: false };
    const run = { ...results(result), deaths: [death] };
    expect(
      await report(
        [run],
        { cases: findCases({ patterns: ['1.1.1', '2.*'] }), commandFor: () => 'again' },
        {},
      ),
    ).toBe(1);
    expect(out.join('\n')).toMatch(
      /The endpoint was gone while these 2 cases were in flight, or had just ended: 2\.4 2\.6\. .*--connections 1/,
    );
    expect(out.join('\n')).toMatch(/^a: 1 OK; 1 case in /);
    expect(out.join('\n')).toContain(
      '11 of the 12 cases have no result: 9 after the endpoint was gone; 2 in flight when the endpoint died.',
    );
  });

  test('a report says how many of the cases in flight have a result', async () => {
    const inFlight = ['2.4', '2.6', '1.1.1'];
    const run = { ...results(result), deaths: [{ inFlight, culprit: undefined, cameBack: false }] };
    const cases = findCases({ patterns: ['1.1.1', '2.4', '2.6'] });
    await report([run], { cases, commandFor: () => 'again' }, {});
    expect(out.join('\n')).toContain('2 in flight when the endpoint died.');
    expect(out.join('\n')).toMatch(
      /these 3 cases were .*: 2\.4 2\.6 1\.1\.1\. 1 of them had come to a good end and has a result\. The other 2 have none/,
    );
  });

  test('a report says in its first line how many cases are unstable', async () => {
    const earlier = { verdict: 'FAILED', explanation: 'late' } as const;
    const run = results({ ...result, earlier }, { ...result, id: '2.1' });
    expect(await report([run], { cases: [], commandFor: () => 'again' }, {})).toBe(0);
    expect(out[0]!.split('\n')[0]).toMatch(
      /^a: 2 OK; 2 cases in 0\.0 s; 1 unstable, which FAILED until it was run again alone$/,
    );
  });

  test('a report says what was run again', async () => {
    const earlier = { verdict: 'FAILED', explanation: 'late' } as const;
    const run = results({ ...result, earlier }, { ...result, id: '2.1', verdict: 'FAILED', earlier });
    await report([run], { cases: [], commandFor: () => 'again' }, {});
    expect(out.join('\n')).toContain(
      'The FAILED cases failed again when run alone. FAILED among others, but not when run again alone, which is what counts: 1.1.1',
    );
  });

  test('lines of a replay', () => {
    const fault = { code: 'X', section: '5.2', message: 'wrong', verdict: 'FAILED', offset: 7 } as const;
    expect(formatEntry({ kind: 'fault', atMs: 1, fault })).toBe('      1.0 ms  !! wrong (5.2, octet 7)');
    const bytes = new Uint8Array(64).fill(0xab);
    expect(formatEntry({ kind: 'octets', way: 'received', atMs: 1, offset: 0, bytes, length: 64 })).toMatch(
      /<- 64 octets {2}(?:ab){32}\.\.\.$/,
    );
  });

  test('what a peer says is no escape sequence on the terminal', async () => {
    const explanation = 'The server said "\u001b]0;owned\u0007\u009b2J\r\n".';
    const agent = `\u001b[31m${'x'.repeat(1000)}`;
    const wrong: CaseResult = { ...result, verdict: 'FAILED', agent, explanation, durationMs: 1 };
    const run = { ...results(wrong), agent };
    const known = file('none.json', {});
    await report([run], { cases: [], commandFor: () => 'again' }, { expect: known });
    new Progress(1, true).add(wrong);
    const note = formatEntry({ kind: 'note', atMs: 1, text: explanation });
    const fault = { code: 'X', section: '5.2', message: explanation, verdict: 'FAILED', offset: 7 } as const;
    const shown = [...out, ...err, note, formatEntry({ kind: 'fault', atMs: 1, fault })].join('\n');
    expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(shown.match(/said "\\x1b\]0;owned\\x07\\x9b2J\\x0d\\x0a"/g)).toHaveLength(4);
    expect(out.join('')).toMatch(/^\\x1b\[31mx{195}\.\.\.: 1 FAILED/);
  });

  test('the command for one case is enough by itself', () => {
    const shared = { connections: 16, timeout: 3000, repeat: 1 };
    const target = { url: 'ws://a/?b=1&c=2', origin: 'null', protocols: ['x', 'y z'], servername: 'n' };
    const options = { ...shared, timeout: 9000, ca: "it's.pem", config: 'c.json', agent: 'A', full: true };
    expect(serverAgain('1.1.1', target, options)).toBe(
      "sanssocket-conformance server 'ws://a/?b=1&c=2' --replay 1.1.1 --origin null --protocol x 'y z' " +
        "--ca 'it'\\''s.pem' --servername n --agent A --timeout 9000 --config c.json --full",
    );
    expect(serverAgain('1.1.1', { url: 'ws://a/' }, shared)).toBe(
      'sanssocket-conformance server ws://a/ --replay 1.1.1',
    );
    expect(
      clientAgain('1.1.1', ['sh', '-c', 'echo $A {url}', '{a,b}', '{url}'], {
        ...shared,
        port: 1,
        tlsPort: 2,
      }),
    ).toBe(
      "sanssocket-conformance client --replay 1.1.1 --port 1 --tls-port 2 -- sh -c 'echo $A {url}' '{a,b}' {url}",
    );
    expect(clientAgain('1.1.1', [], { ...shared, port: 9001 })).toBe(
      'sanssocket-conformance client --replay 1.1.1',
    );
  });

  test('progress without a known end', () => {
    const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    new Progress(0, false).add({ ...result, durationMs: 1 });
    if (before === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', before);
    expect(err.join('')).toContain('\r1, 0 failed');
  });
});

test('the program is a command of its own', async () => {
  const main = fileURLToPath(new URL('../../dist/command-line/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'server', url, '--case', '1.1.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, text]).toEqual([0, expect.stringMatching(/^sanssocket: 1 OK/)]);
});

async function freePort(): Promise<number> {
  const taken = await startEchoServer();
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}

async function until<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
