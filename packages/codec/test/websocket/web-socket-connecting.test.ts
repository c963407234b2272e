// CONNECTING: the transport is a promise still.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MessageExtension, RSV1 } from '../../src/index.js';
import {
  type ByteTransport,
  TransportWebSocket,
  type TransportWebSocketOptions,
} from '../../src/websocket/websocket.js';
import { elapse, masked, settle, stopTime } from '../web-socket-bench.js';

class Connecting {
  readonly socket: TransportWebSocket;
  readonly events: string[] = [];
  readonly output: number[] = [];
  readonly transport: string[] = [];
  readonly give: (transport?: unknown) => Promise<void>;
  readonly refuse: (reason?: unknown) => Promise<void>;
  readonly streams: ByteTransport;

  constructor(options: TransportWebSocketOptions = {}) {
    this.streams = {
      readable: new ReadableStream<Uint8Array>({ cancel: () => void this.transport.push('cancelled') }),
      writable: new WritableStream<Uint8Array>({
        write: (chunk) => void this.output.push(...chunk),
        close: () => void this.transport.push('closed'),
        abort: () => void this.transport.push('aborted'),
      }),
    };
    let settled: [(transport: ByteTransport) => void, (reason: unknown) => void] | undefined;
    const promise = new Promise<ByteTransport>((...both) => {
      settled = both;
    });
    this.give = (transport = this.streams) => {
      settled![0](transport as ByteTransport);
      return settle();
    };
    this.refuse = (reason) => {
      settled![1](reason);
      return settle();
    };
    this.socket = new TransportWebSocket(promise, { generateMaskingKey: () => 0, ...options });
    const { socket, events } = this;
    socket.onopen = () => events.push(`open ${socket.readyState}`);
    socket.onerror = () => events.push(`error ${socket.readyState}`);
    socket.onclose = ({ code, reason, wasClean }) =>
      events.push(`close ${code} ${wasClean} ${reason}`.trim());
  }
}

afterEach(() => {
  vi.useRealTimers();
});

const failed = ['error 3', 'close 1006 false'];

