/** A caller's fault where a connection meets a transport is told of before anything is done. */
import { Duplex } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { attachBunSocket } from '../../src/bun.js';
import { attachDenoConn } from '../../src/deno.js';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { Connection, type UsageError } from '../../src/index.js';
import { attachMessagePort, type MessagePortLike } from '../../src/message-port.js';
import { attachSocket } from '../../src/node.js';
import { attachStreams } from '../../src/web-streams.js';

type Attach = (transport: unknown, connection?: unknown, options?: DriverOptions, head?: unknown) => unknown;

const makeConnection = (): Connection => new Connection({ role: 'server' }, {});

/** Each adapter, and an object that has the methods it needs, which throw when they are called. */
const ADAPTERS: readonly (readonly [string, Attach, methods: readonly string[], takesHead: boolean])[] = [
  [
    'new ConnectionDriver',
    (transport, connection = makeConnection(), options = {}) =>
      new ConnectionDriver(connection as Connection, transport as Transport, options, 0),
    ['write', 'pause', 'resume', 'end', 'destroy', 'wakeAt'],
    false,
  ],
  [
    'attachSocket',
    (socket, connection = makeConnection(), options, head) =>
      attachSocket(socket as Duplex, connection as Connection, options, head as Uint8Array),
    ['on', 'write', 'unshift', 'cork', 'uncork', 'end', 'pause', 'resume', 'destroy'],
    true,
  ],
  [
    'attachBunSocket',
    (socket, connection = makeConnection(), options, head) =>
      attachBunSocket(socket as never, connection as Connection, options, head as Uint8Array),
    ['write', 'pause', 'resume', 'end', 'terminate'],
    true,
  ],
  [
    'attachDenoConn',
    (conn, connection = makeConnection(), options, head) =>
      attachDenoConn(conn as never, connection as Connection, options, head as Uint8Array),
    ['read', 'write', 'closeWrite', 'close'],
    true,
  ],
  [
    'attachMessagePort',
    (port, connection = makeConnection(), options) =>
      attachMessagePort(port as MessagePortLike, connection as Connection, options),
    ['postMessage', 'addEventListener', 'start', 'close'],
    false,
  ],
];

const untouched = (names: readonly string[]): object =>
  Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new Error(`${name} was called`);
      },
    ]),
  );

const FAULT: Partial<UsageError> = { name: 'TypeError', code: 'OPTION_INVALID' };

describe.each(ADAPTERS)('%s', (_name, attach, methods) => {
  it.each([undefined, null, 5, 'socket', {}, () => {}])('rejects %s as a transport', (transport) => {
    expect(() => attach(transport)).toThrow(expect.objectContaining(FAULT));
  });

  it.each(methods)('rejects one without %s(), and says so', (method) => {
    const partial = untouched(methods.filter((other) => other !== method));
    expect(() => attach(partial)).toThrow(`without ${method}()`);
  });

  it.each([null, 5, {}, new Map()])('rejects %s as a connection, and touches nothing', (connection) => {
    expect(() => attach(untouched(methods), connection)).toThrow(expect.objectContaining(FAULT));
  });

  it('rejects options that make no sense, and touches nothing', () => {
    const options = { highWaterMark: 0 };
    expect(() => attach(untouched(methods), makeConnection(), options)).toThrow(RangeError);
  });
});

it.each(ADAPTERS.filter(([, , , takesHead]) => takesHead))(
  '%s rejects a head that is no bytes, and touches nothing',
  (_name, attach, methods) => {
    const fault = expect.objectContaining({ name: 'TypeError', code: 'NOT_BYTES' });
    expect(() => attach(untouched(methods), makeConnection(), {}, 'head')).toThrow(fault);
  },
);

describe('attachStreams', () => {
  const pair = (): { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> } =>
    new TransformStream<Uint8Array, Uint8Array>();

  it.each([undefined, null, 5, {}, { readable: 5, writable: 5 }, { readable: pair().readable }])(
    'rejects %s as streams',
    (streams) => {
      const attach = (): unknown => attachStreams(streams as never, makeConnection());
      expect(attach).toThrow(expect.objectContaining(FAULT));
      if (streams instanceof Object && 'readable' in streams && streams.readable instanceof ReadableStream)
        expect(streams.readable.locked).toBe(false);
    },
  );

  it('rejects what is no connection and no head, and leaves the streams as they were', () => {
    const streams = pair();
    expect(() => attachStreams(streams, undefined as never)).toThrow(expect.objectContaining(FAULT));
    const fault = expect.objectContaining({ name: 'TypeError', code: 'NOT_BYTES' });
    expect(() => attachStreams(streams, makeConnection(), {}, 'head' as never)).toThrow(fault);
    expect([streams.readable.locked, streams.writable.locked]).toEqual([false, false]);
  });
});

it('real transports of the kind are taken', () => {
  const { port1, port2 } = new MessageChannel();
  const port = attachMessagePort(port1 as unknown as MessagePortLike, makeConnection());
  expect(port.closed).toBe(false);
  port1.close();
  port2.close();
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  expect(attachSocket(stream, makeConnection()).closed).toBe(false);
  stream.destroy();
});
