/** Extensions that take their time when the connection ends, and sinks that throw behind them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLOSE, FIN, PING, RSV1, TEXT } from '../../src/frames.js';
import { Connection, type ConnectionHandlers } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { flip, Manual, settled, texts } from '../extensions.js';
import { concat, hex, masked, utf8 } from '../frames.js';

const encoded = (text: string): Uint8Array => masked(FIN | RSV1 | TEXT, flip(utf8(text)));
const frame = (first: number, text: string): number[] => [first, text.length, ...flip(utf8(text))];
const CLOSE_1000 = hex('88 02 03e8');

describe('the end of input', () => {
  it.each([1, 3])(
    'waits for the answer to the peer’s Close behind %i messages that are being encoded',
    async (count) => {
      const extension = new Manual();
      const output = vi.fn();
      const { connection, events } = open({ role: 'server' }, [extension], { outputAvailable: output });
      const said = ['a', 'bc', 'def'].slice(0, count);
      for (const text of said) connection.sendText(text);
      connection.receive(masked(FIN | CLOSE, hex('03e8')));
      connection.receiveEof();
      expect(texts(events)).toEqual(['close']);
      expect([connection.state, connection.transportAction, connection.closeInfo]).toEqual([
        'closing',
        'none',
        undefined,
      ]);
      for (const _ of said) {
        expect(connection.closeInfo).toBe(undefined);
        await extension.finish();
      }
      expect(output).toHaveBeenCalledTimes(count);
      expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000, truncated: false });
      expect(connection.transportAction).toBe('end');
      expect([...drain(connection)]).toEqual([...said.flatMap((text) => frame(0xc1, text)), ...CLOSE_1000]);
      expect(texts(events)).toEqual(['close', 'end']);
      expect(extension.closed).toBe(1);
    },
  );

  it('waits for a message of the peer’s, and for what its sink then sends', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    const echo: Connection = new Connection({ role: 'server' }, { text: (text) => echo.sendText(text) }, [
      extension,
    ]);
    for (const end of [connection, echo]) {
      end.receive(concat(encoded('one'), masked(FIN | CLOSE, hex('03e8'))));
      end.receiveEof();
    }
    await extension.finish();
    await extension.finish();
    expect(texts(events)).toEqual(['one', 'close', 'end']);
    expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
    expect(echo.closeInfo).toBe(undefined);
    await extension.finish();
    expect(echo.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
    expect([...drain(echo)]).toEqual([...frame(0xc1, 'one'), ...CLOSE_1000]);
  });

  it('is 1006 without the peer’s Close, also while our own is in line: what is in line will not be read by anybody', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.sendText('a');
    connection.close(1000);
    connection.receiveEof();
    expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1006 });
    await extension.finish();
    expect(texts(events)).toEqual(['end']);
    expect(drain(connection).length).toBe(0);
  });
});

describe('a sink that throws behind an asynchronous extension', () => {
  const uncaught: unknown[] = [];
  beforeEach(() => {
    uncaught.length = 0;
    vi.stubGlobal('reportError', (error: unknown) => uncaught.push((error as Error).message));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function throwing(
    log: string[],
    names: readonly (keyof ConnectionHandlers)[],
    error?: ConnectionHandlers['error'],
  ): ConnectionHandlers {
    const sink: ConnectionHandlers = Object.fromEntries(
      (['text', 'ping', 'closeReceived', 'close', 'outputAvailable'] as const).map((name) => [
        name,
        () => {
          log.push(name);
          if (names.includes(name)) throw new Error(name);
        },
      ]),
    );
    return error === undefined ? sink : { ...sink, error };
  }

  const stream = concat(encoded('one'), masked(FIN | PING, 'p'), masked(FIN | TEXT, 'two'), encoded('three'));

  it('is told so by its method error, and hears what follows', async () => {
    const extension = new Manual();
    const log: string[] = [];
    const sink = throwing(log, ['text', 'ping', 'outputAvailable'], (error) =>
      log.push(`error ${(error as Error).message}`),
    );
    const connection = new Connection({ role: 'server' }, sink, [extension]);
    connection.receive(stream);
    await extension.finish();
    await extension.finish();
    expect(log.join()).toBe(
      'text,error text,ping,error ping,text,error text,outputAvailable,error outputAvailable,text,error text,outputAvailable,error outputAvailable',
    );
    expect([connection.state, connection.paused]).toEqual(['open', false]);
    expect([...drain(connection)]).toEqual([...hex('8a 01 70')]);
    expect(uncaught).toEqual([]);
    connection.receive(concat(encoded('four'), masked(FIN | CLOSE, hex('03e8'))));
    await extension.finish();
    expect(connection.closeInfo?.wasClean).toBe(true);
    // The output of the end threw: that is told of when the terminal event has been.
    expect(log.slice(-2)).toEqual(['close', 'error outputAvailable']);
  });

  it.each([
    ['there is none', undefined, ['text', 'text', 'text']],
    [
      'that throws too',
      (error: unknown) => {
        throw new Error(`again ${(error as Error).message}`);
      },
      ['again text', 'again text', 'again text'],
    ],
  ])('is reported as uncaught where of error %s, and reading goes on', async (_, error, reported) => {
    const extension = new Manual();
    const log: string[] = [];
    const connection = new Connection({ role: 'server' }, throwing(log, ['text'], error), [extension]);
    connection.receive(stream);
    await extension.finish();
    await extension.finish();
    expect(log.filter((name) => name !== 'outputAvailable')).toEqual(['text', 'ping', 'text', 'text']);
    expect(uncaught).toEqual(reported);
    expect(connection.state).toBe('open');
  });

  it('is told so by its method error for closed, too, after which nothing else is called', async () => {
    const extension = new Manual();
    const log: string[] = [];
    const connection = new Connection(
      { role: 'server' },
      throwing(log, ['close'], () => log.push('error')),
      [extension],
    );
    connection.receive(concat(encoded('one'), masked(FIN | CLOSE, hex('03e8'))));
    await extension.finish();
    expect(log.slice(-2)).toEqual(['close', 'error']);
    expect(uncaught).toEqual([]);
    expect([...drain(connection)]).toEqual([...CLOSE_1000]);
  });

  it('is thrown from a microtask where the runtime has no reportError', async () => {
    vi.stubGlobal('reportError', undefined);
    const queued: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (call: () => void) => queued.push(call));
    const extension = new Manual();
    const connection = new Connection({ role: 'server' }, throwing([], ['text']), [extension]);
    connection.receive(encoded('one'));
    await extension.finish();
    expect(queued.length).toBe(1);
    expect(queued[0]).toThrow('text');
    expect(connection.paused).toBe(false);
  });

  it('is the host’s to catch where it is the host that goes on', async () => {
    const extension = new Manual();
    const log: string[] = [];
    const connection = new Connection(
      { role: 'server' },
      throwing(log, ['text'], () => log.push('error')),
      [extension],
    );
    connection.receive(concat(encoded('one'), masked(FIN | TEXT, 'two')));
    connection.pause();
    await extension.finish();
    log.length = 0;
    expect(() => connection.resume()).toThrow('text');
    expect(() => connection.resume()).toThrow('text');
    expect(log).toEqual(['text', 'text']);
    expect(uncaught).toEqual([]);
    await settled();
  });
});
