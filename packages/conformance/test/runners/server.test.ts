/** Servers: ours and `ws`, over TCP, TLS and HTTP/2. */
import {
  createServer as createHttp2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { findCases, NotAnEchoServer, runServerCase, runServerCases } from '../../src/index.js';
import { selfSigned } from '../endpoints/certificate.js';
import { closedPort } from '../endpoints/closed-port.js';
import { runEcho, startEchoServer } from '../endpoints/echo.mjs';
import { startPlainHttp2, startTls } from '../endpoints/echo-http2.mjs';
import { FAULTS } from '../endpoints/faulty/faults.js';
import { startFaultyServer } from '../endpoints/faulty/server.js';
import { exceptions, failures } from '../endpoints/verdicts.js';

/** So that a machine with much else to do is no fault of the endpoint's. */
const PATIENT = { timeoutMs: 15_000, closeTimeoutMs: 15_000, openTimeoutMs: 20_000 };

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

/** What an echo on our packages does that is no plain OK, and why it may. */
const OURS = {
  '7.1.6': 'INFORMATIONAL',
  '7.13.1': 'INFORMATIONAL',
  '7.13.2': 'INFORMATIONAL',
  // Automatic Pongs have a cap: the newest Ping is answered.
  'pings.hundred': 'INFORMATIONAL',
  // zlib has no window of 256 octets, so that offer is declined.
  'agreement.endpoint-window-8': 'UNIMPLEMENTED',
};

describe('an echo server on our packages', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startEchoServer();
  });
  afterAll(() => server.close());

  test('passes the quick half', async () => {
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    const seen: number[] = [];
    const cases = findCases({ role: 'server', quick: true }).filter(({ transport }) => transport !== 'h2');
    const { agent, cases: results } = await runServerCases({ url }, cases, {
      ...PATIENT,
      onResult: (_, done, total) => seen.push(done / total),
    });
    expect(failures(results)).toEqual([]);
    expect(exceptions(results)).toEqual(OURS);
    expect(agent).toBe('sanssocket');
    expect(seen.at(-1)).toBe(1);
  });

  test('does not speak HTTP/2, which is said and not held against it', async () => {
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    const { cases } = await runServerCases({ url }, findCases({ patterns: ['h2.1.1.1', 'h2.reset'] }));
    expect(exceptions(cases)).toEqual({ 'h2.1.1.1': 'UNIMPLEMENTED', 'h2.reset': 'UNIMPLEMENTED' });
    const single = await runServerCase({ url }, findCases({ patterns: ['h2.1.1.1'] })[0]!);
    expect(single.verdict).toBe('UNIMPLEMENTED');
  });

  test('passes large messages, and compressed ones of each kind', async () => {
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    const patterns = ['9.1.2', '9.3.5', '9.5.6', '9.7.2', '12.4.3', '13.5.3', '13.7.1'];
    const { cases } = await runServerCases({ url }, findCases({ patterns }), PATIENT);
    expect(cases.length).toBe(7);
    expect(exceptions(cases)).toEqual({});
  });
});

