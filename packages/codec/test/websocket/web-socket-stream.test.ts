import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anyCharacter } from '../../../../tools/any-character.js';
import { type MessageExtension, PreparedMessage, RSV1 } from '../../src/index.js';
import {
  type ByteTransport,
  type TransportWebSocketConnection,
  TransportWebSocketError,
  type TransportWebSocketOptions,
  TransportWebSocketStream,
} from '../../src/websocket/stream.js';
import { close1000, elapse, masked, settle, stopTime, text } from '../web-socket-bench.js';

type Message = string | Uint8Array;

/** Follows a promise without waiting for it. */
function watch(promise: Promise<unknown>): { state: 'pending' | 'done' | 'failed' } {
  const seen: { state: 'pending' | 'done' | 'failed' } = { state: 'pending' };
  promise.then(
    () => {
      seen.state = 'done';
    },
    () => {
      seen.state = 'failed';
    },
  );
  return seen;
}

async function readAll<T>(readable: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of readable as unknown as AsyncIterable<T>) all.push(value);
  return all;
}

const failure = (closeCode: number, reason = ''): unknown =>
  expect.objectContaining({ name: 'WebSocketError', closeCode, reason });

/** A stream whose peer is the test: bytes in, bytes out. */
class Bench {
  readonly stream: TransportWebSocketStream;
  readonly output: number[] = [];
  /** How the stream treated the transport. */
  readonly transport: string[] = [];
  /** How often the transport was asked for bytes. */
  pulls = 0;
  /** Set to let writes hang. */
  hang: Promise<void> | undefined;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(options: TransportWebSocketOptions = {}) {
    const readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#input = controller;
        },
        pull: () => {
          this.pulls++;
        },
        cancel: () => void this.transport.push('cancelled'),
      },
      { highWaterMark: 0 },
    );
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => {
        for (const byte of chunk) this.output.push(byte);
        return this.hang;
      },
      close: () => void this.transport.push('closed'),
      abort: () => void this.transport.push('aborted'),
    });
    this.stream = new TransportWebSocketStream(
      { readable, writable },
      { generateMaskingKey: () => 0, ...options },
    );
  }

  async receive(...bytes: number[]): Promise<void> {
    this.#input!.enqueue(Uint8Array.from(bytes));
    await settle();
  }

  async end(): Promise<void> {
    this.#input!.close();
    await settle();
  }

  async breakInput(): Promise<void> {
    this.#input!.error(new Error('reset'));
    await settle();
  }
}

async function open(options?: TransportWebSocketOptions): Promise<Bench & TransportWebSocketConnection> {
  const bench = new Bench(options);
  return Object.assign(bench, await bench.stream.opened);
}

/** Cuts and joins chunks at random borders. */
function rechunk(sizes: readonly number[]): TransformStream<Uint8Array, Uint8Array> {
  const held: number[] = [];
  let turn = 0;
  return new TransformStream({
    transform(chunk, controller) {
      held.push(...chunk);
      while (held.length > 0)
        controller.enqueue(Uint8Array.from(held.splice(0, sizes[turn++ % sizes.length]!)));
    },
  });
}

