/** Opening handshakes that go wrong on the endpoint's side, octet by octet. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type CaseResult, findCases, runServerCase } from '../../src/index.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers every request in one way. */
async function answering(answer: string | ((socket: Socket) => void)): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (typeof answer === 'string') socket.write(answer);
      else answer(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function resultOf(id: string, answer: Parameters<typeof answering>[0]): Promise<CaseResult> {
  const [found] = findCases({ role: 'server', patterns: [id] });
  return runServerCase({ url: await answering(answer) }, found!, {
    openTimeoutMs: 1500,
    timeoutMs: 200,
    closeTimeoutMs: 100,
  });
}

const RIGHT = 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

describe('a right request', () => {
  test.each([
    ['no answer', () => {}, 'was not answered in time'],
    ['an end', (socket: Socket) => socket.end(), 'ended before'],
    ['a reset', (socket: Socket) => socket.resetAndDestroy(), 'ended before'],
    ['half a head', (socket: Socket) => socket.end('HTTP/1.1 101 x\r\nUpg'), 'ended before'],
    [
      'a head without end',
      (socket: Socket) => socket.write(`HTTP/1.1 101 x\r\nX: ${'y'.repeat(300_000)}`),
      'does not end',
    ],
    [
      'a refusal',
      'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
      'rejected a right opening handshake: HTTP/1.1 403',
    ],
    ['what is no HTTP', 'SSH-2.0-x\r\n\r\n', 'does not begin with HTTP/1.1 101'],
    ['HTTP/1.0', 'HTTP/1.0 101 x\r\n\r\n', 'does not begin with HTTP/1.1 101'],
    ['no Upgrade', 'HTTP/1.1 101 x\r\nConnection: Upgrade\r\n\r\n', 'Upgrade does not name'],
    ['no Connection', 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n', 'Connection does not name'],
    ['no Sec-WebSocket-Accept', `${RIGHT}\r\n`, 'Sec-WebSocket-Accept is not'],
    [
      'a wrong Sec-WebSocket-Accept',
      `${RIGHT}Sec-WebSocket-Accept: x\r\n\r\n`,
      'Sec-WebSocket-Accept is not',
    ],
  ])('answered with %s', async (_, answer, words) => {
    const result = await resultOf('1.1.1', answer);
    expect(result).toMatchObject({ verdict: 'FAILED', closeBehavior: 'FAILED' });
    expect(result.explanation).toContain(words);
  });
});

describe('a request that is to be rejected', () => {
  test.each([
    ['400', 'HTTP/1.1 400 x\r\n\r\n', 'OK', 'As expected'],
    ['an end, which 10.7 allows', (socket: Socket) => socket.end(), 'OK', 'As expected'],
    ['no answer', () => {}, 'NON-STRICT', 'neither accepted nor rejected'],
    ['a status that is no error', 'HTTP/1.1 200 x\r\n\r\n', 'NON-STRICT', '200, which is no error'],
    ['101', `${RIGHT}\r\n`, 'FAILED', 'was accepted'],
    ['what is no HTTP', 'no\r\n\r\n', 'FAILED', 'no HTTP response'],
  ])('answered with %s', async (_, answer, verdict, words) => {
    const result = await resultOf('request.upgrade-missing', answer);
    expect(result).toMatchObject({ verdict, explanation: expect.stringContaining(words) });
  });

  test.each([
    ['426 with the versions', 'HTTP/1.1 426 x\r\nSec-WebSocket-Version: 13\r\n\r\n', 'OK'],
    ['426 without them', 'HTTP/1.1 426 x\r\n\r\n', 'FAILED'],
    ['another status', 'HTTP/1.1 500 x\r\nSec-WebSocket-Version: 13\r\n\r\n', 'NON-STRICT'],
  ])('a version answered with %s', async (_, answer, verdict) => {
    expect(await resultOf('request.version-header', answer)).toMatchObject({ verdict });
  });
});

test('a request without HTTP version may be answered without one', async () => {
  const result = await resultOf('request.request-line-0', 'no\r\n\r\n');
  expect(result).toMatchObject({ verdict: 'NON-STRICT', explanation: 'The answer is no HTTP response.' });
});

describe('a request that is to be accepted', () => {
  test.each([
    ['request.letter-case', 'HTTP/1.1 400 x\r\n\r\n', 'FAILED', 'rejected (400)'],
    ['request.letter-case', (socket: Socket) => socket.end(), 'FAILED', 'rejected (no response)'],
    ['request.letter-case', `${RIGHT}\r\n`, 'FAILED', 'Sec-WebSocket-Accept is not'],
    ['request.letter-case', () => {}, 'FAILED', 'not answered'],
    ['request.upgrade-list', 'HTTP/1.1 400 x\r\n\r\n', 'NON-STRICT', 'rejected (400)'],
    ['agreement.fragments', 'HTTP/1.1 400 x\r\n\r\n', 'FAILED', 'rejected a right'],
  ])('%s', async (id, answer, verdict, words) => {
    expect(await resultOf(id, answer)).toMatchObject({
      verdict,
      explanation: expect.stringContaining(words),
    });
  });
});
