// Options of permessage-deflate and of its engines: read once, completely, and refused where they
// are none. Results of an engine are looked at, too.
import { Connection, type MessageExtension, RSV1 } from '@sanssocket/codec';
import { negotiateExtensions } from '@sanssocket/handshake/rules';
import { describe, expect, it } from 'vitest';
import { fflate } from '../../src/fflate.js';
import {
  type DeflateEngine,
  type Deflater,
  formatDeflateParameters,
  type PermessageDeflateOptions,
  parseDeflateParameters,
  permessageDeflate,
} from '../../src/index.js';
import { nodeZlib } from '../../src/node-zlib.js';
import { pako } from '../../src/pako.js';
import { compressionStreams } from '../../src/streams.js';

const engine = nodeZlib();

const withCode = (code: string, sentence: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(sentence) });

/** The names in the offers of a client. */
const offer = (options: PermessageDeflateOptions): string[] =>
  permessageDeflate(options)
    .offers()
    .flatMap((list) => list.map(({ name }) => name));

describe('permessageDeflate', () => {
  const needs = { engine };
  it.each([
    ['treshold', { treshold: 5 }],
    ['serverNoContextTakover', { serverNoContextTakover: true }],
    ['serverNoContextTakover', { rejects: { serverNoContextTakover: true } }],
    ['serverMaxWindowBit', { rejects: { serverMaxWindowBit: 9 } }],
    ['serverMaxWindowBit', { fallbacks: [{}, { serverMaxWindowBit: 9 }] }],
    ['level', { fallbacks: [{ level: 5 }] }],
    ['typo', Object.create({ typo: 1 })],
  ])('has no option %s: %j', (name, options) => {
    expect(() => permessageDeflate(Object.assign(options, needs))).toThrow(
      withCode('OPTION_UNKNOWN', `there is no option '${name}'; there are `),
    );
  });

  it.each([
    [{ serverNoContextTakeover: 'yes' }, 'serverNoContextTakeover is a boolean, not a string'],
    [{ clientNoContextTakeover: 1 }, 'clientNoContextTakeover is a boolean, not 1'],
    [{ offerClientMaxWindowBits: null }, 'offerClientMaxWindowBits is a boolean, not null'],
    [{ shouldCompress: 5 }, 'shouldCompress is a function, not 5'],
    [{ fallbacks: {} }, 'fallbacks are an array, not an object'],
    [{ fallbacks: [5] }, 'options are an object, not 5'],
    [{ fallbacks: [{ clientNoContextTakeover: 'no' }] }, 'clientNoContextTakeover is a boolean'],
    [{ fallbacks: [{ serverMaxWindowBits: 16 }] }, 'from 8 to 15, not 16'],
    [{ rejects: 5 }, 'options are an object, not 5'],
    [{ rejects: { clientNoContextTakeover: 'no' } }, 'clientNoContextTakeover is a boolean'],
    [{ rejects: { serverMaxWindowBitsBelow: '9' } }, 'from 8 to 15, not a string'],
    [{ level: 10 }, 'level must be an integer from 0 to 9, not 10'],
    [{ threshold: Number.NaN }, 'threshold must be an integer'],
    [{ engine: { ...engine, createInflater: undefined } }, 'needs an engine'],
    [{ engine: { ...engine, minWindowBits: 7 } }, 'minWindowBits of the engine'],
    [{ engine: { ...engine, deflateTakeover: 'yes' } }, 'deflateTakeover of the engine is a boolean'],
    [{ engine: nodeZlib }, 'a function is none'],
  ])('refuses %j', (options, sentence) => {
    expect(() => permessageDeflate({ engine, ...options } as never)).toThrow(
      withCode('OPTION_INVALID', sentence),
    );
  });

  it.each([undefined, null, 'x'])('refuses %o in place of options', (options) => {
    expect(() => permessageDeflate(options as never)).toThrow(withCode('OPTION_INVALID', 'are an object'));
  });

  it('takes options that are inherited, and those of a class', () => {
    class Options {
      readonly engine: DeflateEngine = engine;
      get serverNoContextTakeover(): boolean {
        return true;
      }
      get fallbacks(): readonly object[] {
        return [Object.create({ clientNoContextTakeover: true })];
      }
    }
    const names = [
      'server_no_context_takeover',
      'client_max_window_bits',
      'client_no_context_takeover',
      'client_max_window_bits',
    ];
    expect(offer(new Options())).toEqual(names);
    expect(offer(Object.create(new Options()))).toEqual(names);
  });

  it('is a copy: what becomes of the objects later does not matter to offers that come', () => {
    const rejects: { serverNoContextTakeover?: boolean } = { serverNoContextTakeover: true };
    const options = { engine, rejects, serverMaxWindowBits: 10 };
    const deflate = permessageDeflate(options);
    rejects.serverNoContextTakeover = false;
    options.serverMaxWindowBits = 99;
    const offers = [['server_no_context_takeover'], []].map((names) => ({
      name: 'permessage-deflate',
      parameters: names.map((name) => ({ name, value: undefined })),
    }));
    const accepted = negotiateExtensions(offers, [deflate]);
    expect(accepted.map(({ parameters }) => parameters)).toEqual([
      [{ name: 'server_max_window_bits', value: '10' }],
    ]);
  });
});

