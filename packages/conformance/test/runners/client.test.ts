/** Clients: ours and `ws`, driven by a URL a case and by the old suite's protocol. */
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { ResultsStore } from '../../src/fuzzing-server/results-store.js';
import {
  type AgentResults,
  type CaseResult,
  FuzzingServer,
  findCases,
  runClientCase,
  runClientCases,
} from '../../src/index.js';
import { inspectRequest } from '../../src/opening/as-server.js';
import { HeadReader } from '../../src/opening/heads.js';
import { selfSigned } from '../endpoints/certificate.js';
import { runEchoClient } from '../endpoints/echo.mjs';
import { runHttp2Client } from '../endpoints/echo-http2.mjs';
import { runFaultyClient } from '../endpoints/faulty/client.js';
import { FAULTS } from '../endpoints/faulty/faults.js';
import { exceptions, failures } from '../endpoints/verdicts.js';

/** So that a machine with much else to do is no fault of the endpoint's. */
const PATIENT = { timeoutMs: 15_000, closeTimeoutMs: 15_000, openTimeoutMs: 20_000 };

const quick = findCases({ role: 'client', quick: true }).filter(({ transport }) => transport === 'tcp');

/** An echo client on `ws`. */
function echoWithWs(url: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('close', () => resolve());
    socket.on('error', () => {});
  });
}

describe('a URL a case', () => {
  test('an echo client on our packages passes the quick half', async () => {
    const { cases } = await runClientCases(runEchoClient, quick, { agent: 'sanssocket', ...PATIENT });
    expect(failures(cases)).toEqual([]);
    expect(exceptions(cases)).toEqual({
      '7.1.6': 'INFORMATIONAL',
      '7.13.1': 'INFORMATIONAL',
      '7.13.2': 'INFORMATIONAL',
      'pings.hundred': 'INFORMATIONAL',
    });
  });

  test('ws fails where it breaks a MUST, and nowhere else', async () => {
    const { cases } = await runClientCases(echoWithWs, quick, PATIENT);
    // RFC 7692 7.1: a client MUST fail over a parameter with an invalid value, and 5.1: over an extension that is there twice.
    expect(cases.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)).toEqual([
      'answer.bits-08',
      'answer.bits-plus-9',
      'answer.bits-9-dot-0',
      'answer.extension-twice',
    ]);
  });

  test('TLS and HTTP/2', async () => {
    const start = (url: string) => (url.includes('/case/h2') ? runHttp2Client(url) : runEchoClient(url));
    const cases = findCases({ role: 'client', patterns: ['h2.*', 'tls.*'] });
    const { cases: results } = await runClientCases(start, cases, { tls: await selfSigned(), ...PATIENT });
    expect(exceptions(results)).toEqual({});
  });

  test('large and compressed messages', async () => {
    const cases = findCases({ role: 'client', patterns: ['9.1.1', '9.8.2', '12.1.2', '13.5.3'] });
    const { cases: results } = await runClientCases(runEchoClient, cases, PATIENT);
    expect(exceptions(results)).toEqual({});
  });

  test('a client that never comes', async () => {
    const [simple] = findCases({ patterns: ['1.1.1'] });
    const result = await runClientCase(() => {}, simple!, { openTimeoutMs: 100 });
    expect(result).toMatchObject({ verdict: 'FAILED', explanation: 'No connection could be made.' });
  });

  test('a client that cannot be started is one that never comes', async () => {
    const [simple] = findCases({ patterns: ['1.1.1'] });
    let url = '';
    const start = (given: string): never => {
      url = given;
      throw new Error('no client');
    };
    const result = await runClientCase(start, simple!, { openTimeoutMs: 100 });
    expect(result.explanation).toBe('No connection could be made.');
    await expect(fetch(url.replace('ws:', 'http:'))).rejects.toThrow();
  });

  test('what the caller throws ends the server', async () => {
    const [simple] = findCases({ patterns: ['1.1.1'] });
    let url = '';
    const start = (given: string): Promise<void> => {
      url = given;
      return echoWithWs(given);
    };
    const wrong = () => {
      throw new Error('of the caller');
    };
    for (const options of [{ onResult: wrong }, { onLog: wrong }]) {
      await expect(runClientCases(start, [simple!], options)).rejects.toThrow('of the caller');
      await expect(fetch(url.replace('ws:', 'http:'))).rejects.toThrow();
    }
  });

  test('cases that a client cannot be given', async () => {
    const [forServers] = findCases({ patterns: ['request.minimal'] });
    await expect(runClientCase(() => {}, forServers!)).rejects.toThrow(/not for clients/);
    const [overTls] = findCases({ patterns: ['tls.1.1.1'] });
    await expect(runClientCase(() => {}, overTls!)).rejects.toThrow(/needs a certificate/);
  });
});

