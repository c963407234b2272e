// `whenWritten`: callbacks are called in order, when their output has left and not before, and all of them in the end.
import { describe, expect, it } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { Connection, type MessageExtension, RSV1 } from '../../src/index.js';
import { masked } from '../frames.js';

/** A transport that takes as many bytes as it is told to. */
class Narrow implements Transport {
  room = 0;
  taken = 0;
  timers: number[] = [];
  write(chunks: readonly Uint8Array[]): number {
    const bytes = Math.min(
      this.room,
      chunks.reduce((sum, { length }) => sum + length, 0),
    );
    this.room -= bytes;
    this.taken += bytes;
    return bytes;
  }
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
  wakeAt(time: number): void {
    this.timers.push(time);
  }
}

function start(options: DriverOptions = {}, extensions: readonly MessageExtension[] = []) {
  const transport = new Narrow();
  const errors: unknown[] = [];
  const connection: Connection = new Connection(
    { role: 'server' },
    {
      text(text) {
        driver.sendText(text);
        driver.whenWritten((written) => calls.push(`answer ${written}`));
      },
      error: (error) => errors.push(error),
    },
    extensions,
  );
  const driver: ConnectionDriver = new ConnectionDriver(connection, transport, options, 0);
  const calls: string[] = [];
  const send = (name: string, bytes: number): void => {
    driver.sendBinary(new Uint8Array(bytes));
    driver.whenWritten((written) => calls.push(`${name} ${written}`));
  };
  const widen = (room: number): void => {
    transport.room = room;
    driver.writable(1);
  };
  return { transport, connection, driver, calls, errors, send, widen };
}

describe('callbacks of output', () => {
  it('come when their own output has left, in order', async () => {
    const { driver, calls, send, widen } = start();
    send('first', 98); // 100 with its header
    send('second', 98);
    send('third', 98);
    expect(calls).toEqual([]);
    await undefined;
    widen(99);
    expect(calls).toEqual([]);
    widen(1);
    expect(calls).toEqual(['first true']);
    widen(199);
    expect(calls).toEqual(['first true', 'second true']);
    driver.whenWritten(() => calls.push('all'));
    widen(1);
    expect(calls).toEqual(['first true', 'second true', 'third true', 'all']);
  });

  it('never come from inside of the call, also where nothing waits', async () => {
    const { driver, transport, calls } = start();
    transport.room = 1000;
    driver.whenWritten((written) => calls.push(`nothing ${written}`));
    expect(calls).toEqual([]);
    await undefined;
    expect(calls).toEqual(['nothing true']);
  });

  it('come behind the handler whose answer it was', () => {
    const { driver, transport, calls } = start();
    transport.room = 1000;
    driver.receive(masked(0x81, 'a'), 1);
    expect(calls).toEqual(['answer true']);
  });

  it('hear of the end of the transport, those that are added after it too', async () => {
    const { driver, calls, send, widen } = start();
    send('first', 98);
    send('second', 98);
    await undefined;
    widen(150);
    driver.transportClosed();
    expect(calls).toEqual(['first true', 'second false']);
    driver.whenWritten((written) => calls.push(`late ${written}`));
    expect(calls).toHaveLength(2);
    await undefined;
    expect(calls).toEqual(['first true', 'second false', 'late false']);
  });

  it('hear of it last when the connection is paused and read to its end afterwards', () => {
    const { driver, transport, calls } = start();
    transport.room = 1000;
    driver.pause();
    driver.receive(masked(0x81, 'a'), 1);
    driver.transportClosed();
    expect(calls).toEqual([]);
    driver.resume();
    expect(calls).toEqual(['answer false']);
  });

  it('may send and ask again, end the transport, and throw', async () => {
    const { driver, transport, calls, errors } = start();
    transport.room = 10_000;
    driver.whenWritten(() => {
      driver.sendText('more');
      driver.whenWritten(() => calls.push('more'));
      throw new Error('thrown');
    });
    driver.whenWritten(() => driver.transportClosed());
    driver.whenWritten((written) => calls.push(`last ${written}`));
    await undefined;
    expect(calls).toEqual(['last false', 'more']);
    expect(errors).toEqual([new Error('thrown')]);
  });

  it('do not wait for a length that an extension has changed', async () => {
    let finish = (): void => {};
    const shorter: MessageExtension = {
      rsv: RSV1,
      encode: () =>
        new Promise((resolve) => {
          finish = () => resolve(Uint8Array.of(1));
        }),
      decode: (bytes) => bytes,
    };
    const { transport, calls, send } = start({}, [shorter]);
    transport.room = 1000;
    send('first', 98);
    await undefined;
    expect(calls).toEqual([]);
    finish();
    await expect.poll(() => calls).toEqual(['first true']);
  });

  it('are forgotten when they have been called', async () => {
    const { driver, calls, send, widen } = start();
    for (let i = 0; i < 100; i++) send(`${i}`, 98);
    await undefined;
    for (let i = 0; i < 100; i++) {
      widen(100);
      expect(calls).toHaveLength(i + 1);
    }
    expect(driver.bufferedAmount).toBe(0);
    expect(calls).toEqual(Array.from({ length: 100 }, (_, i) => `${i} true`));
  });
});

it('a driver that never pings has no timer, and waits for a silent peer for ever', () => {
  const { driver, transport, connection } = start({ pingIntervalMs: Number.POSITIVE_INFINITY });
  driver.wake(1e9);
  expect(transport.timers.filter(Number.isFinite)).toEqual([]);
  expect(connection.state).toBe('open');
  driver.close();
  expect(transport.timers.filter(Number.isFinite)).not.toEqual([]);
});
