/** One rule of the host a test, with a transport that does what the test says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ConnectionDriver,
  DriverConfig,
  type DriverOptions,
  type Transport,
} from '../../src/driver/driver.js';
import { encodeFrame, PING, PONG } from '../../src/frames.js';
import { Connection, type ConnectionHandlers, TEXT } from '../../src/index.js';

class Manual implements Transport {
  readonly calls: string[] = [];
  readonly batches: Uint8Array[][] = [];
  wakes: number[] = [];
  /** How much of a batch is through at once. */
  room = Number.POSITIVE_INFINITY;
  readonly copies = true;

  write(chunks: readonly Uint8Array[]): number {
    this.batches.push(chunks.map((chunk) => Uint8Array.from(chunk)));
    return Math.min(
      this.room,
      chunks.reduce((sum, { length }) => sum + length, 0),
    );
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
  end(): void {
    this.calls.push('end');
  }
  destroy(): void {
    this.calls.push('destroy');
  }
  wakeAt(time: number): void {
    this.wakes.push(time);
  }
  get written(): Uint8Array {
    return Buffer.concat(this.batches.flat());
  }
}

function setUp(
  options: DriverOptions = {},
  sink: ConnectionHandlers = {},
  role: 'server' | 'client' = 'server',
) {
  const transport = new Manual();
  const connection = new Connection({ role, generateMaskingKey: () => 0 }, sink);
  const host = new ConnectionDriver(connection, transport, options, 0);
  return { transport, connection, host };
}

const text = (payload: string): Uint8Array =>
  encodeFrame({ opcode: TEXT, payload: new TextEncoder().encode(payload), maskingKey: 0x11223344 });
const TIMES = { pingIntervalMs: 100, pongTimeoutMs: 1000, closeTimeoutMs: 500 };
/** The driver's Pings have a payload of their own, by number; a Pong repeats it. */
const pingFrame = (number: number): number[] => [0x80 | PING, 4, 0x73, 0x73, 0, number];
const pongFrame = (number: number): Uint8Array =>
  Uint8Array.of(0x80 | PONG, 0x84, 0, 0, 0, 0, 0x73, 0x73, 0, number);
const PONG_FRAME = pongFrame(1);
const CLOSE_FRAME = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8);