describe("a client's own request", () => {
  const [nonce] = findCases({ patterns: ['request.nonce-of-client'] });

  test.each([
    ['has one nonce', 'request.nonce-of-client', '4.1', /that of another connection/],
    ['offers a subprotocol twice', 'request.protocols-of-client', '4.1', /names a subprotocol twice: a, a/],
    ['asks for a fragment', 'request.target-of-client', '3', /has a fragment/],
    ['has two origins', 'request.fields-of-client', 'RFC6454 7.3', /more than one Origin/],
    ['offers a window of 7 bits', 'offer.of-client', 'RFC7692 7.1', /MUST decline.*server_max_window_bits=7/],
  ])('that %s', async (name, id, section, words) => {
    const fault = FAULTS.find((each) => each.name === name)!;
    const [found] = findCases({ patterns: [id] });
    const result = await runClientCase((url) => runFaultyClient(url, fault), found!);
    expect(result).toMatchObject({ verdict: 'FAILED', section, explanation: expect.stringMatching(words) });
  });

  test.each([
    ['X-A: b\r\n c', 'fields', 'FIELD_INVALID'],
    ['X-A : b', 'fields', 'FIELD_INVALID'],
    ['X-A', 'fields', 'FIELD_INVALID'],
    ['Host: ', 'fields', 'HOST_INVALID'],
    ['Host: x\r\nX-A:\r\nx-b:y', 'fields', undefined],
    ['Sec-WebSocket-Protocol: a,, b', 'protocols', 'PROTOCOLS_INVALID'],
    ['Sec-WebSocket-Protocol: a b', 'protocols', 'PROTOCOLS_INVALID'],
    ['Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a', 'protocols', 'PROTOCOLS_NOT_UNIQUE'],
    ['Sec-WebSocket-Protocol: a, A', 'protocols', undefined],
    ['Sec-WebSocket-Extensions: permessage-deflate; unknown', 'offer', 'OFFER_INVALID'],
    ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=08', 'offer', 'OFFER_INVALID'],
    ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1', 'offer', 'OFFER_INVALID'],
    ['Sec-WebSocket-Extensions: x-own; a="b c"', 'offer', 'OFFER_INVALID'],
    ['Sec-WebSocket-Extensions: x-own;', 'offer', 'OFFER_INVALID'],
    [
      'Sec-WebSocket-Extensions: x-own; a="b", permessage-deflate; client_max_window_bits',
      'offer',
      undefined,
    ],
  ] as const)('with %j', (lines, inspects, code) => {
    const reader = new HeadReader();
    const found = reader.read(Buffer.from(`GET / HTTP/1.1\r\n${lines}\r\n\r\n`));
    if (typeof found !== 'object') throw new Error('no head');
    expect(inspectRequest(inspects, found.head)?.code).toBe(code);
  });

  test('that is the only one has no other to compare its nonce with', async () => {
    const server = await FuzzingServer.start({ cases: [nonce!] });
    await runEchoClient(`${server.url}/case/${nonce!.id}`);
    await server.idle();
    expect(server.results()[0]!.cases[0]).toMatchObject({ verdict: 'INFORMATIONAL' });
    await runEchoClient(`${server.url}/case/${nonce!.id}`);
    await server.idle();
    expect(server.results()[0]!.cases[0]).toMatchObject({ verdict: 'OK' });
    await server.close();
  });
});

