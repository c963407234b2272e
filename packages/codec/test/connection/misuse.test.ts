// What a host does wrong is refused with a code and a sentence, before anything has been written or changed.
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  encodeFrame,
  encodeUncheckedFrame,
  FIN,
  FrameParser,
  PING,
  writeFrameHeader,
} from '../../src/frames.js';
import { BINARY, Connection, type ConnectionConfig, PreparedMessage, TEXT } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { chunks, hex, masked, plain, utf8 } from '../frames.js';

/** A connection as a program without types holds it. */
type Loose = Record<string, (...args: readonly unknown[]) => unknown>;

describe.each([
  ['receive', ['abc'], 'NOT_BYTES', 'a chunk is a Uint8Array, not a string'],
  ['receive', [], 'NOT_BYTES', 'not undefined'],
  ['receive', [new ArrayBuffer(3)], 'NOT_BYTES', 'not an object of type ArrayBuffer'],
  ['sendText', [42], 'NOT_BYTES', 'a text is a string; as UTF-8 it is a Uint8Array, not 42'],
  ['sendText', [hex('ff')], 'INVALID_UTF8', 'wrong at byte 0'],
  ['sendBinary', ['abc'], 'NOT_BYTES', 'not a string'],
  ['sendBinary', [[1, 2]], 'NOT_BYTES', 'not an object of type Array'],
  ['sendBinary', [null], 'NOT_BYTES', 'not null'],
  ['sendBinary', [Symbol('x')], 'NOT_BYTES', 'not a symbol'],
  ['sendBinary', [() => {}], 'NOT_BYTES', 'not a function'],
  [
    'sendSlice',
    [PING, { bytes: hex('00'), start: 0, end: 1 }],
    'FRAME_INVALID',
    'TEXT (1) or BINARY (2), not 9',
  ],
  [
    'sendSlice',
    [BINARY, { bytes: hex('00'), start: 0, end: 2 }],
    'RANGE_INVALID',
    'no range of 1 bytes: 0 to 2',
  ],
  ['sendSlice', [BINARY, hex('00')], 'NOT_BYTES', 'a range is { bytes, start, end }'],
  ['sendSlice', [BINARY, null], 'NOT_BYTES', 'not null'],
  ['sendSlice', [BINARY, { bytes: hex('0001'), start: 0.5, end: 2 }], 'RANGE_INVALID', '0.5 to 2'],
  ['sendBinary', [hex('00'), { compres: false }], 'OPTION_UNKNOWN', "no option 'compres'"],
  ['textWriter', [5], 'OPTION_INVALID', 'not 5'],
  ['sendZeroCopy', [3, hex('00')], 'FRAME_INVALID', 'not 3'],
  ['sendPrepared', [undefined], 'NOT_BYTES', 'a prepared message'],
  ['sendPrepared', ['text'], 'NOT_BYTES', 'a prepared message'],
  ['ping', [new Uint8Array(126)], 'CONTROL_TOO_LONG', 'at most 125 bytes of payload, not 126'],
  ['pong', ['x'], 'NOT_BYTES', 'not a string'],
  ['close', [1005], 'CLOSE_CODE_INVALID', '1005 is no status code to send'],
  ['close', ['1000'], 'CLOSE_CODE_INVALID', 'a string is no status code to send'],
  ['close', [undefined, 'why'], 'CLOSE_REASON_INVALID', 'needs a status code'],
  ['close', [1000, 'x'.repeat(124)], 'CLOSE_REASON_INVALID', 'at most 123 bytes, not 124'],
  ['close', [1000, 5], 'CLOSE_REASON_INVALID', 'is a string, not 5'],
  ['fail', [999], 'CLOSE_CODE_INVALID', '999'],
] as const)('%s(%o)', (method, args, code, sentence) => {
  it.each(['server', 'client'] as const)(`says ${code} to a %s, and nothing has happened`, (role) => {
    const { connection } = open({ role });
    const before = inspect(connection);
    expect(() => (connection as unknown as Loose)[method]!(...args)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    );
    expect(inspect(connection)).toBe(before);
    connection.sendText('ok');
    expect(drain(connection).length).toBe(role === 'server' ? 4 : 8);
  });
});

