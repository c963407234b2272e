import assert from 'node:assert/strict';
import { mask } from '@sanssocket/mask';
import type { Role } from '@sanssocket/test-vectors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BINARY,
  FIN,
  type FrameHandlers,
  FrameParser,
  FrameParserConfig,
  type FrameParserOptions,
  PING,
  TEXT,
} from '../../src/frames.js';
import type { Fault } from '../../src/index.js';
import {
  characters,
  chunkSizes,
  chunks,
  concat,
  encodeStream,
  hex,
  masked,
  mutatedStreams,
  plain,
  type Stream,
  streams,
  toward,
} from '../frames.js';

const ROLES: readonly Role[] = ['server', 'client'];
const UNMASK = ['copy', 'in-place', 'none'] as const;

interface Heard {
  readonly frames: { first: number; payload: string }[];
  readonly faults: Fault[];
  calls: number;
}

/** A sink that puts frames together again, and checks the order of its calls; with or without the short cut. */
function collector(shortCut: boolean): { sink: FrameHandlers; heard: Heard } {
  const heard: Heard = { frames: [], faults: [], calls: 0 };
  let current: { first: number; length: number; pieces: Uint8Array[] } | null = null;
  const piece = (bytes: Uint8Array, start: number, end: number, key: number): Uint8Array => {
    const copy = new Uint8Array(end - start);
    mask(bytes, start, end, copy, 0, key);
    return copy;
  };
  const called = (): void => {
    heard.calls++;
    if (heard.faults.length > 0) throw new Error('called after fail');
  };
  const sink: FrameHandlers = {
    header(first, length) {
      called();
      if (current !== null) throw new Error('a header inside a frame');
      current = { first, length, pieces: [] };
    },
    payload(bytes, start, end, key) {
      called();
      if (start >= end) throw new Error('an empty piece');
      current!.pieces.push(piece(bytes, start, end, key));
    },
    end() {
      called();
      const { first, length, pieces } = current!;
      const payload = concat(...pieces);
      if (payload.length !== length) throw new Error('not the length that was announced');
      heard.frames.push({ first, payload: characters(payload) });
      current = null;
    },
    fail(fault) {
      called();
      heard.faults.push(fault);
    },
  };
  if (shortCut) {
    sink.message = (first, bytes, start, end, key) => {
      called();
      if (current !== null) throw new Error('a message inside a frame');
      heard.frames.push({ first, payload: characters(piece(bytes, start, end, key)) });
    };
  }
  return { sink, heard };
}

function parse(
  input: Uint8Array,
  sizes: readonly number[],
  options: FrameParserOptions,
  shortCut: boolean,
): Heard {
  const { sink, heard } = collector(shortCut);
  const parser = new FrameParser(sink, options);
  let bytes = 0;
  for (const chunk of chunks(input, sizes)) {
    assert.equal(parser.receive(chunk), chunk.length);
    bytes += chunk.length;
    assert.equal(parser.failed, heard.faults.length > 0);
    if (!parser.failed) assert.equal(parser.offset, bytes);
    chunk.fill(0xee);
  }
  return heard;
}

function expected(stream: Stream): Heard['frames'] {
  return stream.frames.map(({ first, payload }) => ({ first, payload: characters(payload) }));
}