/** Two streams on one transport. */
function pair(
  cuts: readonly number[],
  options: TransportWebSocketOptions = {},
): { client: TransportWebSocketStream; server: TransportWebSocketStream } {
  const [up, down] = [rechunk(cuts), rechunk(cuts)];
  return {
    client: new TransportWebSocketStream({ readable: down.readable, writable: up.writable }, options),
    server: new TransportWebSocketStream(
      { readable: up.readable, writable: down.writable },
      { ...options, role: 'server' },
    ),
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('two ends', () => {
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.uint8Array({ maxLength: 300 }),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 });
  const wellFormed = (one: Message): Message =>
    typeof one === 'string'
      ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(one))
      : one;

  it('give the same messages for every chunking and every high water mark, and close', async () => {
    const mark = fc.integer({ min: 1, max: 500 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message),
        fc.array(message),
        sizes,
        mark,
        async (up, down, cuts, highWaterMark) => {
          const { client, server } = pair(cuts, { highWaterMark });
          const [a, b] = await Promise.all([client.opened, server.opened]);
          const send = async (
            end: TransportWebSocketConnection,
            messages: readonly Message[],
          ): Promise<void> => {
            const writer = end.writable.getWriter();
            for (const one of messages) await writer.write(one);
            writer.releaseLock();
          };
          const atB = readAll(b.readable);
          const reader = a.readable.getReader();
          const atA: Message[] = [];
          const sent = Promise.all([send(a, up), send(b, down)]);
          while (atA.length < down.length) atA.push((await reader.read()).value!);
          await sent;
          // The client closes when it has everything: only then the server can have sent it.
          client.close({ closeCode: 3000, reason: 'bye' });
          expect((await reader.read()).done).toBe(true);
          expect(await atB).toEqual(up.map(wellFormed));
          expect(atA).toEqual(down.map(wellFormed));
          expect(await client.closed).toEqual({ closeCode: 3000, reason: '' });
          expect(await server.closed).toEqual({ closeCode: 3000, reason: 'bye' });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('a pipe from one side to the other closes it at its end', async () => {
    const { client, server } = pair([7]);
    const [a, b] = await Promise.all([client.opened, server.opened]);
    const echoed = b.readable.pipeTo(b.writable);
    const messages = new ReadableStream<Message>({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(`${i}`);
        controller.close();
      },
    });
    const [answers] = await Promise.all([readAll(a.readable), messages.pipeTo(a.writable)]);
    expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    await echoed.catch(() => {});
    expect(await client.closed).toEqual({ closeCode: 1005, reason: '' });
  });
});

describe('opened', () => {
  it('has the streams, and what was agreed on', async () => {
    const bench = new Bench({ url: 'wss://a/b', protocol: 'chat', extensions: 'x' });
    expect(bench.stream.url).toBe('wss://a/b');
    const { readable, writable, protocol, extensions, driver } = await bench.stream.opened;
    expect([readable, writable]).toEqual([expect.any(ReadableStream), expect.any(WritableStream)]);
    expect([protocol, extensions, driver.connection.state]).toEqual(['chat', 'x', 'open']);
    expect(new Bench().stream.url).toBe('');
  });

  it('waits for a transport that is promised, which says itself what was agreed on', async () => {
    let give: (transport: ByteTransport) => void = () => {};
    const promise = new Promise<ByteTransport>((resolve) => {
      give = resolve;
    });
    const stream = new TransportWebSocketStream(promise, { protocol: 'a', extensions: 'b' });
    const opened = watch(stream.opened);
    await settle();
    expect(opened.state).toBe('pending');
    give({ readable: new ReadableStream(), writable: new WritableStream(), protocol: 'c' });
    expect(await stream.opened).toMatchObject({ protocol: 'c', extensions: 'b' });
  });

  it.each([
    ['a rejection', () => Promise.reject(new Error('refused'))],
    ['what is no transport', () => Promise.resolve({} as ByteTransport)],
  ])('is rejected for %s, as is closed', async (_name, make) => {
    const stream = new TransportWebSocketStream(make());
    await expect(stream.opened).rejects.toThrow(TransportWebSocketError);
    await expect(stream.closed).rejects.toEqual(failure(1006));
  });

  it('is rejected when close comes first; the transport that comes later is given back', async () => {
    let give: (transport: ByteTransport) => void = () => {};
    const promise = new Promise<ByteTransport>((resolve) => {
      give = resolve;
    });
    const stream = new TransportWebSocketStream(promise);
    stream.close();
    await expect(stream.opened).rejects.toEqual(failure(1006));
    await expect(stream.closed).rejects.toEqual(failure(1006));
    const cancel = vi.fn();
    give({ readable: new ReadableStream({ cancel }), writable: new WritableStream() });
    await settle();
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  it('and closed that nobody looks at are no unhandled rejections', async () => {
    const rejections: unknown[] = [];
    const report = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', report);
    const broken = new TransportWebSocketStream(Promise.reject(new Error('refused')));
    const bench = new Bench();
    await bench.end();
    process.off('unhandledRejection', report);
    expect([rejections, broken.url]).toEqual([[], '']);
  });

  it('options and the transport are checked at once', () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const make = (options: object) => () => new TransportWebSocketStream({ readable, writable }, options);
    expect(make({ maxMessageBytes: 0 })).toThrow(RangeError);
    expect(make({ highWaterMark: 0 })).toThrow(RangeError);
    for (const options of [{ delivery: 'pieces' }, { autoPong: false }, { autoClose: false }]) {
      expect(make(options)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
    }
    expect(readable.locked || writable.locked).toBe(false);
    readable.getReader();
    expect(make({})).toThrow(TypeError);
  });
});

describe('back-pressure', () => {
  it('the transport is not read ahead of the message asked for', async () => {
    const bench = await open();
    await settle();
    expect(bench.pulls).toBe(1);
    await bench.receive(...text('a'), ...text('b'));
    expect(bench.pulls).toBe(1);
    const reader = bench.readable.getReader();
    expect((await reader.read()).value).toBe('a');
    await settle();
    expect([bench.pulls, bench.driver.connection.paused]).toEqual([1, true]);
    expect((await reader.read()).value).toBe('b');
    const next = reader.read();
    await settle();
    expect(bench.pulls).toBe(2);
    await bench.receive(...text('c'));
    expect((await next).value).toBe('c');
  });

  it('pings and the Close of the peer are answered as long as no message waits', async () => {
    const bench = await open();
    await bench.receive(0x89, 1, 7);
    expect(bench.output).toEqual(masked(0x8a, 7));
    await bench.receive(...close1000);
    await bench.end();
    expect(await bench.stream.closed).toEqual({ closeCode: 1000, reason: '' });
  });

  it('several reads wait at once', async () => {
    const bench = await open();
    const reader = bench.readable.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    await bench.receive(...text('a'), ...text('b'), ...text('c'), ...text('d'));
    expect((await Promise.all(reads)).map(({ value }) => value)).toEqual(['a', 'b', 'c']);
    expect(bench.driver.connection.paused).toBe(true);
    expect((await reader.read()).value).toBe('d');
  });

  it('an answer to a message precedes the answer to the Close behind it', async () => {
    const bench = await open();
    await bench.receive(...text('a'), ...close1000);
    const reader = bench.readable.getReader();
    expect((await reader.read()).value).toBe('a');
    await settle();
    expect(bench.driver.connection.state).toBe('open');
    await bench.writable.getWriter().write('A');
    const end = reader.read();
    await bench.end();
    expect((await end).done).toBe(true);
    expect(bench.output).toEqual([...masked(0x81, 0x41), ...masked(0x88, 0x03, 0xe8)]);
  });

  it('a write waits while more than highWaterMark does', async () => {
    const bench = await open({ highWaterMark: 1_000 });
    let release = (): void => {};
    bench.hang = new Promise((resolve) => {
      release = resolve;
    });
    let taken = 0;
    const messages = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++taken > 20) controller.close();
        else controller.enqueue(new Uint8Array(300));
      },
    });
    const piped = watch(messages.pipeTo(bench.writable));
    await settle();
    const before = taken;
    expect(before).toBeLessThan(10);
    expect(bench.driver.bufferedAmount).toBeLessThan(1_000 + 2 * 308);
    await settle();
    expect([taken, piped.state]).toEqual([before, 'pending']);
    release();
    await settle();
    expect(taken).toBe(21);
    expect(bench.output.length).toBe(20 * 308 + 6);
  });

  it('bytes are copied from the writer', async () => {
    const bench = await open({ role: 'server' });
    const bytes = new Uint8Array(5_000).fill(1);
    const write = bench.writable.getWriter().write(bytes);
    await write;
    bytes.fill(2);
    await settle();
    expect(bench.output.filter((byte) => byte === 2)).toEqual([]);
  });

  it("bytes are the reader's own", async () => {
    const bench = await open({ transferInput: true });
    await bench.receive(0x82, 126, 8, 0, ...new Array<number>(2048).fill(7), 0x82, 1, 3);
    const reader = bench.readable.getReader();
    for (const expected of [new Array<number>(2048).fill(7), [3]]) {
      const { value } = await reader.read();
      expect([...(value as Uint8Array)]).toEqual(expected);
      const { buffer } = value as Uint8Array<ArrayBuffer>;
      expect(buffer.byteLength).toBe(expected.length);
      structuredClone(buffer, { transfer: [buffer] });
    }
  });
});

