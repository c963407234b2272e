/**
 * Sinks that transfer away the memory of what they are given or lent, to a worker say: later messages arrive all the same. Where they
 * cannot, as they stood in that memory, it is an error of the caller's with a code of its own, and never a fault of the peer's.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../../tools/thorough.js';
import { BINARY, FIN, FrameParser, PING, RSV1, TEXT } from '../../src/frames.js';
import { Connection, ConnectionEvents, type ConnectionHandlers } from '../../src/index.js';
import { connectionOf, MODES, type Mode } from '../endpoint.js';
import { Manual, settled, sync } from '../extensions.js';
import { characters, chunks, concat, toward, utf8 } from '../frames.js';

/** @returns whether it could be: WebAssembly's memory cannot */
function transfer(bytes: Uint8Array): boolean {
  try {
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
    return true;
  } catch {
    return false;
  }
}

const messages = fc.array(
  fc.record({
    kind: fc.constantFrom('binary', 'binary', 'text', 'encoded', 'fragments', 'ping'),
    length: fc.constantFrom(0, 1, 50, 64, 65, 100, 100, 300, 2000, 4095, 4096, 5000, 9000, 70_000),
    transferred: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Run {
  readonly options: Mode;
  readonly role: 'server' | 'client';
  readonly script: readonly { kind: string; length: number; transferred: boolean }[];
  readonly sizes: readonly number[];
  readonly pauses: boolean;
}

const runs: fc.Arbitrary<Run> = fc.record({
  options: fc.constantFrom(...MODES),
  role: fc.constantFrom('server' as const, 'client' as const),
  script: messages,
  sizes: fc.constantFrom([1_000_000], [65_536], [4000], [700, 90_000], [1]),
  pauses: fc.boolean(),
});

/** Plays a run; what was heard, what was thrown, what it should be. */
async function play({ options, role, script, sizes, pauses }: Run, transferInput: boolean, given = false) {
  const wanted: string[] = [];
  const heard: string[] = [];
  const thrown: unknown[] = [];
  const stream = concat(
    ...script.map(({ kind, length }, i) => {
      const isText = kind === 'text';
      const payload = isText
        ? utf8(String.fromCharCode(97 + i).repeat(length))
        : new Uint8Array(kind === 'ping' ? Math.min(length, 125) : length).fill(i + 1);
      wanted.push(characters(payload));
      const first = kind === 'ping' ? PING : isText ? TEXT : BINARY;
      if (kind === 'encoded')
        return toward(
          role,
          FIN | RSV1 | BINARY,
          payload.map((byte) => byte ^ 0xff),
          7,
        );
      if (kind !== 'fragments') return toward(role, FIN | first, payload, 7);
      const half = length >> 1;
      return concat(
        toward(role, first, payload.subarray(0, half), 7),
        toward(role, FIN | PING, 'x', 7),
        toward(role, FIN, payload.subarray(half), 7),
      );
    }),
  );
  let parts = '';
  /** Transfers after it has looked; at once, or when reading has stopped. */
  const take = (bytes: Uint8Array, start: number, end: number, whole: boolean): void => {
    const text = characters(bytes.subarray(start, end));
    parts += text;
    const { transferred } = script[heard.length]!;
    if (whole) finish();
    if (transferred) transfer(bytes);
  };
  const finish = (): void => {
    heard.push(parts);
    parts = '';
    if (pauses) connection.pause();
  };
  const sink: ConnectionHandlers = {
    text: (text) => {
      heard.push(text);
    },
    binary: (bytes) => take(bytes, 0, bytes.length, true),
    bytes: (_, bytes) => take(bytes, 0, bytes.length, true),
    message: (_, { bytes, start, end }) => take(bytes, start, end, true),
    messageData: ({ bytes, start, end }) => take(bytes, start, end, false),
    messageEnd: finish,
    ping: (bytes) => {
      if (bytes.length === 1 && bytes[0] === 0x78) transfer(bytes);
      else {
        heard.push(characters(bytes));
        transfer(bytes);
      }
    },
    error: (error) => thrown.push(error),
  };
  const connection: Connection = connectionOf(
    {
      ...options,
      role,
      transferInput: transferInput,
      generateMaskingKey: () => 0,
    },
    sink,
    [sync(RSV1)],
  );
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      thrown.push(error);
    }
  };
  for (const chunk of chunks(stream, sizes)) attempt(() => connection.receive(Uint8Array.from(chunk), given));
  for (let i = 0; i < 30; i++) attempt(() => connection.resume());
  await undefined;
  return { connection, wanted, heard, thrown };
}

it('messages of memory that is not the host’s: all arrive, however many are transferred away', async () => {
  await fc.assert(
    fc.asyncProperty(
      runs.filter(({ options }) => options.messages === 'whole' || options.messages === 'bytes'),
      async (run) => {
        const { connection, wanted, heard, thrown } = await play(run, false);
        expect(thrown).toEqual([]);
        expect(heard).toEqual(wanted);
        expect(connection.state).toBe('open');
      },
    ),
    { numRuns: cases(100, 600) },
  );
});

it('chunks that a transport gave: all arrive, though large messages are views of them', async () => {
  const whole = runs.filter(({ options }) => options.messages === 'whole');
  await fc.assert(
    fc.asyncProperty(whole, async (run) => {
      const { connection, wanted, heard, thrown } = await play(run, false, true);
      expect(thrown).toEqual([]);
      expect(heard).toEqual(wanted);
      expect(connection.state).toBe('open');
    }),
    { numRuns: cases(200, 2000) },
  );
});

it('a chunk that a transport gave and a handler transfers is read to its end, whatever stands behind', () => {
  const message = (length: number, fill: number): Uint8Array =>
    toward('server', FIN | BINARY, new Uint8Array(length).fill(fill), 7 * fill);
  const ping = toward('server', FIN | PING, 'ping', 9);
  const text = toward('server', FIN | TEXT, 'a text', 11);
  const tails = [
    [],
    [ping],
    [text, text],
    [message(70_000, 5)],
    [message(20_000, 5), ping],
    [message(300, 6)],
  ];
  for (const tail of tails) {
    for (const cut of [0, 1, 5, 9, 200]) {
      for (const when of ['at once', 'at the next', 'at a pause', 'and throws']) {
        const stream = concat(message(30_000, 1), message(30_000, 2), ...tail, message(40_000, 3));
        const end = stream.length - 40_014 + cut;
        const log: string[] = [];
        const kept: Uint8Array[] = [];
        const binary = (bytes: Uint8Array): void => {
          log.push(`${bytes.length} of ${bytes[0]}`);
          kept.push(bytes);
          if (when === 'at the next' && kept.length < 2) return;
          if (kept[0]!.length > 0) transfer(kept[0]!);
          if (when === 'at a pause') connection.pause();
          if (when === 'and throws') throw new Error('mine');
        };
        const note = (what: string | Uint8Array): void => {
          log.push(typeof what === 'string' ? what : characters(what));
          if (kept[0]!.length > 0) transfer(kept[0]!);
        };
        const connection: Connection = new Connection({ role: 'server' }, { binary, text: note, ping: note });
        for (const chunk of [stream.slice(0, end), stream.slice(end)]) {
          try {
            connection.receive(chunk, true);
          } catch (error) {
            expect(String(error)).toBe('Error: mine');
          }
        }
        for (let i = 0; i < 9; i++) {
          try {
            connection.resume();
          } catch {}
        }
        const wanted: string[] = [];
        new Connection(
          { role: 'server' },
          {
            binary: (bytes) => wanted.push(`${bytes.length} of ${bytes[0]}`),
            text: (heard) => wanted.push(heard),
            ping: (bytes) => wanted.push(characters(bytes)),
          },
        ).receive(stream);
        expect(log).toEqual(wanted);
      }
    }
  }
});

it('chunks that were given away, and bytes that are lent: what is not lost arrives, and the caller is told of the rest', async () => {
  await fc.assert(
    fc.asyncProperty(runs, fc.boolean(), async (run, transferInput) => {
      const { connection, wanted, heard, thrown } = await play(run, transferInput);
      expect(heard).toEqual(wanted.slice(0, heard.length));
      if (heard.length < wanted.length) {
        expect(thrown).toMatchObject([{ name: 'TypeError', code: 'CHUNK_TRANSFERRED' }]);
        expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1011, fault: undefined });
      } else {
        expect(thrown.length).toBe(connection.state === 'open' ? 0 : 1);
      }
    }),
    { numRuns: cases(160, 1000) },
  );
});

