/** What holds for every input: arbitrary streams, valid and not, in any split, delivery and role. */
import type { ObservedEvent, Role } from '@sanssocket/test-vectors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../tools/any-character.js';
import { FIN, RSV1, TEXT, UTF8_BOUNDARY, validateUtf8 } from '../src/frames.js';
import { type MessageExtension, type MessageWriter, PreparedMessage } from '../src/index.js';
import { drain, MODES, type Mode, open } from './endpoint.js';
import {
  characters,
  chunkSizes,
  chunks,
  concat,
  encodeStream,
  masked,
  mutatedStreams,
  readable,
  streams,
  utf8,
} from './frames.js';
import { type End, Link } from './link.js';

interface Result {
  readonly events: unknown[];
  readonly output: string;
}

function run(role: Role, input: Uint8Array, sizes: readonly number[], mode: Mode, ended = false): Result {
  const { connection, events } = open({ role, ...mode });
  let output = '';
  for (const chunk of chunks(input, sizes)) {
    connection.receive(chunk);
    chunk.fill(0xee);
    output += characters(drain(connection));
  }
  if (ended) connection.receiveEof();
  expect(connection.state === 'closed').toBe(events.some(isTerminal));
  return { events: readable(events), output: output + characters(drain(connection)) };
}

function isTerminal(event: ObservedEvent): boolean {
  return event.type === 'end' || event.type === 'fail';
}

