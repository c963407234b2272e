/** Nothing is left behind: of requests that are refused, halves of sockets, resets, and applications that throw. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createWebSocketStream, WebSocket, type WebSocketServer } from '@sanssocket/ws';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, listen, next, OURS, pair, pause, portOf, REAL } from './support.js';

const REQUEST = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A client by hand, and the socket at the server's end. */
async function byHand(
  server: WebSocketServer,
  headers: readonly string[] = [],
): Promise<{ client: Socket; peer: Socket; text: () => string }> {
  const { _server: http } = server as unknown as { readonly _server: NodeJS.EventEmitter };
  const accepted = once(http, 'connection');
  const client = connectTcp({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  onTestFinished(() => void client.destroy());
  let text = '';
  client.on('data', (chunk) => {
    text += chunk;
  });
  const [peer] = (await accepted) as [Socket];
  const others = REQUEST.filter((line) => !headers.some((own) => own.split(':')[0] === line.split(':')[0]));
  client.write([...others, ...headers, '\r\n'].join('\r\n'));
  return { client, peer, text: () => text };
}

describe('a refused client', () => {
  it('reads its answer, and both sides are gone when it ends', async () => {
    const server = await listen(OURS, { verifyClient: () => false });
    const { client, peer, text } = await byHand(server);
    await once(client, 'end');
    expect(text()).toMatch(/^HTTP\/1.1 401 Unauthorized\r\nConnection: close\r\n/);
    expect(peer.destroyed).toBe(false);
    client.write('more that nobody reads');
    client.end();
    if (!peer.closed) await once(peer, 'close');
  });

  it('that never ends is cut off in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await listen(OURS, { path: '/other' });
    const { client, peer } = await byHand(server);
    await once(client, 'end');
    vi.advanceTimersByTime(4999);
    expect(peer.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(peer.destroyed).toBe(true);
  });

  it('that is gone already is no error', async () => {
    let answer: (isRight: boolean) => void = () => {};
    const server = await listen(OURS, {
      verifyClient: (_info, callback) => {
        answer = callback;
      },
    });
    for (const isRight of [true, false]) {
      const { client, peer } = await byHand(server);
      await pause();
      client.resetAndDestroy();
      if (!peer.closed) await once(peer, 'close').catch(() => once(peer, 'close'));
      answer(isRight);
      expect(server.clients.size).toBe(0);
    }
  });

  it('is one of another version, a subprotocol that was not offered, and anybody once the server ends', async () => {
    const server = await listen(OURS, { handleProtocols: () => 'not-offered' });
    const unoffered = await byHand(server, ['Sec-WebSocket-Protocol: offered']);
    await once(unoffered.client, 'end');
    expect(unoffered.text()).toMatch(/^HTTP\/1.1 500 /);
    unoffered.client.destroy();
    const { client, text } = await byHand(server, ['Sec-WebSocket-Version: 8']);
    await once(client, 'end');
    expect(text()).toMatch(/^HTTP\/1.1 426 .*Sec-WebSocket-Version: 13\r\n/s);
    client.destroy();
    const inner = new OURS.WebSocketServer({ noServer: true });
    inner.close();
    const http = await listen(OURS);
    const { _server: raw } = http as unknown as { readonly _server: NodeJS.EventEmitter };
    raw.removeAllListeners('upgrade');
    raw.on('upgrade', (request, socket, head) => inner.handleUpgrade(request, socket, head, () => {}));
    const late = await byHand(http);
    await once(late.client, 'end');
    expect(late.text()).toMatch(/^HTTP\/1.1 503 /);
  });
});

describe('a server', () => {
  it('answers no socket twice, and no header with a line end in it', async () => {
    const server = await listen(OURS);
    const { _server: http } = server as unknown as { readonly _server: NodeJS.EventEmitter };
    const errors: string[] = [];
    http.on('upgrade', (request, socket, head) => {
      try {
        server.handleUpgrade(request, socket, head, () => {});
      } catch (error) {
        errors.push((error as Error).message);
      }
    });
    await connect(REAL, server);
    expect(errors).toEqual([expect.stringMatching(/more than once/)]);
    const other = new OURS.WebSocketServer({ noServer: true });
    other.on('headers', (headers) => headers.push('A: b\r\nC: d'));
    http.removeAllListeners('upgrade');
    http.on('upgrade', (request, socket, head) => {
      expect(() => other.handleUpgrade(request, socket, head, () => {})).toThrow(TypeError);
      socket.destroy();
    });
    const refused = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
    await next(refused, 'error');
  });

  it('ends with a client that ends its side, or resets, without a Close', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const { client, peer, server } = await pair(REAL, OURS);
      const closed = next(peer, 'close');
      (client as unknown as { readonly _socket: Socket })._socket[end]();
      expect(await closed).toEqual([1006, 'Buffer ']);
      expect(server.clients.size).toBe(0);
    }
  });

  it('cuts a client that does not answer its Close in time', async () => {
    const server = await listen(OURS, { closeTimeout: 30 });
    const { peer } = await byHand(server);
    const [websocket] = (await once(server, 'connection').catch(() => [])) as [WebSocket?];
    const [first] = websocket === undefined ? server.clients : [websocket];
    const closed = next(first!, 'close');
    first!.close(1000);
    expect(await closed).toEqual([1006, 'Buffer ']);
    expect(peer.destroyed).toBe(true);
  });

  it('tells messages that came before the end, though it has paused', async () => {
    for (const options of [{}, { allowSynchronousEvents: false }]) {
      const { client, peer } = await pair(REAL, OURS, { server: options });
      const heard: unknown[] = [];
      peer.on('message', (data) => {
        heard.push(String(data));
        peer.pause();
      });
      const closed = next(peer, 'close').then(() => heard.push('close'));
      client.send('one');
      client.send('two');
      client.send('three');
      await expect.poll(() => heard.length).toBe(1);
      peer.terminate();
      await closed;
      expect(heard).toEqual(['one', 'two', 'three', 'close']);
    }
  });
});

