/**
 * The common part of this folder's echo servers: the same file under Deno and Bun, as everywhere.
 */
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';

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