describe.each(ROLES)('FrameParser as %s', (role) => {
  it('gives back any sequence of frames, for any split', () => {
    fc.assert(
      fc.property(
        streams,
        chunkSizes,
        fc.integer(),
        fc.constantFrom(...UNMASK),
        fc.boolean(),
        (stream, sizes, key, unmask, shortCut) => {
          const heard = parse(encodeStream(stream, role, key), sizes, { role, unmask }, shortCut);
          expect(heard.faults).toEqual([]);
          expect(heard.frames).toEqual(expected(stream));
        },
      ),
    );
  });

  it('looks on at both sides as an onlooker', () => {
    fc.assert(
      fc.property(streams, chunkSizes, (stream, sizes) => {
        expect(parse(encodeStream(stream, role), sizes, { role: 'either' }, true).frames).toEqual(
          expected(stream),
        );
      }),
      { numRuns: 30 },
    );
  });

  const inputs = fc.oneof(mutatedStreams(role), fc.uint8Array({ maxLength: 100 }));

  it('never throws, fails at most once and then is silent, in steps linear in the bytes (advisory A11)', () => {
    fc.assert(
      fc.property(inputs, chunkSizes, fc.boolean(), (input, sizes, shortCut) => {
        const heard = parse(input, sizes, { role }, shortCut);
        expect(heard.faults.length).toBeLessThanOrEqual(1);
        expect(heard.calls).toBeLessThanOrEqual(2 * input.length + 4);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same frames and the same fault for every split, with the short cut and without', () => {
    fc.assert(
      fc.property(inputs, chunkSizes, fc.constantFrom(...UNMASK), (input, sizes, unmask) => {
        const whole = parse(input, [input.length + 1], { role, unmask: 'copy' }, false);
        for (const heard of [
          parse(input, sizes, { role, unmask }, true),
          parse(input, [input.length < 2000 ? 1 : 997], { role, unmask }, false),
          parse(input, [input.length + 1], { role, unmask }, true),
        ]) {
          expect(heard.frames).toEqual(whole.frames);
          expect(heard.faults).toEqual(whole.faults);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('knows what is unfinished: every prefix but those between messages', () => {
    const stream = concat(
      toward(role, FIN | TEXT, 'ab'),
      toward(role, BINARY, 'cd'),
      toward(role, FIN | PING),
      toward(role, FIN, 'ef'),
    );
    const whole = [0, toward(role, FIN | TEXT, 'ab').length, stream.length];
    for (let end = 0; end <= stream.length; end++) {
      const parser = new FrameParser(collector(false).sink, { role });
      parser.receive(stream, 0, end);
      expect(parser.truncated).toBe(!whole.includes(end));
    }
  });
});

describe('FrameParser', () => {
  it('leaves the input alone unless told otherwise (advisory K15)', () => {
    const input = concat(masked(FIN | TEXT, 'Hello'), masked(FIN | BINARY, new Uint8Array(300)));
    for (const unmask of ['copy', 'none'] as const) {
      const chunk = input.slice();
      new FrameParser(collector(true).sink, { role: 'server', unmask }).receive(chunk);
      expect(chunk).toEqual(input);
    }
    const chunk = input.slice();
    new FrameParser(collector(true).sink, { role: 'server', unmask: 'in-place' }).receive(chunk);
    expect([...chunk.subarray(6, 11)]).toEqual([...new TextEncoder().encode('Hello')]);
  });

  it('parses a part of a chunk, in the memory of a Buffer too', () => {
    const memory = Buffer.concat([Buffer.alloc(3, 0xff), masked(FIN | TEXT, 'Hello'), Buffer.alloc(9, 0xff)]);
    const { sink, heard } = collector(true);
    const parser = new FrameParser(sink, { role: 'server' });
    expect(parser.receive(memory.subarray(1), 2, 9)).toBe(9);
    expect(parser.receive(memory.subarray(2), 8, 12)).toBe(12);
    expect(heard.frames).toEqual([{ first: FIN | TEXT, payload: 'Hello' }]);
    expect(parser.offset).toBe(11);
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 99],
      [Number.NaN, 1],
    ] as const) {
      expect(() => parser.receive(memory, start, end)).toThrow(RangeError);
    }
  });

  it('stops behind the call that paused it, and goes on from there', () => {
    const stream = concat(plain(FIN | TEXT, 'ab'), plain(FIN | PING), plain(TEXT, 'cd'), plain(FIN, ''));
    const all = collector(false);
    new FrameParser(all.sink, { role: 'client' }).receive(stream);
    const log: string[] = [];
    const pause = (call: string): void => {
      log.push(call);
      parser.pause();
    };
    const parser: FrameParser = new FrameParser(
      {
        header: () => pause('header'),
        payload: () => pause('payload'),
        end: () => pause('end'),
        fail: () => pause('fail'),
      },
      { role: 'client' },
    );
    const stops: number[] = [];
    for (let at = 0, before = -1; log.length !== before; ) {
      before = log.length;
      at = parser.receive(stream, at);
      expect(log.length - before).toBeLessThanOrEqual(1);
      stops.push(at);
    }
    expect(log.length).toBe(all.heard.calls);
    // Behind the header, behind the payload, behind the end, of each frame.
    expect(stops).toEqual([2, 4, 4, 6, 6, 8, 10, 10, 12, 12, 12]);
  });

  it('stops between messages of the short cut', () => {
    const stream = concat(...[1, 2, 3].map((n) => masked(FIN | BINARY, Uint8Array.of(n))));
    let count = 0;
    const { sink } = collector(true);
    const parser: FrameParser = new FrameParser(
      {
        ...sink,
        message() {
          count++;
          parser.pause();
        },
      },
      { role: 'server' },
    );
    expect(parser.receive(stream)).toBe(7);
    expect(count).toBe(1);
    expect(parser.receive(stream, 7)).toBe(14);
    expect(parser.receive(stream, 14)).toBe(21);
    expect(count).toBe(3);
  });

  it('stands behind a call that threw, whatever it was', () => {
    const stream = concat(
      masked(FIN | TEXT, 'ab'),
      masked(TEXT, 'cd'),
      masked(FIN | PING),
      masked(FIN, 'ef'),
    );
    for (const shortCut of [true, false]) {
      const { sink, heard } = collector(shortCut);
      let throws = true;
      const after =
        (call: (...args: never[]) => void) =>
        (...args: never[]) => {
          call(...args);
          throws = !throws;
          if (!throws) throw new Error('the sink throws every other time');
        };
      const throwing = Object.fromEntries(
        Object.entries(sink).map(([name, call]) => [name, after(call)]),
      ) as unknown as FrameHandlers;
      const parser = new FrameParser(throwing, { role: 'server' });
      let calls = 0;
      while (parser.offset < stream.length || calls < heard.calls) {
        calls = heard.calls;
        try {
          parser.receive(stream.slice(parser.offset));
        } catch {}
      }
      expect(heard.frames.map(({ payload }) => payload)).toEqual(['ab', 'cd', '', 'ef']);
    }
  });

  it('can be failed from above, once, at a byte of the chunk', () => {
    const { sink, heard } = collector(false);
    const parser: FrameParser = new FrameParser(
      { ...sink, end: () => parser.fail('INVALID_UTF8', 3) },
      { role: 'client' },
    );
    parser.receive(plain(FIN | PING));
    parser.receive(hex('01'));
    parser.fail('RESERVED_BITS');
    expect(heard.faults).toEqual([
      expect.objectContaining({ code: 'INVALID_UTF8', closeCode: 1007, offset: 3 }),
    ]);
    expect(parser.receive(hex('81 00'))).toBe(2);
    expect(parser.truncated).toBe(false);
    const other = collector(false);
    const unfinished = new FrameParser(other.sink, { role: 'client' });
    unfinished.receive(hex('81 05 61'));
    unfinished.fail('INVALID_UTF8');
    expect(other.heard.faults[0]).toMatchObject({ offset: 3 });
  });

  it.each([
    [{ role: 'proxy' }, TypeError],
    [{ role: 'server', unmask: 'maybe' }, TypeError],
    [{ role: 'server', rsv: 1 }, RangeError],
    [{ role: 'server', maxFrameBytes: 0 }, RangeError],
  ])('refuses the options %o', (options, error) => {
    expect(() => new FrameParserConfig(options as unknown as FrameParserOptions)).toThrow(error);
  });

  it('holds the short cut to the limits and to the shortest form of the length', () => {
    for (const [bytes, code] of [
      [concat(hex('82 7e 007d'), new Uint8Array(125)), 'LENGTH_NOT_MINIMAL'],
      [plain(FIN | BINARY, new Uint8Array(11)), 'MESSAGE_TOO_LARGE'],
      [plain(FIN | BINARY, new Uint8Array(21)), 'FRAME_TOO_LARGE'],
    ] as const) {
      const { sink, heard } = collector(true);
      new FrameParser(sink, { role: 'client', maxMessageBytes: 10, maxFrameBytes: 20 }).receive(bytes);
      expect(heard.faults.map((fault) => fault.code)).toEqual([code]);
    }
  });

  it('shares rules with others', () => {
    const rules = new FrameParserConfig({ role: 'client', maxFrameBytes: 3 });
    for (const length of [3, 4]) {
      const { sink, heard } = collector(false);
      new FrameParser(sink, rules).receive(plain(FIN | BINARY, new Uint8Array(length)));
      expect(heard.faults.length).toBe(length === 3 ? 0 : 1);
    }
  });

  it('unmasks with the kernel it is given', () => {
    let bytes = 0;
    const parser = new FrameParser(collector(false).sink, {
      role: 'server',
      mask: (source, start, end, target, at, key) => {
        bytes += end - start;
        mask(source, start, end, target, at, key);
      },
    });
    for (const chunk of chunks(masked(FIN | BINARY, new Uint8Array(1000)), [7])) parser.receive(chunk);
    expect(bytes).toBe(1000);
  });
});

describe('a sink of the parser', () => {
  const calls = ['header', 'payload', 'end', 'message', 'fail'] as const;
  it.each(calls)(
    'must not call receive, from %s: the chunk under way is read to its end all the same',
    (call) => {
      const { sink, heard } = collector(call === 'message');
      const errors: unknown[] = [];
      const nosy: FrameHandlers = {
        ...sink,
        [call](...args: never[]) {
          try {
            parser.receive(hex('8900'));
          } catch (error) {
            errors.push(error);
          }
          (sink[call] as (...all: never[]) => void)(...args);
        },
      };
      const parser = new FrameParser(nosy, { role: 'client' });
      parser.receive(hex('8101 61 8101 62 8300'));
      expect(errors.length).toBe(call === 'fail' ? 1 : 2);
      expect(errors).toEqual(errors.map(() => expect.objectContaining({ code: 'REENTRANT_CALL' })));
      expect(heard.frames).toEqual([
        { first: 0x81, payload: 'a' },
        { first: 0x81, payload: 'b' },
      ]);
      expect(parser.failed).toBe(true);
    },
  );

  it('may be called again when it has thrown', () => {
    const { sink, heard } = collector(false);
    let armed = true;
    const parser = new FrameParser(
      {
        ...sink,
        end() {
          sink.end();
          if (armed) throw new Error('a sink that throws');
        },
      },
      { role: 'client' },
    );
    const stream = hex('8101 61 8101 62');
    expect(() => parser.receive(stream)).toThrow('a sink that throws');
    armed = false;
    parser.receive(stream, parser.offset);
    expect(heard.frames.length).toBe(2);
  });
});

it.each(['NO_SUCH', 'toString', '', undefined])('there is no fault %o to fail with', (code) => {
  const { sink, heard } = collector(false);
  const parser = new FrameParser(sink, { role: 'client' });
  expect(() => parser.fail(code as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(parser.failed).toBe(false);
  parser.receive(hex('8101 61'));
  expect([heard.frames.length, heard.faults.length]).toEqual([1, 0]);
});
