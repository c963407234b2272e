/** A port that nobody listens at: opened, so that it was free, and closed again. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Finds one. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
