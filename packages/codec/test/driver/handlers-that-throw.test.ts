/**
 * Every exception of a handler, and every rejection of its promise, comes to the sink's `error`: each method of a sink, from each call
 * of a host that can lead to it, in each state. Nothing passes through the call, nothing is uncaught, and the connection ends.
 */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { BINARY, CLOSE, FIN, PING, PONG, RSV1, TEXT } from '../../src/frames.js';
import {
  Connection,
  type ConnectionHandlers,
  type MessageExtension,
  type MessageMode,
} from '../../src/index.js';
import { attachSocket } from '../../src/node.js';
import { connectionOf, type ModeOptions } from '../endpoint.js';
import { flip, Manual } from '../extensions.js';
import { concat, hex, masked, utf8 } from '../frames.js';

/** Lets every promise that can be settled be so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type Method = Exclude<keyof ConnectionHandlers, 'error'>;

/** What brings each method about, and in which delivery. */
const METHODS: readonly (readonly [Method, MessageMode, Uint8Array])[] = [
  ['text', 'whole', masked(FIN | TEXT, 'a')],
  ['binary', 'whole', masked(FIN | BINARY, 'a')],
  ['binary', 'whole', masked(FIN | BINARY, 'a'.repeat(100))],
  ['text', 'whole', concat(masked(TEXT, 'a'), masked(FIN, 'b'))],
  ['binary', 'whole', concat(masked(BINARY, 'a'), masked(FIN, 'b'))],
  ['message', 'borrowed', masked(FIN | TEXT, 'a')],
  ['message', 'borrowed', concat(masked(BINARY, 'a'), masked(FIN, 'b'))],
  ['messageStart', 'streamed', masked(FIN | TEXT, 'a')],
  ['messageData', 'streamed', masked(FIN | TEXT, 'a')],
  ['messageEnd', 'streamed', masked(FIN | TEXT, 'a')],
  ['text', 'whole', masked(FIN | RSV1 | TEXT, flip(utf8('a')))],
  ['binary', 'whole', masked(FIN | RSV1 | BINARY, flip(utf8('a')))],
  ['message', 'borrowed', masked(FIN | RSV1 | TEXT, flip(utf8('a')))],
  ['messageStart', 'streamed', masked(FIN | RSV1 | TEXT, flip(utf8('a')))],
  ['messageData', 'streamed', masked(FIN | RSV1 | TEXT, flip(utf8('a')))],
  ['messageEnd', 'streamed', masked(FIN | RSV1 | TEXT, flip(utf8('a')))],
  ['ping', 'whole', masked(FIN | PING, 'a')],
  ['pong', 'whole', masked(FIN | PONG, 'a')],
  ['closeReceived', 'whole', masked(FIN | CLOSE, hex('03e8'))],
  ['close', 'whole', masked(FIN | CLOSE, hex('03e8'))],
  ['close', 'whole', hex('83 80')],
];

/** What a handler does before it throws. */
const BEFORE: Readonly<Record<string, (host: ConnectionDriver) => void>> = {
  nothing: () => {},
  'host.fail': (host) => host.fail(1008),
  'connection.fail': (host) => host.connection.fail(1008),
  'host.close': (host) => void host.close(1000),
  'host.closed': (host) => host.transportClosed(new Error('gone')),
  'host.pause': (host) => host.pause(),
};

/** How it throws. */
const HOW: Readonly<Record<string, (error: Error) => unknown>> = {
  throws: (error) => {
    throw error;
  },
  'is async': async (error) => {
    throw error;
  },
  'rejects later': async (error) => {
    await settled();
    throw error;
  },
  'gives a thenable': (error) => ({
    // biome-ignore lint/suspicious/noThenProperty: it is one
    then: (_: unknown, rejected: (reason: unknown) => void) => rejected(error),
  }),
};

/** The ways in which a host comes to call a sink: what is done with it, its input given. */
const PATHS: Readonly<
  Record<string, (host: ConnectionDriver, input: Uint8Array, finish: () => void) => void>
> = {
  receive: (host, input) => host.receive(input, 1),
  'receive, byte by byte': (host, input) => {
    for (const byte of input) host.receive(Uint8Array.of(byte), 1);
  },
  resume: (host, input) => {
    host.pause();
    host.receive(input, 1);
    host.resume();
  },
  'resume, the transport gone': (host, input) => {
    host.pause();
    host.receive(input, 1);
    host.transportClosed(new Error('gone'));
    host.resume();
  },
  'behind our Close': (host, input) => {
    host.close(1000);
    host.receive(input, 1);
  },
  'an extension finishes': (host, input, finish) => {
    host.receive(masked(FIN | RSV1 | BINARY, flip(utf8('first'))), 1);
    host.receive(input, 1);
    finish();
  },
};

