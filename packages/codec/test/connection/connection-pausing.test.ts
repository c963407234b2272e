/** Reading that stops and goes on: pauses at exact events, sinks that throw, calls from inside a sink. */
import { describe, expect, it } from 'vitest';
import { BINARY, CLOSE, FIN, PING, TEXT } from '../../src/frames.js';
import { Connection, type ConnectionHandlers } from '../../src/index.js';
import { connectionOf, drain, MODES, open } from '../endpoint.js';
import { chunks, concat, hex, masked } from '../frames.js';

const NAMES = [
  'text',
  'binary',
  'message',
  'messageStart',
  'messageData',
  'messageEnd',
  'ping',
  'pong',
  'closeReceived',
  'close',
] as const;

/** A sink that notes the name of each event, then does something. */
function noting(log: string[], then: (name: string) => void): ConnectionHandlers {
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      () => {
        log.push(name);
        then(name);
      },
    ]),
  );
}

const stream = concat(
  masked(FIN | TEXT, 'one'),
  masked(BINARY, 'two'),
  masked(FIN | PING, 'p'),
  masked(FIN, 'three'),
  masked(FIN | TEXT, ''),
  masked(FIN | TEXT, 'four'),
  masked(FIN | CLOSE, hex('03e8')),
);
const CUTS = [[1000], [1], [2, 7], [9, 1, 30]];

it('keeps the order of what comes while it is paused, also in the middle of a short frame', () => {
  for (let cut = 1; cut < stream.length; cut++) {
    for (const size of [1, 3, 40]) {
      const log: string[] = [];
      const sink = noting(log, () => {});
      const connection = connectionOf({ role: 'server' }, sink);
      connection.receive(stream.subarray(0, cut));
      connection.pause();
      for (const chunk of chunks(stream.subarray(cut), [size, 1])) connection.receive(chunk);
      connection.resume();
      expect(log).toEqual(['text', 'ping', 'binary', 'text', 'text', 'closeReceived', 'close']);
      expect(connection.closeInfo?.wasClean).toBe(true);
    }
  }
});

describe.each(MODES)('messages $messages, kernel $mask.name', (mode) => {
  const all: string[] = [];
  connectionOf(
    { role: 'server', ...mode },
    noting(all, () => {}),
  ).receive(stream.slice());

  it.each(CUTS)('pauses behind every single event, and loses none (chunks of %j)', (...sizes) => {
    const log: string[] = [];
    const connection: Connection = connectionOf(
      { role: 'server', ...mode },
      noting(log, () => connection.pause()),
    );
    const step = (call: () => void): void => {
      const before = log.length;
      call();
      // The answer to a Close is part of that event: the connection has ended with it.
      expect(log.slice(before).filter((name) => name !== 'close').length).toBeLessThanOrEqual(1);
    };
    for (const chunk of chunks(stream, sizes)) {
      step(() => connection.receive(chunk));
      chunk.fill(0xee);
    }
    step(() => connection.receiveEof());
    for (let i = 0; i < 40; i++) step(() => connection.resume());
    if (sizes[0] === 1000) expect(log).toEqual(all);
    expect(log.filter((name) => name !== 'messageData')).toEqual(
      all.filter((name) => name !== 'messageData'),
    );
    expect(connection.paused).toBe(false);
    expect(connection.closeInfo?.wasClean).toBe(true);
  });

  it.each(CUTS)('loses nothing when the sink throws at every event (chunks of %j)', (...sizes) => {
    const log: string[] = [];
    const told: string[] = [];
    const connection = connectionOf(
      { role: 'server', ...mode },
      {
        ...noting(log, (name) => {
          throw new Error(name);
        }),
        error: (error) => told.push((error as Error).message),
      },
    );
    // The first exception of a call passes through, and the others are told of.
    const attempt = (call: () => void): void => {
      const before = log.length;
      told.length = 0;
      let thrown: string[] = [];
      try {
        call();
      } catch (error) {
        thrown = [(error as Error).message];
      }
      expect([...thrown, ...told]).toEqual(log.slice(before));
    };
    for (const chunk of chunks(stream, sizes)) attempt(() => connection.receive(chunk));
    for (let i = 0; i < 40; i++) attempt(() => connection.resume());
    expect(log.filter((name) => name !== 'messageData')).toEqual(
      all.filter((name) => name !== 'messageData'),
    );
    expect([...drain(connection)]).toEqual([...hex('8a 01 70 88 02 03e8')]);
    expect(connection.state).toBe('closed');
  });

  it('goes on when the sink pauses and resumes at once', () => {
    const log: string[] = [];
    const connection: Connection = connectionOf(
      { role: 'server', ...mode },
      noting(log, () => {
        connection.pause();
        connection.resume();
      }),
    );
    connection.receive(stream.slice());
    expect(log).toEqual(all);
  });

  it('refuses input from inside a sink, and loses none', () => {
    const log: string[] = [];
    const errors: unknown[] = [];
    const connection: Connection = connectionOf(
      { role: 'server', ...mode },
      noting(log, () => {
        for (const call of [() => connection.receive(hex('00')), () => connection.receiveEof()]) {
          try {
            call();
          } catch (error) {
            errors.push(error);
          }
        }
      }),
    );
    connection.receive(stream.slice());
    expect(log).toEqual(all);
    expect(errors.length).toBe(2 * all.length);
    expect(errors.every((error) => error instanceof Error && /must not call/.test(error.message))).toBe(true);
  });
});

