/** What callers hand in may throw, at any moment: nothing is lost, and what has ended stays so. */
import { mask } from '@sanssocket/mask';
import { describe, expect, it, vi } from 'vitest';
import { BINARY, CLOSE, FIN, PING, RSV1, RSV2, TEXT } from '../../src/frames.js';
import { Connection, type ConnectionOptions, type MessageExtension } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { flip, Manual, settled } from '../extensions.js';
import { characters, chunks, concat, hex, masked, plain, utf8 } from '../frames.js';

/** A function that throws when it is told to, once. */
function faulty<A extends unknown[], R>(call: (...args: A) => R): { (...args: A): R; armed: boolean } {
  const wrapped = (...args: A): R => {
    if (wrapped.armed) {
      wrapped.armed = false;
      throw new Error('armed');
    }
    return call(...args);
  };
  wrapped.armed = false;
  return wrapped;
}

describe('dataToSend', () => {
  it.each(['generateMaskingKey', 'allocate'] as const)(
    'loses no chunk when %s throws for the answer to a ping',
    (what) => {
      const generateMaskingKey = faulty(() => 0);
      const allocate = faulty((bytes: number) => new Uint8Array(bytes));
      const role = what === 'allocate' ? 'server' : 'client';
      const connection = new Connection(
        { role, maxQueuedPongs: 1, generateMaskingKey: generateMaskingKey, allocate },
        {},
      );
      const ping = (text: string): Uint8Array =>
        role === 'server' ? masked(FIN | PING, text) : plain(FIN | PING, text);
      connection.sendText('x'.repeat(600));
      connection.receive(concat(ping('a'), ping('b'), ping('c'.repeat(100))));
      (what === 'allocate' ? allocate : generateMaskingKey).armed = true;
      let output = '';
      for (let i = 0; i < 5; i++) {
        try {
          output += characters(drain(connection));
        } catch {}
      }
      expect(output).toContain('x'.repeat(600));
      expect(output.indexOf('c'.repeat(100))).toBeGreaterThan(output.indexOf('x'));
    },
  );
});

describe('a kernel', () => {
  it('that throws while a message is received loses no byte of it', () => {
    const kernel = faulty(mask);
    for (const messages of ['whole', 'borrowed', 'streamed'] as const) {
      for (const opcode of [TEXT, BINARY]) {
        const { connection, events } = open({ role: 'server', messages, mask: kernel });
        const payload = utf8('abcdefgh'.repeat(4000));
        for (const chunk of chunks(
          concat(masked(FIN | opcode, payload), masked(FIN | opcode, 'short')),
          [10_000],
        )) {
          kernel.armed = true;
          connection.receive(chunk);
        }
        expect(events.length).toBe(2);
        const { data } = events[0] as { data: string | Uint8Array };
        expect(typeof data === 'string' ? data : characters(data)).toBe(characters(payload));
      }
    }
  });

  it('that throws while a message is sent has sent nothing, and with an extension does not count', () => {
    const kernel = faulty(mask);
    const client = new Connection({ role: 'client', mask: kernel }, {});
    kernel.armed = true;
    expect(() => client.sendText('hello')).toThrow('armed');
    expect(client.bufferedAmount).toBe(0);
    expect(client.sendText('hello')).toBe(true);
    let encoded = 0;
    const counting: MessageExtension = {
      rsv: RSV1,
      encode: (piece) => {
        encoded++;
        return flip(piece);
      },
      decode: flip,
    };
    const extended = new Connection({ role: 'client', mask: kernel }, {}, [counting]);
    kernel.armed = true;
    expect(extended.sendText('hello')).toBe(true);
    expect(encoded).toBe(1);
  });
});

