/**
 * Sockets as tools give them to a client that intercept requests: nock's, while it lets requests
 * through, do not count bytes that wait in them; mitm's pass chunks on as they are, by reference,
 * behind a `net.Socket` that counts.
 */
import { once } from 'node:events';
import http from 'node:http'; // whose functions are replaced
import net, { type AddressInfo, type Socket } from 'node:net'; // one of whose functions is, too
// @ts-expect-error: it has no types
import Mitm from 'mitm';
import nock from 'nock';
import { expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';

const MESSAGES = 1000;
const BYTES = 5000;

/** The two ends of an upgrade; the server takes its time before it reads. */
async function upgrade(): Promise<[client: Socket, server: Socket]> {
  const server = http.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const upgraded = once(server, 'upgrade') as Promise<[unknown, Socket]>;
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
  const asked = http
    .request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', headers })
    .end();
  const [, own] = await upgraded;
  own.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket];
  onTestFinished(() => {
    socket.destroy();
    own.destroy();
    server.close();
  });
  return [socket, own];
}

it('every byte of every message arrives, and what waits is counted', async () => {
  nock.restore();
  nock.activate();
  onTestFinished(() => nock.restore());
  const [socket, own] = await upgrade();
  // If this fails nock has changed: another socket must be found that does not count.
  socket.cork();
  socket.write('');
  expect(socket.constructor.name).toBe('MockHttpSocket');
  socket.uncork();
  let wrong = 0;
  let heard = 0;
  const server = new Connection(
    { role: 'server' },
    {
      binary(bytes) {
        if (bytes.length !== BYTES || bytes.some((byte) => byte !== heard % 251)) wrong++;
        heard++;
      },
    },
  );
  const there = attachSocket(own, server);
  there.pause();
  const here = attachSocket(socket, new Connection({ role: 'client' }, {}), { backpressureLimit: 1 << 26 });
  let mostWaiting = 0;
  for (let i = 0; i < MESSAGES; i++) {
    here.sendBinary(new Uint8Array(BYTES).fill(i % 251));
    mostWaiting = Math.max(mostWaiting, here.bufferedAmount);
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  there.resume();
  await expect.poll(() => heard).toBe(MESSAGES);
  expect(wrong).toBe(0);
  expect(mostWaiting).toBeGreaterThan(100_000);
});

it('no message is overwritten while a socket of mitm’s passes its bytes on', async () => {
  const mitm = Mitm() as {
    on(event: 'connection', listener: (socket: Socket) => void): void;
    disable(): void;
  };
  onTestFinished(() => mitm.disable());
  let heard = 0;
  let wrong = 0;
  mitm.on('connection', (socket) => {
    const text = (message: string): void => void (message === said(heard++) || wrong++);
    const server = new Connection({ role: 'server' }, { text });
    // The server takes its time before it reads.
    socket.pause();
    socket.on('data', (chunk: Uint8Array) => server.receive(chunk));
    setTimeout(() => socket.resume(), 50);
  });
  const said = (number: number): string => `message ${number} ${'abcdefgh'.repeat(number % 20)}`;
  const socket = net.connect({ host: 'example.test', port: 80 });
  // If this fails mitm has changed: another socket must be found that passes chunks on.
  expect(socket).toBeInstanceOf(net.Socket);
  const client = attachSocket(socket, new Connection({ role: 'client' }, {}));
  for (let i = 0; i < MESSAGES; i++) {
    client.sendText(said(i));
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  await expect.poll(() => heard).toBe(MESSAGES);
  expect(wrong).toBe(0);
});
