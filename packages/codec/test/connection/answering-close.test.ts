/** The peer's Close, answered by the application: the option `autoClose: false` (RFC 6455 5.5.1). */
import { describe, expect, it } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { CLOSE, FIN, PING, TEXT } from '../../src/frames.js';
import {
  Connection,
  ConnectionEvents,
  type ConnectionHandlers,
  type ConnectionOptions,
} from '../../src/index.js';
import { connectionOf, drain, MODES } from '../endpoint.js';
import { flip, Manual, settled } from '../extensions.js';
import { chunks, concat, hex, plain, toward, utf8 } from '../frames.js';

const BYE = concat(hex('0fa1'), utf8('bye')); // 4001

function open(
  options: Partial<ConnectionOptions> = {},
  more: ConnectionHandlers = {},
  extensions = [] as Manual[],
) {
  const log: string[] = [];
  const connection: Connection = connectionOf(
    {
      role: 'server',
      autoClose: false,
      generateMaskingKey: () => 0,
      ...options,
    },
    {
      text: (text) => log.push(text),
      message: () => log.push('message'),
      messageEnd: () => log.push('finish'),
      ping: () => log.push('ping'),
      closeReceived: (code, reason) => log.push(`closeReceived ${code} ${reason}`),
      close: ({ wasClean: clean, code, reason }) => log.push(`closed ${clean} ${code} ${reason}`),
      ...more,
    },
    extensions,
  );
  return { connection, log };
}

describe.each(MODES)('messages $messages, kernel $mask.name', (mode) => {
  it.each(['server', 'client'] as const)('as %s: the answer waits for close, at every split', (role) => {
    const input = concat(
      toward(role, FIN | PING, 'a'),
      toward(role, FIN | CLOSE, BYE),
      toward(role, FIN | TEXT, 'b'),
    );
    for (let size = 1; size <= input.length; size++) {
      const { connection, log } = open({ ...mode, role });
      for (const chunk of chunks(input, [size])) connection.receive(chunk);
      expect(log).toEqual(['ping', 'closeReceived 4001 bye']);
      expect([connection.state, connection.closeInfo, connection.transportAction]).toEqual([
        'closing',
        undefined,
        'none',
      ]);
      drain(connection);
      // Messages may be sent until our Close is (5.5.1), also those in fragments.
      expect(connection.sendText('late')).toBe(true);
      const message = connection.textWriter();
      expect(message.write('in ')).toBe(true);
      expect(message.end('parts')).toBe(true);
      expect(connection.ping()).toBe(true);
      expect(connection.pong()).toBe(false);
      expect(connection.close(1000)).toBe(true);
      expect(log.slice(2)).toEqual(['closed true 4001 bye']);
      expect([connection.state, connection.transportAction]).toEqual([
        'closed',
        role === 'server' ? 'end' : 'await-eof',
      ]);
      if (role === 'server') {
        expect([...drain(connection)]).toEqual([
          ...concat(
            plain(FIN | TEXT, 'late'),
            plain(TEXT, 'in '),
            plain(FIN, 'parts'),
            plain(FIN | PING),
            plain(FIN | CLOSE, hex('03e8')),
          ),
        ]);
      }
      expect([connection.sendText('too late'), connection.close(1000)]).toEqual([false, false]);
    }
  });
});

it('close inside of closeReceived answers when that has returned', () => {
  const { connection, log } = open(
    {},
    {
      closeReceived: (code) => {
        expect(connection.close(code)).toBe(true);
        log.push(`answered, ${connection.state}`);
      },
    },
  );
  connection.receive(toward('server', FIN | CLOSE, BYE));
  expect(log).toEqual(['answered, closing', 'closed true 4001 bye']);
});

it('the peer answers our Close: nothing is left to answer', () => {
  const { connection, log } = open();
  connection.close(1000);
  connection.receive(toward('server', FIN | CLOSE, hex('03e8')));
  expect(log).toEqual(['closeReceived 1000 ', 'closed true 1000 ']);
});

it('the end of input does not take the answer away, and fail still fails', () => {
  const { connection, log } = open();
  connection.receive(toward('server', FIN | CLOSE));
  connection.receiveEof();
  expect(log).toEqual(['closeReceived 1005 ']);
  connection.close();
  expect(log).toEqual(['closeReceived 1005 ', 'closed true 1005 ']);

  const { connection: failed, log: told } = open();
  failed.receive(toward('server', FIN | CLOSE, BYE));
  failed.fail(1011, 'no');
  expect(told).toEqual(['closeReceived 4001 bye', 'closed false 1011 no']);
  expect([...drain(failed)]).toEqual([...plain(FIN | CLOSE, concat(hex('03f3'), utf8('no')))]);
});

it('what a source of keys throws leaves it to be answered', () => {
  let dry = true;
  const generateMaskingKey = (): number => {
    if (dry) throw new Error('dry');
    return 0;
  };
  const { connection, log } = open({ role: 'client', generateMaskingKey: generateMaskingKey });
  connection.receive(toward('client', FIN | CLOSE, BYE));
  expect(() => connection.close(1000)).toThrow('dry');
  expect(connection.state).toBe('closing');
  dry = false;
  expect(connection.close(1000)).toBe(true);
  expect(log.at(-1)).toBe('closed true 4001 bye');
});