describe('CONNECTING', () => {
  it('lasts while the transport is promised; then open, with what was agreed on', async () => {
    const bench = new Connecting({ url: 'wss://a/', protocol: 'from options', extensions: 'from options' });
    const { socket } = bench;
    const before = [socket.readyState, socket.protocol, socket.extensions, socket.url, socket.bufferedAmount];
    expect(before).toEqual([0, '', '', 'wss://a/', 0]);
    await settle();
    expect([socket.readyState, bench.events]).toEqual([0, []]);
    const messageExtensions: MessageExtension[] = [
      { rsv: RSV1, encode: () => Uint8Array.of(7), decode: (message) => message },
    ];
    await bench.give({ ...bench.streams, protocol: 'chat', messageExtensions });
    expect([socket.readyState, socket.protocol, socket.extensions]).toEqual([1, 'chat', 'from options']);
    expect(bench.events).toEqual(['open 1']);
    socket.send('a');
    await settle();
    expect(bench.output).toEqual(masked(0xc1, 7));
  });

  it('send throws InvalidStateError, whatever is sent, and counts nothing; what cannot be converted throws first', async () => {
    const { socket } = new Connecting();
    for (const data of ['a', '', new ArrayBuffer(3), new Blob(['x'])]) {
      expect(() => socket.send(data)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    }
    expect(() => socket.send('a')).toThrow(DOMException);
    expect(() => socket.send(Symbol('s') as unknown as string)).toThrow(TypeError);
    expect(socket.bufferedAmount).toBe(0);
  });

  it.each([
    ['rejected', (bench: Connecting) => bench.refuse(new Error('refused'))],
    ['rejected with nothing', (bench: Connecting) => bench.refuse()],
    ['no transport', (bench: Connecting) => bench.give({})],
    ['null', (bench: Connecting) => bench.give(null)],
    [
      'in use',
      (bench: Connecting) => {
        bench.streams.readable.getReader();
        return bench.give();
      },
    ],
    [
      'one with extensions that contradict each other',
      (bench: Connecting) => {
        const extension: MessageExtension = { rsv: RSV1, encode: () => undefined, decode: (it) => it };
        return bench.give({ ...bench.streams, messageExtensions: [extension, extension] });
      },
    ],
  ])('the promise is %s: error and close 1006', async (_name, end) => {
    const bench = new Connecting();
    await end(bench);
    expect(bench.events).toEqual(failed);
    expect(bench.socket.readyState).toBe(3);
    bench.socket.close();
    bench.socket.send('late');
    expect(bench.socket.bufferedAmount).toBe(4);
    await settle();
    expect(bench.events).toEqual(failed);
  });

  it('close gives up: CLOSING at once, error and close later, once, though the promise is never settled', async () => {
    const bench = new Connecting();
    const { socket } = bench;
    socket.close(3000, 'changed my mind');
    expect([socket.readyState, bench.events]).toEqual([2, []]);
    socket.send('a'); // no exception: no longer connecting
    socket.close();
    expect([socket.readyState, socket.bufferedAmount]).toEqual([2, 1]);
    await settle();
    expect([socket.readyState, bench.events]).toEqual([3, failed]);
  });

  it('close with arguments that are wrong changes nothing', async () => {
    const bench = new Connecting();
    expect(() => bench.socket.close(1)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
    expect(() => bench.socket.close(1000, 'a'.repeat(124))).toThrow(
      expect.objectContaining({ name: 'SyntaxError' }),
    );
    expect(bench.socket.readyState).toBe(0);
    await bench.give();
    expect(bench.events).toEqual(['open 1']);
  });

  it.each([
    ['before its events', true],
    ['after them', false],
  ])(
    'a transport that comes %s is given back: cancelled and aborted, nothing written',
    async (_name, early) => {
      const bench = new Connecting();
      bench.socket.close();
      if (!early) await settle();
      await bench.give();
      expect(bench.events).toEqual(failed);
      expect([bench.transport.sort(), bench.output]).toEqual([['aborted', 'cancelled'], []]);
      expect(bench.socket.readyState).toBe(3);
    },
  );

  it.each([
    ['a rejection', (bench: Connecting) => bench.refuse(new Error('refused'))],
    ['what is no transport', (bench: Connecting) => bench.give(undefined)],
  ])('%s behind a close is no news', async (_name, end) => {
    const rejections: unknown[] = [];
    const report = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', report);
    const bench = new Connecting();
    bench.socket.close();
    await end(bench);
    process.off('unhandledRejection', report);
    expect([bench.events, rejections]).toEqual([failed, []]);
  });

  it('close in onopen and in onerror does what it does anywhere', async () => {
    const bench = new Connecting();
    bench.socket.onopen = () => bench.socket.close(3000);
    await bench.give();
    expect([bench.socket.readyState, bench.output]).toEqual([2, masked(0x88, 0x0b, 0xb8)]);
    const other = new Connecting();
    other.socket.addEventListener('error', () => other.socket.close());
    await other.refuse();
    expect(other.events).toEqual(failed);
  });

  it('a thenable is a promise; arguments are checked at once all the same', async () => {
    const bench = new Connecting();
    const socket = new TransportWebSocket({
      // biome-ignore lint/suspicious/noThenProperty: that is the point.
      then: (resolve) => {
        void resolve?.(bench.streams);
        return undefined as never;
      },
    } satisfies PromiseLike<ByteTransport>);
    expect(socket.readyState).toBe(0);
    await settle();
    expect(socket.readyState).toBe(1);
    const never = new Promise<ByteTransport>(() => {});
    const make = (options: TransportWebSocketOptions) => () => new TransportWebSocket(never, options);
    expect(make({ closeTimeoutMs: 0 })).toThrow(RangeError);
    expect(make({ url: 'no URL' })).toThrow(TypeError);
    expect(make({ role: 'proxy' as 'client' })).toThrow(TypeError);
    expect(make({ maxMessageBytes: 0 })).toThrow(RangeError);
  });

  it('a transport that is there is open at once, and says itself what was agreed on', () => {
    const { streams } = new Connecting();
    const socket = new TransportWebSocket({ ...streams, protocol: 'p', extensions: 'e' }, { protocol: 'q' });
    expect([socket.readyState, socket.protocol, socket.extensions]).toEqual([1, 'p', 'e']);
  });
});

describe('what a host gives may throw', () => {
  const transport = (): ByteTransport & { ended: boolean } => {
    const state = {
      ended: false,
      readable: new ReadableStream<Uint8Array>({
        cancel: () => {
          state.ended = true;
        },
      }),
      writable: new WritableStream<Uint8Array>(),
    };
    return state;
  };

  it('the source of masking keys, for good: send says so, the connection has failed, and time ends the transport', async () => {
    stopTime();
    const it = transport();
    const socket = new TransportWebSocket(it, {
      generateMaskingKey: () => {
        throw new Error('no entropy');
      },
    });
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    expect(() => socket.send('a')).toThrow('no entropy');
    socket.close();
    expect(socket.readyState).toBe(2);
    await elapse(10_000);
    await closed;
    expect(it.ended).toBe(true);
  });

  it('the same behind a Blob, where no caller is: reported once, and time ends the transport', async () => {
    stopTime();
    const it = transport();
    const socket = new TransportWebSocket(it, {
      generateMaskingKey: () => {
        throw new Error('no entropy');
      },
    });
    const events: string[] = [];
    socket.onclose = ({ code }) => events.push(`close ${code}`);
    const reported = uncaught();
    socket.send(new Blob(['abc']));
    socket.send('de');
    await settle();
    expect(reported.stop()).toEqual(['Error: no entropy']);
    await elapse(10_000);
    expect([events, it.ended, socket.bufferedAmount]).toEqual([['close 1006'], true, 5]);
  });

  it('the same for a Close behind a Blob: the connection has failed', async () => {
    const output: number[] = [];
    const writable = new WritableStream<Uint8Array>({ write: (chunk) => void output.push(...chunk) });
    let keys = 0;
    const generateMaskingKey = (): number => {
      if (++keys === 2) throw new Error('no entropy');
      return 0;
    };
    const readable = new ReadableStream<Uint8Array>();
    const socket = new TransportWebSocket({ readable, writable }, { generateMaskingKey });
    const reported = uncaught();
    socket.send(new Blob(['a']));
    socket.close();
    await settle();
    expect(reported.stop()).toEqual(['Error: no entropy']);
    expect(output).toEqual([...masked(0x82, 0x61), ...masked(0x88, 0x03, 0xf3)]);
  });
});

/** Collects uncaught exceptions, in place of whoever does so otherwise. */
function uncaught(): { stop: () => string[] } {
  const errors: string[] = [];
  const report = (error: unknown): void => void errors.push(String(error));
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', report);
  return {
    stop() {
      process.off('uncaughtException', report);
      for (const other of others) process.on('uncaughtException', other);
      return errors;
    },
  };
}