describe('a paused connection', () => {
  it('keeps copies of what comes, in order, and its end', () => {
    const { connection, events } = open({ role: 'server' });
    connection.pause();
    expect(connection.paused).toBe(true);
    for (const chunk of chunks(concat(masked(FIN | TEXT, 'a'), masked(FIN | TEXT, 'b')), [5])) {
      connection.receive(chunk);
      chunk.fill(0);
    }
    connection.receiveEof();
    connection.receive(masked(FIN | TEXT, 'after the end'));
    expect(events).toEqual([]);
    expect(connection.state).toBe('open');
    connection.resume();
    expect(events).toEqual([
      { type: 'text', data: 'a' },
      { type: 'text', data: 'b' },
      { type: 'end', clean: false, code: 1006, truncated: false },
    ]);
    connection.resume();
    expect(events.length).toBe(3);
  });

  it('can still send, and close', () => {
    const { connection } = open({ role: 'server' });
    connection.pause();
    connection.receive(masked(FIN | PING, 'x'));
    expect(connection.sendText('a')).toBe(true);
    expect(connection.close()).toBe(true);
    expect([...drain(connection)]).toEqual([...hex('81 01 61 88 00')]);
    connection.resume();
    expect([...drain(connection)]).toEqual([...hex('8a 01 78')]);
  });

  it('forgets what waits when it is failed', () => {
    const { connection, events } = open({ role: 'server' });
    connection.pause();
    connection.receive(masked(FIN | TEXT, 'a'));
    connection.fail(1008);
    connection.receiveEof();
    connection.resume();
    expect(events.map(({ type }) => type)).toEqual(['end']);
  });

  it('ends at the end of input that waited behind a fault', () => {
    const { connection, events } = open({ role: 'server' });
    connection.pause();
    connection.receive(hex('83 80'));
    connection.receiveEof();
    connection.resume();
    expect(events).toEqual([{ type: 'fail', code: 'RESERVED_OPCODE', closeCode: 1002, offset: 0 }]);
    expect(connection.transportAction).toBe('end');
  });

  it('stops between a frame and its end when the sink pauses while the last piece comes', () => {
    const log: string[] = [];
    const connection: Connection = connectionOf(
      { role: 'server', messages: 'streamed' },
      noting(log, (name) => {
        if (name === 'messageData') connection.pause();
        if (name === 'messageEnd') throw new Error('messageEnd');
      }),
    );
    connection.receive(masked(FIN | TEXT, 'abc'));
    connection.receiveEof();
    expect(log).toEqual(['messageStart', 'messageData']);
    expect(() => connection.resume()).toThrow('messageEnd');
    expect(log).toEqual(['messageStart', 'messageData', 'messageEnd']);
    connection.resume();
    expect(log.at(-1)).toBe('close');
  });

  it('ignores a resume that is not due', () => {
    const { connection, events } = open({ role: 'server' });
    connection.resume();
    expect(connection.paused).toBe(false);
    connection.receive(masked(FIN | TEXT, 'a'));
    expect(events.length).toBe(1);
  });
});

describe('a sink', () => {
  it('may send, ping, close and fail', () => {
    const { connection, events } = open({ role: 'server' }, [], {
      ping: () => {
        connection.sendText('t');
        connection.ping();
      },
      text: () => connection.close(1000),
    });
    connection.receive(concat(masked(FIN | PING, 'x'), masked(FIN | TEXT, 'a'), masked(FIN | PING, 'y')));
    // What it sends on a ping goes before the pong; after its Close only pongs go (RFC 6455 5.5.1, 5.5.2).
    expect([...drain(connection)]).toEqual([...hex('81 01 74 89 00 8a 01 78 88 02 03e8 8a 01 79')]);
    expect(events).toEqual([]);
    expect(connection.state).toBe('closing');
  });

  it('may fail the connection at any event, which is then the last', () => {
    for (const mode of MODES) {
      for (let nth = 0; nth < 12; nth++) {
        const log: string[] = [];
        const connection: Connection = connectionOf(
          { role: 'server', ...mode },
          noting(log, (name) => {
            if (log.length === nth + 1 && name !== 'close') connection.fail(1008, 'no');
          }),
        );
        connection.receive(stream.slice());
        connection.receive(stream.slice());
        expect(log.filter((name) => name === 'close')).toEqual(['close']);
        expect(log.at(-1)).toBe('close');
        expect(connection.dataToSend()).toBeDefined();
      }
    }
  });

  it('may feed another connection, whose messages do not mix with its own', () => {
    const outer: string[] = [];
    const inner: number[] = [];
    const second = new Connection(
      { role: 'server' },
      { binary: (bytes) => inner.push(bytes[0]!, bytes.length) },
    );
    const first = new Connection(
      { role: 'server' },
      {
        text(text) {
          outer.push(text);
          second.receive(
            concat(masked(FIN | BINARY, new Uint8Array(200).fill(7)), masked(FIN | BINARY, hex('09'))),
          );
        },
      },
    );
    first.receive(concat(masked(FIN | TEXT, 'x'.repeat(300)), masked(FIN | TEXT, 'é'.repeat(100))));
    expect(outer).toEqual(['x'.repeat(300), 'é'.repeat(100)]);
    expect(inner).toEqual([7, 200, 9, 1, 7, 200, 9, 1]);
  });
});