describe('closing', () => {
  it.each<[string, (bench: TransportWebSocketStream) => void, number[]]>([
    ['nothing', (stream) => stream.close(), []],
    ['a code', (stream) => stream.close({ closeCode: 4999 }), [0x13, 0x87]],
    ['a reason', (stream) => stream.close({ reason: 'x' }), [0x03, 0xe8, 0x78]],
  ])('with %s', async (_name, close, body) => {
    const bench = await open();
    close(bench.stream);
    bench.stream.close({ closeCode: 3000 });
    await settle();
    expect(bench.output).toEqual(masked(0x88, ...body));
    await bench.receive(0x88, 2, 0x0b, 0xb9);
    expect(bench.transport).toEqual([]); // the server ends it
    const closed = watch(bench.stream.closed);
    await settle();
    expect(closed.state).toBe('pending');
    await bench.end();
    expect(await bench.stream.closed).toEqual({ closeCode: 3001, reason: '' });
    expect(bench.transport).toEqual(['closed']);
  });

  it("refuses codes and reasons that are not a script's to send", async () => {
    const { stream } = await open();
    for (const closeCode of [1001, 2999, 5000]) {
      expect(() => stream.close({ closeCode })).toThrow(
        expect.objectContaining({ name: 'InvalidAccessError' }),
      );
    }
    expect(() => stream.close({ reason: 'x'.repeat(124) })).toThrow(
      expect.objectContaining({ name: 'SyntaxError' }),
    );
  });

  it("messages that come before the peer's Close are still given", async () => {
    const bench = await open();
    bench.stream.close();
    const all = readAll(bench.readable);
    await bench.receive(...text('a'), ...text('b'), ...close1000);
    await bench.end();
    expect(await all).toEqual(['a', 'b']);
  });

  it('of the writable sends a Close without a code, and is done when the connection has ended', async () => {
    const bench = await open();
    const closed = watch(bench.writable.close());
    await settle();
    expect(bench.output).toEqual(masked(0x88));
    await bench.receive(...close1000);
    expect(closed.state).toBe('pending');
    await bench.end();
    expect(closed.state).toBe('done');
  });

  it('by the peer: readable closes, and there is nothing to write to any more', async () => {
    const bench = await open({ role: 'server' });
    const writer = bench.writable.getWriter();
    writer.closed.catch(() => {});
    await bench.receive(...masked(0x88, 0x03, 0xe8));
    await bench.end();
    expect(await readAll(bench.readable)).toEqual([]);
    expect([bench.output, bench.transport]).toEqual([close1000, ['closed']]);
    await expect(writer.write('late')).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidStateError' }),
    );
  });

  it('a message behind close is refused', async () => {
    const bench = await open();
    bench.stream.close();
    await expect(bench.writable.getWriter().write('late')).rejects.toThrow('closing');
  });

  it('takes closeTimeoutMs at most', async () => {
    stopTime();
    const bench = await open({ closeTimeoutMs: 500 });
    const closed = bench.writable.close();
    const seen = watch(closed);
    await settle();
    await elapse(499);
    expect(seen.state).toBe('pending');
    await elapse(1);
    await expect(closed).rejects.toEqual(failure(1006));
    await expect(bench.stream.closed).rejects.toEqual(failure(1006));
    await expect(readAll(bench.readable)).rejects.toEqual(failure(1006));
    expect(bench.transport.sort()).toEqual(['aborted', 'cancelled']);
  });
});

