/** What a connection sends: frames, masking, chunks of output, wrong arguments. */
import { keyFromBytes, mask, maskInPlace } from '@sanssocket/mask';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../../tools/any-character.js';
import {
  BINARY,
  CLOSE,
  encodeFrame,
  FIN,
  type FrameHeader,
  PING,
  readFrameHeader,
  TEXT,
} from '../../src/frames.js';
import { Connection, PreparedMessage } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { characters, concat, hex, plain, toward, utf8 } from '../frames.js';

/** The frames in some output, unmasked. */
function frames(bytes: Uint8Array): { header: FrameHeader; payload: Uint8Array }[] {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const header = readFrameHeader(bytes, at) as FrameHeader;
    const start = at + header.headerBytes;
    at = start + header.payloadLength;
    const payload = bytes.slice(start, at);
    found.push({ header, payload: header.masked ? maskInPlace(payload, header.maskingKey) : payload });
  }
  return found;
}

const strings = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(124, 125, 126, 127, 340, 1023, 1024, 1025, 65535, 65536).map((n) => 'a'.repeat(n)),
  fc.constantFrom(41, 42, 62, 63, 125, 126, 400, 21845, 21846).map((n) => '€'.repeat(n)),
);

describe.each(['server', 'client'] as const)('a %s', (role) => {
  it('writes a range of borrowed bytes as a message, and copies it', () => {
    const sizes = fc.oneof(fc.nat(300), fc.constantFrom(1024, 1025, 5000, 70000));
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, fc.nat(9), fc.boolean()), { maxLength: 8 }), (spans) => {
        const { connection } = open({ role, generateMaskingKey: () => 0x01020304 });
        const expected = spans.map(([size, start, text]) => {
          const memory = Uint8Array.from({ length: size + start + 12 }, (_, i) => 33 + (i % 90));
          const bytes = memory.subarray(3);
          const opcode = text ? 1 : 2;
          const payload = bytes.slice(start, start + size);
          expect(connection.sendSlice(opcode, { bytes, start: start, end: start + size })).toBe(true);
          expect(characters(bytes.subarray(start, start + size))).toBe(characters(payload));
          memory.fill(0xee);
          return encodeFrame({ opcode, payload, ...(role === 'client' && { maskingKey: 0x01020304 }) });
        });
        expect(characters(drain(connection))).toBe(characters(concat(...expected)));
      }),
    );
  });

  it('refuses ranges that are none, and writes nothing', () => {
    const { connection } = open({ role });
    const bytes = utf8('abc\u00e9');
    expect(() => connection.sendSlice(2, { bytes, start: -1, end: 2 })).toThrow(RangeError);
    expect(() => connection.sendSlice(2, { bytes, start: 2, end: 1 })).toThrow(RangeError);
    expect(() => connection.sendSlice(2, { bytes, start: 0, end: 6 })).toThrow(RangeError);
    expect(() => connection.sendSlice(1, { bytes, start: 0, end: 4 })).toThrow(TypeError);
    expect(() => connection.sendSlice(9 as 1, { bytes, start: 0, end: 2 })).toThrow(TypeError);
    expect(() => connection.sendSlice(2, { bytes: 'abc' as never, start: 0, end: 2 })).toThrow(TypeError);
    expect(connection.bufferedAmount).toBe(0);
    connection.close();
    expect(connection.sendSlice(2, { bytes, start: 0, end: 2 })).toBe(false);
  });

  it('writes each text and binary as one frame, whose bytes are those of encodeFrame', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(strings, fc.uint8Array({ maxLength: 300 })), { maxLength: 5 }),
        (messages) => {
          const { connection } = open({ role, generateMaskingKey: () => 0x01020304 });
          const expected = messages.map((message) => {
            const text = typeof message === 'string';
            expect(text ? connection.sendText(message) : connection.sendBinary(message)).toBe(true);
            return encodeFrame({
              opcode: text ? 1 : 2,
              payload: text ? utf8(message) : message,
              ...(role === 'client' && { maskingKey: 0x01020304 }),
            });
          });
          const bytes = concat(...expected);
          expect(connection.bufferedAmount).toBe(bytes.length);
          expect(characters(drain(connection))).toBe(characters(bytes));
          expect(connection.bufferedAmount).toBe(0);
        },
      ),
    );
  });

  it('sends the bytes of a text as they are, after a look at them', () => {
    const { connection } = open({ role });
    expect(connection.sendText(utf8('é'))).toBe(true);
    expect(frames(drain(connection))[0]).toMatchObject({
      header: { firstByte: FIN | TEXT },
      payload: utf8('é'),
    });
    expect(() => connection.sendText(hex('c3'))).toThrow(TypeError);
    expect(() => connection.sendText(hex('ff'))).toThrow(TypeError);
    expect(connection.dataToSend()).toBe(undefined);
  });

  it('coalesces what is small into one chunk', () => {
    const { connection } = open({ role });
    connection.sendText('a');
    connection.sendBinary(new Uint8Array(3000));
    connection.ping();
    connection.receive(toward(role, FIN | PING, 'x'));
    connection.close(1000);
    const amount = connection.bufferedAmount;
    const chunk = connection.dataToSend()!;
    expect(chunk.length).toBe(amount);
    expect(frames(chunk).map(({ header }) => header.opcode)).toEqual([1, 2, 9, 10, 8]);
    expect(connection.dataToSend()).toBe(undefined);
  });

  it('never writes to a chunk it has handed out (advisory K14)', () => {
    const { connection } = open({ role });
    const kept: [Uint8Array, string][] = [];
    for (let i = 0; i < 300; i++) {
      connection.sendText(`message ${i}`);
      connection.sendBinary(new Uint8Array(i * 37).fill(i));
      connection.ping(hex('01'));
      if (i % 3 === 0) connection.sendPrepared(PreparedMessage.text('prepared'));
      for (let n = i % 4; n > 0; n--) {
        const chunk = connection.dataToSend();
        if (chunk !== undefined) kept.push([chunk, characters(chunk)]);
      }
    }
    drain(connection);
    expect(kept.every(([chunk, before]) => characters(chunk) === before)).toBe(true);
  });

  it('leaves what it is given alone, at any offset in its memory (advisories K15, I19)', () => {
    const { connection } = open({ role, generateMaskingKey: () => 0x01020304 });
    for (const length of [0, 5, 200, 5000]) {
      const memory = Buffer.alloc(length + 10, 0xab);
      connection.sendBinary(memory.subarray(3, length + 3));
      expect(memory.every((byte) => byte === 0xab)).toBe(true);
      expect(frames(drain(connection))[0]!.payload).toEqual(new Uint8Array(length).fill(0xab));
    }
    const prepared = PreparedMessage.text('prepared');
    const { frame } = prepared;
    const before = characters(frame);
    connection.sendPrepared(prepared);
    drain(connection);
    expect(characters(frame)).toBe(before);
  });

  it('refuses what is not a Uint8Array before it writes anything (advisories K12, K13)', () => {
    const { connection } = open({ role });
    const wrong: unknown[] = [
      50,
      '50',
      null,
      undefined,
      true,
      {},
      [1, 2],
      new ArrayBuffer(8),
      new DataView(new ArrayBuffer(8)),
      new Float32Array(20),
      new Uint16Array(2),
      new Uint8ClampedArray(2),
    ];
    for (const value of wrong) {
      const argument = value as never;
      expect(() => connection.sendBinary(argument)).toThrow(TypeError);
      if (value !== undefined) {
        expect(() => connection.ping(argument)).toThrow(TypeError);
        expect(() => connection.pong(argument)).toThrow(TypeError);
      }
      if (typeof value !== 'string') expect(() => connection.sendText(argument)).toThrow(TypeError);
      expect(() => connection.sendPrepared(argument)).toThrow(TypeError);
      expect(() => connection.receive(argument)).toThrow(TypeError);
    }
    expect(() => connection.ping(new Uint8Array(126))).toThrow(RangeError);
    expect(() => connection.pong(new Uint8Array(126))).toThrow(RangeError);
    expect(connection.bufferedAmount).toBe(0);
    expect(connection.dataToSend()).toBe(undefined);
    connection.sendText('a');
    expect(frames(drain(connection))[0]!.payload).toEqual(utf8('a'));
  });

  it('sends prepared messages like others, in their place', () => {
    const { connection } = open({ role });
    const large = new Uint8Array(5000).fill(1);
    connection.sendPrepared(PreparedMessage.text('first'));
    connection.sendText('between');
    connection.sendPrepared(PreparedMessage.text('é'));
    connection.sendPrepared(PreparedMessage.binary(large));
    expect(connection.bufferedAmount).toBe(
      [5, 7, 2, 5000].reduce((sum, n) => sum + n + (n < 126 ? 2 : 4) + (role === 'client' ? 4 : 0), 0),
    );
    const sent = frames(drain(connection));
    expect(sent.map(({ header }) => header.firstByte)).toEqual([0x81, 0x81, 0x81, 0x82]);
    expect(sent.map(({ payload }) => payload.length)).toEqual([5, 7, 2, 5000]);
    expect(connection.bufferedAmount).toBe(0);
  });
});

