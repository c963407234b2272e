// The chat of this repository behind the proxy: page, files, and WebSockets of its page, compressed too.
import { createServer as createHttpServer } from 'node:http';
import { connect, serve } from 'sanssocket';
import { generate } from 'selfsigned';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { ChatServer } from '../../chat/src/server.js';
import { listen, startProxy } from './support.js';

async function startChat(): Promise<number> {
  const chat = new ChatServer({ closeTimeoutMs: 100 });
  onTestFinished(() => chat.close());
  return chat.listen(0);
}

test('the chat serves its page and files through the proxy', async () => {
  const backend = await startChat();
  const { port } = await startProxy(backend);
  for (const path of ['/', '/app.js', '/style.css', '/missing']) {
    const [through, direct] = await Promise.all(
      [port, backend].map(async (to) => {
        const response = await fetch(`http://localhost:${to}${path}`);
        return [response.status, response.headers.get('content-type'), await response.text()];
      }),
    );
    expect(through).toEqual(direct);
  }
  const post = await fetch(`http://localhost:${port}/`, { method: 'POST', body: 'x' });
  expect(post.status).toBe(405);
});

test('the chat lets its own page in through the proxy, and no other', async () => {
  const { port } = await startProxy(await startChat());
  const url = `ws://localhost:${port}/ws`;
  const heard: string[] = [];
  const origin = `http://localhost:${port}`;
  const ada = await connect(url, { text: (text) => heard.push(text) }, { origin });
  ada.sendText(JSON.stringify({ type: 'join', name: 'ada' }));
  // Another implementation, which compresses.
  const bob = new WebSocket(`${url}?compress`, { origin, perMessageDeflate: { threshold: 0 } });
  const said = JSON.stringify({ type: 'say', text: 'la '.repeat(500), n: 1 });
  bob.on('open', () => {
    bob.send(JSON.stringify({ type: 'join', name: 'bob' }));
    bob.send(said);
  });
  let echoed = '';
  bob.on('message', (data) => {
    echoed += String(data);
  });
  await expect.poll(() => heard.join()).toContain('la '.repeat(500));
  await expect.poll(() => echoed).toContain('la '.repeat(500));
  await expect.poll(() => heard.join()).toMatch(/"joined":\[[^\]]*"bob"/);
  expect(bob.extensions).toContain('permessage-deflate');
  bob.close(1000);
  await expect.poll(() => heard.at(-1)).toContain('"left":[{"name":"bob"');
  ada.close(1000);
  expect(await ada.finished()).toMatchObject({ wasClean: true, code: 1000 });
  await expect(connect(url, {}, { origin: 'http://evil.example' })).rejects.toMatchObject({ status: 403 });
  await expect(connect(`ws://localhost:${port}/no`, {})).rejects.toMatchObject({ status: 404 });
});

test('messages of all sizes there and back, plain and compressed, subprotocols, and the end of a server', async () => {
  const http = createHttpServer();
  const server = await serve({ server: http, protocols: ['echo'] }, (connection) => ({
    text: (text) => connection.sendText(text),
    binary: (bytes) => connection.sendBinary(bytes),
  }));
  const { port } = await startProxy((await listen(http)).port);
  const closed = [true, false].map(async (compression) => {
    const heard: number[] = [];
    const handlers = { binary: (bytes: Uint8Array) => heard.push(bytes.length) };
    const options = { compression, protocols: ['other', 'echo'] };
    const connection = await connect(`ws://127.0.0.1:${port}/`, handlers, options);
    expect(connection.protocol).toBe('echo');
    const lengths = [0, 1, 125, 126, 65_536, 3_000_000, 7];
    for (const length of lengths) connection.sendBinary(new Uint8Array(length).fill(7));
    await expect.poll(() => heard).toEqual(lengths);
    return connection.finished();
  });
  await expect.poll(() => server.connections.size).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.close();
  for (const info of await Promise.all(closed)) expect(info).toMatchObject({ wasClean: true, code: 1001 });
});

test('a proxy of https: and wss: says so', async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  let forwarded = '';
  const note = ({ headers }: { headers: readonly string[] }): undefined => {
    forwarded = headers.join();
  };
  const http = createHttpServer();
  await serve({ server: http, rules: [note] }, (connection) => ({
    text: (text) => connection.sendText(text),
  }));
  const tls = { key: made.private, cert: made.cert };
  const { port } = await startProxy((await listen(http)).port, { tls });
  let heard = '';
  const connection = await connect(
    `wss://localhost:${port}/`,
    {
      text(text) {
        heard = text;
      },
    },
    { tls: { ca: made.cert } },
  );
  connection.sendText('through');
  await expect.poll(() => heard).toBe('through');
  connection.close(1000);
  expect(await connection.finished()).toMatchObject({ wasClean: true });
  expect(forwarded).toContain('X-Forwarded-Proto,https');
});
