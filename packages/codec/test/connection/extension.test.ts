/** Extensions that answer at once, and whatever can go wrong with one (RFC 6455 section 9). */
import { describe, expect, it, vi } from 'vitest';
import { BINARY, CLOSE, FIN, PING, RSV1, RSV2, RSV3, TEXT } from '../../src/frames.js';
import {
  Connection,
  type Decoded,
  type ExtensionFault,
  type MessageExtension,
  PreparedMessage,
} from '../../src/index.js';
import { drain, MODES, open } from '../endpoint.js';
import { flip, reverse, settled, sync } from '../extensions.js';
import { concat, hex, masked, utf8 } from '../frames.js';
import { Link } from '../link.js';

describe('a synchronous extension', () => {
  it('marks the first frame of a message, and no other (advisories S14, S23, S24)', () => {
    const { connection } = open({ role: 'server' }, [sync(RSV2)]);
    const message = connection.textWriter();
    message.write('a');
    connection.ping(hex('01'));
    message.end('b');
    connection.sendBinary(hex(''));
    connection.sendPrepared(PreparedMessage.text('c'));
    connection.sendSlice(TEXT, { bytes: utf8('xcx'), start: 1, end: 2 });
    connection.close();
    const flipped = [...flip(utf8('abc'))];
    expect([...drain(connection)]).toEqual(
      [
        [0x21, 1, flipped[0]],
        [0x89, 1, 1],
        [0x80, 1, flipped[1]],
        [0xa2, 0],
        [0xa1, 1, flipped[2]],
        [0xa1, 1, flipped[2]],
        [0x88, 0],
      ].flat(),
    );
  });

  it.each(MODES)('decodes what bears its bits, messages $messages, kernel $mask.name', (mode) => {
    const { connection, events } = open({ role: 'server', ...mode }, [sync(RSV1)]);
    connection.receive(
      concat(
        masked(FIN | RSV1 | TEXT, flip(utf8('marked'))),
        masked(FIN | TEXT, 'plain'),
        masked(RSV1 | TEXT, flip(utf8('fra'))),
        masked(FIN | PING, 'not decoded'),
        masked(FIN, flip(utf8('gments'))),
        masked(FIN | RSV1 | TEXT, ''),
        masked(FIN | RSV1 | BINARY, flip(hex('00 ff'))),
      ),
    );
    expect(events).toEqual([
      { type: 'text', data: 'marked' },
      { type: 'text', data: 'plain' },
      { type: 'ping', data: utf8('not decoded') },
      { type: 'text', data: 'fragments' },
      { type: 'text', data: '' },
      { type: 'binary', data: hex('00 ff') },
    ]);
  });

  it('gets a message of its own to keep', () => {
    const kept: Uint8Array[] = [];
    const keeper: MessageExtension = {
      rsv: RSV1,
      encode: (piece) => piece,
      decode(message) {
        kept.push(message);
        return message;
      },
    };
    const { connection } = open({ role: 'server' }, [keeper]);
    for (const text of ['one', 'two', 'x'.repeat(500)]) {
      const chunk = masked(FIN | RSV1 | TEXT, text);
      connection.receive(chunk);
      chunk.fill(0);
    }
    expect(kept.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['one', 'two', 'x'.repeat(500)]);
  });

  it('may leave a message as it is, whole or in fragments', () => {
    const declines: MessageExtension = {
      ...sync(RSV1),
      encode: (piece, { first }) => (first && piece.length < 2 ? undefined : flip(piece)),
    };
    const { connection } = open({ role: 'server' }, [declines]);
    connection.sendText('a');
    connection.sendText('bc');
    const message = connection.textWriter();
    message.write('d');
    message.end('ef');
    connection.sendText('gh');
    const output = [...drain(connection)];
    expect(output.slice(0, 3)).toEqual([0x81, 1, 0x61]);
    expect(output.slice(3, 7)).toEqual([0xc1, 2, ...flip(utf8('bc'))]);
    expect(output.slice(7, 14)).toEqual([0x01, 1, 0x64, 0x80, 2, 0x65, 0x66]);
    expect(output.slice(14)).toEqual([0xc1, 2, ...flip(utf8('gh'))]);
  });

  it('without bits changes every message', () => {
    const link = new Link([3], {}, () => [sync(0, reverse)]);
    link.client.say(link.client.connection.sendText('abc'), 'text', 'abc');
    link.settle();
    expect(link.server.heard('text')).toEqual([{ type: 'text', data: 'abc' }]);
  });

  it('is applied in the order agreed on the way out, in reverse on the way in', () => {
    const order: string[] = [];
    const named = (name: string, rsv: number): MessageExtension => ({
      rsv,
      encode(piece) {
        order.push(`encode ${name}`);
        return Uint8Array.of(...piece, name.charCodeAt(0));
      },
      decode(message) {
        order.push(`decode ${name}`);
        return message.at(-1) === name.charCodeAt(0) ? message.slice(0, -1) : 'EXTENSION_DATA';
      },
    });
    const link = new Link([5], {}, () => [named('a', RSV1), named('b', RSV3), named('c', 0)]);
    link.client.say(link.client.connection.sendText('x'), 'text', 'x');
    link.settle();
    expect(link.server.heard('text')).toEqual([{ type: 'text', data: 'x' }]);
    expect(order).toEqual(['encode a', 'encode b', 'encode c', 'decode c', 'decode b', 'decode a']);
  });

  it('is left out of a message that bears only the bits of another', () => {
    const { connection, events } = open({ role: 'server' }, [sync(RSV1), sync(RSV2, reverse)]);
    connection.receive(
      concat(
        masked(FIN | RSV2 | TEXT, 'cba'),
        masked(FIN | RSV1 | TEXT, flip(utf8('abc'))),
        masked(FIN | TEXT, 'abc'),
      ),
    );
    expect(events).toEqual(new Array(3).fill({ type: 'text', data: 'abc' }));
  });

  it('cannot share bits with another, or claim other bits', () => {
    for (const list of [[sync(RSV1), sync(RSV1 | RSV2)], [sync(1)], [sync(0x80)]]) {
      expect(() => new Connection({ role: 'server' }, {}, list)).toThrow(RangeError);
    }
  });

  it('that throws while encoding passes it on to the sender, and nothing is sent', () => {
    const throws: MessageExtension = {
      ...sync(RSV1),
      encode() {
        throw new Error('encoder');
      },
    };
    const { connection } = open({ role: 'server' }, [throws]);
    expect(() => connection.sendText('a')).toThrow('encoder');
    expect(connection.dataToSend()).toBe(undefined);
    expect(connection.state).toBe('open');
  });

  it.each([
    ['a string', RSV1, 'masked'],
    ['null', RSV1, null],
    ['5', RSV1, 5],
    ['an object of type Uint16Array', RSV1, new Uint16Array(2)],
    ['undefined', 0, undefined],
  ])(
    'that gives %s for a message, with the bits %i, is refused, and nothing is sent',
    async (words, rsv, encoded) => {
      const refused = expect.objectContaining({
        code: 'EXTENSIONS_INVALID',
        message: expect.stringMatching(
          new RegExp(`^encode of an extension gives a Uint8Array .*not ${words}$`),
        ),
      });
      const now = open({ role: 'server' }, [{ ...sync(rsv), encode: () => encoded as never }]).connection;
      for (const send of [
        () => now.sendText('a'),
        () => now.sendPrepared(PreparedMessage.text('a')),
        () => now.textWriter().write('a'),
      ]) {
        expect(send).toThrow(refused);
        expect(now.dataToSend()).toBeUndefined();
        expect(now.bufferedAmount).toBe(0);
      }
      expect(now.state).toBe('open');

      const errors: unknown[] = [];
      const encode = (): never => Promise.resolve(encoded) as never;
      const later = open({ role: 'server' }, [{ ...sync(rsv), encode }], {
        error: (error) => errors.push(error),
      }).connection;
      later.sendText('a');
      await settled();
      expect(errors).toEqual([refused]);
      expect(later.closeInfo?.code).toBe(1011);
      expect([...drain(later)]).toEqual([0x88, 2, 0x03, 0xf3]);
    },
  );

  it.each(['close', 'fail', 'receiveEof'] as const)(
    'that ends the connection by %s while it encodes: false, and nothing of the message is sent',
    (end) => {
      const bytes = { bytes: utf8('x'), start: 0, end: 1 };
      const sends: Readonly<Record<string, (connection: Connection) => boolean>> = {
        sendText: (connection) => connection.sendText('x'),
        sendBinary: (connection) => connection.sendBinary(utf8('x')),
        sendSlice: (connection) => connection.sendSlice(TEXT, bytes),
        sendZeroCopy: (connection) => connection.sendZeroCopy(TEXT, utf8('x')),
        sendPrepared: (connection) => connection.sendPrepared(PreparedMessage.text('x')),
        write: (connection) => connection.textWriter().write('x'),
        end: (connection) => connection.binaryWriter().end(utf8('x')),
      };
      for (const [name, send] of Object.entries(sends)) {
        const { connection } = open({ role: 'server' }, [
          {
            ...sync(RSV1),
            encode(piece) {
              connection[end]();
              return piece;
            },
          },
        ]);
        expect(send(connection), name).toBe(false);
        const close = { close: '8800', fail: '880203ea', receiveEof: '' }[end];
        expect(drain(connection), name).toEqual(hex(close));
      }
    },
  );

  it('that leaves a later piece as it is is refused: the peer would decode it', () => {
    const encode: MessageExtension['encode'] = (piece, { first }) => (first ? piece : undefined);
    const { connection } = open({ role: 'server' }, [{ ...sync(RSV1), encode }]);
    const message = connection.textWriter();
    message.write('a');
    expect(() => message.end('b')).toThrow(expect.objectContaining({ code: 'EXTENSIONS_INVALID' }));
    expect([...drain(connection)]).toEqual([0x41, 1, 0x61]);
  });

  it.each([5, null, 'scope'])(
    'has an object for a scope, which %o is not; and close is a function',
    (value) => {
      for (const field of ['sharedEncodingKey', 'close']) {
        expect(() => open({ role: 'server' }, [{ ...sync(RSV1), [field]: value }])).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(EXTENSIONS|OPTION)_INVALID$/) }),
        );
      }
    },
  );

  it('that inflates past the limit is refused, exactly at the limit it is not (advisories M46, M47)', () => {
    for (const [bytes, type] of [
      [99, 'binary'],
      [100, 'binary'],
      [101, 'fail'],
    ] as const) {
      const inflates = { ...sync(RSV1), decode: () => new Uint8Array(bytes) };
      const { connection, events } = open({ role: 'server', maxMessageBytes: 100 }, [inflates]);
      connection.receive(masked(FIN | RSV1 | BINARY, 'x'));
      expect(events.map((event) => event.type)).toEqual([type]);
      if (type === 'fail')
        expect(connection.closeInfo?.fault).toMatchObject({ code: 'MESSAGE_TOO_LARGE', closeCode: 1009 });
    }
  });

  it('is told the limit and the kind of message', () => {
    const decode = vi.fn((message: Uint8Array) => message);
    const { connection } = open({ role: 'server', maxMessageBytes: 77 }, [{ ...sync(RSV1), decode }]);
    connection.receive(masked(FIN | RSV1 | TEXT, 'x'));
    expect(decode).toHaveBeenCalledWith(utf8('x'), TEXT, 77);
  });
});