it('behind an extension at work the answer waits in line', async () => {
  const extension = new Manual();
  const { connection, log } = open({}, {}, [extension]);
  connection.receive(toward('server', FIN | CLOSE, BYE));
  connection.sendText('last');
  expect(connection.close(1000)).toBe(true);
  expect(log).toEqual(['closeReceived 4001 bye']);
  await extension.finish();
  expect(log).toEqual(['closeReceived 4001 bye', 'closed true 4001 bye']);
  expect([...drain(connection)]).toEqual([
    ...plain(0xc1, flip(utf8('last'))),
    ...plain(FIN | CLOSE, hex('03e8')),
  ]);
});

it('ConnectionEvents tell of it in the call that brings it about, or from take', () => {
  const events = new ConnectionEvents({ role: 'server', autoClose: false });
  expect(events.receive(toward('server', FIN | CLOSE, BYE))).toEqual([
    { type: 'closeReceived', code: 4001, reason: 'bye' },
  ]);
  events.connection.close(1000);
  expect(events.take()).toMatchObject([{ type: 'close', closeInfo: { wasClean: true, code: 4001 } }]);
});

describe('under a host', () => {
  function host(more: ConnectionHandlers = {}, config: DriverOptions = {}) {
    const calls: string[] = [];
    const written: Uint8Array[] = [];
    const transport: Transport = {
      write(chunks) {
        written.push(...chunks.map((chunk) => Uint8Array.from(chunk)));
        return chunks.reduce((bytes, { length }) => bytes + length, 0);
      },
      pause() {},
      resume() {},
      end: () => calls.push('end'),
      destroy: () => calls.push('destroy'),
      wakeAt() {},
    };
    const { connection, log } = open({}, more);
    return { host: new ConnectionDriver(connection, transport, config, 0), log, calls, written };
  }

  it('the application answers, and the transport is ended', () => {
    const { host: it, log, calls, written } = host();
    it.receive(toward('server', FIN | CLOSE, BYE), 1);
    expect(it.sendText('late')).toBe(true);
    expect(calls).toEqual([]);
    it.close(1000);
    expect(log).toEqual(['closeReceived 4001 bye', 'closed true 4001 bye']);
    expect(calls).toEqual(['end']);
    expect([...concat(...written)]).toEqual([
      ...plain(FIN | TEXT, 'late'),
      ...plain(FIN | CLOSE, hex('03e8')),
    ]);
  });

  it('an answer that does not come is given up behind closeTimeoutMs', () => {
    const { host: it, log, calls } = host({}, { closeTimeoutMs: 500 });
    it.receive(toward('server', FIN | CLOSE, BYE), 1);
    it.wake(499);
    expect(calls).toEqual([]);
    it.wake(502);
    expect(calls).toEqual(['destroy']);
    expect(log).toEqual(['closeReceived 4001 bye', 'closed false 4001 bye']);
  });

  it('a transport that is gone ends it, heard before or read after', () => {
    const { host: it, log } = host();
    it.receive(toward('server', FIN | CLOSE, BYE), 1);
    it.transportClosed(new Error('reset'));
    expect(log).toEqual(['closeReceived 4001 bye', 'closed false 4001 bye']);
    expect(it.close(1000)).toBe(false);

    const { host: paused, log: later } = host();
    paused.pause();
    paused.receive(toward('server', FIN | CLOSE, BYE), 1);
    paused.transportClosed();
    expect(later).toEqual([]);
    paused.resume();
    expect(later).toEqual(['closeReceived 4001 bye', 'closed false 4001 bye']);
  });

  it('what is sent meanwhile is bounded, as ever', () => {
    const transport: Transport = {
      write: () => 0,
      pause() {},
      resume() {},
      end() {},
      destroy() {},
      wakeAt() {},
    };
    const { connection } = open();
    const it = new ConnectionDriver(
      connection,
      transport,
      { backpressureLimit: 5000, closeOnBackpressureLimit: false },
      0,
    );
    it.receive(toward('server', FIN | CLOSE, BYE), 1);
    let sent = 0;
    while (sent < 100 && it.sendText('a'.repeat(1000))) sent++;
    expect(sent).toBeLessThan(10);
  });

  it('a relay answers when its other leg has', async () => {
    const log: string[] = [];
    const legs: ConnectionDriver[] = [];
    const transports = [0, 1].map((): Transport & { sent: Uint8Array[] } => ({
      sent: [],
      write(chunks) {
        this.sent.push(...chunks.map((chunk) => Uint8Array.from(chunk)));
        return chunks.reduce((bytes, { length }) => bytes + length, 0);
      },
      pause() {},
      resume() {},
      end() {},
      destroy() {},
      wakeAt() {},
    }));
    for (const i of [0, 1]) {
      const connection = new Connection(
        { role: 'server', autoClose: false },
        {
          text: (text) => void legs[1 - i]!.sendText(text),
          closeReceived: (code) => void legs[1 - i]!.close(code === 1005 ? undefined : code),
          close: ({ wasClean: clean }) => log.push(`leg ${i} ${clean}`),
        },
      );
      legs.push(new ConnectionDriver(connection, transports[i]!, {}, 0));
    }
    legs[0]!.receive(toward('server', FIN | CLOSE, hex('0bb8')), 1);
    legs[1]!.receive(
      concat(toward('server', FIN | TEXT, 'last word'), toward('server', FIN | CLOSE, hex('0bb8'))),
      1,
    );
    await settled();
    expect(log.sort()).toEqual(['leg 0 true', 'leg 1 true']);
    expect([...concat(...transports[0]!.sent)]).toEqual([
      ...plain(FIN | TEXT, 'last word'),
      ...plain(FIN | CLOSE, hex('0bb8')),
    ]);
  });
});