describe('engines', () => {
  it.each([
    ['nodeZlib', { offThreadByte: 5 }, nodeZlib],
    ['pako', { level: 5 }, pako],
    ['fflate', { level: 5 }, fflate],
    ['compressionStreams', { level: 5 }, compressionStreams],
  ] as const)('%s has no option of %j', (_, options, make) => {
    expect(() => make(options as never)).toThrow(withCode('OPTION_UNKNOWN', 'there is no option'));
  });

  it.each([
    [{ offThreadBytes: 0 }, 'offThreadBytes must be a number of at least 1, not 0'],
    [{ offThreadBytes: '5' }, 'not a string'],
    [{ offThreadBytes: Number.NaN }, 'not NaN'],
    [{ handle: 'no' }, 'handle is a boolean'],
    [null, 'options are an object, not null'],
  ])('nodeZlib refuses %j', (options, sentence) => {
    expect(() => nodeZlib(options as never)).toThrow(withCode('OPTION_INVALID', sentence));
  });

  it('nodeZlib takes options that are inherited', () => {
    const deflater = nodeZlib(Object.create({ offThreadBytes: 1 })).createDeflater({
      windowBits: 15,
      level: undefined,
      memoryLevel: undefined,
      takeover: false,
    });
    const deflated = deflater.deflate(new Uint8Array(10));
    expect(deflated).not.toBeInstanceOf(Uint8Array); // another thread is at work on it
    return deflated;
  });
});

/** An extension of an engine whose compressor gives this. */
function withDeflated(deflated: unknown): { agreed: MessageExtension; closed: () => number } {
  let closed = 0;
  const odd: DeflateEngine = {
    ...engine,
    createDeflater: () =>
      ({ deflate: () => deflated, reset() {}, close: () => void closed++ }) as unknown as Deflater,
  };
  const [accepted] = negotiateExtensions(
    [{ name: 'permessage-deflate', parameters: [] }],
    [permessageDeflate({ engine: odd })],
  );
  return { agreed: accepted!.extension, closed: () => closed };
}

describe('an engine that gives what is no flushed DEFLATE', () => {
  it.each([undefined, null, 'x', new Uint8Array(3), Uint8Array.of(1, 0, 0, 0xff, 0xfe), new Uint16Array(9)])(
    'is refused, and nothing is sent: %o',
    async (deflated) => {
      const { agreed, closed } = withDeflated(deflated);
      const connection = new Connection({ role: 'server' }, {}, [agreed]);
      expect(() => connection.sendBinary(new Uint8Array(100))).toThrow(
        withCode('OPTION_INVALID', 'an engine has to give DEFLATE that ends with 00 00 ff ff'),
      );
      expect(connection.dataToSend()).toBeUndefined();
      expect(closed()).toBe(1);

      const later = withDeflated(Promise.resolve(deflated));
      const errors: unknown[] = [];
      const other = new Connection({ role: 'server' }, { error: (error) => errors.push(error) }, [
        later.agreed,
      ]);
      other.sendBinary(new Uint8Array(100));
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(errors).toEqual([withCode('OPTION_INVALID', 'an engine has to give DEFLATE')]);
      expect(other.closeInfo?.code).toBe(1011);
      expect(later.closed()).toBe(1);
    },
  );

  it('bytes of another realm are bytes', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign = runInNewContext('Uint8Array.of(0, 0, 0, 0xff, 0xff)') as Uint8Array;
    const { agreed } = withDeflated(foreign);
    expect(agreed.rsv).toBe(RSV1);
    const connection = new Connection({ role: 'server' }, {}, [agreed]);
    connection.sendBinary(new Uint8Array(100));
    expect([...connection.dataToSend()!]).toEqual([0xc2, 1, 0]);
  });
});

describe('lists of parameters of another kind', () => {
  const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
  it.each([
    [undefined],
    [null],
    [5],
    ['server_max_window_bits'],
    [{}],
    [[null]],
    [['client_max_window_bits']],
    [[{ name: 5 }]],
    [[{ name: 'server_max_window_bits', value: 10 }]],
  ])('%j', (list) => {
    expect(() => parseDeflateParameters(list as never, 'offer')).toThrow(invalid);
    expect(() => permessageDeflate({ engine }).accept(list as never)).toThrow(invalid);
    expect(() => permessageDeflate({ engine }).confirm(list as never)).toThrow(invalid);
  });

  it('are neither an offer nor a response', () => {
    expect(() => parseDeflateParameters([], 'answer' as never)).toThrow(
      withCode('OPTION_INVALID', "kind is 'offer' or 'response', not 'answer'"),
    );
  });

  it.each([
    [undefined, 'OPTION_INVALID'],
    [null, 'OPTION_INVALID'],
    [5, 'OPTION_INVALID'],
    [[], 'OPTION_INVALID'],
    [{ serverMaxWindowBit: 9 }, 'OPTION_UNKNOWN'],
    [{ serverNoContextTakeover: 'yes' }, 'OPTION_INVALID'],
    [{ serverMaxWindowBits: 16 }, 'OPTION_INVALID'],
    [{ serverMaxWindowBits: true }, 'OPTION_INVALID'],
    [{ clientMaxWindowBits: '9' }, 'OPTION_INVALID'],
  ])('written: %j', (parameters, code) => {
    expect(() => formatDeflateParameters(parameters as never)).toThrow(expect.objectContaining({ code }));
  });
});
