/** A prepared message is compressed once for all connections that would compress it alike, and its frame is one array for all. */
import { Connection, PreparedMessage } from '@sanssocket/codec';
import {
  type DeflateEngine,
  type Deflater,
  type PermessageDeflateOptions,
  permessageDeflate,
} from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
import { describe, expect, it, vi } from 'vitest';

const TEXT = 'what everybody is to hear, and hear, and hear '.repeat(5);

/** The engine, and how often it has deflated. */
function counted(later = false): { engine: DeflateEngine; deflated: () => number } {
  const zlib = nodeZlib();
  let count = 0;
  const createDeflater: DeflateEngine['createDeflater'] = (options) => {
    const own = zlib.createDeflater(options);
    const deflate: Deflater['deflate'] = (bytes) => {
      count++;
      const result = own.deflate(bytes);
      return later ? Promise.resolve(result) : result;
    };
    return { deflate, reset: () => own.reset(), close: () => own.close() };
  };
  return {
    engine: { ...zlib, createDeflater, createInflater: zlib.createInflater.bind(zlib) },
    deflated: () => count,
  };
}

/** Connections of one server, to clients that offer these window bits, and what each client has heard. */
function connect(
  options: PermessageDeflateOptions,
  offers: readonly (number | undefined)[],
  role: 'server' | 'client' = 'server',
) {
  const extension = permessageDeflate({ threshold: 64, ...options });
  return offers.map((bits) => {
    const other = permessageDeflate({
      engine: nodeZlib(),
      ...(bits === undefined ? {} : { serverMaxWindowBits: bits }),
    });
    const asked = other.offers().map((parameters) => ({ name: other.name, parameters }));
    const accepted = negotiateExtensions(asked, [extension]);
    const confirmed = confirmExtensions(accepted, [other]);
    if (!Array.isArray(confirmed)) throw new Error(confirmed.code);
    const agreed = { server: accepted[0]!.extension, client: confirmed[0]!.extension };
    const peer = role === 'server' ? 'client' : 'server';
    const heard: string[] = [];
    const sender = new Connection({ role }, {}, [agreed[role]]);
    const receiver = new Connection({ role: peer }, { text: (text) => heard.push(text) }, [agreed[peer]]);
    return { sender, receiver, heard };
  });
}

describe('a prepared message', () => {
  it('is compressed once, and is one array for all', () => {
    const { engine, deflated } = counted();
    const links = connect({ engine, serverNoContextTakeover: true }, [undefined, undefined, undefined]);
    const message = PreparedMessage.text(TEXT);
    const chunks = links.map(({ sender }) => {
      expect(sender.sendPrepared(message)).toBe(true);
      return sender.dataToSend()!;
    });
    expect(chunks[1]).toBe(chunks[0]);
    expect(chunks[2]).toBe(chunks[0]);
    expect(chunks[0]!.length).toBeLessThan(TEXT.length / 2);
    expect(deflated()).toBe(1);
    for (const { receiver, heard } of links) {
      receiver.receive(chunks[0]!);
      expect(heard).toEqual([TEXT]);
    }
  });

  it('keeps its place among other messages', () => {
    const links = connect({ engine: nodeZlib(), serverNoContextTakeover: true }, [undefined, undefined]);
    const message = PreparedMessage.text(TEXT);
    for (const { sender, receiver, heard } of links) {
      sender.sendText('before');
      sender.sendPrepared(message);
      sender.sendText('after');
      sender.sendPrepared(message);
      receiver.receive(sender.dataToSend()!);
      expect(heard).toEqual(['before', TEXT, 'after', TEXT]);
    }
  });

  it('is compressed once for each window there is, also in turns', () => {
    const { engine, deflated } = counted();
    const links = connect({ engine, serverNoContextTakeover: true }, [15, 9, 15, 9, 15]);
    const message = PreparedMessage.text(TEXT);
    for (const { sender, receiver, heard } of links) {
      sender.sendPrepared(message);
      receiver.receive(sender.dataToSend()!);
      expect(heard).toEqual([TEXT]);
    }
    expect(deflated()).toBe(2);
  });

  it('is compressed for each connection that remembers what went before, or of which somebody is asked', () => {
    const shouldCompress = vi.fn(() => true);
    for (const options of [{}, { serverNoContextTakeover: true, shouldCompress }]) {
      const { engine } = counted();
      const links = connect({ engine, ...options }, [undefined, undefined]);
      const message = PreparedMessage.text(TEXT);
      const chunks = links.map(({ sender }) => {
        sender.sendPrepared(message);
        return sender.dataToSend()!;
      });
      expect(chunks[0]).not.toBe(chunks[1]);
      for (const [index, { receiver, heard }] of links.entries()) {
        receiver.receive(chunks[index]!);
        expect(heard).toEqual([TEXT]);
      }
    }
    expect(shouldCompress).toHaveBeenCalledTimes(2);
  });

  it('goes as it is where compressing it is not worth it, and as the same array', () => {
    const links = connect({ engine: nodeZlib(), serverNoContextTakeover: true, threshold: 1000 }, [
      undefined,
      undefined,
    ]);
    const message = PreparedMessage.text('short');
    for (const { sender, receiver, heard } of links) {
      sender.sendPrepared(message);
      const chunk = sender.dataToSend()!;
      expect(chunk).toBe(message.frame);
      receiver.receive(chunk);
      expect(heard).toEqual(['short']);
    }
  });

  it('is masked by each client anew', () => {
    const links = connect(
      { engine: nodeZlib(), clientNoContextTakeover: true },
      [undefined, undefined],
      'client',
    );
    const message = PreparedMessage.text(TEXT);
    for (const { sender, receiver, heard } of links) {
      sender.sendPrepared(message);
      receiver.receive(sender.dataToSend()!);
      expect(heard).toEqual([TEXT]);
    }
  });

  it('waits in line behind what an asynchronous engine is at work on, and is one array once it has finished', async () => {
    const { engine, deflated } = counted(true);
    const links = connect({ engine, serverNoContextTakeover: true }, [undefined, undefined]);
    const message = PreparedMessage.text(TEXT);
    const before = `before ${TEXT}`;
    for (const { sender } of links) {
      sender.sendText(before);
      sender.sendPrepared(message);
      sender.sendText('short');
    }
    await new Promise(setImmediate);
    const flush = ({ sender, receiver }: (typeof links)[0]): Uint8Array[] => {
      const chunks: Uint8Array[] = [];
      for (let chunk = sender.dataToSend(); chunk !== undefined; chunk = sender.dataToSend()) {
        chunks.push(chunk);
        receiver.receive(chunk);
      }
      return chunks;
    };
    for (const link of links) flush(link);
    const again = links.flatMap((link) => {
      link.sender.sendPrepared(message);
      return flush(link);
    });
    expect(again.length).toBe(2);
    expect(again[0]).toBe(again[1]);
    for (const { heard } of links) expect(heard).toEqual([before, TEXT, 'short', TEXT]);
    expect(deflated()).toBe(3);
  });
});
