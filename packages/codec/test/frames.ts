/** Frames for tests: built without the code under test's rules, and arbitrary streams of them with what they say. */
import type { ObservedEvent, Role } from '@sanssocket/test-vectors';
import fc from 'fast-check';
import { anyCharacter } from '../../../tools/any-character.js';
import { BINARY, CLOSE, CONTINUATION, encodeUncheckedFrame, FIN, PING, PONG, TEXT } from '../src/frames.js';

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes written in hex. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes as a string of as many characters: compared at once, where an array is compared element by element. */
export function characters(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Events with their bytes as {@link characters}. */
export function readable(events: readonly ObservedEvent[]): unknown[] {
  return events.map((event) =>
    'data' in event && event.data instanceof Uint8Array ? { ...event, data: characters(event.data) } : event,
  );
}

/** A frame as a server sends it. */
export function plain(first: number, payload: string | Uint8Array = ''): Uint8Array {
  return encodeUncheckedFrame({ first, payload: typeof payload === 'string' ? utf8(payload) : payload });
}

/** A frame as a client sends it. */
export function masked(
  first: number,
  payload: string | Uint8Array = '',
  maskingKey = 0x3d21fa37,
): Uint8Array {
  return encodeUncheckedFrame({
    first,
    maskingKey,
    payload: typeof payload === 'string' ? utf8(payload) : payload,
  });
}

/** A frame as the peer of an endpoint in this role sends it. */
export function toward(
  role: Role,
  first: number,
  payload: string | Uint8Array = '',
  key?: number,
): Uint8Array {
  return role === 'server' ? masked(first, payload, key) : plain(first, payload);
}

export interface Frame {
  readonly first: number;
  readonly payload: Uint8Array;
}

/** A valid stream: its frames, and the events they are. */
export interface Stream {
  readonly frames: readonly Frame[];
  readonly events: readonly ObservedEvent[];
}

const control: fc.Arbitrary<Stream> = fc
  .record({ ping: fc.boolean(), payload: fc.uint8Array({ maxLength: 125 }) })
  .map(({ ping, payload }) => ({
    frames: [{ first: FIN | (ping ? PING : PONG), payload }],
    events: [{ type: ping ? 'ping' : 'pong', data: payload }],
  }));

const lengths = fc.oneof(
  { arbitrary: fc.nat(40), weight: 40 },
  { arbitrary: fc.constantFrom(125, 126, 127, 300, 1000), weight: 10 },
  { arbitrary: fc.constantFrom(65535, 65536, 70000), weight: 1 },
);
const binary = lengths.chain((length) =>
  fc.nat(255).map((seed) => new Uint8Array(length).map((_, i) => seed + i)),
);
const texts = fc.string({ unit: anyCharacter, maxLength: 60 });

/** A message in one or more frames cut anywhere, with control frames between them. */
const message: fc.Arbitrary<Stream> = fc
  .record({
    content: fc.oneof(binary, texts),
    cuts: fc.array(fc.nat(), { maxLength: 4 }),
    between: fc.array(fc.option(control), { minLength: 4, maxLength: 4 }),
  })
  .map(({ content, cuts, between }) => {
    const payload = typeof content === 'string' ? utf8(content) : content;
    const opcode = typeof content === 'string' ? TEXT : BINARY;
    const borders = [
      0,
      ...cuts.map((cut) => cut % (payload.length + 1)).sort((a, b) => a - b),
      payload.length,
    ];
    const frames: Frame[] = [];
    const events: ObservedEvent[] = [];
    for (let i = 0; i + 1 < borders.length; i++) {
      const last = i + 2 === borders.length;
      frames.push({
        first: (last ? FIN : 0) | (i === 0 ? opcode : CONTINUATION),
        payload: payload.subarray(borders[i], borders[i + 1]),
      });
      const inserted = last ? null : between[i];
      if (inserted) {
        frames.push(...inserted.frames);
        events.push(...inserted.events);
      }
    }
    events.push(
      typeof content === 'string' ? { type: 'text', data: content } : { type: 'binary', data: payload },
    );
    return { frames, events };
  });

const close: fc.Arbitrary<Stream> = fc
  .record({ code: fc.constantFrom(1000, 1001, 1014, 3000, 4999), reason: fc.string({ maxLength: 20 }) })
  .map(({ code, reason }) => ({
    frames: [{ first: FIN | CLOSE, payload: concat(Uint8Array.of(code >> 8, code), utf8(reason)) }],
    events: [
      { type: 'close', code, reason },
      { type: 'end', clean: true, code },
    ],
  }));

function join(streams: readonly Stream[]): Stream {
  return { frames: streams.flatMap(({ frames }) => frames), events: streams.flatMap(({ events }) => events) };
}

/** Valid streams: messages and control frames in any order, often ended by a Close. */
export const streams: fc.Arbitrary<Stream> = fc
  .tuple(fc.array(fc.oneof(message, control), { maxLength: 6 }), fc.option(close))
  .map(([parts, end]) => join(end === null ? parts : [...parts, end]));

/** The bytes of a stream as the peer of an endpoint in this role sends them. */
export function encodeStream(stream: Stream, role: Role, key = 0x3d21fa37): Uint8Array {
  return concat(...stream.frames.map(({ first, payload }, i) => toward(role, first, payload, key + i)));
}

/** Streams in which something is wrong: bytes changed, left out, put in, or cut off. */
export function mutatedStreams(role: Role): fc.Arbitrary<Uint8Array> {
  const mutation = fc.record({
    at: fc.nat(),
    remove: fc.nat(2),
    insert: fc.uint8Array({ maxLength: 2 }),
    early: fc.boolean(),
  });
  return fc
    .tuple(streams, fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.integer())
    .map(([stream, mutations, key]) => {
      let bytes = encodeStream(stream, role, key);
      for (const { at, remove, insert, early } of mutations) {
        // Headers are where the rules are: half of the mutations hit the first bytes.
        const index = at % (Math.min(bytes.length, early ? 16 : bytes.length) + 1);
        bytes = concat(bytes.subarray(0, index), insert, bytes.subarray(index + remove));
      }
      return bytes;
    });
}

/** Sizes of chunks, to be used in turn. */
export const chunkSizes: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })),
  {
    minLength: 1,
    maxLength: 10,
  },
);

/** Cuts bytes into chunks, each in memory of its own. */
export function* chunks(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}
