/** The echo of every server of this folder, once the opening handshake is over. */
import type { Duplex } from 'node:stream';
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';

/**
 * A server's connection that answers each message with itself.
 *
 * @param driver - gives its driver, which is made of the connection
 */
export function createEcho(driver: () => ConnectionDriver): Connection {
  return new Connection(
    { role: 'server' },
    { text: (text) => driver().sendText(text), binary: (bytes) => driver().sendBinary(bytes) },
  );
}

/**
 * Runs an echo over a socket until both sides have ended.
 *
 * @param remaining - the bytes that came in one chunk with the handshake's head: the first of the
 * first frames
 */
export function runEcho(socket: Duplex, remaining: Uint8Array): void {
  const driver: ConnectionDriver = attachSocket(
    socket,
    createEcho(() => driver),
    {},
    remaining,
  );
}