describe('time', () => {
  it('is watched from the beginning, and a ping goes out after each quiet interval, however late a pong may be', () => {
    const { transport, host } = setUp(TIMES);
    expect(transport.wakes).toEqual([100]);
    host.wake(100);
    expect([...transport.written]).toEqual(pingFrame(1));
    expect(transport.wakes.at(-1)).toBe(1100);
    host.receive(PONG_FRAME, 110);
    expect(transport.wakes.at(-1)).toBe(210);
    host.wake(210);
    expect(transport.batches.length).toBe(2);
  });

  it('costs no timer where a deadline moves later', () => {
    const { transport, host } = setUp(TIMES);
    for (let now = 1; now < 90; now++) host.receive(text('hi'), now);
    expect(transport.wakes).toEqual([100]);
    host.wake(100);
    expect(transport.wakes).toEqual([100, 189]);
    expect(transport.batches).toEqual([]);
  });

  it('does not give up a peer whose pong came while the event loop stood still', () => {
    const { transport, host, connection } = setUp(TIMES);
    host.wake(100);
    host.wake(90_000);
    expect(transport.wakes.at(-1)).toBe(90_000); // soon again
    host.receive(PONG_FRAME, 90_001);
    host.wake(90_002);
    expect(connection.state).toBe('open');
    expect(transport.wakes.at(-1)).toBe(90_101);
    // Nor the next time.
    host.wake(90_101);
    host.wake(180_000);
    expect(transport.wakes.at(-1)).toBe(180_000);
    host.receive(PONG_FRAME, 180_001);
    expect(connection.state).toBe('open');
  });

  it('pings a peer that talks only if told so, each interval', () => {
    for (const pingsWhileTalking of [false, true]) {
      const { transport, host } = setUp({ ...TIMES, pingsWhileTalking });
      for (let now = 10; now < 1000; now += 10) {
        host.receive(text('hi'), now);
        if (transport.wakes.at(-1)! <= now) host.wake(now);
      }
      expect(transport.batches.length).toBe(pingsWhileTalking ? 9 : 0);
    }
  });

  it('gives up a peer that is silent: 1008, and the transport is destroyed', () => {
    const { transport, host, connection } = setUp(TIMES);
    host.wake(100);
    host.wake(1100);
    host.wake(1101);
    expect(connection.closeInfo).toMatchObject({
      wasClean: false,
      code: 1008,
      reason: 'no answer to a ping',
    });
    expect(transport.calls.at(-1)).toBe('destroy');
    expect(transport.wakes.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(host.closed).toBe(true);
  });

  it('does not hold the silence of a peer against it that the application does not read from', () => {
    const { transport, host, connection } = setUp(TIMES);
    host.pause();
    for (let now = 100; now < 100_000; now += 100) host.wake(now);
    expect(connection.state).toBe('open');
    expect(transport.batches.length).toBeGreaterThan(50);
    host.resume();
    host.wake(101_200);
    host.wake(102_400);
    host.wake(102_401);
    expect(host.closed).toBe(true);
  });

  it('allows for what may lie before a ping on its way, until a pong shows that it was read', () => {
    const times = { pingIntervalMs: 20_000, pongTimeoutMs: 1000, minReadBytesPerSecond: 100 };
    const { transport, host } = setUp(times);
    const send = (bytes: number): void => {
      host.sendBinary(new Uint8Array(bytes));
      host.flush();
    };
    const pingAt = (now: number): number => {
      host.wake(now);
      return host.keepalive.answerDeadline - now;
    };
    send(9000);
    expect(pingAt(20_000)).toBe(90_000 + 1000);
    host.receive(pongFrame(1), 20_100);
    send(5000);
    host.receive(text('hi'), 21_000); // shows that the peer is there, and nothing of what it has read
    expect(pingAt(41_000)).toBe(50_000 + 1000);
    host.receive(text('hi'), 42_000);
    send(3000);
    // 21 seconds later, 2100 of the 5000 bytes may have been read.
    expect(pingAt(62_000)).toBe(59_000 + 1000);
    // Further pings before the first is late are for what stands between, and change nothing.
    expect(pingAt(82_000)).toBe(40_000);
    expect(transport.batches.length).toBe(3 + 4);
    host.receive(pongFrame(4), 82_100); // stands for all before it
    expect(pingAt(102_100)).toBe(1000);
  });

  it('a pong tells when it comes of the bytes before its ping, and nothing of those behind', () => {
    const times = { pingIntervalMs: 20_000, pongTimeoutMs: 1000, minReadBytesPerSecond: 100 };
    const { host } = setUp(times);
    const send = (bytes: number): void => {
      host.sendBinary(new Uint8Array(bytes - 4));
      host.flush();
    };
    send(2000);
    host.wake(20_000);
    send(3000);
    host.wake(21_000); // in vain, and counted
    host.receive(pongFrame(1), 41_000);
    host.wake(61_000);
    // From the pong on the peer has had 20 seconds for the 3000 bytes.
    expect(host.keepalive.answerDeadline).toBe(61_000 + 9000 + 1000);
  });

  it('has one ping at most wait behind what is not read', () => {
    const { transport, host, connection } = setUp(TIMES);
    transport.room = 0;
    host.sendBinary(new Uint8Array(10_000));
    host.flush();
    for (let now = 100; now < 5000; now += 100) host.wake(now);
    expect(host.closed).toBe(false);
    expect(connection.bufferedAmount).toBe(pingFrame(1).length);
  });

  it('takes reading for an answer as long as the peer cannot be heard, as answers wait', () => {
    const times = { ...TIMES, highWaterMark: 100, minReadBytesPerSecond: 1_000_000 };
    const { transport, host } = setUp(times, { text: () => host.sendText('a'.repeat(60)) });
    transport.room = 0;
    host.receive(Buffer.concat(Array.from({ length: 200 }, () => text('?'))), 1);
    for (let now = 500; now < 20_000; now += 500) {
      host.wake(now);
      host.written(now);
    }
    expect(transport.calls).toEqual(['pause']);
    expect(host.closed).toBe(false);
    for (let now = 20_000; now < 23_000; now += 500) host.wake(now);
    expect(host.closed).toBe(true);
  });

  it('begins the limit of a ping when it has left, and says of one that has not that what is sent is not read', () => {
    for (const leaves of [true, false]) {
      const { transport, host, connection } = setUp(TIMES);
      transport.room = 0;
      host.sendText('a'.repeat(100));
      host.flush();
      host.wake(100);
      expect(transport.wakes.at(-1)).toBe(1100);
      if (leaves) {
        transport.room = 1000;
        host.written(1000);
      }
      host.wake(1100);
      host.wake(1101);
      expect(host.closed).toBe(!leaves);
      host.wake(2000);
      host.wake(2001);
      expect(connection.closeInfo).toMatchObject({
        code: 1008,
        reason: leaves ? 'no answer to a ping' : 'what is sent is not read',
      });
    }
  });

  it('goes on with a slow peer, but not with one that takes the last of it and does not answer', () => {
    const { transport, host } = setUp(TIMES);
    transport.room = 1;
    host.sendText('a'.repeat(100));
    host.wake(100);
    for (let now = 200; now < 9000; now += 100) host.writable(now);
    host.wake(9000);
    expect(host.closed).toBe(false);
    transport.room = 1000;
    host.writable(9001);
    expect(host.bufferedAmount).toBe(0);
    for (let now = 9100; now < 11_000; now += 100) host.wake(now);
    expect(host.closed).toBe(true);
  });

  it('ends a closing handshake that the peer does not complete, counted from when it was begun', () => {
    const { transport, host, connection } = setUp({ ...TIMES, pingIntervalMs: 60_000 });
    host.close(1000);
    expect(transport.wakes.at(-1)).toBe(0); // nobody said what time it is: soon
    host.wake(40_000);
    expect(transport.wakes.at(-1)).toBe(40_500);
    host.wake(40_499);
    expect(host.closed).toBe(false);
    host.wake(40_500);
    expect(transport.calls).toEqual(['destroy']);
    expect(connection.closeInfo?.code).toBe(1006);
  });

  it('closes with 1001 when no message has come for the idle time', () => {
    const { transport, host, connection } = setUp({ ...TIMES, pingIntervalMs: 60_000, idleTimeoutMs: 1000 });
    host.keepalive.active(500);
    host.wake(1500);
    expect(connection.state).toBe('closing');
    expect([...transport.written.subarray(0, 4)]).toEqual([0x88, 6, 0x03, 0xe9]);
    expect(transport.wakes.at(-1)).toBe(2000);
  });
});

describe('output', () => {
  it('that came while a batch was under way leaves in one', () => {
    const { transport, host, connection } = setUp();
    transport.room = 0;
    for (const message of ['1', '22', '333']) {
      host.sendText(message);
      host.flush();
    }
    expect(transport.batches.length).toBe(1);
    expect(connection.bufferedAmount).toBe(4 + 5);
    transport.room = 1000;
    host.written(1);
    expect(transport.batches.length).toBe(2);
    expect([...transport.written]).toEqual([0x81, 1, 0x31, 0x81, 2, 0x32, 0x32, 0x81, 3, 0x33, 0x33, 0x33]);
    expect(host.bufferedAmount).toBe(0);
  });

  it('of many commands is one batch when they are flushed together', () => {
    const { transport, host, connection } = setUp();
    connection.sendText('1');
    const message = connection.textWriter();
    message.write('2');
    message.end('3');
    expect(transport.batches).toEqual([]);
    host.flush();
    expect(transport.batches.length).toBe(1);
  });

  it('that is sent together leaves in one batch, soon', async () => {
    const { transport, host } = setUp();
    for (const message of ['1', '2', '3']) host.sendText(message);
    expect(transport.batches).toEqual([]);
    await undefined;
    expect(transport.batches.length).toBe(1);
  });

  it('of a call of the sink leaves in one batch behind it', () => {
    const { transport, host } = setUp({}, { text: (said) => host.sendText(said) });
    host.receive(Buffer.concat([text('1'), text('2'), text('3')]), 1);
    expect(transport.batches.length).toBe(1);
  });

  it('is bounded: beyond the limit a connection fails, or a message is refused', () => {
    for (const closeOnBackpressureLimit of [true, false]) {
      const { transport, host, connection } = setUp({ backpressureLimit: 100, closeOnBackpressureLimit });
      transport.room = 0;
      expect(host.sendText('a'.repeat(200))).toBe(true); // one always has room
      expect(host.sendText('b')).toBe(false);
      expect(connection.state).toBe(closeOnBackpressureLimit ? 'closed' : 'open');
      if (closeOnBackpressureLimit) {
        expect(connection.closeInfo).toMatchObject({ code: 1008 });
        continue;
      }
      host.close(1000);
      expect(host.sendText('c')).toBe(false);
      expect(connection.state).toBe('closing');
    }
  });

  it('says when there is much of it, and when it has been written', () => {
    const { transport, host } = setUp({ highWaterMark: 100 });
    const drained = vi.fn(() => expect(host.bufferedAmount).toBeLessThanOrEqual(50));
    host.onDrain = drained;
    transport.room = 0;
    host.sendText('a'.repeat(90));
    host.flush();
    expect(host.needDrain).toBe(false);
    host.sendText('a'.repeat(90));
    expect(host.needDrain).toBe(true);
    host.written(1);
    expect(drained).not.toHaveBeenCalled();
    host.written(2);
    expect(drained).toHaveBeenCalledTimes(1);
  });
});

describe('reading', () => {
  it('stops behind the very event whose answer is one too many, and goes on when answers have left', () => {
    const heard: string[] = [];
    const { transport, host } = setUp(
      { highWaterMark: 100 },
      {
        text(said) {
          heard.push(said);
          host.sendText('a'.repeat(60));
        },
      },
    );
    transport.room = 0;
    host.receive(Buffer.concat(['1', '2', '3', '4', '5'].map(text)), 1);
    // The first two have left in a batch. Two more wait.
    expect(heard).toEqual(['1', '2', '3', '4']);
    expect(transport.calls).toEqual(['pause']);
    host.written(2);
    expect(heard.length).toBe(5);
    expect(transport.calls).toEqual(['pause', 'resume']);
  });

  it('does not stop for what the application sends by itself', () => {
    const { transport, host } = setUp({ highWaterMark: 100 });
    transport.room = 0;
    host.sendText('a'.repeat(1000));
    host.receive(text('hi'), 1);
    expect(transport.calls).toEqual([]);
  });

  it('stops while the application wants none, and goes on at the very event', () => {
    const heard: string[] = [];
    const { transport, host } = setUp(
      {},
      {
        text(said) {
          heard.push(said);
          if (said === '1') host.pause();
        },
      },
    );
    host.receive(Buffer.concat([text('1'), text('2')]), 1);
    expect(heard).toEqual(['1']);
    host.resume();
    host.resume();
    expect(heard).toEqual(['1', '2']);
    expect(transport.calls).toEqual(['pause', 'resume']);
  });

  it('tells what came before the transport was gone, also to an application that had paused', () => {
    const heard: string[] = [];
    const { host, connection } = setUp({}, { text: (said) => heard.push(said) });
    const gone = vi.fn();
    host.onClose = gone;
    host.pause();
    host.receive(text('last words'), 1);
    host.transportClosed();
    host.transportClosed();
    expect(gone).toHaveBeenCalledTimes(1);
    expect(heard).toEqual([]);
    expect(connection.state).toBe('open');
    host.resume();
    expect(heard).toEqual(['last words']);
    expect(connection.closeInfo?.code).toBe(1006);
  });

  it('goes on when the connection has ended, and everything is thrown away', () => {
    const { transport, host } = setUp();
    host.pause();
    host.fail(1011);
    host.receive(text('too late'), 1);
    expect(transport.calls).toEqual(['pause', 'resume', 'end']);
  });
});

describe('a transport that is gone', () => {
  it.each(['closed', 'destroyed', 'inside of the sink', 'paused'])('leaves nothing that waits: %s', (how) => {
    const told: string[] = [];
    const big = (): boolean => host.sendBinary(new Uint8Array(100_000));
    const { transport, host, connection } = setUp(TIMES, {
      text() {
        big();
        host.transportClosed();
        big();
      },
      close: () => told.push('closed'),
    });
    host.onDrain = () => told.push(`drained ${host.closed} ${host.needDrain} ${big()}`);
    host.onClose = () => told.push(`gone ${host.bufferedAmount}`);
    transport.room = 0;
    for (let i = 0; i < 5; i++) big();
    expect(host.needDrain).toBe(true);
    if (how === 'paused') host.pause();
    if (how === 'destroyed') {
      transport.pause = () => {
        throw new Error('the transport');
      };
      host.pause();
    } else if (how === 'inside of the sink') host.receive(text('hi'), 1);
    else host.transportClosed();
    expect(host.needDrain).toBe(false);
    expect(host.bufferedAmount).toBe(0);
    expect(connection.bufferedAmount).toBe(0);
    const drained = ['drained true false false', 'gone 0'];
    const paused = how === 'paused' || how === 'destroyed';
    expect(told).toEqual(paused ? drained : ['closed', ...drained]);
    expect(big()).toBe(false);
    host.resume();
    expect(connection.state).toBe('closed');
  });

  it('tells nobody of room who has not waited for it', () => {
    const { host } = setUp();
    host.onDrain = vi.fn();
    host.transportClosed();
    expect(host.onDrain).not.toHaveBeenCalled();
  });
});

describe('the end of the transport', () => {
  it('is the server’s to begin, when all is written', () => {
    const { transport, host } = setUp();
    transport.room = 0;
    host.receive(CLOSE_FRAME, 1);
    expect(transport.calls).toEqual([]);
    host.written(2);
    expect(transport.calls).toEqual(['end']);
    host.receiveEof(3);
    host.transportClosed();
    expect(transport.calls).toEqual(['end']);
  });

  it('is waited for by a client, for a limited time', () => {
    for (const ends of [true, false]) {
      const { transport, host } = setUp(TIMES, {}, 'client');
      host.receive(Uint8Array.of(0x88, 2, 0x03, 0xe8), 10);
      expect(transport.calls).toEqual([]);
      if (ends) host.receiveEof(20);
      else host.wake(510);
      expect(transport.calls).toEqual([ends ? 'end' : 'destroy']);
    }
  });

  it('follows when the peer has ended its side, and its last messages have been answered', () => {
    const { transport, host, connection } = setUp({}, { text: (said) => host.sendText(said) });
    transport.room = 0;
    host.receive(text('1'), 1);
    host.receiveEof(1);
    expect(connection.closeInfo?.code).toBe(1006);
    expect(transport.calls).toEqual([]);
    host.written(2);
    expect(transport.calls).toEqual(['end']);
  });

  it('leaves to the transport what it was given last', () => {
    const { transport, host } = setUp();
    host.sendText('b'.repeat(600));
    host.flush(); // whose memory is given back, and serves again
    let given: Uint8Array | undefined;
    transport.write = ([chunk]) => {
      given = chunk;
      host.transportClosed();
      return 0;
    };
    host.sendText('a'.repeat(600));
    host.flush();
    expect(host.closed).toBe(true);
    expect(given!.subarray(4).every((byte) => byte === 0x61)).toBe(true);
  });

  it.each(['write', 'pause', 'end', 'wakeAt', 'destroy'] as const)('follows when %s throws', (method) => {
    const { transport, host, connection } = setUp();
    const error = new Error(method);
    transport[method] = () => {
      throw error;
    };
    if (method === 'write') {
      host.sendText('hi');
      host.flush();
    }
    if (method === 'pause') host.pause();
    if (method === 'end') host.fail();
    if (method === 'wakeAt') host.close();
    if (method === 'destroy') {
      host.close();
      host.wake(1);
      host.wake(100_000);
    }
    expect(host.closed).toBe(true);
    expect(host.transportError).toBe(error);
    host.resume();
    expect(connection.state).toBe('closed');
  });
});

describe('an application that throws', () => {
  const uncaught: unknown[] = [];
  beforeEach(() => {
    uncaught.length = 0;
    vi.stubGlobal('reportError', (error: unknown) => uncaught.push(error));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const error = new Error('the application');
  const throws = (): never => {
    throw error;
  };

  it('loses its connection with 1011, and its error is told', () => {
    for (const tells of [true, false]) {
      const errors: unknown[] = [];
      const sink = { text: throws, ...(tells ? { error: (told: unknown) => errors.push(told) } : {}) };
      const { transport, host, connection } = setUp({}, sink);
      host.receive(Buffer.concat([text('1'), text('2')]), 1);
      expect(connection.closeInfo?.code).toBe(1011);
      expect([...transport.written]).toEqual([0x88, 2, 0x03, 0xf3]);
      expect(transport.calls).toEqual(['end']);
      expect(tells ? errors : uncaught).toEqual([error]);
    }
    expect(uncaught.length).toBe(1);
  });

  it('is told of what it throws at the end, when it is drained, and when the transport is gone', () => {
    const { transport, host } = setUp({ highWaterMark: 10 }, { close: throws });
    host.onDrain = throws;
    host.onClose = throws;
    transport.room = 0;
    host.sendText('a'.repeat(20));
    host.written(1);
    host.receive(CLOSE_FRAME, 1);
    host.transportClosed();
    expect(uncaught).toEqual([error, error, error]);
    expect(host.closed).toBe(true);
  });

  it('and calls what it must not, is told so', () => {
    const { host } = setUp(
      {},
      { text: () => host.receive(text('again'), 2), error: (told) => uncaught.push(told) },
    );
    host.receive(text('1'), 1);
    expect(String(uncaught[0])).toContain('must not give its driver input');
  });
});

it('refuses what makes no sense, before anything changes', () => {
  const { host, connection } = setUp();
  expect(() => host.receive('text' as unknown as Uint8Array, 1)).toThrow(TypeError);
  for (const call of ['receiveEof', 'written', 'writable', 'wake'] as const) {
    expect(() => host[call](Number.NaN)).toThrow(RangeError);
  }
  expect(() => host.close(1005)).toThrow(RangeError);
  expect(() => host.fail(1005)).toThrow(RangeError);
  expect(connection.state).toBe('open');
  expect(() => new DriverConfig({ pingsWhileTalking: 1 as never })).toThrow(TypeError);
  expect(() => new DriverConfig({ closeOnBackpressureLimit: 'ignore' as unknown as true })).toThrow(
    TypeError,
  );
  for (const name of [
    'pingIntervalMs',
    'pongTimeoutMs',
    'closeTimeoutMs',
    'idleTimeoutMs',
    'minReadBytesPerSecond',
    'highWaterMark',
    'backpressureLimit',
  ]) {
    expect(() => new DriverConfig({ [name]: 0 }), name).toThrow(RangeError);
  }
});
