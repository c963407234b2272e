import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createSimdKernel,
  createSimdMemory,
  keyFromBytes,
  keyToBytes,
  type MaskFunction,
  mask,
  maskBytes,
  maskInPlace,
  maskView,
  maskWords,
  provideSimdModule,
  rotateKey,
} from '../src/index.js';
import { hostKey } from '../src/kernels.js';
import { SIMD_MODULE_BASE64 } from '../src/simd-module.js';

/** RFC 6455 5.3, word for word: transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4). */
function formula(payload: Uint8Array, key: Uint8Array): Uint8Array {
  return payload.map((octet, i) => octet ^ key[i % 4]!);
}

const kernels: [string, MaskFunction][] = [
  ['mask', mask],
  ['maskBytes', maskBytes],
  ['maskWords', maskWords],
  ['the SIMD kernel', createSimdKernel() ?? missing],
  ['maskView', byViews],
];

function missing(): never {
  throw new Error('this runtime has no WebAssembly SIMD');
}

/** The kernel over views, as a kernel over arrays. */
function byViews(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
): void {
  const view = (bytes: Uint8Array): DataView =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  maskView(view(source), start, end, view(target), at, key);
}

const payloads = fc.uint8Array({ maxLength: 700 });
const keys = fc.uint8Array({ minLength: 4, maxLength: 4 });
const offsets = fc.nat(9);

/** The payload inside a larger array, between bytes that must not change. */
function embed(payload: Uint8Array, offset: number): Uint8Array {
  const bytes = new Uint8Array(payload.length + offset + 5).fill(0xee);
  bytes.set(payload, offset);
  return bytes.subarray(1);
}

describe.each(kernels)('%s', (_, kernel) => {
  it("equals the RFC's formula into another array, at any alignment of both, and leaves the source alone", () => {
    fc.assert(
      fc.property(payloads, keys, offsets, offsets, (payload, key, from, to) => {
        const source = embed(payload, from + 1);
        const target = new Uint8Array(payload.length + to + 4).fill(0xee);
        kernel(source, from, from + payload.length, target, to, keyFromBytes(key));
        expect(target.subarray(to, to + payload.length)).toEqual(formula(payload, key));
        expect(source.subarray(from, from + payload.length)).toEqual(payload);
        const outside = [...target.subarray(0, to), ...target.subarray(to + payload.length)];
        expect(outside.every((byte) => byte === 0xee)).toBe(true);
      }),
    );
  });

  it('equals the formula in place, and touches nothing outside', () => {
    fc.assert(
      fc.property(payloads, keys, offsets, (payload, key, from) => {
        const bytes = embed(payload, from + 1);
        kernel(bytes, from, from + payload.length, bytes, from, keyFromBytes(key));
        expect(bytes.subarray(from, from + payload.length)).toEqual(formula(payload, key));
        const outside = [...bytes.subarray(0, from), ...bytes.subarray(from + payload.length)];
        expect(outside.every((byte) => byte === 0xee)).toBe(true);
      }),
    );
  });

  it('is an involution', () => {
    fc.assert(
      fc.property(payloads, fc.integer(), (payload, key) => {
        const bytes = payload.slice();
        kernel(bytes, 0, bytes.length, bytes, 0, key);
        kernel(bytes, 0, bytes.length, bytes, 0, key);
        expect(bytes).toEqual(payload);
      }),
    );
  });

  it('is phase-additive: a payload masked in two pieces is the payload masked at once', () => {
    fc.assert(
      fc.property(payloads, keys, fc.nat(700), (payload, key, cut) => {
        const split = Math.min(cut, payload.length);
        const number = keyFromBytes(key);
        const pieces = new Uint8Array(payload.length);
        kernel(payload, 0, split, pieces, 0, number);
        kernel(payload, split, payload.length, pieces, split, rotateKey(number, split));
        expect(pieces).toEqual(formula(payload, key));
      }),
    );
  });

  it('moves towards the front within one array', () => {
    fc.assert(
      fc.property(payloads, keys, offsets, offsets, (payload, key, to, gap) => {
        const bytes = embed(payload, to + gap + 1);
        kernel(bytes, to + gap, to + gap + payload.length, bytes, to, keyFromBytes(key));
        expect(bytes.subarray(to, to + payload.length)).toEqual(formula(payload, key));
      }),
    );
  });
});

