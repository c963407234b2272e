// What the pages for those who come from ws and websocket-driver say about them: their programs run, on the real packages, and
// write what this project's program beside them writes.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
import { ClientHandshake } from '@sanssocket/handshake';
import { connect as open } from 'sanssocket';
import { afterEach, expect, it } from 'vitest';
import websocket from 'websocket-driver';
import { Receiver, Sender, WebSocketServer } from 'ws';
import { exampleBlocks } from '../../tools/doc-examples.mjs';

/** The program of theirs on a page, as a function of the names it takes as given. */
function theirs(page: string, names: readonly string[], index = 0): (...values: unknown[]) => void {
  const file = new URL(`../pages/guide/${page}`, import.meta.url);
  const block = exampleBlocks(readFileSync(fileURLToPath(file), 'utf8'), 'js')[index];
  return new Function(...names, block!.code) as (...values: unknown[]) => void;
}

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

it('from-ws.md: an echo of WebSocketServer', async () => {
  const servers: WebSocketServer[] = [];
  class Kept extends WebSocketServer {
    constructor(options: object) {
      super(options);
      servers.push(this);
    }
  }
  theirs('from-ws.md', ['WebSocketServer', 'port'])(Kept, 0);
  const [wss] = servers as [WebSocketServer];
  await once(wss, 'listening');
  const { port } = wss.address() as AddressInfo;
  const echo = await new Promise((resolve) => {
    void open(`ws://localhost:${port}/`, (connection) => {
      connection.sendText('hello');
      return { text: resolve };
    });
  });
  expect(echo).toBe('hello');
  for (const client of wss.clients) client.terminate();
  wss.close();
});

it('from-ws.md: an echo of Receiver and Sender', async () => {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  theirs('from-ws.md', ['Receiver', 'Sender', 'socket'], 1)(Receiver, Sender, socket);
  for (const chunk of [
    [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69],
    [0x89, 0x80, 0, 0, 0, 0],
    [0x88, 0x80, 0, 0, 0, 0],
  ]) {
    socket.push(Buffer.from(chunk));
  }
  await once(socket, 'finish');
  expect([...Buffer.concat(written)]).toEqual([0x81, 2, 0x68, 0x69, 0x8a, 0, 0x88, 0]);
});

it('from-websocket-driver.md: a server that shouts', async () => {
  server = createServer().listen(0);
  await once(server, 'listening');
  theirs('from-websocket-driver.md', ['websocket', 'server'])(websocket, server);
  const { port } = server.address() as AddressInfo;
  const handshake = new ClientHandshake(`ws://localhost:${port}/`);
  const socket = connect(port);
  socket.write(handshake.request.bytes);
  const [head] = await once(socket, 'data');
  expect(handshake.receive(head)?.kind).toBe('accepted');
  socket.write(encodeFrame({ opcode: TEXT, payload: Buffer.from('hi'), maskingKey: 0 }));
  const [answer] = await once(socket, 'data');
  expect([...answer]).toEqual([0x81, 2, 0x48, 0x49]);
  socket.destroy();
});
