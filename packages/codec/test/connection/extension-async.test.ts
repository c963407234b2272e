/** Extensions that take their time: the order of messages holds (RFC 6455 section 9). */
import { describe, expect, it, vi } from 'vitest';
import { CLOSE, FIN, PING, RSV1, RSV2, TEXT } from '../../src/frames.js';
import { Connection, type MessageExtension } from '../../src/index.js';
import { drain, MODES, open } from '../endpoint.js';
import { flip, Manual, reverse, settled, sync, texts } from '../extensions.js';
import { concat, hex, masked, utf8 } from '../frames.js';

describe('an asynchronous decoder', () => {
  it.each(MODES)('holds back what follows, exactly, messages $messages, kernel $mask.name', async (mode) => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server', ...mode }, [extension]);
    const one = masked(FIN | RSV1 | TEXT, flip(utf8('one')));
    connection.receive(concat(one, masked(FIN | PING, 'two'), masked(FIN | TEXT, 'three')));
    expect(connection.paused).toBe(true);
    connection.receive(masked(FIN | RSV1 | TEXT, flip(utf8('four'))));
    connection.receive(masked(FIN | TEXT, 'five'));
    expect(events).toEqual([]);
    expect(connection.dataToSend()).toBe(undefined);
    await extension.finish();
    expect(texts(events)).toEqual(['one', utf8('two'), 'three']);
    expect(connection.paused).toBe(true);
    await extension.finish();
    expect(texts(events).slice(3)).toEqual(['four', 'five']);
    expect(connection.paused).toBe(false);
    connection.receive(masked(FIN | TEXT, 'six'));
    expect(texts(events).slice(5)).toEqual(['six']);
  });

  it('holds back what comes after the chunk that its message ended', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.receive(masked(FIN | RSV1 | TEXT, flip(utf8('one'))));
    const next = masked(FIN | TEXT, 'two');
    connection.receive(next);
    next.fill(0);
    expect(events).toEqual([]);
    await extension.finish();
    expect(texts(events)).toEqual(['one', 'two']);
  });

  it('holds back the end of input', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.receive(masked(FIN | RSV1 | TEXT, flip(utf8('one'))));
    connection.receiveEof();
    expect(connection.state).toBe('open');
    await extension.finish();
    expect(texts(events)).toEqual(['one', 'end']);
    expect(extension.closed).toBe(1);
  });

  it('holds back a Close', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.receive(
      concat(masked(FIN | RSV1 | TEXT, flip(utf8('one'))), masked(FIN | CLOSE, hex('03e8'))),
    );
    await extension.finish();
    expect(texts(events)).toEqual(['one', 'close', 'end']);
    expect(connection.closeInfo?.wasClean).toBe(true);
  });

  it('tells the host of the output that reading on made', async () => {
    const extension = new Manual();
    const output = vi.fn();
    const { connection } = open({ role: 'server' }, [extension], { outputAvailable: output });
    connection.receive(concat(masked(FIN | RSV1 | TEXT, ''), masked(FIN | PING, 'p')));
    await extension.finish();
    expect(output).toHaveBeenCalled();
    expect([...drain(connection)]).toEqual([...hex('8a 01 70')]);
  });

  it('stays paused when the caller pauses too', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.receive(concat(masked(FIN | RSV1 | TEXT, flip(utf8('one'))), masked(FIN | TEXT, 'two')));
    connection.pause();
    await extension.finish();
    expect(texts(events)).toEqual([]);
    connection.resume();
    expect(texts(events)).toEqual(['one', 'two']);
  });

  it('comes too late when the connection has failed', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.receive(masked(FIN | RSV1 | TEXT, 'one'));
    connection.fail(1008);
    expect(extension.closed).toBe(1);
    await extension.finish();
    expect(texts(events)).toEqual(['end']);
  });

  it('lets its sink pause, resume, and not receive', async () => {
    const extension = new Manual();
    const errors: unknown[] = [];
    const heard: string[] = [];
    const connection: Connection = new Connection(
      { role: 'server' },
      {
        text(text) {
          heard.push(text);
          connection.pause();
          connection.resume();
          try {
            connection.receive(hex('00'));
          } catch (error) {
            errors.push(error);
          }
        },
      },
      [extension],
    );
    connection.receive(concat(masked(FIN | RSV1 | TEXT, flip(utf8('one'))), masked(FIN | TEXT, 'two')));
    await extension.finish();
    expect(heard).toEqual(['one', 'two']);
    expect(errors.length).toBe(2);
  });

  it('works in a chain with others, before and after', async () => {
    for (const chain of [
      [new Manual(), sync(RSV2, reverse)],
      [sync(RSV2, reverse), new Manual()],
    ]) {
      const { connection, events } = open({ role: 'server' }, chain);
      connection.receive(masked(FIN | RSV1 | RSV2 | TEXT, flip(utf8('cba'))));
      await (chain.find((extension) => extension instanceof Manual) as Manual).finish();
      expect(texts(events)).toEqual(['abc']);
    }
  });
});

