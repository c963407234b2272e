// RFC 7692 7.2.1: what goes out.
import { Connection, PreparedMessage } from '@sanssocket/codec';
import type { DeflateEngine } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { compressionStreams } from '@sanssocket/deflate/streams';
import { describe, expect, test } from 'vitest';
import { CountingEngine } from '../counting-engine.js';
import { engines } from '../engines.js';
import { clientEnd, hexOf, Recorder, serverEnd, serverEnds } from '../pair.js';

const NO_TAKEOVER = '; server_no_context_takeover; client_no_context_takeover';
const SENTENCE = 'the same sentence, again and again. ';

function server(engine: DeflateEngine, offer = '', options: object = {}): Recorder {
  return new Recorder({ role: 'server' }, serverEnd(engine, offer, options));
}

async function sent(recorder: Recorder): Promise<string> {
  return hexOf(await recorder.output());
}

describe('bytes, with zlib', () => {
  test('the examples of 7.2.3', async () => {
    const sender = server(nodeZlib());
    sender.connection.sendText('Hello');
    expect(await sent(sender)).toBe('c107f248cdc9c90700');
    sender.connection.sendText('Hello');
    expect(await sent(sender)).toBe('c105f200110000');
    sender.connection.sendText('');
    expect(await sent(sender)).toBe('c10100');
  });

  test('without takeover every message stands alone', async () => {
    const sender = server(nodeZlib(), NO_TAKEOVER);
    const text = SENTENCE.repeat(3);
    sender.connection.sendText(text);
    const first = await sent(sender);
    sender.connection.sendText(text);
    expect(await sent(sender)).toBe(first);
  });

  test('fragments: RSV1 on the first, the four bytes left out of the last', async () => {
    const sender = server(nodeZlib());
    const message = sender.connection.textWriter();
    message.write('Hello');
    sender.connection.ping(Uint8Array.of(0x78));
    message.write('');
    message.end('Hello');
    expect(await sent(sender)).toBe('410bf248cdc9c907000000ffff8901780000' + '8005f200110000');
  });

  test('fragments that end with an empty one', async () => {
    const sender = server(nodeZlib());
    const message = sender.connection.textWriter();
    message.write('Hello');
    message.end();
    expect(await sent(sender)).toBe('410bf248cdc9c907000000ffff' + '800100');
  });
});

describe('what is compressed', () => {
  test('from the threshold on', async () => {
    const sender = server(nodeZlib(), '', { threshold: 6 });
    sender.connection.sendText('Hello');
    sender.connection.sendText('Hello!');
    expect((await sent(sender)).startsWith('810548656c6c6fc1')).toBe(true);
  });

  test('by default, less without takeover', async () => {
    const first = async (offer: string, bytes: number): Promise<string> => {
      const sender = server(nodeZlib(), offer, { threshold: undefined });
      sender.connection.sendText('a'.repeat(bytes));
      return (await sent(sender)).slice(0, 2);
    };
    expect([await first('', 31), await first('', 32)]).toEqual(['81', 'c1']);
    expect([await first(NO_TAKEOVER, 1023), await first(NO_TAKEOVER, 1024)]).toEqual(['81', 'c1']);
  });

  test('as the caller chooses for each message', async () => {
    const asked: [number, number][] = [];
    const sender = server(nodeZlib(), '', {
      shouldCompress: (payload: Uint8Array, opcode: number) => {
        asked.push([payload.length, opcode]);
        return opcode === 1;
      },
    });
    sender.connection.sendBinary(Uint8Array.of(1, 2));
    sender.connection.sendText('Hello');
    const message = sender.connection.binaryWriter();
    message.write(Uint8Array.of(3));
    message.end(Uint8Array.of(4));
    expect(await sent(sender)).toBe('82020102' + 'c107f248cdc9c90700' + '020103' + '800104');
    expect(asked).toEqual([
      [2, 2],
      [5, 1],
      [1, 2],
    ]);
  });

  test('not what becomes longer, unless the window has it already', async () => {
    const noise = Uint8Array.from({ length: 64 }, (_, i) => (i * 149 + ((i * i) >> 2)) & 0xff);
    const forgetful = server(nodeZlib(), NO_TAKEOVER);
    forgetful.connection.sendBinary(noise);
    expect((await sent(forgetful)).startsWith('8240')).toBe(true);
    const sender = server(nodeZlib());
    sender.connection.sendBinary(noise);
    expect((await sent(sender)).startsWith('c2')).toBe(true);
  });

  test('nothing, where the engine cannot stay in the window the server leaves the client', async () => {
    const engine = new CountingEngine(nodeZlib());
    const client = new Recorder({ role: 'client' }, clientEnd(engine, '; client_max_window_bits=8'));
    client.connection.sendText(SENTENCE.repeat(10));
    const message = client.connection.textWriter();
    message.write(SENTENCE);
    message.end(SENTENCE);
    expect((await sent(client)).startsWith('81fe')).toBe(true);
    expect(engine.created).toBe(0);
  });

  test('control frames never (advisory S23)', async () => {
    const sender = server(nodeZlib());
    sender.connection.ping(new Uint8Array(100));
    sender.connection.close(1000, 'x'.repeat(100));
    const output = await sent(sender);
    expect([output.slice(0, 4), output.slice(204, 208)]).toEqual(['8964', '8866']);
  });
});

