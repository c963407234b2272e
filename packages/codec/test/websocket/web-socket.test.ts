import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MessageExtension, RSV1 } from '../../src/index.js';
import {
  type ByteTransport,
  TransportWebSocket,
  type TransportWebSocketOptions,
} from '../../src/websocket/websocket.js';
import {
  Bench,
  close1000,
  closing,
  elapse,
  masked,
  pair,
  settle,
  stopTime,
  text,
} from '../web-socket-bench.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('two sockets', () => {
  it('exchange messages of every kind in order', async () => {
    const { client, server } = pair();
    server.binaryType = 'arraybuffer';
    const received: unknown[] = [];
    server.onmessage = ({ data }) => received.push(data);
    const buffer = Uint8Array.of(0, 1, 2, 3).buffer;
    client.onopen = () => {
      client.send('text \ud800');
      client.send(buffer);
      client.send(new Blob(['blob']));
      client.send(new Uint8Array(buffer, 1, 2));
      client.send('behind a blob');
      client.send(new DataView(buffer, 3));
      client.send(7 as unknown as string);
      client.close(3001, 'done');
    };
    const events = await Promise.all([closing(client), closing(server)]);
    const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer;
    expect(received).toEqual([
      'text \ufffd',
      bytes(0, 1, 2, 3),
      new TextEncoder().encode('blob').buffer,
      bytes(1, 2),
      'behind a blob',
      bytes(3),
      '7',
    ]);
    for (const { type, wasClean, code, reason } of events) {
      expect([type, wasClean, code, reason]).toEqual(['close', true, 3001, expect.any(String)]);
    }
    expect(events[1].reason).toBe('done');
    expect([client.readyState, server.readyState]).toEqual([3, 3]);
    expect([client.bufferedAmount, server.bufferedAmount]).toEqual([0, 0]);
  });

  it('large messages of a server are its own copy', async () => {
    const { client, server } = pair();
    client.binaryType = 'arraybuffer';
    const arrived = new Promise<unknown>((resolve) => {
      client.onmessage = ({ data }) => resolve(data);
    });
    const bytes = new Uint8Array(10_000).fill(1);
    server.send(bytes);
    bytes.fill(2);
    expect(new Uint8Array((await arrived) as ArrayBuffer)).toEqual(new Uint8Array(10_000).fill(1));
  });

  it('a limit, and what is against the rules, ends both', async () => {
    const { client, server } = pair({}, { maxMessageBytes: 4 });
    const errors: string[] = [];
    client.onerror = () => errors.push('client');
    server.onerror = () => errors.push('server');
    client.send('hello');
    const [a, b] = await Promise.all([closing(client), closing(server)]);
    // The peer is told why; here no Close was received (RFC 6455 7.1.5).
    expect([b.wasClean, b.code]).toEqual([false, 1006]);
    expect([a.wasClean, a.code]).toEqual([true, 1009]);
    expect(errors).toEqual(['server']);
  });
});

