// The proxy between a real client and a real server: frames as they pass, and a recording of them.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type InspectEvent, type RecordedChunk, startProxy } from '@sanssocket/inspect';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { inspectAll, messagesOf, notesOf, ofType } from './support/events.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function echoServer(): Promise<{ port: number; hosts: string[]; paths: string[] }> {
  const hosts: string[] = [];
  const paths: string[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0 } });
  closing.push(() => server.close());
  server.on('connection', (socket, { headers, url }) => {
    hosts.push(headers.host!);
    paths.push(url!);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, hosts, paths };
}

it('shows what passes, and records what can be read again', async () => {
  const server = await echoServer();
  const events: InspectEvent[] = [];
  const chunks: RecordedChunk[] = [];
  const to = `ws://127.0.0.1:${server.port}/chat?room=1`;
  const proxy = await startProxy({
    to,
    onEvent: (event) => events.push(event),
    onChunk: (chunk) => chunks.push(chunk),
  });
  closing.push(() => proxy.close());

  const texts = ['hello', 'x'.repeat(300_000)];
  for (const path of ['/', '/other']) {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}${path}`);
    await once(socket, 'open');
    for (const text of texts) {
      socket.send(text);
      const [echo] = await once(socket, 'message');
      expect(String(echo)).toBe(text);
    }
    socket.close(1000, 'done');
    await once(socket, 'close');
  }
  await expect.poll(() => chunks.filter(({ end }) => end).length).toBe(4);

  // The server is asked as if it were asked directly.
  expect(server.hosts).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${server.port}`]);
  expect(server.paths).toEqual(['/chat?room=1', '/other']);
  const said = texts.flatMap((text) => [`client: ${text}`, `server: ${text}`]);
  expect(messagesOf(events)).toEqual([...said, ...said]);
  expect(ofType(events, 'frame').filter(({ closeCode }) => closeCode === 1000)).toHaveLength(4);
  expect(notesOf(events)).toEqual([]);

  const recording = [
    '{"recording":"sanssocket","version":1}',
    ...chunks.map((chunk) => JSON.stringify(chunk)),
  ];
  const again = await inspectAll(recording.join('\n'));
  expect(messagesOf(again)).toEqual(messagesOf(events));
});

it("a client's query stays on the way to the server's path", async () => {
  const server = await echoServer();
  const proxy = await startProxy({ to: `ws://127.0.0.1:${server.port}/chat?room=1`, onEvent: () => {} });
  closing.push(() => proxy.close());
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/?room=2`);
  await once(socket, 'open');
  socket.terminate();
  expect(server.paths).toEqual(['/chat?room=2']);
});

it('reads no faster than its events are shown', async () => {
  const server = await echoServer();
  let show = (): void => {};
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  let frames = 0;
  const proxy = await startProxy({
    to: `ws://127.0.0.1:${server.port}/`,
    onEvent: async ({ type }) => {
      if (type === 'frame') frames++;
      if (frames > 0) await shown;
    },
  });
  closing.push(() => proxy.close());
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`, { perMessageDeflate: false });
  await once(socket, 'open');
  const all = new Promise<void>((resolve) => {
    let received = 0;
    socket.on('message', () => {
      received++;
      if (received === 500) resolve();
    });
  });
  for (let sent = 0; sent < 500; sent++) socket.send(new Uint8Array(100_000));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(frames).toBeLessThan(10);
  show();
  await all;
  expect(frames).toBeGreaterThanOrEqual(1000);
  socket.terminate();
});

it('passes on what is no WebSocket, and says nothing of it', async () => {
  const http = createServer((_, response) => response.end('plain'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  closing.push(() => http.close());
  const events: InspectEvent[] = [];
  const to = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const proxy = await startProxy({ to, onEvent: (event) => events.push(event) });
  closing.push(() => proxy.close());
  expect(await (await fetch(`http://127.0.0.1:${proxy.port}/`)).text()).toBe('plain');
  expect(events).toEqual([]);
});

it('a client that sends half of a head and goes costs nothing', async () => {
  const server = await echoServer();
  const proxy = await startProxy({ to: `ws://127.0.0.1:${server.port}/`, onEvent: () => {} });
  closing.push(() => proxy.close());
  const socket = connect(proxy.port, '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nHost: a');
  socket.resume();
  await once(socket, 'close');
});

it('a server that is not there is said, and the client let go', async () => {
  const events: InspectEvent[] = [];
  const proxy = await startProxy({ to: 'ws://127.0.0.1:1/', onEvent: (event) => events.push(event) });
  closing.push(() => proxy.close());
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`);
  await once(socket, 'error');
  expect(ofType(events, 'note')[0]!.message).toMatch(
    /the connection to the server has failed: .*ECONNREFUSED/,
  );
});

it('leads to nothing but ws: and wss:', async () => {
  await expect(startProxy({ to: 'http://a/', onEvent: () => {} })).rejects.toThrow(
    /a ws: or wss: URL, not to http/,
  );
});
