// A head costs what its bytes cost, however they come: counted in bytes looked at and bytes copied, not in time.
import { ServerHandshake } from '@sanssocket/handshake';
import { expect, test } from 'vitest';
import { HeadReader } from '../src/head-reader.js';
import { bytes, cut, requestText } from './bytes.js';

/** A chunk that counts how often one of its bytes is read. */
function counted(chunk: Uint8Array, counter: { reads: number }): Uint8Array {
  return new Proxy(chunk, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) counter.reads++;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function reads(head: Uint8Array, chunkBytes: number): number {
  const counter = { reads: 0 };
  const reader = new HeadReader({});
  let end = -1;
  // A byte that follows, so that the head is a part of the chunk: a proxy as a whole is nothing TextDecoder takes.
  const input = Uint8Array.of(...head, 0);
  const at = Array.from({ length: Math.ceil(head.length / chunkBytes) - 1 }, (_, i) => (i + 1) * chunkBytes);
  for (const chunk of cut(input, at)) end = reader.push(counted(chunk, counter));
  expect(end).toBeGreaterThanOrEqual(0);
  return counter.reads;
}

test.each([512, 8192])(
  'each byte of a head of %d bytes is looked at twice at most, whole or byte by byte',
  (size) => {
    const head = bytes(requestText(`X-Long: ${'y'.repeat(size)}`));
    expect(reads(head, head.length)).toBeLessThan(head.length + 100);
    expect(reads(head, 1)).toBeLessThan(2 * head.length + 100);
    expect(reads(head, 7)).toBeLessThan(2 * head.length + 100);
  },
);

test('the buffer of an unfinished head doubles: few allocations, and none past the limit', () => {
  const sizes: number[] = [];
  const Native = globalThis.Uint8Array;
  const Spy = new Proxy(Native, {
    construct(target, args: [number], newTarget) {
      if (typeof args[0] === 'number' && args[0] > 0) sizes.push(args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  });
  const byte = Native.of(0x61);
  const handshake = new ServerHandshake({ maxHeadBytes: 10_000 });
  handshake.receive(bytes('GET / HTTP/1.1\r\nX: '));
  try {
    globalThis.Uint8Array = Spy;
    for (let i = 0; i < 9_900; i++) handshake.receive(byte);
  } finally {
    globalThis.Uint8Array = Native;
  }
  expect(sizes.length).toBeLessThan(6);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
});

test('a whole head is read where it lies, and what follows is a view of the chunk', () => {
  const head = bytes(requestText());
  const chunk = new Uint8Array(head.length + 65_536);
  chunk.set(head);
  const event = new ServerHandshake().receive(chunk);
  if (event?.kind !== 'request') throw new Error('rejected');
  expect(event.remaining.buffer).toBe(chunk.buffer);
  expect([event.remaining.byteOffset, event.remaining.length]).toEqual([head.length, 65_536]);
});

test('a refused head keeps nothing: bytes after it are not looked at', () => {
  const handshake = new ServerHandshake();
  expect(handshake.receive(bytes('\0'))?.kind).toBe('rejected');
  const counter = { reads: 0 };
  expect(handshake.receive(counted(bytes(requestText()), counter))).toBeUndefined();
  expect(counter.reads).toBe(0);
});

test.each([1, 7, 5000])('8-bit bytes are characters of their own, in chunks of %d', (chunkBytes) => {
  const value = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => i + 128)).repeat(40);
  const head = bytes(requestText(`X-All: ${value}`));
  const handshake = new ServerHandshake();
  const at = Array.from({ length: Math.ceil(head.length / chunkBytes) - 1 }, (_, i) => (i + 1) * chunkBytes);
  let last: ReturnType<ServerHandshake['receive']>;
  for (const chunk of cut(head, at)) last = handshake.receive(chunk);
  expect(last?.kind === 'request' && last.request.headers.at(-1)).toBe(value);
});

test.each([
  ['tokens of Connection', 'Connection: ', 'a, ', 'Upgrade'],
  ['commas in Upgrade', 'Upgrade: ', ',', 'websocket'],
  ['subprotocols', 'Sec-WebSocket-Protocol: ', 'a,', 'b'],
  ['spaces (A01)', 'Sec-WebSocket-Protocol: b', ' ', 'x'],
  ['quoted pairs (A02)', 'Sec-WebSocket-Extensions: a; b="', '\\c', ''],
  ['parameters', 'Sec-WebSocket-Extensions: a', '; b', ''],
  ['offers', 'Sec-WebSocket-Extensions: a', ', b', ''],
  ['header lines', 'X: y', '\r\nX: y', ''],
])('%s: characters looked at grow as the head does', (_name, before, repeated, after) => {
  const native = String.prototype.charCodeAt;
  const looks = (times: number): number => {
    const head = bytes(requestText(before + repeated.repeat(times) + after));
    let count = 0;
    String.prototype.charCodeAt = function (this: string, at: number): number {
      count++;
      return native.call(this, at);
    };
    try {
      new ServerHandshake({ maxHeadBytes: 1_000_000, maxHeaders: 100_000 }).receive(head);
    } finally {
      String.prototype.charCodeAt = native;
    }
    return count;
  };
  const [one, sixteen] = [looks(1000), looks(16_000)];
  expect(sixteen).toBeLessThan(20 * one);
  expect(sixteen).toBeLessThan(8 * (16_000 * repeated.length + 1000));
});