describe('a server', () => {
  it('queues a large payload by reference behind its header, a small one as a copy', () => {
    const { connection } = open({ role: 'server' });
    const large = new Uint8Array(4096);
    connection.sendText('before');
    connection.sendZeroCopy(BINARY, large);
    connection.sendText('after');
    const chunks = [connection.dataToSend(), connection.dataToSend(), connection.dataToSend()] as const;
    expect(chunks[0]).toEqual(concat(plain(0x81, 'before'), hex('82 7e 1000')));
    expect(chunks[1]).toBe(large);
    expect(chunks[2]).toEqual(plain(0x81, 'after'));
    expect(connection.dataToSend()).toBe(undefined);

    const small = new Uint8Array(4095);
    connection.sendZeroCopy(BINARY, small);
    expect(connection.dataToSend()!.buffer).not.toBe(small.buffer);
    const text = new Uint8Array(4096).fill(0x61);
    connection.sendZeroCopy(TEXT, text);
    connection.dataToSend();
    expect(connection.dataToSend()).toBe(text);
  });

  it('queues a prepared message itself, on every connection', () => {
    const small = PreparedMessage.text('news');
    const large = PreparedMessage.binary(new Uint8Array(9000));
    for (let i = 0; i < 2; i++) {
      const { connection } = open({ role: 'server' });
      connection.sendPrepared(small);
      expect(connection.dataToSend()).toBe(small.frame);
      connection.sendPrepared(large);
      connection.sendText('x');
      expect(connection.dataToSend()).toBe(large.frame);
      expect(connection.dataToSend()).toEqual(plain(0x81, 'x'));
      connection.sendText('x');
      connection.sendPrepared(large);
      connection.dataToSend();
      expect(connection.dataToSend()).toBe(large.frame);
    }
  });

  it('copies a prepared message and what it was made of', () => {
    const bytes = hex('01 02');
    const message = PreparedMessage.binary(bytes);
    bytes.fill(0);
    expect([...message.frame]).toEqual([0x82, 2, 1, 2]);
    expect([...message.payload]).toEqual([1, 2]);
    const Made = PreparedMessage as unknown as new (...given: unknown[]) => unknown;
    for (const given of [[], ['text'], [TEXT, 'text'], [9, new Uint8Array(1)]]) {
      expect(() => new Made(...given)).toThrow(
        expect.objectContaining({
          code: 'NOT_BYTES',
          message: expect.stringContaining('PreparedMessage.text'),
        }),
      );
    }
    expect(() => PreparedMessage.text(5 as never)).toThrow(TypeError);
    expect(() => PreparedMessage.binary('a' as never)).toThrow(TypeError);
  });
});