describe('mask', () => {
  it.each([
    ['start below 0', -1, 4, 0],
    ['start after end', 4, 3, 0],
    ['end past the source', 0, 9, 0],
    ['at below 0', 0, 4, -1],
    ['end past the target', 0, 8, 1],
    ['NaN', Number.NaN, 4, 0],
    ['start between two bytes', 0.5, 4, 0],
    ['end between two bytes', 0, 4.5, 0],
    ['at between two bytes', 0, 4, 0.5],
  ])('throws on a range outside its array and writes nothing: %s', (_, start, end, at) => {
    const bytes = new Uint8Array(8);
    expect(() => mask(bytes, start, end, bytes, at, -1)).toThrow(RangeError);
    expect(bytes).toEqual(new Uint8Array(8));
  });
});

describe('a masking key', () => {
  const wrong = [
    Number.NaN,
    1.5,
    2 ** 32,
    -(2 ** 31) - 1,
    Number.POSITIVE_INFINITY,
    '1',
    'abcd',
    5n,
    null,
    undefined,
  ];
  it.each([...wrong, [1, 2, 3, 4]])('is an integer of 32 bits, which %o is not', (key) => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const invalid = expect.objectContaining({ code: 'KEY_INVALID' });
    expect(() => maskInPlace(bytes, key as never)).toThrow(invalid);
    expect(() => keyToBytes(key as never, bytes)).toThrow(invalid);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it.each([0, -0, -1, 2 ** 31, 2 ** 32 - 1, -(2 ** 31)])('may be signed or not: %d', (key) => {
    const bytes = new Uint8Array(4);
    keyToBytes(key, bytes);
    expect(keyFromBytes(bytes)).toBe(key | 0);
    expect(maskInPlace(new Uint8Array(4), key)).toEqual(bytes);
    expect(maskInPlace(new Uint8Array(4), bytes)).toEqual(bytes);
  });
});

describe('maskInPlace', () => {
  it.each([
    'abcd',
    [1, 2],
    new Uint16Array(2),
    new DataView(new ArrayBuffer(2)),
    new ArrayBuffer(2),
    null,
    undefined,
  ])('takes a Uint8Array, which %o is not', (bytes) => {
    expect(() => maskInPlace(bytes as never, 1)).toThrow(expect.objectContaining({ code: 'NOT_BYTES' }));
  });

  it.each([-1, 1.5, Number.NaN, '1'])(
    'is told how many bytes have gone before, which %o are not',
    (phase) => {
      expect(() => maskInPlace(new Uint8Array(4), 1, phase as never)).toThrow(
        expect.objectContaining({ code: 'RANGE_INVALID' }),
      );
    },
  );
});

describe('SIMD', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const KINDS = 32768;
  const LIST = KINDS + 256;
  const MAX_FRAMES = 40;
  const frame = fc.record({
    first: fc.constantFrom(0x81, 0x82, 0x83),
    length: fc.oneof(fc.nat(140), fc.constantFrom(0, 125, 126, 127, 300)),
    key: fc.integer(),
    ascii: fc.boolean(),
    // What no scan takes: no mask, a length that is not minimal, of 64 bits.
    odd: fc.constantFrom('', '', '', '', '', '', 'bare', 'not minimal', '64 bits'),
  });

  it('unmasks frames in one call as one by one, lists them, and touches nothing else', () => {
    const memory = createSimdMemory(1)!;
    const list = new Int32Array(memory.bytes.buffer, memory.bytes.byteOffset + LIST, 4 * MAX_FRAMES);
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 60 }),
        fc.nat(200),
        fc.constantFrom(130, 65535),
        (frames, cut, limit) => {
          const expected: number[] = [];
          const rows: number[][] = [];
          const input: number[] = [];
          let stopped = false;
          for (const { first, length, key, ascii, odd } of frames) {
            const size = odd === '64 bits' ? 127 : length > 125 || odd === 'not minimal' ? 126 : length;
            const extended =
              size === 127
                ? [0, 0, 0, 0, 0, 0, length >> 8, length & 255]
                : size === 126
                  ? [length >> 8, length & 255]
                  : [];
            const masked = odd === 'bare' ? 0 : 0x80;
            const header = [
              first,
              masked | size,
              ...extended,
              ...(masked ? [0, 8, 16, 24].map((shift) => (key >>> shift) & 0xff) : []),
            ];
            const payload = Uint8Array.from({ length }, (_, i) => (ascii ? i & 0x7f : i | 0x80));
            const onWire = Uint8Array.from(payload);
            if (masked !== 0) maskBytes(payload, 0, length, onWire, 0, key);
            input.push(...header, ...onWire);
            const start = input.length - length;
            const minimal = size !== 126 || length > 125;
            stopped ||=
              first === 0x83 ||
              masked === 0 ||
              size === 127 ||
              !minimal ||
              length > limit ||
              rows.length === MAX_FRAMES;
            if (!stopped) rows.push([first, start, input.length, ascii || length === 0 ? 1 : 0]);
            expected.push(...header, ...(stopped ? onWire : payload));
          }
          const end = Math.max(0, input.length - cut);
          const whole = rows.filter(([, , to]) => to! <= end);
          memory.bytes.fill(0x55, 0, KINDS + 256);
          for (const kind of [0x81, 0x82]) memory.bytes[KINDS + kind] = 6;
          memory.bytes[KINDS + 0x83] = 5;
          memory.bytes.set(input.slice(0, end));
          list.fill(-1);
          expect(memory.maskFrames(0, end, KINDS, LIST, MAX_FRAMES, limit)).toBe(whole.length);
          expect(
            whole.map((_, i) => [...list.subarray(4 * i, 4 * i + 3), list[4 * i + 3] === 0 ? 1 : 0]),
          ).toEqual(whole);
          const unmaskedTo = whole.at(-1)?.[2] ?? 0;
          expect([...memory.bytes.subarray(0, end)]).toEqual([
            ...expected.slice(0, unmaskedTo),
            ...input.slice(unmaskedTo, end),
          ]);
          expect(memory.bytes.subarray(end, KINDS).every((byte) => byte === 0x55)).toBe(true);
          expect(list.subarray(4 * whole.length).every((word) => word === -1)).toBe(true);
        },
      ),
    );
  });

  it('masks exactly the given range of its memory, at any alignment', () => {
    const memory = createSimdMemory(1)!;
    fc.assert(
      fc.property(payloads, keys, offsets, (payload, key, at) => {
        memory.bytes.fill(0xee, 0, payload.length + 40);
        memory.bytes.set(payload, at);
        const beyondAscii = memory.mask(at, at + payload.length, keyFromBytes(key));
        expect(beyondAscii === 0).toBe(formula(payload, key).every((byte) => byte < 0x80));
        expect(memory.bytes.slice(at, at + payload.length)).toEqual(formula(payload, key));
        const outside = [
          ...memory.bytes.subarray(0, at),
          ...memory.bytes.subarray(at + payload.length, at + payload.length + 20),
        ];
        expect(outside.every((byte) => byte === 0xee)).toBe(true);
      }),
    );
  });

  it('tells text that is all ASCII from text that is not, wherever the byte stands', () => {
    const memory = createSimdMemory(1)!;
    for (const length of [1, 3, 4, 7, 16, 31, 64, 100, 131]) {
      memory.bytes.fill(0x61, 0, length);
      expect(memory.mask(0, length, 0)).toBe(0);
      for (let i = 0; i < length; i++) {
        memory.bytes[i] = 0xc3;
        expect(memory.mask(0, length, 0)).not.toBe(0);
        memory.bytes[i] = 0x61;
      }
    }
  });

  it('goes on across pieces of its memory', () => {
    const payload = Uint8Array.from({ length: 200_003 }, (_, i) => i * 7);
    const key = Uint8Array.of(1, 2, 3, 4);
    expect(maskInPlace(payload.slice(), key)).toEqual(formula(payload, key));
  });

  it('rounds memory up to whole pages', () => {
    expect(createSimdMemory(65_537)!.bytes.length).toBe(131_072);
  });

  it.each([[Number.NaN], [-1], [1.5], [Infinity], ['64'], [undefined]])('has no size of %s', (size) => {
    expect(() => createSimdMemory(size as number)).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID', message: expect.stringContaining('whole number') }),
    );
  });

  it('is undefined where a size is more than there is memory for', () => {
    expect(createSimdMemory(2 ** 45)).toBeUndefined();
  });

  it.each([
    ['no module', {}],
    ['a module without exports', new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))],
  ])('takes no other module: %s', (_, module) => {
    const fault = expect.objectContaining({ code: 'MODULE_INVALID' });
    expect(() => createSimdMemory(1, module)).toThrow(fault);
    expect(() => createSimdKernel(module)).toThrow(fault);
    expect(() => provideSimdModule(module)).toThrow(fault);
  });

  it('takes a module that was compiled elsewhere: simd.wasm, which is what simd-module.ts holds', async () => {
    const { readFileSync } = await import('node:fs');
    const wasm = readFileSync(new URL('../wasm/simd.wasm', import.meta.url));
    expect(Buffer.from(SIMD_MODULE_BASE64, 'base64').equals(wasm)).toBe(true);
    const kernel = createSimdKernel(new WebAssembly.Module(wasm))!;
    const bytes = new Uint8Array(5);
    kernel(bytes, 0, 5, bytes, 0, 0x04030201);
    expect([...bytes]).toEqual([1, 2, 3, 4, 1]);
  });

  /** Mask, loaded where compiling is forbidden, as in Workers. */
  async function withoutCompiling(): Promise<typeof import('../src/index.js')> {
    vi.stubGlobal('WebAssembly', {
      Instance: WebAssembly.Instance,
      Module: class {
        constructor() {
          throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
        }
      },
    });
    vi.resetModules();
    return import('../src/index.js');
  }

  it('is there where compiling is forbidden, if the realm is given the module', async () => {
    const { readFileSync } = await import('node:fs');
    const module = new WebAssembly.Module(readFileSync(new URL('../wasm/simd.wasm', import.meta.url)));
    const { createSimdMemory, provideSimdModule } = await withoutCompiling();
    expect(createSimdMemory(1)).toBeUndefined();
    provideSimdModule(module);
    expect(createSimdMemory(1)?.isUtf8(0, 0)).toBe(1);
  });

  it('is absent where compiling is forbidden, and mask gives the same results without it', async () => {
    const without = await withoutCompiling();
    expect(without.createSimdMemory(1)).toBeUndefined();
    expect(without.createSimdKernel()).toBeUndefined();
    const payload = Uint8Array.from({ length: 5000 }, (_, i) => i);
    const key = Uint8Array.of(9, 8, 7, 6);
    expect(without.maskInPlace(payload.slice(), key)).toEqual(formula(payload, key));
  });
});

