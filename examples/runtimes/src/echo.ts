/** What the echo servers of this folder have in common: the same file under Deno and Bun, as everywhere. */
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';

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
