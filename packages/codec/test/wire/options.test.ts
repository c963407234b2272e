// Options are read once, completely, into a copy, wherever a caller keeps them; what is none is
// refused, with a code and a sentence.
import { describe, expect, it } from 'vitest';
import { DriverConfig } from '../../src/driver/driver.js';
import { encodeFrame, encodeUncheckedFrame, FrameParser, FrameParserConfig } from '../../src/frames.js';
import {
  Connection,
  ConnectionConfig,
  ConnectionEvents,
  Keepalive,
  KeepaliveTimes,
  type MessageExtension,
  RSV1,
} from '../../src/index.js';
import { readOptions, requireKnown } from '../../src/options.js';
import { TransportWebSocketStream } from '../../src/websocket/stream.js';
import { TransportWebSocket } from '../../src/websocket/websocket.js';
import { hex, masked } from '../frames.js';

const frameSink = { header() {}, payload() {}, end() {}, fail() {} };
const streams = (): ConstructorParameters<typeof TransportWebSocket>[0] => ({
  readable: new ReadableStream<Uint8Array>(),
  writable: new WritableStream<Uint8Array>(),
});

/**
 * Everything that takes options, with those that one of its kind needs, and a limit or a word that
 * shows whether it was read.
 */
interface Taker {
  readonly needs: object;
  readonly option: Readonly<Record<string, unknown>>;
  /** Makes one. */
  readonly make: (options: never) => unknown;
  /** The option as the thing that was made has it. */
  readonly read?: (made: never) => unknown;
}

const server = { role: 'server' };
const TAKERS: Readonly<Record<string, Taker>> = {
  ConnectionConfig: {
    needs: server,
    option: { maxMessageBytes: 1000 },
    make: (options) => new ConnectionConfig(options),
    read: (config: ConnectionConfig) => config.rules(0).maxMessageBytes,
  },
  'ConnectionConfig, for extensions': {
    needs: server,
    option: { maxFrameBytes: 1000 },
    make: (options) => new ConnectionConfig(options),
    read: (config: ConnectionConfig) => config.rules(RSV1).maxFrameBytes,
  },
  Connection: {
    needs: server,
    option: { maxMessageBytes: 1000 },
    make: (options) => new Connection(options, {}),
    read: failureOf,
  },
  ConnectionEvents: {
    needs: server,
    option: { maxMessageBytes: 1000 },
    make: (options) => new ConnectionEvents(options),
    read: ({ connection }: ConnectionEvents) => failureOf(connection),
  },
  TransportWebSocketStream: {
    needs: {},
    option: { url: 'ws://a/' },
    make: (options) => new TransportWebSocketStream(streams(), options),
    read: (stream: TransportWebSocketStream) => stream.url,
  },
  FrameParserConfig: {
    needs: server,
    option: { maxFragments: 3 },
    make: (options) => new FrameParserConfig(options),
    read: (rules: FrameParserConfig) => rules.maxFragments,
  },
  FrameParser: {
    needs: server,
    option: { unmask: 'in-place' },
    make: (options) => new FrameParser(frameSink, options),
  },
  DriverConfig: {
    needs: {},
    option: { backpressureLimit: 5 },
    make: (options) => new DriverConfig(options),
    read: (config: DriverConfig) => config.backpressureLimit,
  },
  'DriverConfig, times': {
    needs: {},
    option: { idleTimeoutMs: 5 },
    make: (options) => new DriverConfig(options),
    read: (config: DriverConfig) => config.times.idleTimeoutMs,
  },
  Keepalive: {
    needs: {},
    option: { pingIntervalMs: 5 },
    make: (options) => new Keepalive(options, 0),
    read: (keepalive: Keepalive) => keepalive.deadline,
  },
  KeepaliveTimes: {
    needs: {},
    option: { closeTimeoutMs: 5 },
    make: (options) => new KeepaliveTimes(options),
    read: (times: KeepaliveTimes) => times.closeTimeoutMs,
  },
  TransportWebSocket: {
    needs: {},
    option: { protocol: 'chat' },
    make: (options) => new TransportWebSocket(streams(), options),
    read: (socket: TransportWebSocket) => socket.protocol,
  },
  encodeFrame: {
    needs: { opcode: 1 },
    option: { payload: hex('41') },
    make: (fields) => encodeFrame(fields),
    read: (bytes: Uint8Array) => bytes.subarray(2),
  },
  encodeUncheckedFrame: {
    needs: { first: 1 },
    option: { lengthBytes: 2 },
    make: (fields) => encodeUncheckedFrame(fields),
    read: (bytes: Uint8Array) => bytes[1]! - 124,
  },
  sendText: {
    needs: {},
    option: { compress: false },
    make: (options) => wishOf((connection) => connection.sendText('x', options)),
    read: (wish) => wish,
  },
  sendBinary: {
    needs: {},
    option: { compress: false },
    make: (options) => wishOf((connection) => connection.sendBinary(hex('00'), options)),
    read: (wish) => wish,
  },
  sendSlice: {
    needs: {},
    option: { compress: true },
    make: (options) =>
      wishOf((connection) => connection.sendSlice(2, { bytes: hex('00'), start: 0, end: 1 }, options)),
    read: (wish) => wish,
  },
  sendZeroCopy: {
    needs: {},
    option: { compress: true },
    make: (options) => wishOf((connection) => connection.sendZeroCopy(2, hex('00'), options)),
    read: (wish) => wish,
  },
  textWriter: {
    needs: {},
    option: { compress: false },
    make: (options) => wishOf((connection) => connection.textWriter(options).end('x')),
    read: (wish) => wish,
  },
  binaryWriter: {
    needs: {},
    option: { compress: false },
    make: (options) => wishOf((connection) => connection.binaryWriter(options).end(hex('00'))),
    read: (wish) => wish,
  },
};

