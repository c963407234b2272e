import fc from 'fast-check';
import {
  Backoff,
  connect,
  type Loss,
  type NodeWebSocketServer,
  reconnect,
  reject,
  type ServeOptions,
  serve,
} from 'sanssocket';
import { describe, expect, it } from 'vitest';
import { RECONNECTING_TRANSITIONS } from '../../src/client/reconnecting.js';
import { afterTest, rawServer, wait } from './support.js';

const SOON = { firstMs: 20, maxMs: 40 };

async function echo(port: number, options: Partial<ServeOptions> = {}): Promise<NodeWebSocketServer> {
  const server = await serve({ hostname: '127.0.0.1', ...options, port }, (connection) => ({
    text: (text) => connection.sendText(text),
  }));
  afterTest(() => server.close({ timeoutMs: 50 }));
  return server;
}

describe('Backoff', () => {
  it('doubles from the first to the longest wait, each between half and all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        (firstMs, more, chances) => {
          const maxMs = firstMs + more;
          const backoff = new Backoff({ firstMs, maxMs });
          for (const [attempt, chance] of chances.entries()) {
            const longest = Math.min(firstMs * 2 ** attempt, maxMs);
            const next = backoff.next(chance);
            expect(next).toBeGreaterThanOrEqual(Math.floor(longest / 2));
            expect(next).toBeLessThanOrEqual(longest);
          }
        },
      ),
    );
  });

  it('begins anew behind a connection that held, and not behind one that did not', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1000, stableMs: 500 });
    expect([backoff.next(1), backoff.next(1)]).toEqual([100, 200]);
    backoff.opened(0);
    backoff.lost(499);
    expect(backoff.next(1)).toBe(400);
    backoff.opened(1000);
    backoff.lost(1500);
    expect(backoff.next(1)).toBe(100);
    expect(() => new Backoff({ firstMs: 0 })).toThrow(RangeError);
    expect(() => new Backoff({ firstMs: 9, maxMs: 8 })).toThrow(RangeError);
  });
});