it('a chunk that was given away and holds one message may be transferred, and the next chunk is read', () => {
  for (const role of ['server', 'client'] as const) {
    const heard: number[] = [];
    const connection = new Connection(
      { role, transferInput: true },
      {
        binary: (bytes) => {
          heard.push(bytes[0]!);
          expect(transfer(bytes)).toBe(true);
        },
      },
    );
    for (let i = 1; i <= 3; i++)
      connection.receive(toward(role, FIN | BINARY, new Uint8Array(5000).fill(i), 7));
    expect(heard).toEqual([1, 2, 3]);
  }
});

it('a message that began behind one that is transferred away later arrives whole', () => {
  const kept: Uint8Array[] = [];
  const heard: string[] = [];
  const connection = new Connection(
    { role: 'server', transferInput: true },
    {
      binary: (bytes) => {
        heard.push(characters(bytes));
        kept.push(bytes);
      },
    },
  );
  const long = toward('server', FIN | BINARY, new Uint8Array(40_000).fill(2), 7);
  const stream = concat(toward('server', FIN | BINARY, new Uint8Array(100).fill(1), 7), long);
  connection.receive(stream.slice(0, 30_000));
  for (const bytes of kept) transfer(bytes);
  connection.receive(stream.slice(30_000));
  expect(heard.map(({ length }) => length)).toEqual([100, 40_000]);
  expect(heard[1]).toBe('\u0002'.repeat(40_000));
});