/** How many bytes a message may have, if it is 1,000: what becomes of more. */
function failureOf(connection: Connection): unknown {
  connection.receive(masked(0x82, new Uint8Array(1001), 1));
  return connection.closeInfo?.fault?.code === 'MESSAGE_TOO_LARGE' ? 1000 : undefined;
}

/** The option `compress` as an extension hears it. */
function wishOf(send: (connection: Connection) => void): unknown {
  let wish: unknown;
  const extension: MessageExtension = {
    rsv: RSV1,
    encode: (_, { compress }) => {
      wish = compress;
      return undefined;
    },
    decode: (message) => message,
  };
  send(new Connection({ role: 'server' }, {}, [extension]));
  return wish;
}

const withCode = (code: string, sentence: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(sentence) });

describe.each(Object.entries(TAKERS))('%s', (_, { needs, option, make, read }) => {
  const [[name, value]] = Object.entries(option) as [[string, unknown]];
  const whole = { ...needs, ...option };
  /** Whether the option arrived. */
  const arrives = (options: object): void => {
    const made = make(options as never);
    if (read !== undefined) expect(read(made as never)).toEqual(value);
  };

  it('takes options that are inherited', () => {
    arrives(Object.create(whole));
    arrives(Object.assign(Object.create(option), needs));
    arrives(Object.assign(Object.create(null), whole));
    arrives(Object.create(Object.assign(Object.create(null), whole)));
  });

  it('takes an instance of a class, with getters, fields and methods of its own', () => {
    class Defaults {
      describe(): string {
        return 'a method that is no option';
      }
    }
    for (const [key, got] of Object.entries(whole)) {
      Object.defineProperty(Defaults.prototype, key, { get: () => got, enumerable: false });
    }
    class Own extends Defaults {}
    arrives(new Defaults());
    arrives(new Own());
  });

  it('reads each option once, and never again', () => {
    const reads = new Map<PropertyKey, number>();
    const options = new Proxy(whole, {
      get(target, key, receiver) {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    arrives(options);
    expect(reads.get(name)).toBe(1);
    expect([...reads.values()].every((times) => times === 1)).toBe(true);
  });

  it('is a copy: what becomes of the object later does not matter', () => {
    const options: Record<string, unknown> = { ...whole };
    const made = make(options as never);
    for (const key of Object.keys(options)) options[key] = Symbol(key);
    if (read !== undefined) expect(read(made as never)).toEqual(value);
  });

  it.each([
    ['its own', (typo: object) => ({ ...whole, ...typo })],
    ['inherited', (typo: object) => Object.assign(Object.create(typo), whole)],
    [
      'inherited from an object without a prototype',
      (typo: object) => Object.assign(Object.create(Object.assign(Object.create(null), typo)), whole),
    ],
    [
      'a getter of a class',
      () => {
        class Typo {
          get typo(): number {
            return 1;
          }
        }
        return Object.assign(new Typo(), whole);
      },
    ],
  ])('refuses a name that is no option, %s', (_kind, withTypo) => {
    expect(() => make(withTypo({ typo: 1 }) as never)).toThrow(
      withCode('OPTION_UNKNOWN', `'typo'; there are `),
    );
  });

  it.each([null, 5, 'x', () => {}])('refuses %o in place of an object', (options) => {
    expect(() => make(options as never)).toThrow(withCode('OPTION_INVALID', 'are an object, not '));
  });
});

describe.each([
  [
    'FrameParserConfig',
    (options: object) => new FrameParserConfig({ role: 'server', ...options } as never),
    [
      ['mask', 5, 'mask is a function, not 5'],
      ['rsv', 8, 'rsv is a sum of'],
      ['unmask', 'copi', "'copy' or 'in-place' or 'none', not 'copi'"],
      ['role', 'peer', "not 'peer'"],
    ],
  ],
  [
    'FrameParser',
    (options: object) => new FrameParser(frameSink, { role: 'server', ...options } as never),
    [
      ['mask', 5, 'mask is a function, not 5'],
      ['maxFrameBytes', 0, 'a positive integer, not 0'],
    ],
  ],
  [
    'encodeFrame',
    (fields: object) => encodeFrame({ opcode: 1, ...fields } as never),
    [
      ['fin', 'no', 'fin is a boolean, not a string'],
      ['rsv', '64', 'rsv is a sum of'],
    ],
  ],
  [
    'encodeUncheckedFrame',
    (fields: object) => encodeUncheckedFrame({ first: 1, ...fields } as never),
    [
      ['first', 256, 'first must be an integer from 0 to 255, not 256'],
      ['first', '1', 'not a string'],
      ['declaredLength', -1, 'declaredLength is an integer from 0 to 2^64 - 1, not -1'],
      ['declaredLength', 1.5, 'not 1.5'],
      ['declaredLength', 2n ** 64n, 'not 18446744073709551616'],
      ['lengthBytes', 4, 'lengthBytes is 0, 2 or 8, not 4'],
      ['maskBit', 1, 'maskBit is a boolean, not 1'],
      ['maskPayload', 'no', 'maskPayload is a boolean, not a string'],
    ],
  ],
  [
    'TransportWebSocket',
    (options: object) => new TransportWebSocket(streams(), options as never),
    [
      ['protocol', 5, 'protocol is a string, not 5'],
      ['extensions', [], 'extensions is a string'],
      ['messageExtensions', 'permessage-deflate', 'messageExtensions are an array, not a string'],
      ['closeTimeoutMs', 0, 'a positive integer'],
      ['transferInput', 'yes', 'transferInput is a boolean'],
    ],
  ],
  [
    'TransportWebSocket over a transport',
    (transport: object) => new TransportWebSocket({ ...streams(), ...transport } as never),
    [
      ['protocol', 5, 'protocol is a string, not 5'],
      ['extensions', {}, 'extensions is a string, not an object'],
      ['readable', undefined, 'a transport is { readable, writable }'],
      ['writable', {}, 'a transport is { readable, writable }'],
    ],
  ],
  [
    'sendText',
    (options: object) => new Connection({ role: 'server' }, {}).sendText('x', options),
    [
      ['compress', 'no', 'compress is a boolean, not a string'],
      ['compress', null, 'not null'],
    ],
  ],
  [
    'Keepalive',
    (options: object) => new Keepalive(options, 0),
    [
      ['pingIntervalMs', 0, 'pingIntervalMs must be a positive integer, not 0'],
      ['closeTimeoutMs', '5', 'not a string'],
    ],
  ],
] as [string, (options: object) => unknown, [string, unknown, string][]][])('%s', (_, make, cases) => {
  it.each(cases)('refuses %s: %o', (name, value, sentence) => {
    expect(() => make({ [name]: value })).toThrow(withCode('OPTION_INVALID', sentence));
  });
});

describe('a TransportWebSocket', () => {
  it.each(['delivery', 'autoPong'])('has no option %s of a connection', (name) => {
    expect(() => new TransportWebSocket(streams(), { [name]: false } as never)).toThrow(
      withCode('OPTION_UNKNOWN', name),
    );
  });

  it('refuses a transport that is none', () => {
    for (const transport of [null, undefined, 5, {}]) {
      expect(() => new TransportWebSocket(transport as never)).toThrow(
        withCode('OPTION_INVALID', 'a transport'),
      );
    }
  });
});

describe('handlers of frames', () => {
  it.each([null, 5, {}, { ...frameSink, end: 5 }, { ...frameSink, message: 5 }])('%o is none', (sink) => {
    expect(() => new FrameParser(sink as never, { role: 'server' })).toThrow(
      withCode(
        'HANDLERS_INVALID',
        'frame handlers are an object with the methods header, payload, end, fail',
      ),
    );
  });
});

it('what everything inherits is nobody’s option', () => {
  const { prototype } = Object;
  Object.defineProperty(prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
  try {
    requireKnown({ level: 1 }, ['level']);
  } finally {
    Reflect.deleteProperty(prototype, 'polluted');
  }
});

it('a connection keeps to the extensions that it was given', () => {
  const extension: MessageExtension = { rsv: RSV1, encode: () => undefined, decode: () => hex('41') };
  const extensions = [extension];
  const texts: string[] = [];
  const connection = new Connection({ role: 'server' }, { text: (text) => texts.push(text) }, extensions);
  extensions.length = 0;
  connection.receive(masked(0xc1, hex('00'), 1));
  expect(texts).toEqual(['A']);
});

it('what is read is a plain object of what is there', () => {
  const read = readOptions<{ level?: number; size?: number }>(Object.create({ level: 5 }), ['level', 'size']);
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  expect(Object.keys(read)).toEqual(['level']);
});

describe('a list, a Map and a promise are no options', () => {
  it.each([
    ['Array', []],
    ['Map', new Map([['role', 'server']])],
    ['Set', new Set(['role'])],
    ['Promise', Promise.resolve({ role: 'server' })],
  ])('%s', (_, given) => {
    const sentence = 'options are an object, not a list, Map or promise';
    const fault = expect.objectContaining({ code: 'OPTION_INVALID', message: sentence });
    expect(() => new Keepalive(given as never, 0)).toThrow(fault);
    expect(() => new ConnectionConfig(given as never)).toThrow(fault);
    expect(() => new DriverConfig(given as never)).toThrow(fault);
    expect(() => readOptions(given as never, [])).toThrow(fault);
  });
});