describe('an asynchronous encoder', () => {
  it('keeps messages and the Close behind them in line; pings and pongs overtake', async () => {
    const extension = new Manual();
    const output = vi.fn();
    const { connection } = open({ role: 'server' }, [extension], { outputAvailable: output });
    connection.sendText('a');
    const message = connection.textWriter();
    message.write('b');
    expect(() => connection.sendText('in between')).toThrow('under way');
    message.end('c');
    connection.ping();
    connection.receive(masked(FIN | PING, 'p'));
    expect(connection.bufferedAmount).toBe(3 + 2 + 3);
    expect(connection.close(1000)).toBe(true);
    expect([connection.state, connection.transportAction]).toEqual(['closing', 'none']);
    expect([connection.sendText('late'), connection.ping(), connection.close()]).toEqual([
      false,
      false,
      false,
    ]);
    expect([...drain(connection)]).toEqual([...hex('89 00 8a 01 70')]);
    const flipped = [...flip(utf8('abc'))];
    await extension.finish();
    expect(output).toHaveBeenCalledTimes(1);
    expect([...drain(connection)]).toEqual([0xc1, 1, flipped[0]]);
    await extension.finish();
    expect([...drain(connection)]).toEqual([0x41, 1, flipped[1]]);
    expect(connection.bufferedAmount).toBe(1);
    await extension.finish();
    expect([...drain(connection)]).toEqual([0x80, 1, flipped[2], 0x88, 2, 3, 0xe8]);
    expect(connection.bufferedAmount).toBe(0);
    connection.receive(masked(FIN | CLOSE, hex('03e8')));
    expect(connection.closeInfo?.wasClean).toBe(true);
    expect(extension.closed).toBe(1);
  });

  it('holds back the answer to a Close, which is heard at once', async () => {
    const extension = new Manual();
    const { connection, events } = open({ role: 'server' }, [extension]);
    connection.sendText('a');
    connection.receive(concat(masked(FIN | CLOSE, hex('03e8')), hex('ffff')));
    expect(texts(events)).toEqual(['close']);
    expect([connection.state, connection.transportAction]).toEqual(['closing', 'none']);
    await extension.finish();
    expect(texts(events)).toEqual(['close', 'end']);
    expect([connection.state, connection.transportAction]).toEqual(['closed', 'end']);
    expect([...drain(connection)].slice(3)).toEqual([...hex('88 02 03e8')]);
  });

  it('that answers at once for some messages keeps the order', async () => {
    let later: (() => void) | undefined;
    const mixed: MessageExtension = {
      rsv: RSV1,
      encode: (piece) =>
        piece.length === 1 ? new Promise((resolve) => (later = () => resolve(undefined))) : flip(piece),
      decode: (message) => message,
    };
    const { connection } = open({ role: 'server' }, [mixed, sync(RSV2, reverse)]);
    connection.sendText('ab');
    connection.sendText('c');
    connection.sendText('de');
    expect(connection.bufferedAmount).toBe(4 + 3);
    later!();
    await settled();
    expect([...drain(connection)]).toEqual(
      [
        [0xe1, 2, ...flip(utf8('ba'))],
        [0xa1, 1, 0x63],
        [0xe1, 2, ...flip(utf8('ed'))],
      ].flat(),
    );
  });

  it.each([
    ['rejects', true],
    ['throws for a message in line', false],
  ])('that %s fails the connection with 1011', async (_, rejects) => {
    const extension = new Manual();
    const output = vi.fn();
    const { connection, events } = open({ role: 'server' }, [extension], { outputAvailable: output });
    connection.sendText('a');
    connection.sendText('b');
    if (rejects) await extension.fail();
    else {
      extension.encode = () => {
        throw new Error('encoder');
      };
      await extension.finish();
    }
    expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1011, fault: undefined });
    expect(events.length).toBe(1);
    expect([...drain(connection)].slice(-4)).toEqual([...hex('88 02 03f3')]);
    expect(output).toHaveBeenCalled();
    expect(extension.closed).toBe(1);
    expect(connection.bufferedAmount).toBe(0);
  });

  it.each([
    ['failed', (connection: Connection) => connection.fail(1008), 4],
    ['ended', (connection: Connection) => connection.receiveEof(), 0],
  ])('comes too late when the connection has %s', async (_, end, bytes) => {
    for (const rejects of [true, false]) {
      const extension = new Manual();
      const { connection, events } = open({ role: 'server' }, [extension]);
      connection.sendText('a');
      connection.sendText('b');
      end(connection);
      expect(connection.bufferedAmount).toBe(bytes);
      if (rejects) await extension.fail();
      else await extension.finish();
      expect(drain(connection).length).toBe(bytes);
      expect(extension.jobs.length).toBe(0);
      expect(events.length).toBe(1);
      expect(extension.closed).toBe(1);
    }
  });
});