describe('failures', () => {
  it.each<[string, (bench: Bench) => Promise<void>, number, string]>([
    ['the transport ends', (bench) => bench.end(), 1006, ''],
    ['the transport breaks', (bench) => bench.breakInput(), 1006, ''],
    ['the peer breaks a rule', (bench) => bench.receive(0x83, 0).then(() => bench.end()), 1006, ''],
  ])('%s: both streams and closed have the error', async (_name, fail, code, reason) => {
    const bench = await open();
    const writer = bench.writable.getWriter();
    const gone = expect(writer.closed).rejects.toEqual(failure(code, reason));
    const read = expect(readAll(bench.readable)).rejects.toEqual(failure(code, reason));
    await fail(bench);
    await Promise.all([gone, read]);
    await expect(bench.stream.closed).rejects.toEqual(failure(code, reason));
    await expect(bench.stream.closed).rejects.toThrow(TransportWebSocketError);
  });

  it('messages before the end are given before the error', async () => {
    const bench = await open();
    await bench.receive(...text('a'), ...text('b'));
    await bench.end();
    const reader = bench.readable.getReader();
    expect((await reader.read()).value).toBe('a');
    expect((await reader.read()).value).toBe('b');
    await expect(reader.read()).rejects.toEqual(failure(1006));
    expect(bench.driver.connection.closeInfo).toMatchObject({ code: 1006 });
  });

  it('the same when time was up', async () => {
    stopTime();
    const bench = await open();
    await bench.receive(...text('a'), ...text('b'));
    bench.stream.close();
    await settle();
    await elapse(10_000);
    expect(bench.driver.closed).toBe(true);
    const reader = bench.readable.getReader();
    expect([(await reader.read()).value, (await reader.read()).value]).toEqual(['a', 'b']);
    await expect(reader.read()).rejects.toEqual(failure(1006));
  });

  it('what is no message fails the connection with 1011', async () => {
    const bench = await open();
    const write = bench.writable.getWriter().write(5 as unknown as string);
    await expect(write).rejects.toThrow(TypeError);
    await settle();
    expect(bench.output).toEqual(masked(0x88, 0x03, 0xf3));
  });

  it('a peer that does not read: a write that waits ends when the transport does', async () => {
    stopTime();
    const bench = await open({ highWaterMark: 100 });
    bench.hang = new Promise(() => {});
    const write = watch(bench.writable.getWriter().write('x'.repeat(200)));
    await bench.end();
    expect(write.state).toBe('pending');
    await elapse(10_000);
    expect(write.state).toBe('done');
    await expect(bench.stream.closed).rejects.toEqual(failure(1006));
  });
});

