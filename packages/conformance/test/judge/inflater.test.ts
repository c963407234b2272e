import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { huffmanCode, Inflater } from '../../src/judge/inflater.js';
import { expandPayload, fromHex, sameBytes } from '../../src/model/payload.js';
import { bombOf } from '../../src/wire/compressed.js';

/** What a sender of permessage-deflate makes of a message. */
function deflated(message: Uint8Array, options: Parameters<typeof deflateRawSync>[1] = {}): Uint8Array {
  const whole = deflateRawSync(message, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, whole.length - 4);
}

/** Messages with and without repetitions, up to several windows long. */
const messages = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat({ max: 400 }))
    .map(([piece, times]) => new Uint8Array(piece.length * times).map((_, at) => piece[at % piece.length]!)),
);

describe('the inflater', () => {
  test('gives back what zlib made, in every way zlib makes it', () => {
    const settings = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.constantFrom(
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_FIXED,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
      ),
      windowBits: fc.integer({ min: 9, max: 15 }),
    });
    fc.assert(
      fc.property(messages, settings, (message, options) => {
        const inflated = new Inflater(options.windowBits, true).inflate(deflated(message, options));
        expect(inflated).toEqual(new Uint8Array(message));
      }),
    );
  });

  test('keeps the window from message to message', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 6 }), (all) => {
        const inflater = new Inflater(15, true);
        let before = new Uint8Array(0);
        for (const message of all) {
          const payload = deflated(
            message,
            before.length === 0 ? {} : { dictionary: before.subarray(-32768) },
          );
          expect(inflater.inflate(payload)).toEqual(new Uint8Array(message));
          before = new Uint8Array([...before.subarray(-32768), ...message]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('finds every payload that is cut short', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 40 }), (message, cut) => {
        const payload = deflated(message);
        fc.pre(payload.length > cut);
        const result = new Inflater(15, true).inflate(payload.subarray(0, payload.length - cut));
        // What is left may be a whole stream by chance, but then it is a shorter message.
        if (result instanceof Uint8Array) expect(result.length).toBeLessThan(message.length);
      }),
    );
  });

  test('never throws over dynamic blocks with a few octets changed', () => {
    const words = fc.array(fc.constantFrom('und ', 'die ', 'Geist ', 'Welt ', 'x', '\u00e4'), {
      minLength: 60,
      maxLength: 200,
    });
    const changes = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(words, changes, (list, flips) => {
        const payload = new Uint8Array(deflated(new TextEncoder().encode(list.join('')), { level: 9 }));
        for (const [at, octet] of flips) payload[at % payload.length] = octet;
        const result = new Inflater(15, true).inflate(payload);
        if (!(result instanceof Uint8Array)) expect(result.at).toBeLessThanOrEqual(payload.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (payloads) => {
        const inflater = new Inflater(10, true);
        for (const payload of payloads) {
          const result = inflater.inflate(payload);
          if (!(result instanceof Uint8Array)) expect(result.at).toBeLessThanOrEqual(payload.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a window of 512 octets', 9],
    ['a window of 256 octets', 8],
  ])('finds a distance beyond %s', (_, bits) => {
    const far = new Uint8Array(2000).map((_octet, at) => (at * at * 7) >> 3);
    const message = new Uint8Array([...far, ...far]);
    expect(new Inflater(bits, true).inflate(deflated(message))).toMatchObject({ code: 'DEFLATE_WINDOW' });
    expect(new Inflater(15, true).inflate(deflated(message))).toEqual(message);
  });

  test('tells what was to be forgotten from what never was', () => {
    const again = fromHex('f200110000');
    const forgetful = new Inflater(15, false);
    forgetful.inflate(fromHex('f248cdc9c90700'));
    expect(forgetful.inflate(again)).toMatchObject({ code: 'DEFLATE_TAKEOVER' });
    expect(new Inflater(15, true).inflate(again)).toMatchObject({ code: 'DEFLATE_INVALID' });
  });

  test('inflates a bomb of the suite to what the suite says', () => {
    for (const size of [2, 1000, 5000, 1024 * 1024]) {
      const { compressed, message } = bombOf(size);
      const inflated = new Inflater(8, true).inflate(expandPayload(compressed));
      expect(inflated instanceof Uint8Array && sameBytes(inflated, expandPayload(message))).toBe(true);
    }
  });
});

describe('a Huffman code', () => {
  test.each([
    ['too many codes of a length', [1, 1, 1]],
    ['codes that are missing', [2, 2, 2]],
  ])('is none with %s', (_, lengths) => {
    expect(huffmanCode(Uint8Array.from(lengths))).toBeUndefined();
  });

  test('may have a single symbol, or none', () => {
    expect(huffmanCode(Uint8Array.of(0, 1))).toBeDefined();
    expect(huffmanCode(Uint8Array.of(0, 0))).toBeDefined();
  });
});