/** The ways in which a host ends a connection: `closed` is called. */
const ENDS: Readonly<Record<string, (host: ConnectionDriver) => void>> = {
  receiveEof: (host) => host.receiveEof(1),
  closed: (host) => host.transportClosed(new Error('gone')),
  fail: (host) => host.fail(1008, 'policy'),
  'fail, twice': (host) => {
    host.fail(1008);
    host.fail(1008);
  },
  'no pong': (host) => {
    host.wake(30_001);
    host.wake(40_002);
    host.wake(40_003);
  },
  'the answer to our Close does not come': (host) => {
    host.close(1000);
    host.wake(1);
    host.wake(10_002);
  },
  'the answer to our Close comes': (host) => {
    host.close(1000);
    host.receive(masked(FIN | CLOSE, hex('03e8')), 1);
  },
  'too much waits': (host) => {
    for (let i = 0; i < 30; i++) host.sendText('a'.repeat(1000));
  },
};

function makeTransport(): Transport {
  // Holds what it is given.
  return { write: () => 0, pause() {}, resume() {}, end() {}, destroy() {}, wakeAt() {} };
}

function makeHost(
  options: Partial<ModeOptions>,
  sink: ConnectionHandlers,
  extensions: readonly MessageExtension[] = [],
  config: DriverOptions = { backpressureLimit: 10_000 },
): ConnectionDriver {
  const connection = connectionOf({ role: 'server', ...options }, sink, extensions);
  return new ConnectionDriver(connection, makeTransport(), config, 0);
}

const atOnce: MessageExtension = { rsv: RSV1, encode: () => undefined, decode: flip };