describe('many messages through asynchronous extensions on both ends', () => {
  it('arrive in order, whatever takes how long', async () => {
    const rng = (n: number): number => (n * 7919) % 5;
    let n = 0;
    const slow = (): MessageExtension => ({
      rsv: RSV1,
      encode: async (piece, { first }) => {
        for (let i = rng(n++); i > 0; i--) await null;
        return first && piece.length % 4 === 0 ? undefined : flip(piece);
      },
      decode: async (message) => {
        for (let i = rng(n++); i > 0; i--) await null;
        return flip(message);
      },
    });
    const heard: string[] = [];
    const server: Connection = new Connection({ role: 'server' }, { text: (text) => heard.push(text) }, [
      slow(),
    ]);
    const client: Connection = new Connection(
      { role: 'client' },
      {
        outputAvailable() {
          for (let chunk = client.dataToSend(); chunk; chunk = client.dataToSend()) server.receive(chunk);
        },
      },
      [slow()],
    );
    const said = Array.from({ length: 200 }, (_, i) => `${i}`.repeat((i % 5) + 1));
    for (const text of said) client.sendText(text);
    client.close(1000);
    for (let i = 0; i < 50 && server.state !== 'closed'; i++) await settled();
    expect(heard).toEqual(said);
    expect(server.closeInfo?.wasClean).toBe(true);
  });
});

it.each(['fail', 'receiveEof'] as const)(
  'an extension that ends the connection by %s, with a message in line: nothing else goes wrong',
  async (end) => {
    const errors: unknown[] = [];
    const encoded: string[] = [];
    const decoder = new TextDecoder();
    const { connection } = open(
      { role: 'server' },
      [
        {
          ...sync(RSV1),
          encode(piece) {
            const text = decoder.decode(piece);
            encoded.push(text);
            if (text === 'second') connection[end]();
            return text === 'first' ? Promise.resolve(piece) : piece;
          },
        },
      ],
      { error: (error) => errors.push(error) },
    );
    for (const text of ['first', 'second', 'third']) connection.sendText(text);
    await settled();
    expect(errors).toEqual([]);
    expect(encoded).toEqual(['first', 'second']);
    const close = end === 'fail' ? '880203ea' : '';
    expect(drain(connection)).toEqual(hex(`c105 6669727374 ${close}`));
  },
);
