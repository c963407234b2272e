// What a caller's function or an engine throws: nothing was sent, and the same call may be made again.
import { Connection, PreparedMessage } from '@sanssocket/codec';
import type { DeflateEngine, Deflater } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { describe, expect, test } from 'vitest';
import { ZlibDeflater, type ZlibStream } from '../../src/engines/zlib-shape.js';
import { ContextPool, Lender } from '../../src/extension/messages.js';
import { CountingEngine } from '../counting-engine.js';
import { clientEnd, Recorder, serverEnd, serverEnds } from '../pair.js';

const NO_TAKEOVER = '; server_no_context_takeover; client_no_context_takeover';
const TEXT = 'the same sentence, again and again. '.repeat(3);

/** zlib, which compresses a piece and then throws it away if it is told to. */
function failing(trouble: { next: boolean }): CountingEngine {
  const zlib = nodeZlib();
  return new CountingEngine({
    ...zlib,
    createDeflater: (options) => {
      const deflater = zlib.createDeflater(options);
      return {
        deflate: (piece) => {
          const deflated = deflater.deflate(piece);
          if (!trouble.next) return deflated;
          trouble.next = false;
          throw new Error('out of memory');
        },
        reset: () => deflater.reset(),
        close: () => deflater.close(),
      };
    },
  });
}

describe.each(['', NO_TAKEOVER])('an engine that throws when it has compressed, "%s"', (offer) => {
  test('a message can be sent again, and the peer understands it and what follows', () => {
    const trouble = { next: false };
    const engine = failing(trouble);
    const sender = new Connection({ role: 'server' }, {}, [serverEnd(engine, offer)]);
    const receiver = new Recorder({ role: 'client' }, clientEnd(nodeZlib(), offer));
    const texts = ['a first one. ', 'another one, lost once. ', 'and a last one. '].map((text) =>
      text.repeat(4),
    );
    for (const text of texts) {
      if (text.startsWith('another')) {
        trouble.next = true;
        expect(() => sender.sendText(text)).toThrow('out of memory');
        expect(sender.dataToSend()).toBeUndefined();
        expect(engine.open).toBe(0);
      }
      // Twice, so that the second refers to what only the first can have brought.
      for (let i = 0; i < 2; i++) {
        sender.sendText(text);
        receiver.connection.receive(sender.dataToSend()!);
        expect(receiver.messages.pop()).toBe(text);
      }
    }
    sender.receiveEof();
    expect(engine.open).toBe(0);
  });
});

test('a shouldCompress that throws has no effect', () => {
  let trouble = false;
  const shouldCompress = (): boolean => {
    if (trouble) throw new Error('not now');
    return true;
  };
  const sender = new Connection({ role: 'server' }, {}, [serverEnd(nodeZlib(), '', { shouldCompress })]);
  const receiver = new Recorder({ role: 'client' }, clientEnd(nodeZlib()));
  for (let i = 0; i < 3; i++) {
    trouble = true;
    expect(() => sender.sendText(TEXT)).toThrow('not now');
    trouble = false;
    sender.sendText(TEXT);
    receiver.connection.receive(sender.dataToSend()!);
  }
  expect(receiver.messages).toEqual([TEXT, TEXT, TEXT]);
  expect(sender.dataToSend()).toBeUndefined();
});

test('an engine that cannot make a compressor', () => {
  const zlib = nodeZlib();
  let trouble = true;
  const engine: DeflateEngine = {
    ...zlib,
    createDeflater: (options) => {
      if (trouble) throw new Error('out of memory');
      return zlib.createDeflater(options);
    },
  };
  for (const offer of ['', NO_TAKEOVER]) {
    trouble = true;
    const sender = new Connection({ role: 'server' }, {}, [serverEnd(engine, offer)]);
    expect(() => sender.sendText(TEXT)).toThrow('out of memory');
    trouble = false;
    sender.sendText(TEXT);
    expect(sender.dataToSend()![0]).toBe(0xc1);
    sender.receiveEof();
  }
});

test('a compressor that cannot be reset is not lent again', () => {
  let made = 0;
  const pool = new ContextPool(() => {
    made++;
    return {
      reset: () => {
        throw new Error('broken');
      },
      close() {},
    };
  });
  const lender = new Lender(pool);
  const first = lender.take();
  expect(() => lender.done()).toThrow('broken');
  expect(lender.take()).not.toBe(first);
  expect(made).toBe(2);
});

test('a stream that throws midway takes its scratch with it', () => {
  let runs = 0;
  const stream: ZlibStream = {
    run: (_flush, _input, _start, _end, output) => {
      output.fill(1);
      if (++runs === 2) throw new Error('midway');
      return true;
    },
    inputLeft: 0,
    outputLeft: 0,
    reset() {},
    close() {},
  };
  expect(() => new ZlibDeflater(stream).deflate(new Uint8Array(10))).toThrow('midway');
  const sender = new Connection({ role: 'server' }, {}, [serverEnd(nodeZlib())]);
  const receiver = new Recorder({ role: 'client' }, clientEnd(nodeZlib()));
  sender.sendText(TEXT);
  receiver.connection.receive(sender.dataToSend()!);
  expect(receiver.messages).toEqual([TEXT]);
});

describe('a prepared message that another connection is compressing', () => {
  /** Compressors whose answers come when they are told to, or never once they are closed. */
  function slow(): { engine: DeflateEngine; settle: (() => void)[]; open: () => number } {
    const settle: (() => void)[] = [];
    let open = 0;
    const createDeflater = (): Deflater => {
      let closed = false;
      open++;
      return {
        deflate: () =>
          new Promise((resolve, reject) => {
            settle.push(() =>
              closed ? reject(new Error('closed')) : resolve(Uint8Array.of(5, 5, 5, 5, 5, 0, 0, 0xff, 0xff)),
            );
          }),
        reset() {},
        close() {
          closed = true;
          open--;
        },
      };
    };
    return { engine: { ...nodeZlib(), createDeflater }, settle, open: () => open };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('comes although that connection has ended', async () => {
    const { engine, settle, open } = slow();
    const extension = serverEnds(engine);
    const message = PreparedMessage.text(TEXT);
    const [first, second] = [0, 1].map(() => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)));
    first!.connection.sendPrepared(message);
    second!.connection.sendPrepared(message);
    first!.connection.receiveEof();
    settle[0]!();
    await turn();
    expect(second!.outcome).toBeUndefined();
    settle[1]!();
    expect([...(await second!.output())]).toEqual([0xc1, 5, 5, 5, 5, 5, 5]);
    second!.connection.receiveEof();
    expect(open()).toBe(0);
  });

  test('takes no compressor if the one that waits has ended, too', async () => {
    const { engine, settle, open } = slow();
    const extension = serverEnds(engine);
    const message = PreparedMessage.text(TEXT);
    const pair = [0, 1].map(() => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)));
    for (const { connection } of pair) connection.sendPrepared(message);
    for (const { connection } of pair) connection.receiveEof();
    settle[0]!();
    await turn();
    expect([open(), settle.length]).toEqual([0, 1]);
  });
});