describe('what a handler throws comes to error', () => {
  const uncaught: unknown[] = [];
  const hear = (error: unknown): void => {
    uncaught.push(error);
  };
  beforeEach(() => {
    uncaught.length = 0;
    vi.stubGlobal('reportError', hear);
    process.on('unhandledRejection', hear);
  });
  afterEach(async () => {
    await settled();
    process.off('unhandledRejection', hear);
    vi.unstubAllGlobals();
    expect(uncaught).toEqual([]);
  });

  /** A sink whose method throws, once; what it threw, and what it was told. */
  function failing(method: Method, how: string, before: () => void) {
    const thrown: Error[] = [];
    const told: unknown[] = [];
    let closed = 0;
    const fail = (): unknown => {
      if (thrown.length > 0) return undefined;
      const error = new Error(`thrown by ${method}`);
      thrown.push(error);
      before();
      return HOW[how]!(error);
    };
    const sink: ConnectionHandlers = {
      error: (error) => told.push(error),
      close: () => {
        closed++;
        if (method === 'close') return fail() as undefined;
      },
      ...(method === 'close' ? {} : { [method]: fail }),
    };
    return { sink, thrown, told, ends: () => closed };
  }

  for (const how of Object.keys(HOW)) {
    it.each(METHODS.map(([method, messages, input], i) => ({ method, messages, input, i })))(
      `when it ${how}: $method in $messages ($i), on every path, whatever it did before`,
      async ({ method, messages, input }) => {
        for (const path of Object.keys(PATHS)) {
          for (const before of Object.keys(BEFORE)) {
            const asynchronous = path === 'an extension finishes';
            const manual = new Manual();
            const { sink, thrown, told, ends } = failing(method, how, () => BEFORE[before]!(host));
            const host = makeHost({ messages }, sink, [asynchronous ? manual : atOnce]);
            PATHS[path]!(host, input, () => manual.jobs.shift()?.());
            for (let i = 0; i < 3; i++) {
              await settled();
              manual.jobs.shift()?.();
              host.resume();
            }
            await settled();
            expect(thrown.length, `${path}, ${before}`).toBe(1);
            expect(told, `${path}, ${before}`).toEqual(thrown);
            expect(host.connection.state, `${path}, ${before}`).toBe('closed');
            expect(ends(), `${path}, ${before}`).toBe(1);
          }
        }
      },
    );

    it.each(Object.keys(ENDS))(`when it ${how}: closed, by %s`, async (end) => {
      const { sink, thrown, told, ends } = failing('close', how, () => {});
      const host = makeHost({}, sink);
      ENDS[end]!(host);
      await settled();
      await settled();
      expect(thrown.length).toBe(1);
      expect(told).toEqual(thrown);
      expect(ends()).toBe(1);
    });

    it.each(['onDrain', 'onClose'] as const)(`when it ${how}: %s of the host`, async (name) => {
      const told: unknown[] = [];
      const error = new Error(name);
      const host = makeHost({}, { error: (got) => told.push(got) }, [], { highWaterMark: 100 });
      host[name] = () => HOW[how]!(error) as undefined;
      for (let i = 0; i < 3; i++) host.sendText('a'.repeat(99));
      host.flush();
      if (name === 'onDrain') {
        for (let i = 0; i < 4; i++) host.written(1);
      } else host.transportClosed();
      await settled();
      await settled();
      expect(told).toEqual([error]);
    });
  }

  it('of all of them at once, each once', async () => {
    for (const how of Object.keys(HOW)) {
      const told: unknown[] = [];
      const thrown: Error[] = [];
      const sink = Object.fromEntries(
        (['text', 'binary', 'ping', 'pong', 'closeReceived', 'close', 'outputAvailable'] as const).map(
          (name) => [
            name,
            () => {
              thrown.push(new Error(name));
              return HOW[how]!(thrown.at(-1)!);
            },
          ],
        ),
      );
      const host = makeHost({}, { ...sink, error: (error) => told.push(error) });
      host.receive(concat(...METHODS.slice(0, 3).map(([, , frame]) => frame), masked(FIN | CLOSE)), 1);
      await settled();
      await settled();
      expect(told.length).toBeGreaterThan(1);
      expect(new Set(told)).toEqual(new Set(thrown));
      expect(told.length).toBe(thrown.length);
    }
  });

  it('and what is wrong with the call itself is thrown', () => {
    const told: unknown[] = [];
    const host = makeHost({}, { error: (error) => told.push(error) });
    expect(() => host.fail(1006)).toThrow(RangeError);
    expect(() => host.close(1006)).toThrow(RangeError);
    expect(host.connection.state).toBe('open');
    host.fail(1008);
    expect(() => host.fail(1006)).toThrow(RangeError);
    expect(told).toEqual([]);
  });

  it('over a socket', async () => {
    for (const how of Object.keys(HOW)) {
      for (const [method, messages, input] of METHODS.filter(([, , frame]) => (frame[0]! & RSV1) === 0)) {
        const { sink, thrown, told } = failing(method, how, () => {});
        const server = createServer((socket) => {
          attachSocket(socket, connectionOf({ role: 'server', messages }, sink));
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const client = connect((server.address() as { port: number }).port, '127.0.0.1');
        client.on('error', () => {}).resume();
        client.write(input);
        await once(client, 'close');
        server.close();
        await settled();
        await settled();
        expect(thrown.length).toBe(1);
        expect(told).toEqual(thrown);
      }
    }
  });
});

describe('without a host', () => {
  it('a rejection comes to error, and the connection goes on', async () => {
    const told: unknown[] = [];
    const texts: string[] = [];
    const connection = new Connection(
      { role: 'server' },
      {
        async text(text) {
          texts.push(text);
          throw new Error(text);
        },
        error: (error) => told.push((error as Error).message),
      },
    );
    // The next event does not wait.
    connection.receive(concat(masked(FIN | TEXT, 'a'), masked(FIN | TEXT, 'b')));
    expect(texts).toEqual(['a', 'b']);
    await settled();
    expect(told).toEqual(['a', 'b']);
    expect(connection.state).toBe('open');
  });

  it('a rejection is reported as uncaught where there is no error, and a promise that error gives is the runtime’s', async () => {
    const uncaught: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => uncaught.push((error as Error).message));
    const hear = (error: unknown): void => void uncaught.push(`unhandled ${(error as Error).message}`);
    process.on('unhandledRejection', hear);
    const listeners = process.listeners('unhandledRejection').filter((listener) => listener !== hear);
    for (const listener of listeners) process.off('unhandledRejection', listener);
    const sink: ConnectionHandlers = { text: () => Promise.reject(new Error('text')) };
    new Connection({ role: 'server' }, sink).receive(masked(FIN | TEXT, 'a'));
    const error = async (): Promise<void> => {
      throw new Error('again');
    };
    new Connection({ role: 'server' }, { ...sink, error }).receive(masked(FIN | TEXT, 'a'));
    await settled();
    await settled();
    process.off('unhandledRejection', hear);
    for (const listener of listeners) process.on('unhandledRejection', listener);
    vi.unstubAllGlobals();
    expect(uncaught).toEqual(['text', 'unhandled again']);
  });
});