describe('masking keys', () => {
  it('are fresh for every frame of a client, those it sends by itself and empty ones too (advisories K01, K06, K07, K16)', () => {
    const connection = new Connection({ role: 'client' }, {});
    const prepared = PreparedMessage.text('same');
    for (let i = 0; i < 100; i++) {
      connection.sendText('');
      connection.sendText('a');
      connection.sendText('é'.repeat(600));
      connection.sendBinary(new Uint8Array(5000));
      connection.sendPrepared(prepared);
      connection.ping();
      const message = connection.binaryWriter();
      message.write(hex('01'));
      message.end();
    }
    connection.receive(plain(FIN | PING, 'p'));
    connection.receive(plain(FIN | CLOSE));
    const sent = frames(drain(connection));
    expect(sent.length).toBe(802);
    expect(sent.every(({ header }) => header.masked)).toBe(true);
    expect(new Set(sent.map(({ header }) => header.maskingKey)).size).toBeGreaterThan(798);
  });

  it('come from the source that is given, once a frame, and go through the kernel that is given', () => {
    let key = 0;
    let bytes = 0;
    const { connection } = open({
      role: 'client',
      generateMaskingKey: () => ++key,
      mask(source, start, end, target, at, k) {
        bytes += end - start;
        mask(source, start, end, target, at, k);
      },
    });
    connection.sendText('abc');
    connection.sendText('é'.repeat(2000));
    connection.sendBinary(new Uint8Array(70_000));
    connection.receive(plain(FIN | PING, 'xy'));
    connection.fail(1002);
    expect(frames(drain(connection)).map(({ header }) => header.maskingKey)).toEqual([1, 2, 3, 4, 5]);
    expect(bytes).toBe(3 + 4000 + 70_000 + 2 + 2);
  });

  it('are not on frames of a server', () => {
    const { connection } = open({
      role: 'server',
      generateMaskingKey: () => {
        throw new Error('no key needed');
      },
    });
    connection.sendText('a');
    connection.receive(hex('83 80'));
    expect(frames(drain(connection)).map(({ header }) => header.masked)).toEqual([false, false]);
    expect(keyFromBytes(hex('01020304'))).toBe(0x04030201);
  });
});