describe('servers over other transports', () => {
  test('HTTP/2 with prior knowledge', async () => {
    const server = await startPlainHttp2();
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    const results = await Promise.all(
      findCases({ role: 'server', patterns: ['h2.*'] }).map((each) => runServerCase({ url }, each, PATIENT)),
    );
    expect(exceptions(results)).toEqual({});
    server.close();
  });

  test('TLS, with a certificate that is not verified, and HTTP/2 within it', async () => {
    const server = await startTls(await selfSigned());
    const url = `wss://127.0.0.1:${portOf(server)}/`;
    const cases = findCases({
      role: 'server',
      patterns: ['tls.*', 'h2.1.*', '1.*', '7.1.*', 'request.method*'],
    });
    const { cases: results } = await runServerCases({ url }, cases, PATIENT);
    expect(exceptions(results)).toEqual({ '7.1.6': 'INFORMATIONAL' });
    server.close();
  });

  test('TLS, where the server is named (4.1: Server Name Indication)', async () => {
    const names: string[] = [];
    const server = createTlsServer({
      ...(await selfSigned()),
      SNICallback: (name, answer) => {
        names.push(name);
        answer(null);
      },
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const [simple] = findCases({ patterns: ['1.1.1'] });
    await runServerCase({ url: `wss://localhost:${portOf(server)}/` }, simple!, { openTimeoutMs: 300 });
    expect(names).toEqual(['localhost']);
    server.close();
  });

  test('TLS, with a certificate that is trusted, or is not', async () => {
    const pair = await selfSigned();
    const server = await startTls(pair);
    const [simple] = findCases({ patterns: ['1.1.2'] });
    const target = { url: `wss://127.0.0.1:${portOf(server)}/`, servername: 'localhost' };
    expect((await runServerCase({ ...target, ca: (await selfSigned()).cert }, simple!)).explanation).toMatch(
      /No connection/,
    );
    expect(
      (await runServerCase({ ...target, servername: 'other.example', ca: pair.cert }, simple!)).verdict,
    ).toBe('FAILED');
    server.close();
  });
});

describe('HTTP/2 that is not as it should be', () => {
  const [simple] = findCases({ patterns: ['h2.1.1.1'] });
  const asked = findCases({ patterns: ['h2.request-extension-unknown'] })[0];

  async function answering(
    serve: (stream: ServerHttp2Stream) => void,
  ): Promise<{ url: string; close: () => void }> {
    const server = createHttp2Server({ settings: { enableConnectProtocol: true } });
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => serve(stream.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = (): void => {
      for (const session of sessions) session.destroy();
      server.close();
    };
    return { url: `ws://127.0.0.1:${portOf(server)}/`, close };
  }

  test.each([
    [
      'a refusal',
      (stream: ServerHttp2Stream) => stream.respond({ ':status': 403 }, { endStream: true }),
      'rejected a right extended CONNECT',
    ],
    ['a reset', (stream: ServerHttp2Stream) => stream.close(8), 'ended before'],
    ['nothing', () => {}, 'not answered in time'],
    [
      'an extension',
      (stream: ServerHttp2Stream) => stream.respond({ ':status': 200, 'sec-websocket-extensions': 'x' }),
      'extension that was not offered',
    ],
    [
      'a subprotocol',
      (stream: ServerHttp2Stream) => stream.respond({ ':status': 200, 'sec-websocket-protocol': 'x' }),
      'subprotocol that was not offered',
    ],
  ])('%s', async (_, serve, words) => {
    const { url, close } = await answering(serve);
    const result = await runServerCase({ url }, simple!, { openTimeoutMs: 200 });
    expect(result).toMatchObject({ verdict: 'FAILED', explanation: expect.stringContaining(words) });
    close();
  });

  test('an extension that nobody knows', async () => {
    const { url, close } = await answering((stream) =>
      stream.respond({ ':status': 200, 'sec-websocket-extensions': 'x-unknown' }),
    );
    expect(await runServerCase({ url }, asked!, { openTimeoutMs: 200 })).toMatchObject({ verdict: 'FAILED' });
    close();
  });

  test('one of several streams decides', async () => {
    const [several] = findCases({ patterns: ['h2.streams-8'] });
    let count = 0;
    const { url, close } = await answering((stream) => {
      if (++count === 3) stream.close(8);
      else {
        stream.respond({ ':status': 200 });
        runEcho(stream, 'server', [], new Uint8Array(0));
      }
    });
    expect(await runServerCase({ url }, several!)).toMatchObject({ verdict: 'FAILED' });
    close();
  });

  test('TLS that does not speak it', async () => {
    const server = createTlsServer({ ...(await selfSigned()), ALPNProtocols: ['http/1.1'] }, (socket) =>
      socket.on('error', () => {}),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(await runServerCase({ url: `wss://127.0.0.1:${portOf(server)}/` }, simple!)).toMatchObject({
      verdict: 'UNIMPLEMENTED',
    });
    server.close();
  });

  test('nobody there', async () => {
    expect(await runServerCase({ url: `ws://127.0.0.1:${await closedPort()}/` }, simple!)).toMatchObject({
      verdict: 'FAILED',
    });
  });
});

/** What is known of `ws` 8.23: each held against the RFC by hand. */
const WS_FAILED = [
  // RFC 6455 4.2.1: "An HTTP/1.1 or higher GET request", "A Host header field"; RFC 9112 3.2: 400 for none or two.
  'request.http-1.0',
  'request.http-0.9',
  'request.host-missing',
  'request.host-repeated',
  'request.host-repeated-letter-case',
  // RFC 7692 7.1.2: "a decimal integer value without leading zeroes"; a server MUST decline other values.
  'offer.bits-08',
  'offer.bits-010',
  'offer.bits-plusminus-9',
  'offer.bits-9-dot-0',
  'offer.bits-1e1',
  'offer.bits-0xa',
  'offer.client-bits-010',
];

describe('ws as a server', () => {
  test('fails where it breaks a MUST, and nowhere else', async () => {
    const server = new WebSocketServer({ port: 0, perMessageDeflate: true });
    server.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on('error', () => {});
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const cases = findCases({ role: 'server', quick: true }).filter(({ transport }) => transport === 'tcp');
    const { cases: results } = await runServerCases(
      { url: `ws://127.0.0.1:${portOf(server)}/` },
      cases,
      PATIENT,
    );
    expect(results.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)).toEqual(WS_FAILED);
    const verdicts = exceptions(results);
    // Text is validated when it is whole, lengths need not be minimal: allowed, and said.
    expect(verdicts).toMatchObject({ '6.4.1': 'NON-STRICT', 'lengths.not-minimal-16-bit-0': 'NON-STRICT' });
    server.close();
  });
});

describe('limits', () => {
  test("are the endpoint's to set: ws takes 16384 fragments a message", async () => {
    const server = new WebSocketServer({ port: 0 });
    server.on('connection', (socket) => {
      socket.on('message', (data) => socket.send(String(data)));
      socket.on('error', () => {});
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const [found] = findCases({ patterns: ['9.3.2'] });
    const result = await runServerCase({ url: `ws://127.0.0.1:${portOf(server)}/` }, found!);
    expect(result).toMatchObject({ verdict: 'INFORMATIONAL', close: { remoteCode: 1008 } });
    server.close();
  });
});

describe('what was agreed', () => {
  test('decides whether a message may refer to earlier ones', async () => {
    const server = new WebSocketServer({ port: 0, perMessageDeflate: { clientNoContextTakeover: true } });
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
    await new Promise((resolve) => server.once('listening', resolve));
    const target = { url: `ws://127.0.0.1:${portOf(server)}/` };
    const [alone, refersBack] = findCases({ patterns: ['deflate.rfc-7.2.3.1', 'deflate.rfc-7.2.3.2'] });
    expect(await runServerCase(target, alone!)).toMatchObject({ verdict: 'OK' });
    expect(await runServerCase(target, refersBack!)).toMatchObject({ verdict: 'UNIMPLEMENTED' });
    server.close();
  });
});

describe('what cannot be tested', () => {
  test('a server that does not echo is named at once', async () => {
    const server = new WebSocketServer({ port: 0 });
    await new Promise((resolve) => server.once('listening', resolve));
    const run = runServerCases({ url: `ws://127.0.0.1:${portOf(server)}/` }, undefined, {
      timeoutMs: 200,
      closeTimeoutMs: 200,
    });
    await expect(run).rejects.toThrow(NotAnEchoServer);
    server.close();
  });

  test('nobody there', async () => {
    await expect(runServerCases({ url: `ws://127.0.0.1:${await closedPort()}/` })).rejects.toThrow(
      /^No connection could be made: .*ECONNREFUSED.* Nothing can be tested\.$/,
    );
  });

  test.each([
    [
      'HTTP/1.1 404 Not Found\r\n\r\n',
      /^The server rejected.*404 Not Found\. Nothing can be tested.*another path.*--protocol/,
    ],
    ['HTTP/1.1 301 Moved\r\nLocation: ws://x/\r\n\r\n', /^The server rejected.*301/],
    ['', /^The opening handshake was not answered in time.*--timeout/],
  ])('a server that answers %j', async (answer, message) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => answer !== '' && socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${portOf(server)}/`;
    await expect(runServerCases({ url }, undefined, { openTimeoutMs: 200 })).rejects.toThrow(message);
    server.close();
  });

  test('a server that changes the case of letters', async () => {
    const server = new WebSocketServer({ port: 0 });
    server.on('connection', (socket) =>
      socket.on('message', (data) => socket.send(String(data).toUpperCase())),
    );
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(runServerCases({ url: `ws://127.0.0.1:${portOf(server)}/` })).rejects.toThrow(
      /^The echo differs from octet 1 on.*The server does not echo/,
    );
    server.close();
  });

  test.each(['http//x', 'ftp://localhost/', 'http://localhost/', 'ws://localhost/#x'])(
    '%s is no URL of a server',
    async (url) => {
      await expect(runServerCases({ url })).rejects.toThrow(RangeError);
    },
  );

  test.each([
    ['masks wrongly', 'FAILED'],
    ['sends a reserved bit', 'FAILED'],
    ['takes an extension that there is not', 'FAILED'],
  ])('is not a server that %s: that is a result', async (name, verdict) => {
    const fault = FAULTS.find((each) => each.name === name)!;
    const server = await startFaultyServer('tcp', fault, await selfSigned());
    const { cases } = await runServerCases(server, findCases({ patterns: ['1.1.2', '1.1.3'] }));
    expect(cases.map((each) => each.verdict)).toEqual([verdict, verdict]);
    server.close();
  });

  test('a case for clients', async () => {
    const [test] = findCases({ patterns: ['response.minimal'] });
    await expect(runServerCase({ url: 'ws://localhost/' }, test!)).rejects.toThrow(/not for servers/);
  });

  test.each([0, -1, Number.NaN, 2 ** 31])('a timeout of %d', async (timeoutMs) => {
    const [test] = findCases({ patterns: ['1.1.1'] });
    const server = await startEchoServer();
    await expect(
      runServerCase({ url: `ws://127.0.0.1:${portOf(server)}/` }, test!, { timeoutMs }),
    ).rejects.toThrow(RangeError);
    server.close();
  });
});