it('an exception of a listener is uncaught, and the connection is failed', () => {
  const program = `
    import { WebSocket, WebSocketServer } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    process.on('uncaughtException', (error) => console.log('uncaught', error.message));
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
      server.on('connection', (socket) => socket.on('message', () => { throw new Error('mine'); }));
      const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
      client.on('open', () => client.send('x'));
      client.on('close', (code) => { console.log('closed', code); process.exit(); });
    });`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    encoding: 'utf8',
  });
  expect(output).toBe('uncaught mine\nclosed 1011\n');
});

/** `once` of node:events would end with an error. */
function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => void stream.once('close', resolve));
}

it('callbacks of messages that are not written get an error', async () => {
  const { client, peer } = await pair(OURS, REAL);
  peer.pause();
  const results: (string | undefined)[] = [];
  const over = next(client, 'close');
  for (let i = 0; i < 5; i++) client.send(Buffer.alloc(3_000_000), (error) => results.push(error?.message));
  await pause();
  peer.terminate();
  client.terminate();
  await over;
  expect(results).toHaveLength(5);
  expect(results.at(-1)).toBe('The socket was closed before the data was written');
});

describe('a stream', () => {
  it('writes when the connection is open, ends with it, and has its errors', async () => {
    const server = await listen(REAL);
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(data as Buffer)));
    const stream = createWebSocketStream(new WebSocket(`ws://127.0.0.1:${portOf(server)}`));
    stream.end('early');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('early');
    const failed = createWebSocketStream(new WebSocket('ws://127.0.0.1:1'));
    failed.end('never');
    const [error] = await once(failed, 'error');
    expect(error.code).toBe('ECONNREFUSED');
    await pause();
    expect(failed.destroyed).toBe(true);
  });

  it('that has ended is closed by a reset, too, and errors of its peer are its own', async () => {
    const server = await listen(REAL);
    const client = await connect(OURS, server);
    const [peer] = server.clients;
    const stream = createWebSocketStream(client).resume();
    (peer as unknown as { readonly _socket: Socket })._socket.pause();
    stream.end('x'.repeat(5_000_000));
    await pause();
    (peer as unknown as { readonly _socket: Socket })._socket.resetAndDestroy();
    stream.on('error', () => {});
    await closed(stream);
    const other = await pair(OURS, REAL);
    const broken = createWebSocketStream(other.client);
    (other.peer as unknown as { readonly _socket: Socket })._socket.write(Buffer.of(0x85, 0));
    const over = closed(broken);
    const [error] = await once(broken, 'error');
    expect(error.code).toBe('WS_ERR_INVALID_OPCODE');
    await over;
  });

  it('that is destroyed cuts the connection, also before it is open', async () => {
    const server = await listen(REAL);
    const early = createWebSocketStream(new WebSocket(`ws://127.0.0.1:${portOf(server)}`));
    early.on('error', () => {});
    early.destroy();
    await closed(early);
    const client = await connect(OURS, server);
    const stream = createWebSocketStream(client);
    stream.on('error', () => {});
    stream.destroy(new Error('mine'));
    await closed(stream);
    expect(client.readyState).toBe(WebSocket.CLOSED);
    const late = createWebSocketStream(client);
    late.destroy();
    await closed(late);
  });

  it('stops the peer while nobody reads', async () => {
    const { client, peer } = await pair(OURS, REAL);
    const stream = createWebSocketStream(client);
    expect(stream).toBeInstanceOf(Duplex);
    for (let i = 0; i < 50; i++) peer.send(Buffer.alloc(10_000, i));
    await expect.poll(() => client.isPaused).toBe(true);
    peer.close();
    let bytes = 0;
    stream.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await once(stream, 'end');
    expect(bytes).toBe(500_000);
  });
});
