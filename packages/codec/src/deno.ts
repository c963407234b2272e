/**
 * `@sanssocket/codec/deno`: connections over what `Deno.listen`, `Deno.connect` and their TLS kin give.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import type { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { hostPulled } from './driver/pulled.js';
import { copyOf, EMPTY } from './memory/bytes.js';

/** What is used of a `Deno.Conn`. */
export interface DenoConn {
  read(bytes: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** What is read at once. One for each connection, as a read that waits has it. */
const READ_BYTES = 16_384;

/**
 * Runs a connection over a connection of Deno's, until both have ended; it is closed then.
 *
 * @param conn - behind the opening handshake
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionDriver}
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { attachDenoConn } from '@sanssocket/codec/deno';
 *
 * const conn = await Deno.connect({ port: 8080 }); // and the opening handshake
 * const connection = new Connection({ role: 'client' }, { text: (text) => console.log(text) });
 * const host = attachDenoConn(conn, connection);
 * host.sendText('hello');
 * ```
 */
export function attachDenoConn(
  conn: DenoConn,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
  head: Uint8Array = EMPTY,
): ConnectionDriver {
  const buffer = new Uint8Array(READ_BYTES);
  return hostPulled(
    {
      async read() {
        const length = await conn.read(buffer);
        // A copy: with `transferInput` messages may be views of what is given.
        return length === null ? undefined : copyOf(buffer, 0, length);
      },
      async write(chunk) {
        for (let at = 0; at < chunk.length; ) at += await conn.write(chunk.subarray(at));
      },
      end: () => conn.closeWrite(),
      destroy: () => conn.close(),
      copies: true,
    },
    connection,
    config,
    head,
  );
}