describe('abort and cancel', () => {
  const WITH_CODE = new TransportWebSocketError('', { closeCode: 3001, reason: 'x' });
  it.each<[string, unknown, number[]]>([
    ['no reason', undefined, []],
    ['an error of another kind', new Error('no more'), []],
    ['a WebSocketError', WITH_CODE, [0x0b, 0xb9, 0x78]],
    ['a WebSocketError that was received', new TransportWebSocketError('', { closeCode: 1006 }), []],
  ])('close the connection for %s', async (_name, reason, body) => {
    const aborted = await open();
    await aborted.writable.abort(reason);
    await settle();
    expect(aborted.output).toEqual(masked(0x88, ...body));
    const cancelled = await open();
    await cancelled.readable.cancel(reason);
    await settle();
    expect(cancelled.output).toEqual(masked(0x88, ...body));
    for (const bench of [aborted, cancelled]) {
      await bench.receive(...close1000);
      await bench.end();
      expect(await bench.stream.closed).toEqual({ closeCode: 1000, reason: '' });
    }
  });

  it('an abort closes while a write waits, also where a sink has no signal', async () => {
    for (const hasSignal of [true, false]) {
      if (!hasSignal) {
        const Native = WritableStream;
        vi.stubGlobal(
          'WritableStream',
          class extends Native {
            constructor(sink: UnderlyingSink, strategy?: QueuingStrategy) {
              const start = (controller: WritableStreamDefaultController): void =>
                void sink.start?.({ signal: undefined as never, error: (e) => controller.error(e) });
              super({ ...sink, start }, strategy);
            }
          },
        );
      }
      const bench = await open({ highWaterMark: 100 });
      let release = (): void => {};
      bench.hang = new Promise((resolve) => {
        release = resolve;
      });
      const writer = bench.writable.getWriter();
      const write = writer.write('x'.repeat(200));
      await settle();
      const abort = writer.abort();
      await settle();
      expect(bench.driver.connection.state).toBe(hasSignal ? 'closing' : 'open');
      release();
      await Promise.allSettled([write, abort]);
      await settle();
      expect(bench.output.slice(-6)).toEqual(masked(0x88));
    }
  });

  it('cancelled messages are dropped, and so does one that waited unread', async () => {
    const bench = await open();
    await bench.receive(...text('a'), ...text('b'));
    await bench.readable.cancel();
    await bench.receive(...text('c'), ...close1000);
    await bench.end();
    expect(await bench.stream.closed).toEqual({ closeCode: 1000, reason: '' });
  });
});