describe('maskInPlace', () => {
  it('takes the key as a number or as bytes, and a phase', () => {
    const key = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
    const masked = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
    const hello = new TextEncoder().encode('Hello');
    expect([...maskInPlace(hello.slice(), key)]).toEqual(masked);
    expect([...maskInPlace(hello.slice(), keyFromBytes(key))]).toEqual(masked);
    expect([...maskInPlace(hello.slice(3), key, 3)]).toEqual(masked.slice(3));
    expect([...maskInPlace(hello.slice(3), key, 4000003)]).toEqual(masked.slice(3));
  });

  it('throws on a key of another length', () => {
    expect(() => maskInPlace(new Uint8Array(4), new Uint8Array(5))).toThrow(RangeError);
  });
});

describe('keys as numbers and bytes', () => {
  it('survive the round trip at any offset', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(5), (key, offset) => {
        const bytes = new Uint8Array(offset + 4);
        keyToBytes(key, bytes, offset);
        expect(keyFromBytes(bytes, offset)).toBe(key);
        expect(bytes.subarray(0, offset).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  it.each([-1, 1, Number.NaN])('throw when four bytes do not fit (offset %s)', (offset) => {
    expect(() => keyFromBytes(new Uint8Array(4), offset)).toThrow(RangeError);
    expect(() => keyToBytes(1, new Uint8Array(4), offset)).toThrow(RangeError);
  });

  it('rotate by the phase modulo 4', () => {
    fc.assert(
      fc.property(keys, fc.nat(1000), (key, phase) => {
        const turned = key.map((_, i) => key[(i + phase) % 4]!);
        expect(rotateKey(keyFromBytes(key), phase)).toBe(keyFromBytes(turned));
      }),
    );
  });

  it('as a host word: the word whose bytes in memory are the key, on either byte order', () => {
    const word = new DataView(new ArrayBuffer(4));
    for (const littleEndian of [true, false]) {
      word.setInt32(0, hostKey(0x3d21fa37, littleEndian), littleEndian);
      expect([...new Uint8Array(word.buffer)]).toEqual([0x37, 0xfa, 0x21, 0x3d]);
    }
  });
});
