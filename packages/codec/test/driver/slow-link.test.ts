/** Real sockets with a slow link between them: a proxy that passes on so many bytes a second. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { ConnectionDriver, DriverOptions } from '../../src/driver/driver.js';
import { type CloseInfo, Connection } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';

const TICK_MS = 20;
/** Much less than what a kernel holds takes on the link. */
const TIMES = { pingIntervalMs: 100, pongTimeoutMs: 100, closeTimeoutMs: 100 };

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A client behind a link that passes on so many bytes a tick, and a server. */
async function link(bytesPerTick: number): Promise<[client: Socket, server: Socket]> {
  const own = createServer();
  const port = await listen(own);
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far);
    far.on('readable', () => {}); // read by hand, below
    const timer = setInterval(() => {
      const bytes = far.read(Math.min(bytesPerTick, far.readableLength)) as Buffer | null;
      if (bytes !== null) near.write(bytes);
    }, TICK_MS);
    far.on('end', () => near.end());
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
    near.on('close', () => clearInterval(timer));
  });
  const accepted = once(own, 'connection') as Promise<[Socket]>;
  const client = connect(await listen(proxy), '127.0.0.1');
  const [server] = await accepted;
  onTestFinished(() => {
    client.destroy();
    server.destroy();
  });
  return [client, server];
}

function serve(socket: Socket, options: DriverOptions, outcomes: CloseInfo[]): ConnectionDriver {
  const closed = (outcome: CloseInfo): void => void outcomes.push(outcome);
  return attachSocket(socket, new Connection({ role: 'server' }, { close: closed }), options);
}

it('a large message and the Close behind it reach a client whose link is slow', async () => {
  const [near, far] = await link(60_000);
  const outcomes: CloseInfo[] = [];
  const host = serve(far, TIMES, outcomes);
  let heard = 0;
  attachSocket(near, new Connection({ role: 'client' }, { binary: (bytes) => (heard += bytes.length) }));
  host.sendBinary(new Uint8Array(5_000_000));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(host.closed).toBe(false);
  expect(heard).toBe(0);
  host.close(1000);
  await expect.poll(() => outcomes).toHaveLength(1);
  expect(heard).toBe(5_000_000);
  expect(outcomes[0]).toMatchObject({ wasClean: true, code: 1000 });
});

it('a client whose link is dead is given up, and the reason says that nothing was read', async () => {
  const [, far] = await link(0);
  const outcomes: CloseInfo[] = [];
  const host = serve(far, { ...TIMES, minReadBytesPerSecond: 10_000_000 }, outcomes);
  host.sendBinary(new Uint8Array(15_000_000));
  await expect.poll(() => outcomes).toHaveLength(1);
  expect(outcomes[0]).toMatchObject({ code: 1008, reason: 'what is sent is not read' });
});