describe('the protocol of the old suite', () => {
  const servers: FuzzingServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  async function start(options: Parameters<typeof FuzzingServer.start>[0]): Promise<FuzzingServer> {
    const server = await FuzzingServer.start(options);
    servers.push(server);
    return server;
  }

  /** Connects, and gives what came and how it closed. */
  function ask(url: string): Promise<{ messages: string[]; code: number }> {
    return new Promise((resolve, reject) => {
      const messages: string[] = [];
      const socket = new WebSocket(url);
      socket.on('message', (data) => messages.push(String(data)));
      socket.on('close', (code) => resolve({ messages, code }));
      socket.on('error', reject);
    });
  }

  test("ws's own loop walks all cases and asks for reports", async () => {
    const cases = findCases({ patterns: ['1.1.*', '2.1', '3.1', '7.9.1'] });
    const reports: AgentResults[][] = [];
    const { url } = await start({ cases, onReports: (results) => reports.push(results) });
    const { messages, code } = await ask(`${url}/getCaseCount`);
    expect([messages, code]).toEqual([['11'], 1005]);
    for (let number = 1; number <= Number(messages[0]); number++)
      await echoWithWs(`${url}/runCase?case=${number}&agent=ws`);
    await ask(`${url}/updateReports?agent=ws`);
    expect(reports.length).toBe(1);
    expect(reports[0]!.map(({ agent, cases: results }) => [agent, results.map(({ id }) => id)])).toEqual([
      ['ws', cases.map(({ id }) => id)],
    ]);
    expect(failures(reports[0]![0]!.cases)).toEqual([]);
  });

  test('cases by number and by id, their descriptions and their results', async () => {
    const cases = findCases({ patterns: ['1.1.1', '2.1'] });
    const { url } = await start({ cases });
    const info = await ask(`${url}/getCaseInfo?case=2`);
    expect(JSON.parse(info.messages[0]!)).toEqual({ id: '2.1', description: cases[1]!.sentence });
    const waiting = ask(`${url}/getCaseStatus?casetuple=1.1.1&agent=A`);
    await echoWithWs(`${url}/runCase?casetuple=1.1.1&agent=A`);
    expect(JSON.parse((await waiting).messages[0]!)).toEqual({ behavior: 'OK' });
    expect(JSON.parse((await ask(`${url}/getCaseStatus?case=1&agent=A`)).messages[0]!)).toEqual({
      behavior: 'OK',
    });
  });

  test('whoever asks for the status of a case is answered, under whatever name it is kept', async () => {
    const { url } = await start({ cases: findCases({ patterns: ['1.1.1'] }), agent: 'named' });
    const path = `${url}/getCaseStatus?case=1&agent=A`;
    const early = [ask(path), ask(path)];
    await echoWithWs(`${url}/runCase?case=1&agent=A`);
    for (const each of [...early, ask(path)])
      expect(JSON.parse((await each).messages[0]!)).toEqual({ behavior: 'OK' });
  });

  test('a case that was left out or never run has no status', async () => {
    const server = await start({
      cases: findCases({ patterns: ['1.1.*'] }),
      exclusions: { A: ['1.1.1'] },
      openTimeoutMs: 300,
    });
    for (const number of [1, 2])
      expect(await ask(`${server.url}/getCaseStatus?case=${number}&agent=A`)).toEqual({
        messages: [],
        code: 1005,
      });
  });

  test('the status of a case that runs longer than a handshake may take is waited for', async () => {
    const { url } = await start({ cases: findCases({ patterns: ['1.1.2'] }), openTimeoutMs: 300 });
    const socket = new WebSocket(`${url}/runCase?case=1&agent=A`);
    const message = new Promise<Buffer>((resolve) => socket.on('message', resolve));
    const status = ask(`${url}/getCaseStatus?case=1&agent=A`);
    const data = await message;
    await new Promise((resolve) => setTimeout(resolve, 600));
    socket.send(data, { binary: false });
    expect(JSON.parse((await status).messages[0]!)).toEqual({ behavior: 'OK' });
  });

  test.each([
    '/runCase?case=1',
    '/runCase?agent=A',
    '/runCase?case=3&agent=A',
    '/runCase?case=x&agent=A',
    '/runCase?case=0&agent=A',
    '/runCase?case=1&case=1&agent=A',
    '/getCaseInfo',
    '/getCaseStatus?case=1',
    '/getCaseStatus?agent=A',
    '/updateReports',
    '/case/9.9.9',
  ])('%s is refused with 500', async (path) => {
    const { url } = await start({ cases: findCases({ patterns: ['1.1.1', '2.1'] }) });
    await expect(ask(url + path)).rejects.toThrow('500');
  });

  test('a case for HTTP/2 is not run over HTTP/1.1', async () => {
    const { url } = await start({ cases: findCases({ patterns: ['h2.1.1.1'] }), tls: await selfSigned() });
    await expect(ask(`${url}/case/h2.1.1.1`)).rejects.toThrow('400');
  });

  test('over HTTP/2 there are cases, and only by extended CONNECT', async () => {
    const server = await start({
      cases: findCases({ patterns: ['h2.1.1.1', '1.1.1'] }),
      tls: await selfSigned(),
    });
    const session = connectHttp2(server.secureUrl!.replace('wss:', 'https:'), { rejectUnauthorized: false });
    const status = (path: string): Promise<unknown> =>
      new Promise((resolve) =>
        session.request({ ':path': path }).on('response', (headers) => resolve(headers[':status'])),
      );
    expect(await status('/elsewhere')).toBe(404);
    expect(await status('/case/1.1.1')).toBe(404);
    expect(await status('/case/%zz')).toBe(400);
    expect(await status('//')).toBe(400);
    expect(await status('/case/h2.1.1.1?agent=A')).toBe(400);
    expect(server.results()[0]!.cases[0]).toMatchObject({ id: 'h2.1.1.1', verdict: 'FAILED' });
    session.destroy();
  });

  test.each(['//', '/case/%zz', 'http://[', 'ws://x:99999/'])(
    'the target %s is refused with 400, and the server lives on',
    async (target) => {
      const server = await start({ cases: findCases({ patterns: ['1.1.1'] }) });
      const answer = (head: string): Promise<string> =>
        new Promise((resolve, reject) => {
          let text = '';
          connectTcp({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
            .on('data', (chunk) => {
              text += chunk;
            })
            .on('close', () => resolve(text))
            .on('error', reject)
            .write(head);
        });
      expect(await answer(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
      const upgrade = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
      expect(await answer(`GET ${target} HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 400 /);
      await echoWithWs(`${server.url}/case/1.1.1?agent=A`);
      await server.idle();
      expect(server.results()[0]!.cases[0]!.verdict).toBe('OK');
    },
  );

  test('what a callback throws ends its connection, and is told', async () => {
    const errors: unknown[] = [];
    const wrong = new Error('no disk');
    const server = await start({
      cases: findCases({ patterns: ['1.1.1'] }),
      onReports: () => Promise.reject(wrong),
      onResult: () => {
        throw wrong;
      },
      onError: (error) => errors.push(error),
    });
    expect((await ask(`${server.url}/updateReports?agent=A`)).code).toBe(1006);
    await echoWithWs(`${server.url}/case/1.1.1?agent=A`);
    await server.idle();
    expect(server.results()[0]!.cases[0]!.verdict).toBe('OK');
    await ask(`${server.url}/getCaseCount`);
    expect(errors).toEqual([wrong, wrong]);
  });

  test('what is no request is dropped', async () => {
    const server = await start({ openTimeoutMs: 100 });
    expect(server.cases.length).toBeGreaterThan(1000);
    const { port } = new URL(server.url);
    const dropped = (octets: string): Promise<unknown> =>
      new Promise((resolve) => {
        const socket = connectTcp({ port: Number(port), host: '127.0.0.1' });
        socket
          .on('error', () => {})
          .on('close', resolve)
          .resume();
        socket.write(octets);
      });
    await dropped('GET / HTTP/1.1\r\n');
    await dropped(`GET / HTTP/1.1\r\nX: ${'y'.repeat(300_000)}`);
    const post = 'POST /case/1.1.1?agent=A HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n';
    await dropped(post);
    expect(server.results()[0]!.cases[0]!.explanation).toMatch(/not a GET/);
    await dropped(post.replace('POST', 'GET').replace('Host: x\r\n', ''));
    expect(server.results()[0]!.cases[0]!.explanation).toMatch(/no Host/);
  });

  test.each([
    ['is silent', undefined],
    ['is no handshake', 'GET / HTTP/1.1\r\n\r\n'],
    ['ends', ''],
  ])('a TLS handshake that %s does not keep the server from closing', async (_, octets) => {
    const server = await FuzzingServer.start({ cases: [], tls: await selfSigned() });
    const socket = connectTcp({ port: Number(new URL(server.secureUrl!).port), host: '127.0.0.1' });
    socket.on('error', () => {}).resume();
    await new Promise((resolve) => socket.on('connect', resolve));
    if (octets === '') socket.end();
    else if (octets !== undefined) socket.write(octets);
    // The server has accepted this connection once it answers another one.
    await ask(`${server.url}/getCaseCount`);
    await server.close();
    socket.destroy();
  });

  test('may listen at an IPv6 address', async () => {
    const server = await start({ cases: [], host: '::1' }).catch(() => undefined);
    if (server !== undefined) expect(server.url).toMatch(/^ws:\/\/\[::1\]:\d+$/);
  });

  test('names of agents are no longer than names are, and not without end', async () => {
    const server = await start({ cases: findCases({ patterns: ['1.1.1'] }) });
    await echoWithWs(`${server.url}/case/1.1.1?agent=${'x'.repeat(5000)}`);
    await server.idle();
    expect(server.results().map(({ agent }) => agent)).toEqual(['x'.repeat(200)]);
    const store = new ResultsStore([]);
    for (let nth = 0; nth < 1000; nth++)
      await store.run(`${nth}`, '1.1.1', async () => ({ agent: `${nth}`, id: '1.1.1' }) as CaseResult);
    expect([store.hasRoomFor('999'), store.hasRoomFor('1000')]).toEqual([true, false]);
  });

  test('nothing is elsewhere', async () => {
    const { url } = await start({ cases: [] });
    await expect(ask(`${url}/elsewhere`)).rejects.toThrow('404');
  });

  test('an agent that is left out of a case gets an empty Close, and no result', async () => {
    const server = await start({
      cases: findCases({ patterns: ['1.1.*'] }),
      exclusions: { 'A*': ['1.1.1'] },
    });
    expect(await ask(`${server.url}/runCase?case=1&agent=Any`)).toEqual({ messages: [], code: 1005 });
    expect(server.results()).toEqual([]);
    await echoWithWs(`${server.url}/runCase?case=1&agent=Other`);
    await server.idle();
    expect(server.results().map(({ agent }) => agent)).toEqual(['Other']);
  });

  test.each([
    '/stopServer',
    '/updateReports?agent=A&shutdownOnComplete=true',
    '/updateReports?agent=A&shutdownOnComplete=YES',
  ])('%s stops the server', async (path) => {
    const stopped = new Promise<void>((resolve) => {
      void start({ cases: [], onStop: resolve }).then(({ url }) => ask(url + path).catch(() => {}));
    });
    await stopped;
  });

  test('plain requests get the list and the results as JSON', async () => {
    const server = await start({
      cases: findCases({ patterns: ['1.1.1', 'tls.1.1.1'] }),
      tls: await selfSigned(),
    });
    const list = JSON.parse(await get(`${server.url}/cases`));
    expect(list).toMatchObject([
      { number: 1, id: '1.1.1', url: `${server.url}/case/1.1.1` },
      { id: 'tls.1.1.1', transport: 'tls', url: `${server.secureUrl}/case/tls.1.1.1` },
    ]);
    await echoWithWs(list[0].url);
    await server.idle();
    expect(JSON.parse(await get(`${server.url}/results`))).toMatchObject([
      { agent: 'UnknownClient', cases: [{ id: '1.1.1', verdict: 'OK' }] },
    ]);
    expect(await get(`${server.url}/`)).toContain('/cases');
    expect(JSON.parse((await ask(`${server.url}/cases`)).messages[0]!)).toHaveLength(2);
    expect(JSON.parse((await ask(`${server.url}/results`)).messages[0]!)).toHaveLength(1);
  });

  function get(url: string): Promise<string> {
    return new Promise((resolve, reject) => {
      httpRequest(url.replace('ws:', 'http:'), (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
  }

  test('a client whose request is wrong is told so', async () => {
    const server = await start({ cases: findCases({ patterns: ['1.1.1'] }) });
    const path = '/case/1.1.1?agent=A';
    const right = {
      Host: 'localhost',
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
    };
    const wrongs = [
      [{ 'Sec-WebSocket-Key': 'x' }, 'Sec-WebSocket-Key is not'],
      [{ 'Sec-WebSocket-Version': '8' }, 'Sec-WebSocket-Version is not 13'],
      [{ Connection: 'close' }, 'Connection does not name'],
      [{ Upgrade: 'h2c' }, 'Upgrade does not name'],
    ] as const;
    for (const [wrong, message] of wrongs) {
      const request = httpRequest(server.url.replace('ws:', 'http:') + path, {
        headers: { ...right, ...wrong },
      });
      await new Promise((resolve) =>
        request.on('error', resolve).on('upgrade', resolve).on('response', resolve).end(),
      );
      await server.idle();
      expect(server.results()[0]!.cases[0]).toMatchObject({ verdict: 'FAILED' });
      expect(server.results()[0]!.cases[0]!.explanation).toContain(message);
    }
  });
});
