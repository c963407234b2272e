// The ws package as the peer, over TCP, in both roles.
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { Connection, type ConnectionHandlers, type MessageExtension } from '@sanssocket/codec';
import { type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { THOROUGH } from '../../../tools/thorough.js';
import { engines } from './engines.js';

/** A host loop: what a socket gives to the connection, what the connection has to the socket. */
function host(
  socket: Socket,
  role: 'server' | 'client',
  sink: ConnectionHandlers,
  extensions: readonly MessageExtension[],
) {
  const connection = new Connection({ role }, { ...sink, outputAvailable: () => flush() }, extensions);
  const flush = (): void => {
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
      socket.write(chunk);
    }
    if (connection.transportAction === 'end') socket.end();
  };
  const feed = (chunk: Uint8Array): void => {
    connection.receive(chunk);
    flush();
  };
  socket.on('data', feed);
  socket.on('end', () => {
    connection.receiveEof();
    flush();
  });
  socket.on('error', () => socket.destroy());
  return { connection, flush, feed };
}

let closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing) close();
  closing = [];
});

/** An echo server of ours, which answers each message twice: whole and in fragments. */
async function ourServer(options: PermessageDeflateOptions): Promise<number> {
  const extension = permessageDeflate(options);
  const server: Server = createServer((socket) => {
    const handshake = new ServerHandshake();
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      const event = handshake.receive(chunk);
      if (event?.kind !== 'request') throw new Error('the request came in pieces');
      const accepted = handshake.accept({ extensions: [extension] });
      socket.write(accepted.bytes);
      const { connection, flush, feed } = host(
        socket,
        'server',
        {
          text: (text) => {
            connection.sendText(text);
            const message = connection.textWriter();
            message.write(text.slice(0, 3));
            message.write('');
            message.end(text.slice(3));
            flush();
          },
          binary: (bytes) => {
            connection.sendBinary(bytes);
            flush();
          },
        },
        accepted.extensions.map(({ extension }) => extension),
      );
      if (event.remaining.length > 0) feed(event.remaining);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as { port: number }).port;
}

const texts = Array.from({ length: 12 }, (_, i) =>
  `{"n":${i},"name":"user ${i % 3}"},`.repeat(1 + i * i * 20),
);

const windows = THOROUGH ? [9, 10, 11, 12, 13, 14, 15] : [9, 12, 15];
const peers = [
  ...windows.map(
    (bits) => [`window bits ${bits}`, { serverMaxWindowBits: bits, clientMaxWindowBits: bits }] as const,
  ),
  ['no takeover', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['no takeover of the server', { serverNoContextTakeover: true }],
  ['no takeover of the client', { clientNoContextTakeover: true }],
] as const;

describe.each(engines)('%s', (_name, engine) => {
  describe.each(peers)('%s', (_peer, options) => {
    const own: PermessageDeflateOptions = { engine, threshold: 0, ...options };
    const bits = (options as { serverMaxWindowBits?: number }).serverMaxWindowBits ?? 15;
    const able = bits >= engine.minWindowBits;

    test('ws as the client', async () => {
      const port = await ourServer(own);
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, {
        perMessageDeflate: { threshold: 0, ...options },
      });
      closing.push(() => client.terminate());
      const heard: string[] = [];
      const done = new Promise<void>((resolve, reject) => {
        client.on('error', reject);
        client.on('message', (data) => {
          heard.push(String(data));
          if (heard.length === 2 * texts.length + 1) resolve();
        });
      });
      await new Promise((resolve) => client.once('open', resolve));
      expect(client.extensions.startsWith('permessage-deflate')).toBe(able);
      for (const text of texts) client.send(text);
      client.send(Buffer.from('in '), { binary: true, fin: false });
      client.send(Buffer.from('fragments'), { binary: true, fin: true });
      await done;
      expect(heard).toEqual([...texts.flatMap((text) => [text, text]), 'in fragments']);
      const closed = new Promise((resolve) => client.once('close', resolve));
      client.close(1000);
      expect(await closed).toBe(1000);
    });

    test('ws as the server', async () => {
      const server = new WebSocketServer({ port: 0, perMessageDeflate: { threshold: 0, ...options } });
      closing.push(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      server.on('connection', (socket) => {
        socket.on('message', (data, binary) => socket.send(data as Buffer, { binary }));
      });
      const { port } = server.address() as { port: number };
      const socket = tcpConnect(port, '127.0.0.1');
      closing.push(() => socket.destroy());
      const handshake = new ClientHandshake(`ws://127.0.0.1:${port}/`, {
        extensions: [permessageDeflate(own)],
      });
      socket.write(handshake.request.bytes);
      const accepted = await new Promise<ReturnType<typeof handshake.receive>>((resolve) => {
        socket.on('data', function read(chunk: Uint8Array) {
          const outcome = handshake.receive(chunk);
          if (outcome === undefined) return;
          socket.off('data', read);
          resolve(outcome);
        });
      });
      if (accepted?.kind !== 'accepted') {
        // ws answers an offer it cannot meet with 400. An engine of one window offers nothing that ws could limit.
        expect(engine.minWindowBits).toBe(15);
        return;
      }
      const heard: string[] = [];
      let done = (): void => {};
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      const { connection, flush, feed } = host(
        socket,
        'client',
        {
          text: (text) => {
            heard.push(text);
            if (heard.length === 2 * texts.length) done();
          },
        },
        accepted.extensions.map(({ extension }) => extension),
      );
      if (accepted.remaining.length > 0) feed(accepted.remaining);
      for (const text of texts) {
        connection.sendText(text);
        const message = connection.textWriter();
        message.write(text.slice(0, 5));
        message.end(text.slice(5));
      }
      flush();
      await all;
      expect(heard).toEqual(texts.flatMap((text) => [text, text]));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      connection.close(1000);
      flush();
      await ended;
      expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
    });
  });
});