describe('options', () => {
  const make = (options: object, sink: unknown): Connection =>
    new Connection(options as { role: 'server' }, sink as object);

  it.each([
    [{ role: 'servr' }, {}, 'OPTION_INVALID', "role is 'server' or 'client', not 'servr'"],
    [{}, {}, 'OPTION_INVALID', 'not undefined'],
    [undefined, {}, 'OPTION_INVALID', 'options are an object, not undefined'],
    [{ role: 'server', delivery: 'spans' }, {}, 'OPTION_UNKNOWN', "there is no option 'delivery'"],
    [{ role: 'server', maxMesageBytes: 5 }, {}, 'OPTION_UNKNOWN', "there is no option 'maxMesageBytes'"],
    [{ role: 'server', maxMessageBytes: '5' }, {}, 'OPTION_INVALID', 'a positive integer, not a string'],
    [{ role: 'server' }, undefined, 'HANDLERS_INVALID', 'handlers are an object, not undefined'],
    [{ role: 'server' }, null, 'HANDLERS_INVALID', 'not null'],
    [{ role: 'server' }, class Sink {}, 'HANDLERS_INVALID', 'not a function'],
    [{ role: 'server', transferInput: 'no' }, {}, 'OPTION_INVALID', 'transferInput is a boolean'],
    [
      { role: 'client', generateMaskingKey: 5 },
      {},
      'OPTION_INVALID',
      'generateMaskingKey is a function, not 5',
    ],
    [{ role: 'server', allocate: {} }, {}, 'OPTION_INVALID', 'allocate is a function'],
    [{ role: 'server' }, { *text() {} }, 'HANDLERS_INVALID', 'text is a generator'],
    [{ role: 'server' }, { text() {}, message() {} }, 'HANDLERS_INVALID', 'come to text, binary or message:'],
    [
      { role: 'server' },
      { binary() {}, messageEnd() {} },
      'HANDLERS_INVALID',
      'come to text, binary or messageStart, messageData, messageEnd',
    ],
    [{ role: 'server' }, { message() {}, messageData() {} }, 'HANDLERS_INVALID', 'have methods of both'],
    [{ role: 'server' }, { async *binary() {} }, 'HANDLERS_INVALID', 'binary is a generator'],
  ])('%o with the sink %o', (options, sink, code, sentence) => {
    expect(() => make(options as object, sink)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    );
  });

  it('handlers may have methods of one group, of none, or be an instance of a class', () => {
    class Handlers {
      text(): void {}
    }
    make({ role: 'server' }, {});
    make({ role: 'server' }, { ping() {} });
    make({ role: 'server' }, { message: null, binary() {} });
    make({ role: 'server' }, { messageStart() {}, messageEnd() {} });
    make({ role: 'server' }, new Handlers());
  });

  it('extensions must not claim the same bit', () => {
    const extension = { rsv: 64, encode: () => undefined, decode: (bytes: Uint8Array) => bytes };
    expect(() => new Connection({ role: 'server' }, {}, [extension, extension])).toThrow(
      expect.objectContaining({ code: 'EXTENSIONS_INVALID' }),
    );
  });

  it.each([null, {}, [undefined], [{ rsv: 64 }], [{ rsv: 1, encode() {}, decode() {} }]])(
    'extensions %o are none',
    (extensions) => {
      expect(() => new Connection({ role: 'server' }, {}, extensions as never)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(EXTENSIONS|OPTION)_INVALID$/) }),
      );
    },
  );

  const wrongKeys = [hex('01020304'), Number.NaN, 1.5, 2 ** 32, -(2 ** 31) - 1, '5', 5n, null, undefined];
  it.each(wrongKeys)('a masking key is an integer of 32 bits, which %o is not', (key) => {
    const invalid = expect.objectContaining({ code: 'KEY_INVALID' });
    const client = new Connection({ role: 'client', generateMaskingKey: () => key as never }, {});
    for (const send of [
      () => client.sendText('x'),
      () => client.sendBinary(hex('00')),
      () => client.ping(),
      () => client.close(1000),
      () => client.textWriter().write('x'),
    ]) {
      expect(send).toThrow(invalid);
      expect(client.dataToSend()).toBeUndefined();
    }
    expect(client.state).toBe('open');
    const target = new Uint8Array(20);
    if (key !== undefined) {
      expect(() => encodeFrame({ opcode: PING, maskingKey: key as never })).toThrow(invalid);
      expect(() => writeFrameHeader(target, 0, FIN | PING, 0, key as never)).toThrow(invalid);
      expect(() => encodeUncheckedFrame({ first: FIN | PING, maskingKey: key as never })).toThrow(invalid);
    }
    expect(target).toEqual(new Uint8Array(20));
  });

  it.each([-1, 2 ** 32 - 1, -(2 ** 31), -0])('a masking key may be signed or not: %d', (key) => {
    const client = new Connection({ role: 'client', generateMaskingKey: () => key }, {});
    client.ping();
    const unsigned = key >>> 0;
    const onWire = [unsigned, unsigned >>> 8, unsigned >>> 16, unsigned >>> 24].map((byte) => byte & 0xff);
    expect([...client.dataToSend()!]).toEqual([0x89, 0x80, ...onWire]);
  });

  it.each([{}, { frame: hex('8100') }, { frame: hex('8100'), payload: hex(''), opcode: 1 }, hex('8100')])(
    'a prepared message is made by PreparedMessage, as %o is not',
    (message) => {
      const { connection } = open({ role: 'server' });
      expect(() => connection.sendPrepared(message as never)).toThrow(
        expect.objectContaining({
          code: 'NOT_BYTES',
          message: expect.stringContaining('PreparedMessage.text'),
        }),
      );
      expect(connection.dataToSend()).toBeUndefined();
    },
  );
});