describe('the driver behind it', () => {
  it('sends what a stream cannot, and keeps the peer alive', async () => {
    stopTime();
    const bench = await open({ role: 'server', pingIntervalMs: 1_000, pongTimeoutMs: 300 });
    bench.driver.sendPrepared(PreparedMessage.text('a'));
    bench.driver.ping(Uint8Array.of(1));
    await settle();
    expect(bench.output).toEqual([...text('a'), 0x89, 1, 1]);
    await elapse(1_400);
    await expect(bench.stream.closed).rejects.toEqual(failure(1006));
  });

  it('closes what is idle', async () => {
    stopTime();
    const bench = await open({ idleTimeoutMs: 1_000 });
    await elapse(900);
    await bench.writable.getWriter().write('a');
    await elapse(999);
    expect(bench.driver.connection.state).toBe('open');
    await elapse(1);
    expect(bench.driver.connection.state).toBe('closing');
  });
});

describe('with an asynchronous extension', () => {
  const slow: MessageExtension = {
    rsv: RSV1,
    encode: async (piece) => piece,
    decode: async (message) => (message[0] === 0x21 ? 'EXTENSION_DATA' : message),
  };

  it('messages come through in order, and the end behind them', async () => {
    const { client, server } = pair([3, 50], { messageExtensions: [slow] });
    const [a, b] = await Promise.all([client.opened, server.opened]);
    const atB = readAll(b.readable);
    const writer = a.writable.getWriter();
    for (const message of ['one', Uint8Array.of(2), 'three']) await writer.write(message);
    a.driver.ping();
    const [all] = await Promise.all([atB, readAll(a.readable), writer.close()]);
    expect(all).toEqual(['one', Uint8Array.of(2), 'three']);
  });

  it('a message that it is at work on when the transport fails is given', async () => {
    let finish = (): void => {};
    const decode = (message: Uint8Array): Promise<Uint8Array> =>
      new Promise((resolve) => {
        finish = () => resolve(message);
      });
    const bench = await open({ messageExtensions: [{ ...slow, decode }] });
    const reader = bench.readable.getReader();
    const read = reader.read();
    await settle();
    await bench.receive(0xc1, 1, 0x61);
    bench.hang = Promise.reject(new Error('broken pipe'));
    bench.driver.ping();
    await settle();
    expect(bench.driver.closed).toBe(true);
    finish();
    expect((await read).value).toBe('a');
    await expect(reader.read()).rejects.toEqual(failure(1006));
  });

  it('a fault found late fails the connection', async () => {
    const bench = await open({ messageExtensions: [slow] });
    await bench.receive(0xc1, 1, 0x21);
    await bench.end();
    expect(bench.output[0]).toBe(0x88);
    expect(bench.driver.connection.closeInfo).toMatchObject({ fault: { code: 'EXTENSION_DATA' } });
    await expect(bench.stream.closed).rejects.toEqual(failure(1006));
  });
});