describe('attributes', () => {
  it('are those of a WebSocket', async () => {
    const bench = new Bench({
      url: 'wss://example.org:8080/chat?x',
      protocol: 'chat',
      extensions: 'permessage-deflate',
    });
    const { socket } = bench;
    expect([socket.url, socket.protocol, socket.extensions]).toEqual([
      'wss://example.org:8080/chat?x',
      'chat',
      'permessage-deflate',
    ]);
    expect(socket.readyState).toBe(socket.OPEN);
    expect([socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED]).toEqual([0, 1, 2, 3]);
    const { CONNECTING, OPEN, CLOSING, CLOSED, prototype } = TransportWebSocket;
    expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3]);
    expect(prototype.CLOSED).toBe(3);
    const origins: string[] = [];
    socket.addEventListener('message', ({ origin }) => origins.push(origin));
    await bench.receive(...text('a'));
    expect(origins).toEqual(['wss://example.org:8080']);
  });

  it('are empty by default; there are no events before the constructor has returned', async () => {
    const bench = new Bench();
    const { socket } = bench;
    expect([socket.url, socket.protocol, socket.extensions]).toEqual(['', '', '']);
    expect(bench.events).toEqual([]);
    await Promise.resolve();
    expect(bench.events).toEqual(['open']);
  });

  it('binaryType decides what binary messages are, at each', async () => {
    const bench = new Bench();
    const data: unknown[] = [];
    bench.socket.addEventListener('message', (event) => data.push(event.data));
    expect(bench.socket.binaryType).toBe('blob');
    await bench.receive(0x82, 2, 1, 2);
    expect(data[0]).toBeInstanceOf(Blob);
    expect(await (data[0] as Blob).arrayBuffer()).toEqual(Uint8Array.of(1, 2).buffer);
    bench.socket.binaryType = 'arraybuffer';
    bench.socket.binaryType = 'nodebuffer' as 'blob';
    expect(bench.socket.binaryType).toBe('arraybuffer');
    await bench.receive(0x82, 2, 1, 2);
    expect(data[1]).toEqual(Uint8Array.of(1, 2).buffer);
    bench.socket.binaryType = 'blob';
    expect(bench.socket.binaryType).toBe('blob');
  });

  it('binaryType is arraybuffer where there are no Blobs', async () => {
    vi.stubGlobal('Blob', undefined);
    const bench = new Bench();
    expect(bench.socket.binaryType).toBe('arraybuffer');
    bench.socket.binaryType = 'blob';
    expect(bench.socket.binaryType).toBe('arraybuffer');
    bench.socket.send(Uint8Array.of(1));
    await settle();
    expect(bench.output).toEqual(masked(0x82, 1));
  });

  it('bufferedAmount counts messages until the transport has them, and those too late for good', async () => {
    const bench = new Bench();
    let release = (): void => {};
    bench.hang = new Promise((resolve) => {
      release = resolve;
    });
    const { socket } = bench;
    socket.send('€');
    expect(socket.bufferedAmount).toBe(3);
    await settle();
    expect(socket.bufferedAmount).toBe(3);
    socket.send(new Blob(['abcd']));
    socket.send('ef');
    expect(socket.bufferedAmount).toBe(9);
    await settle();
    expect(socket.bufferedAmount).toBe(9);
    release();
    await settle();
    expect(socket.bufferedAmount).toBe(0);
    socket.close();
    socket.send('late');
    socket.send(new Blob(['blob']));
    expect(socket.bufferedAmount).toBe(8);
    await bench.receive(...close1000);
    await bench.end();
    expect([socket.readyState, socket.bufferedAmount]).toEqual([3, 8]);
  });
});