it('what waits while a sink is done with a message is not lost with its memory', async () => {
  const heard: number[] = [];
  const connection: Connection = new Connection(
    { role: 'server', transferInput: true },
    {
      async binary(bytes) {
        heard.push(bytes[0]!);
        connection.pause();
        await undefined;
        transfer(bytes);
        connection.resume();
      },
    },
  );
  connection.receive(
    concat(...[1, 2, 3, 4].map((i) => toward('server', FIN | BINARY, new Uint8Array(200).fill(i), 7))),
  );
  await settled();
  expect(heard).toEqual([1, 2, 3, 4]);
});

it('a decoded message in pieces whose memory is transferred away ends', async () => {
  for (const extension of [sync(RSV1), new Manual()]) {
    const log: string[] = [];
    const connection = new Connection(
      { role: 'server' },
      {
        messageStart: () => log.push('begin'),
        messageData: ({ bytes }) => {
          log.push('piece');
          expect(log.length).toBeLessThan(9);
          transfer(bytes);
        },
        messageEnd: () => log.push('finish'),
      },
      [extension],
    );
    connection.receive(toward('server', FIN | RSV1 | BINARY, new Uint8Array(100), 7));
    if (extension instanceof Manual) await extension.finish();
    expect(log).toEqual(['begin', 'piece', 'finish']);
  }
});

describe('each event of', () => {
  it.each([{}, { transferInput: true }])('ConnectionEvents may be transferred away: %j', (options) => {
    for (const role of ['server', 'client'] as const) {
      const events = new ConnectionEvents({ role, ...options });
      const heard = events.receive(
        concat(...[1, 2, 3].map((i) => toward(role, FIN | BINARY, new Uint8Array(100).fill(i), 7))),
      );
      expect(
        heard.map((event) => {
          if (event.type !== 'binary') return undefined;
          const copy = [...event.bytes];
          expect(transfer(event.bytes)).toBe(true);
          return [copy.length, copy[0]];
        }),
      ).toEqual([
        [100, 1],
        [100, 2],
        [100, 3],
      ]);
    }
  });
});

it('a frame parser whose sink transfers the chunk away says so', () => {
  const noop = (): void => {};
  const parser = new FrameParser(
    { header: noop, payload: (bytes) => void transfer(bytes), end: noop, fail: noop },
    { role: 'client' },
  );
  const frame = toward('client', FIN | BINARY, 'ab');
  expect(() => parser.receive(concat(frame, frame))).toThrow(
    expect.objectContaining({ code: 'CHUNK_TRANSFERRED' }),
  );
  expect(parser.failed).toBe(false);
});
