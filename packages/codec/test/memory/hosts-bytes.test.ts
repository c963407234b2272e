/**
 * Bytes of hosts: they come in Node's Buffers, whose methods mean other things, their owners fill them again, give them away and
 * transfer them. One test each for what has been got wrong; the property of many connections is in ../many.
 */
import { describe, expect, it } from 'vitest';
import { BINARY, FIN, type MessageOpcode, RSV1 } from '../../src/frames.js';
import { Connection, ConnectionConfig, type MessageExtension } from '../../src/index.js';
import { drain, open } from '../endpoint.js';
import { flip, settled, sync } from '../extensions.js';
import { characters, concat, masked, utf8 } from '../frames.js';
import { gc } from './heap.js';

const allocate = (bytes: number): Uint8Array => Buffer.allocUnsafe(bytes);

/** A chunk as Node's sockets give it. */
function buffer(bytes: Uint8Array): Buffer {
  const chunk = Buffer.allocUnsafe(bytes.length);
  chunk.set(bytes);
  return chunk;
}

describe('messages of two connections that arrive in turn', () => {
  it.each([
    ['of one configuration', true],
    ['of two', false],
  ])('do not mix, with chunks given away and memory of Buffers: %s', (_, shared) => {
    const config = new ConnectionConfig({ role: 'server', transferInput: true, allocate });
    const later = shared ? config : new ConnectionConfig({ role: 'server' });
    const heard: Uint8Array[][] = [[], []];
    const ends = [config, later].map(
      (of, i) => new Connection(of, { binary: (bytes) => heard[i]!.push(bytes) }),
    );
    const size = 300_000;
    const payloads = [7, 11].map((step) => Uint8Array.from({ length: size }, (__, i) => (i * step) >> 3));
    const frames = payloads.map((payload, i) => masked(FIN | BINARY, payload, Math.imul(0x01020304, i + 1)));
    const sizes = [...new Array<number>(18).fill(4000), 65_536, size];
    for (const round of [0, 1, 2]) {
      let at = 0;
      for (const length of sizes) {
        ends.forEach((end, i) => {
          const part = frames[i]!.subarray(at, at + length);
          if (part.length > 0) end.receive(buffer(part));
        });
        at += length;
      }
      for (const [i, messages] of heard.entries()) {
        expect(messages.length).toBe(round + 1);
        for (const message of messages) expect(Buffer.compare(message, payloads[i]!)).toBe(0);
      }
    }
  });

  it('do not share memory, even where one is read inside of another', () => {
    const kept: Uint8Array[] = [];
    const inner = new Connection({ role: 'server' }, { binary: (bytes) => kept.push(bytes) });
    const outer = new Connection(
      { role: 'server' },
      {
        binary: (bytes) => {
          kept.push(bytes);
          inner.receive(three.slice());
        },
      },
    );
    const three = concat(...[1, 2, 3].map((i) => masked(FIN | BINARY, new Uint8Array(300).fill(i), i)));
    outer.receive(three.slice());
    outer.receive(three.slice());
    inner.receive(three.slice());
    const ofOuter = kept.filter((_, i) => i % 4 === 0 && i < 24);
    // Messages of one read may be neighbours, those of two reads are not.
    const memory = (messages: readonly Uint8Array[]): Set<ArrayBufferLike> =>
      new Set(messages.map((message) => message.buffer));
    const reads = [
      ofOuter.slice(0, 3),
      ofOuter.slice(3),
      ...[0, 1, 2, 3, 4, 5].map((i) => kept.slice(4 * i + 1, 4 * i + 4)),
      kept.slice(24),
    ];
    const all = reads.map(memory);
    all.forEach((one, i) => {
      for (const other of all.slice(i + 1)) for (const part of one) expect(other.has(part)).toBe(false);
    });
    for (const message of kept) expect(new Set(message).size).toBe(1);
  });
});

it('a chunk that was given away is held by its messages alone, and memory of messages by nobody else', async () => {
  const held: WeakRef<object>[] = [];
  const sink = { binary: (bytes: Uint8Array) => held.push(new WeakRef(bytes.buffer)) };
  const connections = [true, false].map(
    (transferInput) => new Connection({ role: 'server', transferInput: transferInput }, sink),
  );
  const receive = (connection: Connection): void =>
    connection.receive(concat(...[1, 2, 3].map((i) => masked(FIN | BINARY, new Uint8Array(300), i))));
  for (const connection of connections) receive(connection);
  expect(held.length).toBe(6);
  await settled();
  gc();
  expect(held.map((memory) => memory.deref())).toEqual(new Array(6).fill(undefined));
});

