/**
 * Sockets as nock gives them to a client while it lets requests through: they do not count what
 * waits in them.
 */
import { once } from 'node:events';
import http from 'node:http'; // whose functions are replaced
import type { AddressInfo, Socket } from 'node:net';
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