describe.each(engines)('%s: messages of every size come back', (_name, engine) => {
  const end = engine.deflateTakeover ? '' : NO_TAKEOVER;

  // 8192: the chunks of several peers (advisory S20); 65536: this package's own.
  const sizes = [1, 125, 126, 8191, 8192, 8193, 16384, 32767, 32768, 65535, 65536, 65537, 131072, 200_000];
  test.each(sizes)('%i bytes', async (size) => {
    const sender = server(engine, end);
    const receiver = new Recorder({ role: 'client' }, clientEnd(engine, end));
    let seed = size;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >> 16;
    };
    const messages = [
      new Uint8Array(size),
      Uint8Array.from({ length: size }, random),
      Uint8Array.from({ length: size }, (_, i) => (i % 100 < 50 ? i : random() & 3)),
    ];
    for (const message of [...messages, ...messages]) {
      sender.connection.sendBinary(message);
      receiver.connection.receive(await sender.output());
      await receiver.settled();
      expect(Buffer.compare(receiver.messages.pop() as Uint8Array, message)).toBe(0);
    }
    expect(receiver.messages).toEqual([]);
  });
});

describe('prepared messages', () => {
  const TEXT = SENTENCE.repeat(100);

  test('are compressed once for all connections with the same parameters and no takeover', async () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const recorders = Array.from(
      { length: 5 },
      () => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)),
    );
    const message = PreparedMessage.text(TEXT);
    const outputs: string[] = [];
    for (const recorder of recorders) {
      recorder.connection.sendPrepared(message);
      outputs.push(await sent(recorder));
    }
    expect(engine.deflated).toBe(1);
    expect(new Set(outputs).size).toBe(1);
    const receiver = new Recorder({ role: 'client' }, clientEnd(nodeZlib(), NO_TAKEOVER));
    receiver.connection.receive(Buffer.from(outputs[4]!, 'hex'));
    expect(receiver.messages).toEqual([TEXT]);
  });

  test('with takeover each connection compresses for itself', async () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const message = PreparedMessage.text(TEXT);
    for (const offer of ['', '']) {
      const recorder = new Recorder({ role: 'server' }, extension(offer));
      recorder.connection.sendPrepared(message);
      recorder.connection.sendPrepared(message);
      expect((await sent(recorder)).startsWith('c1')).toBe(true);
    }
    expect(engine.deflated).toBe(4);
  });

  test('that were not worth it are sent as they are, everywhere', async () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const message = PreparedMessage.text('ab');
    for (const offer of [NO_TAKEOVER, NO_TAKEOVER]) {
      const recorder = new Recorder({ role: 'server' }, extension(offer));
      recorder.connection.sendPrepared(message);
      expect(await sent(recorder)).toBe('81026162');
    }
    expect(engine.deflated).toBe(1);
  });

  test('with an asynchronous engine too', async () => {
    const extension = serverEnds(compressionStreams());
    const message = PreparedMessage.text(TEXT);
    const recorders = [0, 1].map(() => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)));
    for (const { connection } of recorders) connection.sendPrepared(message);
    const outputs = await Promise.all(recorders.map((recorder) => recorder.output()));
    expect(hexOf(outputs[0]!)).toBe(hexOf(outputs[1]!));
    expect(outputs[0]!.length).toBeLessThan(200);
  });
});

test('a prepared message that could not be compressed is tried again', async () => {
  let calls = 0;
  const engine: DeflateEngine = {
    ...compressionStreams(),
    createDeflater: () => ({
      deflate: () =>
        ++calls === 1
          ? Promise.reject(new Error('out of memory'))
          : Promise.resolve(Uint8Array.of(0, 0, 0, 0xff, 0xff)),
      reset() {},
      close() {},
    }),
  };
  const extension = serverEnds(engine);
  const message = PreparedMessage.text(SENTENCE);
  for (const first of [0x88, 0xc1]) {
    const recorder = new Recorder({ role: 'server' }, extension(NO_TAKEOVER));
    recorder.connection.sendPrepared(message);
    expect((await recorder.output())[0]).toBe(first);
  }
  expect(calls).toBe(2);
});

test('a chain in which another extension has changed a prepared message', () => {
  const flip = {
    rsv: 0x20,
    encode: (piece: Uint8Array) => piece.map((byte) => byte ^ 1),
    decode: (message: Uint8Array) => message.map((byte) => byte ^ 1),
  };
  const extension = serverEnds(nodeZlib());
  const message = PreparedMessage.text(SENTENCE.repeat(10));
  const outputs = [[flip, extension(NO_TAKEOVER)], [extension(NO_TAKEOVER)]].map((chain) => {
    const connection = new Connection({ role: 'server' }, {}, chain);
    connection.sendPrepared(message);
    return connection.dataToSend()!;
  });
  expect(outputs.map((output) => output[0]! & 0x70)).toEqual([0x60, 0x40]);
  expect(hexOf(outputs[0]!.subarray(2))).not.toBe(hexOf(outputs[1]!.subarray(2)));
});
