/**
 * Bun: `bun run src/bun.ts`, `tsconfig.json` says where the packages are. `Bun.listen` gives the
 * bytes.
 */

import { attachBunSocket, type BunSocket, type BunSocketHandlers, bunHandlers } from '@sanssocket/codec/bun';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { ServerHandshake } from '@sanssocket/handshake';
import { createEcho } from './echo.ts';

interface Socket extends BunSocket {
  data: { readonly handshake: ServerHandshake; driver: ConnectionDriver | undefined };
}
declare const Bun: {
  listen(options: {
    hostname: string;
    port: number;
    allowHalfOpen: boolean;
    socket: BunSocketHandlers<Socket> & { open(socket: Socket): void };
  }): { readonly port: number };
};

const listener = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  allowHalfOpen: true,
  socket: {
    open(socket) {
      socket.data = { handshake: new ServerHandshake(), driver: undefined };
    },
    ...bunHandlers(({ data }) => data.driver, shakeHands),
  },
});
console.log(`port ${listener.port}`);

function shakeHands(socket: Socket, chunk: Uint8Array): void {
  const { data } = socket;
  const event = data.handshake.receive(chunk);
  if (event?.kind === 'rejected') {
    socket.write(event.bytes);
    socket.end();
  }
  if (event?.kind !== 'request') return;
  socket.write(data.handshake.accept({ protocols: ['echo'] }).bytes);
  const connection = createEcho(() => data.driver!);
  data.driver = attachBunSocket(socket, connection, {}, event.remaining);
}
