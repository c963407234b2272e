/** Exchanges of many messages, against echoes that lose or change one. */
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { type CaseResult, findCases, runClientCase, runServerCase } from '../../src/index.js';
import { Inflater } from '../../src/judge/inflater.js';
import { compressSlice, corpusOf } from '../../src/wire/compressed.js';

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Runs case 9.7.2 (1000 texts of 16 octets) against an echo that does something else with the tenth. */
async function withTenth(change: (data: string, socket: WebSocket) => void): Promise<CaseResult> {
  const server = new WebSocketServer({ port: 0 });
  servers.push(server);
  server.on('connection', (socket) => {
    let count = 0;
    socket.on('message', (data) => {
      if (++count === 10) change(String(data), socket);
      else socket.send(String(data));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const [found] = findCases({ patterns: ['9.7.2'] });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return runServerCase({ url }, found!, { timeoutMs: 20, closeTimeoutMs: 300 });
}

describe('an exchange', () => {
  test.each([
    [
      'is changed',
      (data: string, socket: WebSocket) => socket.send(data.replace(/^.../, '**+')),
      'message 10 of 16 octets came back with 16, different from octet 2 on',
    ],
    ['is cut', (data: string, socket: WebSocket) => socket.send(data.substring(1)), 'came back with 15'],
    [
      'comes back as binary',
      (data: string, socket: WebSocket) => socket.send(Buffer.from(data)),
      'message 10 came back as binary',
    ],
    ['is lost', () => {}, 'message 10 of 1000 was not echoed'],
    ['ends it', (_: string, socket: WebSocket) => socket.terminate(), 'message 10 of 1000 was not echoed'],
  ])('fails when a message %s', async (_, change, words) => {
    const { verdict, explanation } = await withTenth(change);
    expect(verdict).toBe('FAILED');
    expect(explanation.toLowerCase()).toContain(words.toLowerCase());
  });

  test('of a client that cannot compress is unimplemented', async () => {
    const start = (url: string): Promise<void> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, { perMessageDeflate: false });
        socket.on('close', () => resolve());
      });
    const [found] = findCases({ patterns: ['13.3.1'] });
    expect(await runClientCase(start, found!)).toMatchObject({
      verdict: 'UNIMPLEMENTED',
      closeBehavior: 'OK',
    });
  });

  test('can be had in full', async () => {
    const server = new WebSocketServer({ port: 0, perMessageDeflate: true });
    servers.push(server);
    let count = 0;
    server.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => {
        count++;
        socket.send(data, { binary: isBinary });
      });
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const [found] = findCases({ patterns: ['12.2.6'] });
    const test = {
      ...found!,
      steps: found!.steps.map((step) => ({ ...step, count: 40, enoughBytes: 16384 })),
    };
    const target = { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` };
    expect(await runServerCase(target, test)).toMatchObject({ verdict: 'OK' });
    expect(count).toBe(2);
    expect(await runServerCase(target, test, { full: true })).toMatchObject({ verdict: 'OK' });
    expect(count).toBe(42);
  });
});

describe('corpora', () => {
  test.each(['json', 'bitmap', 'prose', 'html', 'mixed'] as const)(
    '%s is cut so that what is compressed once can be sent again',
    (name) => {
      const corpus = corpusOf(name);
      for (const windowBits of [8, 9, 15]) {
        for (const size of [17, 4096, 65536]) {
          const inflater = new Inflater(windowBits, true);
          for (let nth = 0; nth < 7; nth++) {
            const inflated = inflater.inflate(
              compressSlice(corpus, nth, size, { windowBits, takeover: true }),
            );
            expect(
              inflated instanceof Uint8Array && Buffer.compare(inflated, corpus.slice(nth, size)) === 0,
            ).toBe(true);
          }
        }
      }
    },
  );

  test('the text among them is valid UTF-8, wherever it is cut', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const corpus = corpusOf('html');
    for (let nth = 0; nth < 300; nth++) expect(() => decoder.decode(corpus.slice(nth, 777))).not.toThrow();
  });
});
