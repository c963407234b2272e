/** What every host of this folder does once the opening handshake is over. */
import type { Duplex } from 'node:stream';
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';

/**
 * A server's connection that answers each message with itself.
 *
 * @param host - gives its host, which is made of it
 */
export function createEcho(host: () => ConnectionDriver): Connection {
  return new Connection(
    { role: 'server' },
    { text: (text) => host().sendText(text), binary: (bytes) => host().sendBinary(bytes) },
  );
}

/**
 * Runs an echo over a socket until both sides have ended.
 *
 * @param remaining - what came in one chunk with the handshake's head: the first bytes of the first frames
 */
export function runEcho(socket: Duplex, remaining: Uint8Array): void {
  const host: ConnectionDriver = attachSocket(
    socket,
    createEcho(() => host),
    {},
    remaining,
  );
}