describe('a payload', () => {
  const sends: readonly (readonly [string, (end: Connection, bytes: Uint8Array) => void])[] = [
    ['sendBinary', (end, bytes) => end.sendBinary(bytes)],
    ['sendText', (end, bytes) => end.sendText(bytes)],
    ['sendSlice', (end, bytes) => end.sendSlice(BINARY, { bytes, start: 0, end: bytes.length })],
    [
      'write and end',
      (end, bytes) => {
        const message = end.textWriter();
        message.write(bytes.subarray(0, 3));
        message.end(bytes.subarray(3));
      },
    ],
  ];

  it.each(sends)(
    'is the caller’s again when %s returns, though the extension takes its time',
    async (_, send) => {
      for (const role of ['server', 'client'] as const) {
        // It looks at the piece when the caller has had its bytes back for long.
        const late: MessageExtension = {
          rsv: RSV1,
          encode: async (piece) => {
            await settled();
            return flip(piece);
          },
          decode: flip,
        };
        const { connection } = open({ role }, [late]);
        const bytes = buffer(utf8('aaaaaaaa'));
        for (const letter of 'abc') {
          bytes.fill(letter);
          send(connection, bytes);
        }
        bytes.fill(0xff);
        for (let i = 0; i < 10; i++) await settled();
        const { connection: other, events } = open({ role: role === 'server' ? 'client' : 'server' }, [
          sync(RSV1),
        ]);
        other.receive(drain(connection));
        const heard = events.map((event) => (event as { data: string | Uint8Array }).data);
        expect(heard.map((data) => (typeof data === 'string' ? data : characters(data)))).toEqual([
          'aaaaaaaa',
          'bbbbbbbb',
          'cccccccc',
        ]);
      }
    },
  );

  it('is left as it is, and so is the memory around it', async () => {
    const later: MessageExtension = {
      rsv: RSV1,
      encode: async (piece) => flip(piece),
      decode: async (message) => flip(message),
    };
    const memory = Buffer.allocUnsafe(9000);
    for (let i = 0; i < memory.length; i++) memory[i] = i;
    const was = characters(memory);
    for (const extensions of [[], [sync(RSV1)], [later]]) {
      for (const role of ['server', 'client'] as const) {
        const { connection } = open({ role }, extensions);
        for (const end of [0, 1, 100, 3000, 8000])
          for (const [, send] of sends.filter(([name]) => name === 'sendBinary' || name === 'sendSlice'))
            send(connection, memory.subarray(500, 500 + end));
        await settled();
        drain(connection);
        expect(characters(memory)).toBe(was);
      }
    }
  });
});

describe('a chunk of output', () => {
  it('given back twice is noticed, and is nobody’s but the one’s who got it last', () => {
    const config = new ConnectionConfig({ role: 'server' });
    const [a, b, c] = [1, 2, 3].map(() => new Connection(config, {}));
    a!.sendBinary(new Uint8Array(2000));
    a!.recycleOutput(a!.dataToSend()!);
    a!.sendBinary(new Uint8Array(2000));
    const first = a!.dataToSend()!;
    a!.recycleOutput(first);
    b!.sendBinary(new Uint8Array(2000).fill(7));
    const held = b!.dataToSend()!;
    const was = characters(held);
    expect(held).not.toBe(first);
    expect(() => a!.recycleOutput(first)).toThrow('twice');
    c!.sendBinary(new Uint8Array(2000).fill(9));
    expect(characters(held)).toBe(was);
  });
});

describe('an empty message', () => {
  const empty = (opcode: MessageOpcode, rsv = 0): Uint8Array =>
    concat(masked(opcode | rsv), masked(0), masked(FIN));

  it('is the sink’s alone: it may be transferred away, and others hear theirs', async () => {
    const later: MessageExtension = { rsv: RSV1, encode: flip, decode: async () => nothing };
    const nothing = new Uint8Array(0);
    const same: MessageExtension = { rsv: RSV1, encode: flip, decode: () => nothing };
    const seen = new Set<ArrayBufferLike>();
    for (const extensions of [[], [same], [later]]) {
      for (const stream of [
        concat(empty(BINARY), masked(FIN | BINARY)),
        concat(empty(BINARY, RSV1), masked(FIN | RSV1 | BINARY)),
      ]) {
        if (extensions.length === 0 && stream[0] !== BINARY) continue;
        let heard = 0;
        for (const transferInput of [false, true]) {
          const sink = {
            binary: (bytes: Uint8Array) => {
              heard++;
              expect(bytes.length).toBe(0);
              // Nobody has had this memory before.
              expect(seen.has(bytes.buffer)).toBe(false);
              seen.add(bytes.buffer);
              structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
            },
          };
          for (let i = 0; i < 3; i++)
            new Connection({ role: 'server', transferInput: transferInput }, sink, extensions).receive(
              stream.slice(),
            );
        }
        await settled();
        expect(heard).toBe(12);
      }
    }
    // And what is empty elsewhere still is.
    const { connection } = open({ role: 'server' });
    connection.ping();
    connection.binaryWriter().end();
    expect([...drain(connection)]).toEqual([0x89, 0, 0x82, 0]);
  });
});