describe('messages in fragments', () => {
  it('one at a time, and not after its end', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.write('a');
    expect(() => connection.sendText('b')).toThrow(expect.objectContaining({ code: 'MESSAGE_IN_PROGRESS' }));
    expect(() => connection.textWriter()).toThrow(expect.objectContaining({ code: 'MESSAGE_IN_PROGRESS' }));
    message.end();
    expect(() => message.write('c')).toThrow(expect.objectContaining({ code: 'MESSAGE_ENDED' }));
    expect([...drain(connection)]).toEqual([0x01, 1, 0x61, 0x80, 0]);
  });

  it('a text ends with a whole character', () => {
    const message = open({ role: 'server' }).connection.textWriter();
    message.write(hex('e2 82'));
    expect(() => message.write('x')).toThrow(expect.objectContaining({ code: 'INVALID_UTF8' }));
    expect(() => message.end()).toThrow(expect.objectContaining({ code: 'INVALID_UTF8' }));
    expect(message.end(hex('ac'))).toBe(true);
  });
});

it('a sink must not call receive', () => {
  let thrown: unknown;
  const { connection } = open({ role: 'server' }, [], {
    text: () => {
      try {
        connection.receive(hex('00'));
      } catch (error) {
        thrown = error;
      }
    },
  });
  connection.receive(masked(FIN | TEXT, 'a'));
  expect(thrown).toMatchObject({ code: 'REENTRANT_CALL' });
});

describe('arrays of another realm', () => {
  const other = createContext({});
  const foreign = (length: number, at: number): Uint8Array =>
    runInContext(`Uint8Array.from({ length: ${length} }, (_, i) => (i + ${at}) % 128)`, other);

  it.each(['server', 'client'] as const)('are bytes to a %s: sent, received, given by hosts', (role) => {
    const heard: unknown[] = [];
    const peer = role === 'server' ? 'client' : 'server';
    const allocate = (bytes: number): Uint8Array => foreign(bytes, 0);
    const { connection } = open({ role, allocate });
    const receiver = open({ role: peer, allocate }, [], {
      text: (text) => heard.push(text),
      binary: (bytes) => heard.push(bytes),
      ping: (bytes) => heard.push(bytes),
    }).connection;
    expect(foreign(1, 0)).not.toBeInstanceOf(Uint8Array);
    connection.sendText(foreign(3, 65));
    for (const length of [0, 5, 300, 70_000]) connection.sendBinary(foreign(length, 1));
    connection.sendZeroCopy(BINARY, foreign(9000, 2));
    connection.sendPrepared(PreparedMessage.binary(foreign(9, 3)));
    connection.ping(foreign(2, 4));
    const bytes = drain(connection);
    for (const chunk of chunks(bytes, [bytes.length]))
      receiver.receive(runInContext('(b) => Uint8Array.from(b)', other)(chunk));
    expect(heard[0]).toBe('ABC');
    expect((heard as Uint8Array[]).slice(1).map(({ length }) => length)).toEqual([
      0, 5, 300, 70_000, 9000, 9, 2,
    ]);
    expect([...(heard[2] as Uint8Array)]).toEqual([1, 2, 3, 4, 5]);
  });

  it('other views of another realm are not', () => {
    const { connection } = open({ role: 'server' });
    for (const code of ['new Uint16Array(2)', 'new DataView(new ArrayBuffer(2))', '({ length: 2 })']) {
      expect(() => connection.sendBinary(runInContext(code, other))).toThrow(
        expect.objectContaining({ code: 'NOT_BYTES' }),
      );
    }
  });
});

describe('HTTP where frames are expected', () => {
  it.each(['GET / HTTP/1.1\r\n', 'POST / HTTP/1.1\r\n', 'HTTP/1.1 101 Switching Protocols\r\n'])(
    '%s is recognized',
    (head) => {
      for (const role of ['server', 'client'] as const) {
        for (const size of [1, 2, 5, 100]) {
          const { connection } = open({ role });
          for (const chunk of chunks(utf8(head), [size])) connection.receive(chunk);
          expect(connection.closeInfo?.fault?.message).toContain('begin like HTTP');
        }
      }
    },
  );

  it('only at the beginning of the stream', () => {
    const { connection } = open({ role: 'server' });
    connection.receive(masked(FIN | TEXT, 'x'));
    connection.receive(utf8('GET / HTTP/1.1'));
    expect(connection.closeInfo?.fault?.message).toBe(
      'a reserved bit is set that no extension gave a meaning (RFC 6455 5.2)',
    );
    const other = open({ role: 'server' }).connection;
    other.receive(hex('47 00 00 00'));
    expect(other.closeInfo?.fault?.message).not.toContain('HTTP');
  });
});

