/**
 * Whatever a caller hands in may throw: keys, memory, extensions. Then nothing was sent, and the same call made again sends it,
 * once, in its place.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINARY, FIN, PING, RSV1 } from '../../src/frames.js';
import { Connection, type MessageExtension, type MessageWriter, PreparedMessage } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { characters, readable, toward, utf8 } from '../frames.js';

class Blown extends Error {}

/** Throws at one of the next calls of what a caller has handed in, if it is lit. */
class Fuse {
  calls = 0;

  burn(): void {
    if (this.calls > 0 && --this.calls === 0) throw new Blown();
  }
}

/** An extension whose two ends have to keep step: what one has encoded, the other must get. It leaves some messages as they are. */
function inStep(burn: () => void): MessageExtension {
  let sent = 1;
  let heard = 1;
  return {
    rsv: RSV1,
    encode: (piece, { first, last }) => {
      burn();
      if (first && piece.length % 3 === 0) return undefined;
      const encoded = piece.map((byte) => byte ^ sent);
      if (last) sent++;
      return encoded;
    },
    decode: (message) => {
      const decoded = message.map((byte) => byte ^ heard);
      heard++;
      return decoded;
    },
  };
}

const bytes = fc.constantFrom(0, 1, 10, 300, 2000, 4096, 5000, 70_000);
const texts = fc.constantFrom(
  '',
  'a',
  'é€',
  '😀',
  'long enough for TextEncoder '.repeat(3),
  'x'.repeat(150),
  'é'.repeat(900),
  'x'.repeat(1100),
);
/** Pieces of a text; some end with, or begin with, half a surrogate pair. */
const pieces = fc.constantFrom('', 'abc', 'é€', '\ud83d', '\ude00', 'x\ud83d', '\ude00y', 'y'.repeat(3000));
const operations = fc.array(
  fc.record({
    /** At which call the fuse blows; 0 for none. */
    calls: fc.nat(3),
    what: fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: texts }),
      fc.record({ kind: fc.constantFrom('binary' as const, 'span' as const, 'prepared' as const), bytes }),
      fc.record({
        kind: fc.constantFrom('piece' as const, 'piece' as const, 'end' as const),
        text: pieces,
        asText: fc.boolean(),
      }),
      fc.record({
        kind: fc.constantFrom('ping' as const, 'pong' as const, 'heard ping' as const, 'take' as const),
      }),
    ),
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
);
type Operation = typeof operations extends fc.Arbitrary<(infer O)[]> ? O : never;

interface Fragments {
  readonly message: MessageWriter;
  readonly asText: boolean;
  said: string;
}

/** Somebody who speaks while what he hands in throws, and says everything again that was not said. */
class Speaker {
  readonly connection: Connection;
  readonly role: 'server' | 'client';
  /** What the other end must hear, in order. */
  readonly said: string[] = [];
  readonly pinged: string[] = [];
  output = '';
  readonly #fuse = new Fuse();
  #fragments: Fragments | null = null;
  #count = 0;

  constructor(role: 'server' | 'client', extended: boolean) {
    this.role = role;
    const fuse = this.#fuse;
    let key = 0x1234567;
    const burning = inStep(() => fuse.burn());
    this.connection = new Connection(
      {
        role,
        generateMaskingKey: () => {
          fuse.burn();
          key = Math.imul(key, 31) | 1;
          return key;
        },
        allocate: (length) => {
          fuse.burn();
          return new Uint8Array(length);
        },
      },
      {},
      extended ? [burning] : [],
    );
  }

  do({ calls, what }: Operation): void {
    const number = `${this.#count++}`;
    switch (what.kind) {
      case 'text':
        this.#whole(calls, `text ${characters(utf8(what.text))}`, () => this.connection.sendText(what.text));
        break;
      case 'binary':
      case 'span':
      case 'prepared':
        this.#binary(calls, what.kind, new Uint8Array(what.bytes).fill(this.#count));
        break;
      case 'piece':
      case 'end':
        this.#piece(calls, what.text, what.asText, what.kind === 'end');
        break;
      case 'ping':
        this.#attempt(calls, () => this.connection.ping(utf8(number)));
        this.said.push(`ping ${number}`);
        break;
      case 'pong':
        this.#attempt(calls, () => this.connection.pong(utf8(`unasked ${number}`)));
        this.said.push(`pong unasked ${number}`);
        break;
      case 'heard ping':
        this.#hear(calls, number);
        break;
      default:
        this.take(calls);
    }
  }