describe('events', () => {
  it('go to handlers and listeners, which may be taken away', async () => {
    const bench = new Bench();
    const { socket } = bench;
    const seen: string[] = [];
    const listener = ({ data }: MessageEvent): void => {
      seen.push(`listener ${data}`);
    };
    const object = { handleEvent: (event: Event) => seen.push(`object ${event.type}`) };
    socket.addEventListener('message', listener);
    socket.addEventListener('message', object);
    await bench.receive(...text('a'));
    expect(bench.events).toEqual(['open', 'message a']);
    expect(seen).toEqual(['listener a', 'object message']);
    socket.removeEventListener('message', listener);
    socket.removeEventListener('message', object);
    socket.onmessage = null;
    await bench.receive(...text('b'));
    expect([bench.events.length, seen.length]).toEqual([2, 2]);
  });

  it('an exception in a listener is reported and changes nothing', async () => {
    const bench = new Bench();
    const { socket } = bench;
    const reported: unknown[] = [];
    const report = (error: unknown): void => {
      reported.push(error);
    };
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', report);
    const fail = (event: Event): never => {
      throw new Error(event.type);
    };
    for (const type of ['open', 'message', 'error', 'close']) socket.addEventListener(type, fail);
    await bench.receive(...text('a'), ...text('b'), 0x83);
    await bench.end();
    process.off('uncaughtException', report);
    for (const other of others) process.on('uncaughtException', other);
    expect(bench.events).toEqual(['open', 'message a', 'message b', 'error 3', 'close 1006']);
    expect(reported.map((error) => (error as Error).message)).toEqual([
      'open',
      'message',
      'message',
      'error',
      'close',
    ]);
  });

  it('answers given by a listener go out before the answer to a Close behind it', async () => {
    const bench = new Bench();
    bench.socket.addEventListener('message', ({ data }) => bench.socket.send(data));
    await bench.receive(...text('a'), 0x89, 0, ...close1000);
    await bench.end();
    expect(bench.output).toEqual([...masked(0x81, 0x61), ...masked(0x8a), ...masked(0x88, 0x03, 0xe8)]);
    expect(bench.events).toEqual(['open', 'message a', 'close 1000']);
  });

  it('an async function that waits for one message after the other misses none of a chunk', async () => {
    const bench = new Bench();
    const { socket } = bench;
    const seen: unknown[] = [];
    const message = async (): Promise<MessageEvent> =>
      new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    const reading = (async () => {
      for (let i = 0; i < 3; i++) seen.push((await message()).data);
    })();
    await bench.receive(...text('a'), ...text('b'), ...text('c'));
    await reading;
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('a close event is a CloseEvent where there is one', async () => {
    class CloseEvent extends Event {
      readonly init: unknown;
      constructor(type: string, init: unknown) {
        super(type);
        this.init = init;
      }
    }
    vi.stubGlobal('CloseEvent', CloseEvent);
    const bench = new Bench();
    await bench.end();
    expect(bench.close).toBeInstanceOf(CloseEvent);
    expect(bench.close).toMatchObject({ init: { wasClean: false, code: 1006, reason: '' } });
    vi.stubGlobal('CloseEvent', undefined);
    const other = new Bench();
    await other.end();
    expect(other.close).toMatchObject({ type: 'close', wasClean: false, code: 1006, reason: '' });
    expect(other.close).toBeInstanceOf(Event);
  });
});

describe('close', () => {
  it.each([
    [[], []],
    [[1000], [0x03, 0xe8]],
    [
      [4999, 'x'],
      [0x13, 0x87, 0x78],
    ],
    [
      [undefined, 'x'],
      [0x03, 0xe8, 0x78],
    ],
  ] as [[number?, string?], number[]][])('%j sends %j', async (args, body) => {
    const bench = new Bench();
    bench.socket.close(...args);
    bench.socket.close(3000);
    expect(bench.socket.readyState).toBe(2);
    await settle();
    expect(bench.output).toEqual(masked(0x88, ...body));
    // Fired only while it is open.
    expect(bench.events).toEqual([]);
  });

  it.each([0, 999, 1001, 1005, 2999, 5000, 1000.6, Number.NaN])('refuses the code %d', (code) => {
    const { socket } = new Bench();
    expect(() => socket.close(code)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
    expect(socket.readyState).toBe(1);
  });

  it('refuses a reason of more than 123 bytes', () => {
    const { socket } = new Bench();
    const tooLong = `${'€'.repeat(41)}x`;
    expect(() => socket.close(1000, tooLong)).toThrow(DOMException);
    expect(() => socket.close(1000, tooLong)).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
    socket.close(1000, '€'.repeat(41));
    expect(socket.readyState).toBe(2);
    // Checked even when it has no effect.
    expect(() => socket.close(1000, tooLong)).toThrow(DOMException);
  });

  it('goes out behind the Blobs sent before', async () => {
    const bench = new Bench();
    bench.socket.send(new Blob(['a']));
    bench.socket.close();
    await settle();
    expect(bench.output).toEqual([...masked(0x82, 0x61), ...masked(0x88)]);
  });

  it('goes out behind a Blob that is read for long, as do messages sent meanwhile', async () => {
    const bench = new Bench();
    let release = (_: ArrayBuffer): void => {};
    const contents = new Promise<ArrayBuffer>((resolve) => {
      release = resolve;
    });
    const slow = Object.defineProperty(new Blob(['b']), 'arrayBuffer', { value: () => contents });
    bench.socket.send(new Blob(['a']));
    bench.socket.send(slow);
    await settle();
    expect(bench.output).toEqual(masked(0x82, 0x61));
    bench.socket.send('c');
    bench.socket.close();
    await settle();
    release(Uint8Array.of(0x62).buffer);
    await settle();
    expect(bench.output).toEqual([
      ...masked(0x82, 0x61),
      ...masked(0x82, 0x62),
      ...masked(0x81, 0x63),
      ...masked(0x88),
    ]);
  });

  it('drops what still arrives, and waits for the server to end the transport', async () => {
    const bench = new Bench();
    await settle();
    bench.socket.close(1000);
    await bench.receive(...text('a'), 0x88, 3 + 2, 0x0b, 0xb8, 0x62, 0x79, 0x65);
    expect(bench.events).toEqual(['open']);
    expect(bench.transport).toEqual([]);
    await bench.end();
    expect(bench.transport).toEqual(['closed']);
    expect(bench.events).toEqual(['open', 'close 3000 bye']);
    expect(bench.close?.wasClean).toBe(true);
  });

  it('by the peer: readyState is CLOSING, code 1005 where there is none; a server ends the transport', async () => {
    const bench = new Bench({ role: 'server' });
    await bench.receive(...masked(0x88));
    expect(bench.socket.readyState).toBe(2);
    expect(bench.output).toEqual([0x88, 0]);
    expect(bench.transport).toEqual(['closed']);
    await bench.end();
    expect(bench.events).toEqual(['open', 'close 1005']);
  });
});

describe('failures', () => {
  it('of the protocol: error, then close with 1006', async () => {
    const bench = new Bench();
    await bench.receive(...text('a'), 0x81, 1, 0xff);
    expect(bench.output).toEqual(masked(0x88, 0x03, 0xef));
    expect(bench.transport).toEqual(['closed']);
    await bench.end();
    expect(bench.events).toEqual(['open', 'message a', 'error 3', 'close 1006']);
    expect(bench.close?.wasClean).toBe(false);
  });

  it.each(['end', 'breakInput', 'breakOutput'] as const)('of the transport: %s', async (how) => {
    const bench = new Bench();
    await settle();
    await bench[how]();
    if (how === 'breakOutput') {
      bench.socket.send('a');
      await settle();
    }
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
  });

  it('of a Blob that cannot be read', async () => {
    const bench = new Bench();
    const broken = Object.defineProperty(new Blob(['x']), 'arrayBuffer', {
      value: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
    });
    bench.socket.send(broken);
    bench.socket.send('behind');
    await settle();
    await bench.end();
    expect(bench.output).toEqual(masked(0x88, 0x03, 0xf3));
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
    expect(bench.socket.bufferedAmount).toBe(7);
  });

  it('of an extension that cannot encode', async () => {
    const broken: MessageExtension = {
      rsv: RSV1,
      encode() {
        throw new Error('out of memory');
      },
      decode: (message) => message,
    };
    const bench = new Bench({ messageExtensions: [broken] });
    await settle();
    bench.socket.send('a');
    await settle();
    await bench.end();
    expect(bench.output).toEqual(masked(0x88, 0x03, 0xf3));
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
  });

  it('of the arguments', () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const make = (options: TransportWebSocketOptions) => () =>
      new TransportWebSocket({ readable, writable }, options);
    expect(make({ closeTimeoutMs: 0 })).toThrow(RangeError);
    expect(make({ url: 'not a URL' })).toThrow(TypeError);
    expect(make({ role: 'proxy' as 'client' })).toThrow(TypeError);
    expect(readable.locked || writable.locked).toBe(false);
    readable.getReader();
    expect(make({})).toThrow(TypeError);
    const other: ByteTransport = new TransformStream<Uint8Array, Uint8Array>();
    other.writable.getWriter();
    expect(() => new TransportWebSocket(other)).toThrow(TypeError);
  });
});

describe('the time limit', () => {
  it('runs from when closing begins, and is the option', async () => {
    stopTime();
    const bench = new Bench({ closeTimeoutMs: 500 });
    await elapse(5_000);
    bench.socket.close();
    await settle();
    await elapse(499);
    expect(bench.events).toEqual(['open']);
    await elapse(1);
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
  });

  it('without an answer: the transport is torn down, error, 1006', async () => {
    stopTime();
    const bench = new Bench();
    await settle();
    bench.socket.close();
    await elapse(9_999);
    expect(bench.transport).toEqual([]);
    await elapse(1);
    expect(bench.transport.sort()).toEqual(['aborted', 'cancelled']);
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('without an end of the transport: clean all the same', async () => {
    stopTime();
    const bench = new Bench();
    await bench.receive(...close1000);
    await elapse(10_000);
    expect(bench.transport.sort()).toEqual(['aborted', 'cancelled']);
    expect(bench.events).toEqual(['open', 'close 1000']);
    expect(bench.close?.wasClean).toBe(true);
  });

  it('while a write and an extension hang', async () => {
    stopTime();
    const hanging: MessageExtension = {
      rsv: RSV1,
      encode: () => undefined,
      decode: () => new Promise(() => {}),
    };
    const bench = new Bench({ messageExtensions: [hanging] });
    bench.hang = new Promise(() => {});
    bench.socket.send('a');
    await bench.receive(0xc1, 1, 0x61);
    bench.socket.close();
    await elapse(10_000);
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
  });

  it('leaves no timer behind', async () => {
    stopTime();
    const bench = new Bench();
    bench.socket.close();
    await bench.receive(...close1000);
    expect(vi.getTimerCount()).toBe(1);
    await bench.end();
    expect([bench.events, vi.getTimerCount()]).toEqual([['close 1000'], 0]);
  });
});

describe('the keepalive', () => {
  /** The driver's Pings have a number, by which their Pongs are known. */
  const ping = (nth: number): number[] => masked(0x89, 0x73, 0x73, nth >> 8, nth & 0xff);

  it('pings a silent peer, and gives it up when no pong comes', async () => {
    stopTime();
    const bench = new Bench({ pingIntervalMs: 1_000, pongTimeoutMs: 300 });
    await elapse(1_000);
    expect(bench.output).toEqual(ping(1));
    await bench.receive(0x8a, 0);
    await elapse(999);
    expect(bench.output).toEqual(ping(1));
    await elapse(400);
    expect(bench.output.slice(0, 20)).toEqual([...ping(1), ...ping(2)]);
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
    expect(bench.transport.sort()).toEqual(['aborted', 'cancelled']);
  });

  it('is there by default, after 30 seconds', async () => {
    stopTime();
    const bench = new Bench();
    await elapse(29_999);
    expect(bench.output).toEqual([]);
    await elapse(1);
    expect(bench.output).toEqual(ping(1));
  });

  it('idleTimeoutMs counts messages, in and out', async () => {
    stopTime();
    const bench = new Bench({ idleTimeoutMs: 1_000 });
    await elapse(900);
    bench.socket.send('a');
    await elapse(900);
    await bench.receive(...text('b'));
    await elapse(900);
    await bench.receive(0x89, 0);
    await elapse(99);
    expect(bench.socket.readyState).toBe(1);
    await elapse(1);
    expect(bench.output.slice(-12, -4)).toEqual([0x88, 0x86, 0, 0, 0, 0, 0x03, 0xe9]);
  });
});

describe('limits of the driver', () => {
  it('a message too many for a peer that does not read fails the connection with 1008', async () => {
    stopTime();
    const bench = new Bench({ backpressureLimit: 1_000 });
    bench.hang = new Promise(() => {});
    bench.socket.send('x'.repeat(1_500)); // one alone always has room
    expect(bench.socket.readyState).toBe(1);
    bench.socket.send('y');
    expect([bench.socket.readyState, bench.socket.bufferedAmount]).toEqual([2, 1_501]);
    await elapse(10_000);
    expect(bench.events).toEqual(['error 3', 'close 1006']);
    expect(bench.socket.bufferedAmount).toBe(1_501);
  });

  it('a peer that does not read the answers to its messages is not read from', async () => {
    const bench = new Bench({ highWaterMark: 10 });
    bench.hang = new Promise(() => {});
    bench.socket.onmessage = ({ data }) => {
      bench.events.push(`message ${data}`);
      bench.socket.send(data);
    };
    for (const letter of 'abcdefghij') await bench.receive(...text(letter));
    // One answer is being written, and two wait.
    expect(bench.events).toEqual(['open', 'message a', 'message b', 'message c']);
  });

  it('options are checked', () => {
    expect(() => new Bench({ pingIntervalMs: 0 })).toThrow(RangeError);
    expect(() => new Bench({ highWaterMark: 1.5 })).toThrow(RangeError);
    expect(() => new Bench({ pingInterval: 5 } as object)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });
});