describe('an extension', () => {
  it('that throws behind one that has encoded fails the connection: the next piece could not be understood', () => {
    const bad: MessageExtension = {
      rsv: RSV2,
      encode: () => {
        throw new Error('bad');
      },
      decode: flip,
    };
    const good: MessageExtension = { rsv: RSV1, encode: flip, decode: flip };
    const { connection, events } = open({ role: 'server' }, [good, bad]);
    expect(() => connection.sendText('a')).toThrow('bad');
    expect(events).toMatchObject([{ type: 'end', clean: false, code: 1011 }]);
    const { connection: alone } = open({ role: 'server' }, [bad]);
    expect(() => alone.sendText('a')).toThrow('bad');
    expect([alone.state, alone.bufferedAmount]).toEqual(['open', 0]);
  });

  it.each(['close', 'fail'] as const)(
    'that lets the connection %s while it encodes sends no data after the Close',
    (how) => {
      for (const fragments of [false, true]) {
        const extension: MessageExtension = {
          rsv: RSV1,
          encode: (piece) => {
            connection[how](1000);
            return piece;
          },
          decode: flip,
        };
        const connection: Connection = new Connection({ role: 'server' }, {}, [extension]);
        const message = fragments ? connection.textWriter() : undefined;
        if (message === undefined) connection.sendText('a');
        else message.write('a');
        expect([...drain(connection)]).toEqual([...hex('88 02 03e8')]);
        if (message !== undefined) expect(message.write('b')).toBe(false);
        expect(connection.sendText('c')).toBe(false);
        expect(drain(connection).length).toBe(0);
      }
    },
  );

  it('whose close throws: the output is told of, and closed is called', async () => {
    const log: string[] = [];
    const extension = new Manual();
    extension.close = () => {
      throw new Error('close');
    };
    const connection = new Connection(
      { role: 'server' },
      {
        text: () => log.push('text'),
        outputAvailable: () => log.push('output'),
        close: () => log.push('closed'),
        error: () => log.push('error'),
      },
      [extension],
    );
    const uncaught = vi.fn();
    vi.stubGlobal('reportError', uncaught);
    connection.receive(concat(masked(FIN | RSV1 | TEXT, flip(utf8('a'))), masked(FIN | CLOSE, hex('03e8'))));
    await extension.finish();
    vi.unstubAllGlobals();
    expect(log).toEqual(['text', 'output', 'closed', 'error']);
    expect(uncaught).not.toHaveBeenCalled();
    expect([...drain(connection)]).toEqual([...hex('88 02 03e8')]);
  });

  it('that throws or rejects while it decodes is told to error, where there is one, and is no exception of anybody’s', async () => {
    const uncaught = vi.fn();
    vi.stubGlobal('reportError', uncaught);
    const fail = (): never => {
      throw new Error('decode');
    };
    for (const decode of [fail, async () => fail()]) {
      for (const hears of [true, false]) {
        const told: unknown[] = [];
        const { connection, events } = open(
          { role: 'server' },
          [{ rsv: RSV1, encode: flip, decode }],
          hears ? { error: (error) => told.push((error as Error).message) } : {},
        );
        connection.receive(masked(FIN | RSV1 | TEXT, 'a'));
        await settled();
        expect(events).toMatchObject([{ type: 'fail', code: 'EXTENSION_FAILED', closeCode: 1011 }]);
        expect(told).toEqual(hears ? ['decode'] : []);
      }
    }
    vi.unstubAllGlobals();
    expect(uncaught).not.toHaveBeenCalled();
  });

  it.each([undefined, null, 7, {}])(
    'that gives %s for a message has failed, at once or later',
    async (nothing) => {
      for (const decode of [() => nothing, async () => nothing]) {
        const { connection, events } = open({ role: 'server' }, [
          { rsv: RSV1, encode: flip, decode: decode as never },
        ]);
        connection.receive(masked(FIN | RSV1 | TEXT, 'a'));
        await settled();
        expect(events).toMatchObject([{ type: 'fail', code: 'EXTENSION_FAILED' }]);
        expect(connection.paused).toBe(false);
      }
    },
  );
});

it('a source of keys that runs dry behind an asynchronous extension is told to error, and not as uncaught', async () => {
  const extension = new Manual();
  const log: unknown[] = [];
  let dry = false;
  const options: ConnectionOptions = {
    role: 'client',
    generateMaskingKey: () => {
      if (dry) throw new Error('dry');
      return 0;
    },
  };
  const connection = new Connection(
    options,
    { error: (error) => log.push((error as Error).message), close: ({ code }) => log.push(code) },
    [extension],
  );
  const uncaught = vi.fn();
  vi.stubGlobal('reportError', uncaught);
  connection.sendText('a');
  connection.sendText('b');
  dry = true;
  await extension.finish();
  vi.unstubAllGlobals();
  expect(log).toEqual(['dry', 1011]);
  expect(uncaught).not.toHaveBeenCalled();
  expect(connection.state).toBe('closed');
});