  /** Makes a call until it does not throw. What threw has changed nothing. */
  #attempt<T>(calls: number, call: () => T): T {
    const { connection } = this;
    const before = connection.bufferedAmount;
    this.#fuse.calls = calls;
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Blown)) throw error;
      expect(connection.bufferedAmount).toBe(before);
      expect(connection.state).toBe('open');
      return call();
    } finally {
      this.#fuse.calls = 0;
    }
  }

  #whole(calls: number, line: string, send: () => boolean): void {
    if (this.#fragments !== null) {
      expect(send).toThrow('under way');
      return;
    }
    expect(this.#attempt(calls, send)).toBe(true);
    this.said.push(line);
  }

  #binary(calls: number, kind: 'binary' | 'span' | 'prepared', payload: Uint8Array): void {
    const { connection } = this;
    this.#whole(calls, `binary ${characters(payload)}`, () => {
      if (kind === 'binary') return connection.sendBinary(payload);
      if (kind === 'span')
        return connection.sendSlice(BINARY, { bytes: payload, start: 0, end: payload.length });
      return connection.sendPrepared(PreparedMessage.binary(payload));
    });
  }

  #piece(calls: number, piece: string, asText: boolean, last: boolean): void {
    const { connection } = this;
    this.#fragments ??= {
      message: asText ? connection.textWriter() : connection.binaryWriter(),
      asText,
      said: '',
    };
    const fragments = this.#fragments;
    const part = fragments.asText ? piece : utf8(piece);
    expect(
      this.#attempt(calls, () => (last ? fragments.message.end(part) : fragments.message.write(part))),
    ).toBe(true);
    fragments.said += fragments.asText ? piece : characters(utf8(piece));
    if (last) {
      this.said.push(
        fragments.asText ? `text ${characters(utf8(fragments.said))}` : `binary ${fragments.said}`,
      );
      this.#fragments = null;
    }
  }

  /** A ping comes: what its answer throws passes through, and it is answered later, the newest at least. */
  #hear(calls: number, number: string): void {
    this.#fuse.calls = calls;
    try {
      this.connection.receive(toward(this.role, FIN | PING, number));
    } catch (error) {
      expect(error).toBeInstanceOf(Blown);
    }
    this.#fuse.calls = 0;
    this.pinged.push(number);
  }

  take(calls: number): boolean {
    const chunk = this.#attempt(calls, () => this.connection.dataToSend());
    if (chunk !== undefined) this.output += characters(chunk);
    return chunk !== undefined;
  }

  close(calls: number): void {
    if (this.#fragments !== null) this.#piece(0, '', true, true);
    while (this.take(0));
    expect(this.#attempt(calls, () => this.connection.close(1000))).toBe(true);
    while (this.take(0));
  }
}

describe.each(['server', 'client'] as const)('a %s', (role) => {
  it.each([false, true])(
    'says everything once and in order, whatever throws meanwhile (extension: %s)',
    (extended) => {
      fc.assert(
        fc.property(operations, fc.nat(2), (list, calls) => {
          const speaker = new Speaker(role, extended);
          for (const operation of list) speaker.do(operation);
          speaker.close(calls);
          const other = role === 'server' ? 'client' : 'server';
          const { connection, events } = open({ role: other }, extended ? [inStep(() => {})] : []);
          connection.receive(Uint8Array.from(Buffer.from(speaker.output, 'latin1')));
          const heard = (readable(events) as { type: string; data?: string }[])
            .filter(({ type }) => type !== 'close' && type !== 'end')
            .map(({ type, data }) => `${type} ${type === 'text' ? characters(utf8(data!)) : data}`);
          const answers = heard.filter((line) => /^pong \d/.test(line)).map((line) => line.slice(5));
          expect(heard.filter((line) => !/^pong \d/.test(line))).toEqual(speaker.said);
          // RFC 6455 5.5.3: the newest ping is answered, others may be left out.
          expect(answers.at(-1)).toBe(speaker.pinged.at(-1));
          expect(answers).toEqual(speaker.pinged.filter((number) => answers.includes(number)));
          expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
        }),
        { numRuns: 150 },
      );
    },
  );
});

it('a prepared message that could not be queued behind others leaves them as they are', () => {
  let throws = false;
  const connection = new Connection(
    {
      role: 'server',
      allocate: (length) => {
        if (throws) throw new Blown();
        return new Uint8Array(length);
      },
    },
    {},
  );
  const message = PreparedMessage.text('one');
  connection.sendPrepared(message);
  throws = true;
  expect(() => connection.sendPrepared(message)).toThrow(Blown);
  throws = false;
  connection.sendPrepared(message);
  const { connection: peer, events } = open({ role: 'client' });
  peer.receive(drain(connection));
  expect(events).toEqual([
    { type: 'text', data: 'one' },
    { type: 'text', data: 'one' },
  ]);
});