describe('reconnect', () => {
  it('goes through states that its table has', () => {
    const states = Object.values(RECONNECTING_TRANSITIONS).flatMap((row) => Object.values(row));
    expect(Object.keys(RECONNECTING_TRANSITIONS)).toEqual(expect.arrayContaining(states));
  });

  it('comes back when the server does, one connection at a time, and says what was lost', async () => {
    const losses: Loss[] = [];
    const first = await echo(0);
    const { port } = first;
    const heard: string[] = [];
    let made = 0;
    const link = reconnect(
      `ws://127.0.0.1:${port}/`,
      (connection) => {
        made++;
        connection.sendText(`number ${made}`);
        return { text: (text) => heard.push(text) };
      },
      { backoff: SOON, onLost: (loss) => losses.push(loss) },
    );
    afterTest(() => link.close());
    expect(link.state).toBe('connecting');
    expect(link.sendText('too early')).toBe(false);
    await link.connected();
    await expect.poll(() => heard).toEqual(['number 1']);
    await first.close();
    await expect.poll(() => losses.length).toBeGreaterThan(2);
    expect(losses[0]).toMatchObject({
      closeInfo: { code: 1001, wasClean: true },
      error: undefined,
      unsent: [],
    });
    expect(losses[1]).toMatchObject({ closeInfo: undefined, error: { code: 'CONNECT_FAILED' } });
    expect(link.connection).toBeUndefined();
    const second = await echo(port);
    const connection = await link.connected();
    expect(link.connection).toBe(connection);
    await expect.poll(() => heard).toEqual(['number 1', 'number 2']);
    expect(second.connections.size).toBe(1);
    await link.close();
    expect(link.state).toBe('stopped');
    await expect(link.connected()).rejects.toMatchObject({ code: 'CONNECTION_CLOSING' });
    await expect.poll(() => second.connections.size).toBe(0);
  });

  it('gives back the messages that had not left', async () => {
    // It opens a connection and reads no more.
    const server = await serve({ port: 0 }, (connection) => {
      connection.pause();
      return {};
    });
    afterTest(() => server.close({ timeoutMs: 50 }));
    const losses: Loss[] = [];
    const link = reconnect(
      `ws://localhost:${server.port}/`,
      {},
      {
        backoff: { firstMs: 10_000 },
        compression: false,
        onLost: (loss) => losses.push(loss),
      },
    );
    afterTest(() => link.close());
    const connection = await link.connected();
    const messages = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(500_000, '.'));
    let sent = 0;
    for (const message of messages) {
      if (connection.bufferedAmount > 4_000_000) break;
      expect(link.sendText(message)).toBe(true);
      sent++;
      connection.flush();
      await wait(1);
    }
    await wait(20);
    const waiting = connection.bufferedAmount;
    connection.terminate();
    await expect.poll(() => losses).toHaveLength(1);
    const [{ unsent }] = losses as [Loss];
    // The last ones, as many as make up what waited.
    expect(unsent).toEqual(messages.slice(sent - unsent.length, sent));
    expect(unsent.length).toBe(Math.ceil(waiting / 500_014));
    expect(connection.unsentBytes).toBe(waiting);
  });

  it('goes on at once where it is told that the network is back', async () => {
    const { port, server } = await rawServer(() => {});
    server.close();
    const link = reconnect(`ws://127.0.0.1:${port}/`, {}, { backoff: { firstMs: 60_000, maxMs: 60_000 } });
    afterTest(() => link.close());
    await expect.poll(() => link.state).toBe('waiting');
    await echo(port);
    link.retry();
    expect(link.state).toBe('connecting');
    link.retry(); // not a second one
    await link.connected();
    link.retry(); // not beside an open one
    expect(link.state).toBe('open');
  });

  it('gives up where the server says no for good, and not where it may change', async () => {
    let status = 503;
    const losses: Loss[] = [];
    const server = await echo(0, { authorize: () => reject({ status }) as never });
    const link = reconnect(
      `ws://127.0.0.1:${server.port}/`,
      {},
      {
        backoff: SOON,
        onLost: (loss) => losses.push(loss),
      },
    );
    const waits = link.connected();
    waits.catch(() => {});
    await expect.poll(() => losses.length).toBeGreaterThan(1);
    status = 401;
    await expect(waits).rejects.toMatchObject({ status: 401 });
    expect(link.state).toBe('stopped');
    expect(losses.at(-1)?.retryInMs).toBeUndefined();
    const stubborn = reconnect(`ws://127.0.0.1:${server.port}/`, {}, { backoff: SOON, retries: () => true });
    await wait(60);
    expect(stubborn.state).not.toBe('stopped');
    await stubborn.close();
  });

  it('takes a new URL for each attempt, and ends with its signal', async () => {
    const seen: string[] = [];
    const server = await echo(0, {
      authorize({ resourceName }) {
        seen.push(resourceName);
        return undefined;
      },
    });
    let token = 0;
    const controller = new AbortController();
    const link = reconnect(
      async () => `ws://127.0.0.1:${server.port}/?token=${++token}`,
      {},
      { backoff: SOON, signal: controller.signal },
    );
    (await link.connected()).terminate();
    await expect.poll(() => seen).toEqual(['/?token=1', '/?token=2']);
    await link.connected();
    controller.abort(new Error('over'));
    await expect.poll(() => server.connections.size).toBe(0);
    await expect(link.connected()).rejects.toThrow('over');
    const url = `ws://127.0.0.1:${server.port}/`;
    await expect(
      reconnect(url, {}, { signal: AbortSignal.abort(new Error('early')) }).connected(),
    ).rejects.toThrow('early');
    await expect.poll(() => server.connections.size).toBe(0);
  });

  it('stops where its URL cannot be had, or its handlers throw, and tells why', async () => {
    const odd = new Error('odd');
    const link = reconnect(async () => Promise.reject(odd), {}, { backoff: SOON });
    await expect(link.connected()).rejects.toBe(odd);
    const server = await echo(0);
    const other = reconnect(`ws://127.0.0.1:${server.port}/`, () => {
      throw odd;
    });
    await expect(other.connected()).rejects.toBe(odd);
    expect(() => reconnect('ws://a/', {}, { backoff: { firstMs: 0 } })).toThrow(RangeError);
    expect(() => reconnect(5 as never, {})).toThrow(TypeError);
    await expect(connect('ws://a/', {}, { backoff: SOON } as never)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
  });
});
