import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HeadObserver } from '../src/heads.js';
import { bytes, text } from './bytes.js';

const REQUEST = 'GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n';
const RESPONSE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

describe.each([
  [
    'a request',
    REQUEST,
    { method: 'GET', url: '/chat', httpVersion: '1.1', rawHeaders: ['Host', 'a', 'Upgrade', 'websocket'] },
  ],
  [
    'a response',
    RESPONSE,
    {
      statusCode: 101,
      statusMessage: 'Switching Protocols',
      httpVersion: '1.1',
      rawHeaders: ['Upgrade', 'websocket'],
    },
  ],
])('%s', (_, head, expected) => {
  test('is seen at every split, and what follows it is given back', () => {
    const all = bytes(`${head}frames`);
    for (let cut = 0; cut <= all.length; cut++) {
      const reader = new HeadObserver();
      const first = reader.receive(all.subarray(0, cut));
      const seen = first ?? reader.receive(all.subarray(cut));
      if (seen === undefined || seen.kind === 'fault') throw new Error('not seen');
      expect(seen.head).toEqual(expected);
      const rest = first === undefined ? '' : text(all.subarray(cut));
      expect(text(seen.remaining) + rest).toBe('frames');
    }
  });
});

test('heads follow each other: an interim response, then the answer', () => {
  const reader = new HeadObserver();
  const first = reader.receive(bytes(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${RESPONSE}`));
  expect(first).toMatchObject({ kind: 'response', head: { statusCode: 103 } });
  if (first?.kind !== 'response') throw new Error('not seen');
  expect(reader.receive(first.remaining)).toMatchObject({ kind: 'response', head: { statusCode: 101 } });
});

test('a fault is final, and a limit is one', () => {
  const reader = new HeadObserver({ maxHeadBytes: 40 });
  expect(reader.receive(bytes(REQUEST))).toMatchObject({ kind: 'fault', code: 'HEAD_TOO_LARGE', offset: 40 });
  expect(reader.receive(bytes(REQUEST))).toBeUndefined();
  expect(new HeadObserver().receive(bytes('frames\r\n\r\n'))).toMatchObject({
    kind: 'fault',
    code: 'START_LINE_INVALID',
  });
  expect(() => new HeadObserver({ maxHeaders: 0 })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
  expect(() => new HeadObserver().receive('GET' as never)).toThrow(
    expect.objectContaining({ code: 'NOT_BYTES' }),
  );
});

test('it finds the heads that the machines find, and the faults of lines that they find', () => {
  const file = new URL('../../../test-vectors/vectors/handshake.json', import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as {
    vectors: readonly {
      readonly side: string;
      readonly input: string;
      readonly options?: object;
      readonly expect: { readonly code?: string };
    }[];
  };
  const OF_LINES = new Set([
    'LINE_END_INVALID',
    'HEADER_NAME_INVALID',
    'HEADER_FOLDED',
    'HEADER_VALUE_INVALID',
  ]);
  let faults = 0;
  for (const vector of vectors) {
    if (!OF_LINES.has(vector.expect.code ?? '')) continue;
    const seen = new HeadObserver().receive(Buffer.from(vector.input, 'latin1'));
    expect(seen?.kind === 'fault' && seen.code).toBe(vector.expect.code);
    faults++;
  }
  expect(faults).toBeGreaterThan(10);
});

test('an empty line may come before a request, not before a response (RFC 9112 2.2)', () => {
  const request = new HeadObserver().receive(bytes('\r\nGET / HTTP/1.1\r\n\r\n'));
  expect(request).toMatchObject({ kind: 'request' });
  const response = new HeadObserver().receive(bytes('\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n'));
  expect(response).toMatchObject({ kind: 'fault', code: 'START_LINE_INVALID', offset: 2 });
});

test('an end inside of a head is a fault, once; one between heads is none', () => {
  const reader = new HeadObserver();
  expect(reader.receiveEof()).toBeUndefined();
  reader.receive(bytes('GET / HTTP/1.1\r\n\r\nHTTP'));
  expect(reader.receiveEof()).toBeUndefined();
  reader.receive(bytes('HTTP/1.1 1'));
  expect(reader.receiveEof()).toMatchObject({ kind: 'fault', code: 'HEAD_TRUNCATED', offset: 10 });
  expect(reader.receiveEof()).toBeUndefined();
  expect(reader.receive(bytes('GET'))).toBeUndefined();
});