it('what is sent is copied, but by sendZeroCopy', () => {
  for (const role of ['server', 'client'] as const) {
    for (const length of [0, 1, 125, 126, 4095, 4096, 70_000]) {
      const bytes = new Uint8Array(length).fill(0x61);
      const text = new Uint8Array(length).fill(0x61);
      const { connection } = open({ role });
      connection.sendBinary(bytes);
      connection.sendText(text);
      connection.sendSlice(BINARY, { bytes, start: 0, end: length });
      connection.binaryWriter().end(bytes);
      connection.sendPrepared(PreparedMessage.binary(bytes));
      bytes.fill(0);
      text.fill(0);
      const heard: Uint8Array[] = [];
      new Connection(
        { role: role === 'server' ? 'client' : 'server' },
        { text: (message) => heard.push(utf8(message)), binary: (message) => heard.push(message) },
      ).receive(drain(connection));
      expect(heard.map((message) => message.length)).toEqual([length, length, length, length, length]);
      expect(heard.every((message) => message.every((byte) => byte === 0x61))).toBe(true);
    }
  }
});

it('a console shows what a connection is doing', () => {
  const { connection } = open({ role: 'server' });
  connection.sendText('hi');
  expect(inspect(connection)).toContain("state: 'open'");
  expect(inspect(connection)).toContain('bufferedAmount: 4');
  connection.receiveEof();
  expect(inspect(connection)).toContain('code: 1006');
});

it('a parser and an encoder say what came, too', () => {
  const parser = new FrameParser({ header() {}, payload() {}, end() {}, fail() {} }, { role: 'either' });
  expect(() => parser.receive('x' as never)).toThrow(expect.objectContaining({ code: 'NOT_BYTES' }));
  expect(() => parser.receive(hex('00'), 0, 2)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }));
  expect(() => encodeFrame({ opcode: 3 as 1 })).toThrow(
    'no reserved 3 frame like this may be sent: the opcode is reserved (RFC 6455 5.2)',
  );
  expect(plain(FIN | TEXT, 'x')).toEqual(encodeFrame({ opcode: TEXT, payload: utf8('x') }));
});

// Never called: the compiler has to refuse what is marked, and nothing else.
export function typesOfHandlers(config: ConnectionConfig): void {
  const messages = new Connection(
    { role: 'server' },
    { text: (text) => messages.sendText(text), binary() {} },
  );
  const slices = new Connection(config, { message: (opcode, slice) => slices.sendSlice(opcode, slice) });
  new Connection(config, { async text() {} });
  // @ts-expect-error a typo
  new Connection({ role: 'server' }, { bianry() {} });
  // @ts-expect-error a slice is not bytes
  new Connection(config, { message: (opcode, slice) => messages.sendZeroCopy(opcode, slice) });
  // @ts-expect-error no such option
  new Connection({ role: 'server', maxMesageBytes: 5 }, {});
}

describe('bytes whose memory has been transferred away', () => {
  const gone = (): Uint8Array => {
    const bytes = new Uint8Array(10);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  };
  const calls: Readonly<Record<string, (connection: Connection) => unknown>> = {
    sendText: (connection) => connection.sendText(gone()),
    sendBinary: (connection) => connection.sendBinary(gone()),
    sendZeroCopy: (connection) => connection.sendZeroCopy(BINARY, gone()),
    ping: (connection) => connection.ping(gone()),
    pong: (connection) => connection.pong(gone()),
    'PreparedMessage.binary': () => PreparedMessage.binary(gone()),
    encodeFrame: () => encodeFrame({ opcode: BINARY, payload: gone() }),
    encodeUncheckedFrame: () => encodeUncheckedFrame({ first: 0x82, payload: gone() }),
  };
  it.each(Object.entries(calls))('do not pass for no bytes: %s', (_, call) => {
    const { connection } = open({ role: 'server' });
    expect(() => call(connection)).toThrow(
      expect.objectContaining({ code: 'NOT_BYTES', message: expect.stringContaining('transferred away') }),
    );
    expect(connection.dataToSend()).toBeUndefined();
  });

  it('are told from no bytes', () => {
    const { connection } = open({ role: 'server' });
    for (const empty of [new Uint8Array(0), new Uint8Array(5).subarray(2, 2), Buffer.alloc(0)]) {
      connection.sendBinary(empty);
      connection.ping(empty);
    }
    connection.ping();
    expect(drain(connection).length).toBe(14);
  });
});