describe('a decoder', () => {
  const faults: [string, MessageExtension['decode'], ExtensionFault | 'INVALID_UTF8', number][] = [
    ['reports data', () => 'EXTENSION_DATA', 'EXTENSION_DATA', 1007],
    ['reports a failure', () => 'EXTENSION_FAILED', 'EXTENSION_FAILED', 1011],
    ['reports size', () => 'MESSAGE_TOO_LARGE', 'MESSAGE_TOO_LARGE', 1009],
    ['gives what is not UTF-8', () => hex('ff'), 'INVALID_UTF8', 1007],
    ['reports data later', async (): Promise<Decoded> => 'EXTENSION_DATA', 'EXTENSION_DATA', 1007],
    ['gives too much later', async () => new Uint8Array(0x100_0001), 'MESSAGE_TOO_LARGE', 1009],
    ['gives what is not UTF-8 later', async () => hex('c3'), 'INVALID_UTF8', 1007],
    [
      'throws',
      () => {
        throw new Error('decoder');
      },
      'EXTENSION_FAILED',
      1011,
    ],
    ['rejects', () => Promise.reject(new Error('decoder')), 'EXTENSION_FAILED', 1011],
  ];

  it.each(faults)(
    'that %s fails the connection, once, and nothing follows (advisory S26)',
    async (_, decode, code, closeCode) => {
      const close = vi.fn();
      const output = vi.fn();
      const { connection, events } = open({ role: 'server' }, [{ ...sync(RSV1), decode, close }], {
        outputAvailable: output,
      });
      connection.receive(concat(masked(FIN | RSV1 | TEXT, 'x'), masked(FIN | TEXT, 'y')));
      connection.receive(masked(FIN | TEXT, 'z'));
      connection.receiveEof();
      await settled();
      expect(events).toEqual([{ type: 'fail', code, closeCode, offset: 7 }]);
      expect([...drain(connection)]).toEqual([0x88, 2, closeCode >> 8, closeCode & 0xff]);
      expect(close).toHaveBeenCalledTimes(1);
      expect(connection.transportAction).toBe('end');
    },
  );
});

describe('close of an extension', () => {
  it.each([
    ['a clean close', (c: Connection) => c.receive(masked(FIN | CLOSE))],
    ['a fault', (c: Connection) => c.receive(hex('ffff'))],
    ['a failure', (c: Connection) => c.fail()],
    ['the end of input', (c: Connection) => c.receiveEof()],
  ])('is called once, after %s', (_, end) => {
    const close = vi.fn();
    const connection = new Connection({ role: 'server' }, {}, [{ ...sync(RSV1), close }, sync(RSV2)]);
    end(connection);
    connection.fail();
    connection.receiveEof();
    connection.receiveEof();
    expect(close).toHaveBeenCalledTimes(1);
  });
});