describe('memory for output', () => {
  it('comes from the allocator that is given, whatever it holds and however much it gives', () => {
    let asked = 0;
    const { connection } = open({
      role: 'client',
      allocate(bytes) {
        asked++;
        return Buffer.alloc(bytes + 7, 0xff);
      },
    });
    const expected: Uint8Array[] = [];
    for (const length of [0, 10, 1000, 70_000, 3]) {
      connection.sendBinary(new Uint8Array(length));
      connection.sendText('é'.repeat(length % 1100));
      expected.push(new Uint8Array(length), utf8('é'.repeat(length % 1100)));
    }
    expect(frames(drain(connection)).map(({ payload }) => characters(payload))).toEqual(
      expected.map(characters),
    );
    expect(asked).toBeGreaterThan(0);
  });
});

describe('answers to pings', () => {
  const cap = 64;
  const ping = (n: number): Uint8Array => toward('server', FIN | PING, new Uint8Array(125).fill(n));

  it('are bounded: of many in one go the first, and the newest once the output is taken (advisories M38, A12, P5)', () => {
    const { connection, events } = open({ role: 'server' });
    for (let i = 0; i < 100_000; i++) connection.receive(ping(i & 0xff));
    expect(events.length).toBe(100_000);
    expect(connection.bufferedAmount).toBe(127 * cap);
    const first = frames(connection.dataToSend()!);
    expect(first.map(({ payload }) => payload[0])).toEqual(Array.from({ length: cap }, (_, i) => i));
    const last = frames(drain(connection));
    expect(last.map(({ payload }) => payload[0])).toEqual([99_999 & 0xff]);
    connection.receive(ping(7));
    expect(frames(drain(connection)).map(({ payload }) => payload[0])).toEqual([7]);
  });

  it('keep to the cap that is given', () => {
    const { connection } = open({ role: 'server', maxQueuedPongs: 2 });
    for (let i = 0; i < 9; i++) connection.receive(ping(i));
    expect(frames(drain(connection)).map(({ payload }) => payload[0])).toEqual([0, 1, 8]);
  });

  it("come after our own Close too, until the peer's (RFC 6455 5.5.2)", () => {
    const { connection } = open({ role: 'server', maxQueuedPongs: 1 });
    for (let i = 0; i < 3; i++) connection.receive(ping(i));
    connection.close(1000);
    connection.receive(ping(9));
    expect(connection.pong(hex('01'))).toBe(true);
    expect(connection.ping()).toBe(false);
    const sent = frames(drain(connection)).map(({ header, payload }) => [header.opcode, payload[0]]);
    expect(sent).toEqual([
      [10, 0],
      [8, 3],
      [10, 1],
      [10, 9],
    ]);
    connection.receive(ping(10));
    connection.receive(toward('server', FIN | CLOSE, hex('03e8')));
    connection.receive(ping(11));
    expect(connection.pong()).toBe(false);
    expect(frames(drain(connection)).map(({ payload }) => payload[0])).toEqual([10]);
    expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
  });

  it('do not come once the connection has failed, not even one that waits', () => {
    const { connection } = open({ role: 'server', maxQueuedPongs: 1 });
    for (let i = 0; i < 3; i++) connection.receive(ping(i));
    connection.fail(1008);
    expect(frames(drain(connection)).map(({ header }) => header.opcode)).toEqual([10, 8]);
  });

  it('are left to the caller with autoPong off', () => {
    const { connection, events } = open({ role: 'server', autoPong: false });
    connection.receive(ping(1));
    expect(events.length).toBe(1);
    expect(connection.dataToSend()).toBe(undefined);
    expect(connection.pong(hex('01'))).toBe(true);
    expect([...drain(connection)]).toEqual([...hex('8a 01 01')]);
  });
});

describe.each(['server', 'client'] as const)('a long text that a %s sends', (role) => {
  const other = role === 'server' ? 'client' : 'server';
  const parts = fc.array(
    fc.tuple(
      fc.constantFrom('a', 'plain text ', 'é', '€', '🙂', '\ud800', 'größe 連線 '),
      fc.constantFrom(1, 40, 4097, 30_000, 65_535),
    ),
    { minLength: 1, maxLength: 5 },
  );

  it('is the text that arrives, whatever its characters, and leaves its memory for the next', () => {
    const sender = new Connection({ role }, {});
    const heard: string[] = [];
    const receiver = new Connection({ role: other }, { text: (text) => heard.push(text) });
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 3 }), (texts) => {
        const sent = texts.map((list) => list.map(([unit, count]) => unit.repeat(count)).join(''));
        for (const text of sent) sender.sendText(text);
        for (let chunk = sender.dataToSend(); chunk !== undefined; chunk = sender.dataToSend()) {
          receiver.receive(chunk);
          sender.recycleOutput(chunk);
        }
        expect(
          heard
            .splice(0)
            .map((text, i) => text === new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8(sent[i]!))),
        ).toEqual(sent.map(() => true));
        expect(sender.bufferedAmount).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
