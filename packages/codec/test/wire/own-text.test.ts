import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeOwn, encodeOwn } from '../../src/wire/utf8.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const outcome = (decode: () => string): string | undefined => {
  try {
    return decode();
  } catch {
    return undefined;
  }
};

/** Text with lone surrogates, long enough for several slices. */
const anyText = fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const longText = fc
  .tuple(anyText, fc.constantFrom('a', '\u00e9', '\u20ac', '\u{1f600}'), fc.nat(5000))
  .map(([text, character, times]) => text + character.repeat(times));

describe('as the platform', () => {
  test('encoding', () => {
    fc.assert(
      fc.property(longText, (text) => {
        const target = new Uint8Array(3 * text.length);
        const { written } = encodeOwn(text, target);
        expect(target.subarray(0, written)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  test('encoding as far as there is room', () => {
    fc.assert(
      fc.property(longText, fc.double({ min: 0, max: 1, noNaN: true }), (text, share) => {
        const room = Math.floor(share * 3 * text.length);
        const ours = new Uint8Array(room);
        const theirs = new Uint8Array(room);
        const { read, written } = encodeOwn(text, ours);
        expect({ read, written }).toEqual(new TextEncoder().encodeInto(text, theirs));
        expect(Buffer.compare(ours, theirs)).toBe(0);
      }),
    );
  });

  test('decoding what is right', () => {
    fc.assert(
      fc.property(longText, (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(decodeOwn(bytes)).toBe(strict.decode(bytes));
      }),
    );
  });

  test('decoding anything', () => {
    const lead = fc.constantFrom(0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0x80, 0xbf, 0xbb, 0x41);
    fc.assert(
      fc.property(fc.array(fc.oneof(lead, fc.nat(255)), { maxLength: 12 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(outcome(() => decodeOwn(bytes))).toBe(outcome(() => strict.decode(bytes)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an engine without', () => {
  beforeEach(() => vi.resetModules());
  afterEach(() => vi.unstubAllGlobals());
  const bytes = new TextEncoder().encode(`\ufeff${'\u00fc'.repeat(40)}`);

  test.each([
    ['a TextDecoder', undefined],
    ['one that knows `fatal`', class {}],
  ])('%s', async (_, TextDecoder) => {
    vi.stubGlobal('TextDecoder', TextDecoder);
    const { decodeUtf8 } = await import('../../src/frames.js');
    expect(decodeUtf8(bytes, 0, bytes.length)).toBe(strict.decode(bytes));
    expect(decodeUtf8(bytes, 0, bytes.length - 1)).toBeUndefined();
  });

  test.each([
    ['a TextEncoder', undefined],
    ['one with `encodeInto`', class {}],
  ])('%s', async (_, TextEncoder) => {
    vi.stubGlobal('TextEncoder', TextEncoder);
    const { writeUtf8, encodeUtf8 } = await import('../../src/wire/utf8.js');
    const text = strict.decode(bytes);
    const target = new Uint8Array(3 * text.length);
    expect(target.subarray(0, writeUtf8(text, target, 0))).toEqual(bytes);
    expect(encodeUtf8(text)).toEqual(bytes);
  });

  test('an EventTarget', async () => {
    vi.stubGlobal('EventTarget', undefined);
    vi.stubGlobal('Event', undefined);
    const { TransportWebSocket } = await import('../../src/websocket/websocket.js');
    const transport = { readable: new ReadableStream(), writable: new WritableStream() };
    expect(() => new TransportWebSocket(transport)).toThrow(
      expect.objectContaining({ code: 'NO_EVENT_TARGET' }),
    );
  });
});