describe.each(['server', 'client'] as const)('a %s', (role) => {
  it('hears what a valid stream says, for any split, in every delivery', () => {
    fc.assert(
      fc.property(
        streams,
        chunkSizes,
        fc.constantFrom(...MODES),
        fc.integer(),
        (stream, sizes, mode, key) => {
          expect(run(role, encodeStream(stream, role, key), sizes, mode).events).toEqual(
            readable(stream.events),
          );
        },
      ),
    );
  });

  const inputs = fc.oneof(
    { arbitrary: mutatedStreams(role), weight: 5 },
    { arbitrary: fc.uint8Array({ maxLength: 80 }), weight: 1 },
  );

  it('tells the same of any stream and answers it alike, for any split, in every delivery', () => {
    fc.assert(
      fc.property(inputs, chunkSizes, (input, sizes) => {
        const whole = run(role, input, [input.length + 1], MODES[0]!, true);
        expect(whole.events.length).toBeGreaterThan(0);
        for (const mode of MODES) {
          expect(run(role, input, [input.length + 1], mode, true)).toEqual(whole);
          expect(run(role, input, sizes, mode, true)).toEqual(whole);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('ends once and for all on every prefix of any stream, whatever follows (advisories I22, S04, A14)', () => {
    fc.assert(
      fc.property(
        inputs,
        fc.constantFrom(...MODES),
        fc.uint8Array({ maxLength: 20 }),
        (input, mode, more) => {
          const step = Math.max(1, Math.ceil(input.length / 60));
          for (let end = 0; end <= input.length; end += step) {
            const { connection, events } = open({ role, ...mode });
            connection.receive(input.slice(0, end));
            const failed = events.some(isTerminal);
            connection.receiveEof();
            expect(events.filter(isTerminal).length).toBe(1);
            expect(isTerminal(events.at(-1)!)).toBe(true);
            drain(connection);
            const count = events.length;
            connection.receive(more);
            connection.receiveEof();
            expect(events.length).toBe(count);
            expect(connection.dataToSend()).toBe(undefined);
            expect(connection.closeInfo?.code === 1006).toBe(!failed);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a large text', () => {
  const patterns = ['a', 'é', '€', '😀', 'plain ASCII, then é€😀 '];
  const texts = fc
    .record({
      pattern: fc.constantFrom(...patterns),
      length: fc.oneof(fc.integer({ min: 700, max: 5000 }), fc.integer({ min: 60_000, max: 200_000 })),
      shift: fc.nat(3),
    })
    .map(({ pattern, length, shift }) => {
      return utf8('x'.repeat(shift) + pattern.repeat(Math.ceil(length / pattern.length)));
    });
  const sizes = fc.constantFrom([1_000_000], [70_001], [4096], [997, 5, 30_000]);

  it('is delivered, or refused at the byte that cannot be right, in every delivery and split', () => {
    fc.assert(
      fc.property(
        texts,
        fc.option(fc.tuple(fc.nat(), fc.integer({ min: 0x80, max: 0xff }))),
        fc.option(fc.nat()),
        sizes,
        fc.constantFrom(...MODES),
        fc.integer(),
        (encoded, change, cut, chunkLengths, mode, key) => {
          if (change !== null) encoded[change[0] % encoded.length] = change[1];
          const state = validateUtf8(encoded, 0, encoded.length, UTF8_BOUNDARY);
          const at = cut === null ? encoded.length : cut % (encoded.length + 1);
          const first = masked(cut === null ? FIN | TEXT : TEXT, encoded.subarray(0, at), key);
          const second = masked(FIN, encoded.subarray(at), key);
          const { connection, events } = open({ role: 'server', ...mode });
          const input = cut === null ? first : concat(first, second);
          for (const chunk of chunks(input, chunkLengths)) connection.receive(chunk);
          if (state === UTF8_BOUNDARY) {
            expect((events[0] as { data?: string }).data === new TextDecoder().decode(encoded)).toBe(true);
          } else {
            const bad = state < 0 ? ~state : encoded.length;
            const inSecond = bad >= at && cut !== null;
            const offset = bad + (inSecond ? input.length - encoded.length : first.length - at);
            expect(events).toEqual([{ type: 'fail', code: 'INVALID_UTF8', closeCode: 1007, offset }]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Command =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'piece' | 'end'; readonly text: string }
  | { readonly kind: 'binary' | 'prepared'; readonly bytes: Uint8Array }
  | { readonly kind: 'ping' | 'pong'; readonly bytes: Uint8Array }
  | { readonly kind: 'begin'; readonly asText: boolean }
  | { readonly kind: 'move'; readonly chunks: number }
  | { readonly kind: 'close'; readonly code: number | undefined };

const text = fc.string({ unit: anyCharacter, maxLength: 40 });
const bytes = fc.oneof(
  { arbitrary: fc.uint8Array({ maxLength: 125 }), weight: 6 },
  {
    arbitrary: fc.constantFrom(126, 5000, 66000).map((length) => new Uint8Array(length).fill(length)),
    weight: 1,
  },
);
const talk = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({ kind: fc.constantFrom('piece' as const, 'end' as const), text }),
  fc.record({ kind: fc.constantFrom('binary' as const, 'prepared' as const), bytes }),
  fc.record({
    kind: fc.constantFrom('ping' as const, 'pong' as const),
    bytes: fc.uint8Array({ maxLength: 125 }),
  }),
  fc.record({ kind: fc.constant('begin' as const), asText: fc.boolean() }),
  fc.record({ kind: fc.constant('move' as const), chunks: fc.integer({ min: 1, max: 3 }) }),
);
const closing = fc.record({
  kind: fc.constant('close' as const),
  code: fc.constantFrom(undefined, 1000, 3001, 4999),
});
const commands = fc.array(
  fc.tuple(fc.boolean(), fc.oneof({ arbitrary: talk, weight: 30 }, { arbitrary: closing, weight: 1 })),
  { maxLength: 40 },
);

/** Plays one side's commands, and keeps count of what a message in fragments has said. */
class Speaker {
  readonly end: End;
  closedWith: number | undefined;
  #message: MessageWriter | null = null;
  #asText = false;
  #pieces = '';

  constructor(end: End) {
    this.end = end;
  }

  play(command: Command, link: Link): void {
    const { end } = this;
    const { connection } = end;
    switch (command.kind) {
      case 'move':
        for (let i = 0; i < command.chunks; i++) link.move(end);
        break;
      case 'ping':
        end.say(connection.ping(command.bytes), 'ping', command.bytes);
        break;
      case 'pong':
        connection.pong(command.bytes);
        break;
      case 'close':
        if (connection.close(command.code)) this.closedWith = command.code ?? 1005;
        break;
      case 'begin':
        if (this.#message !== null) break;
        this.#asText = command.asText;
        this.#pieces = '';
        this.#message = command.asText ? connection.textWriter() : connection.binaryWriter();
        this.#message.write(command.asText ? '' : utf8(''));
        break;
      case 'piece':
      case 'end':
        this.#piece(command.text, command.kind === 'end');
        break;
      default:
        this.#whole(command);
    }
    link.check();
  }

  #piece(piece: string, last: boolean): void {
    if (this.#message === null) return;
    this.#pieces += piece;
    const part = this.#asText ? piece : utf8(piece);
    const sent = last ? this.#message.end(part) : this.#message.write(part);
    if (!last) return;
    this.end.say(sent, this.#asText ? 'text' : 'binary', this.#asText ? this.#pieces : utf8(this.#pieces));
    this.#message = null;
  }

  #whole(command: { kind: 'text'; text: string } | { kind: 'binary' | 'prepared'; bytes: Uint8Array }): void {
    const { connection } = this.end;
    const send = (): boolean => {
      if (command.kind === 'text') return connection.sendText(command.text);
      if (command.kind === 'binary') return connection.sendBinary(command.bytes);
      return connection.sendPrepared(PreparedMessage.binary(command.bytes));
    };
    if (this.#message !== null && connection.state === 'open') expect(send).toThrow('under way');
    else if (command.kind === 'text') this.end.say(send(), 'text', command.text);
    else this.end.say(send(), 'binary', command.bytes);
  }
}

const invert: MessageExtension = {
  rsv: RSV1,
  encode: (piece, { first }) => (first && piece.length % 3 === 0 ? undefined : piece.map((byte) => ~byte)),
  decode: (message) => message.map((byte) => ~byte),
};

describe('two connections over a link', () => {
  it.each([
    ['plain', () => []],
    ['with an extension that leaves some messages as they are', () => [invert]],
  ])('hear all that is said, in order, and both close cleanly with the right codes: %s', (_, extensions) => {
    fc.assert(
      fc.property(
        chunkSizes,
        commands,
        fc.constantFrom(...MODES),
        fc.boolean(),
        (sizes, script, mode, serverFirst) => {
          const link = new Link(sizes, mode, extensions);
          const speakers = [new Speaker(link.client), new Speaker(link.server)] as const;
          for (const [ofServer, command] of script) speakers[ofServer ? 1 : 0].play(command, link);
          // Whoever has not, closes: one side first, or both at once if neither has said anything since.
          const closer = speakers[serverFirst ? 1 : 0];
          closer.play({ kind: 'close', code: 1001 }, link);
          link.settle();

          const [client, server] = speakers;
          for (const [speaker, peer] of [
            [client, server],
            [server, client],
          ] as const) {
            const { end } = speaker;
            expect(end.heardSaid).toBe(peer.end.said.length);
            // The peer's Close has the code it chose, or echoes ours.
            const code = peer.closedWith ?? speaker.closedWith;
            expect(end.connection.closeInfo).toMatchObject({ wasClean: true, code });
            expect(end.heard('close')).toEqual([{ type: 'close', code, reason: '' }]);
            expect(end.connection.sendText('late')).toBe(false);
            expect(end.connection.transportAction).toBe('end');
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('both close at once', () => {
    fc.assert(
      fc.property(chunkSizes, (sizes) => {
        const link = new Link(sizes);
        link.client.connection.close(1000, 'client');
        link.server.connection.close(1001, 'server');
        link.settle();
        expect(link.client.connection.closeInfo).toMatchObject({
          wasClean: true,
          code: 1001,
          reason: 'server',
        });
        expect(link.server.connection.closeInfo).toMatchObject({
          wasClean: true,
          code: 1000,
          reason: 'client',
        });
      }),
      { numRuns: 20 },
    );
  });

  it('answer every ping with its own bytes, newest last', () => {
    fc.assert(
      fc.property(
        chunkSizes,
        fc.array(fc.uint8Array({ maxLength: 125 }), { maxLength: 70 }),
        (sizes, payloads) => {
          const link = new Link(sizes);
          for (const payload of payloads)
            link.client.say(link.client.connection.ping(payload), 'ping', payload);
          link.settle();
          expect(link.client.heard('pong')).toEqual(
            payloads.map((payload) => ({ type: 'pong', data: characters(payload) })),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
