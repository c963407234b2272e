/**
 * `@sanssocket/codec/deno`: connections over those of `Deno.listen`, `Deno.connect` and their TLS
 * kin.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { attachDriver } from './driver/attach.js';
import type { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { pulledTransport } from './driver/pulled.js';
import type { ReceivedTransport, ReceiverOf } from './driver/transport.js';
import { copyOf, EMPTY } from './memory/bytes.js';
import { requireMethods } from './wire/errors.js';

/** The methods that are used of a `Deno.Conn`. */
export interface DenoConn {
  read(bytes: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

const CONN_METHODS = ['read', 'write', 'closeWrite', 'close'] as const;

/**
 * So many bytes are read at once, at least and at most: memory of each connection, as a read that
 * waits has it.
 */
const MIN_READ_BYTES = 1024;

const MAX_READ_BYTES = 0x1_0000;

/** After so many short reads in a row the next ones get less memory. */
const SHORT_READS = 8;

/**
 * Makes a transport of a connection of Deno's; for machines of the opening handshake, which give it
 * to a connection's driver later. {@link attachDenoConn} is made of it.
 *
 * @param conn - from now on the transport's: it is read, written and closed
 * @param receiverOf - makes the receiver, which is first called when this has returned
 * @param head - bytes that were read before
 * @throws TypeError for a connection of Deno's that is none (`OPTION_INVALID`) and a head that is no
 * bytes (`NOT_BYTES`); the exception of `receiverOf`
 *
 * @example
 * ```ts no-run
 * import { denoTransport } from '@sanssocket/codec/deno';
 *
 * const receiver = {
 *   receive: (bytes: Uint8Array) => console.log(bytes.length),
 *   receiveEof() {}, written() {}, writable() {}, wake() {}, transportClosed() {},
 * };
 * denoTransport(await Deno.connect({ port: 8080 }), () => receiver);
 * ```
 */
export function denoTransport(
  conn: DenoConn,
  receiverOf: ReceiverOf,
  head: Uint8Array = EMPTY,
): ReceivedTransport {
  requireMethods('a connection of Deno', conn, CONN_METHODS);
  let buffer = new Uint8Array(MIN_READ_BYTES);
  let shortReads = 0;
  return pulledTransport(
    {
      async read() {
        const length = await conn.read(buffer);
        if (length === null) return undefined;
        const chunk = copyOf(buffer, 0, length);
        const { length: size } = buffer;
        shortReads = 8 * length <= size && size > MIN_READ_BYTES ? shortReads + 1 : 0;
        if (length === size && size < MAX_READ_BYTES) buffer = new Uint8Array(4 * size);
        else if (shortReads === SHORT_READS) {
          shortReads = 0;
          buffer = new Uint8Array(size / 4);
        }
        return chunk;
      },
      async write(chunk) {
        for (let at = 0; at < chunk.length; ) at += await conn.write(chunk.subarray(at));
      },
      end: () => conn.closeWrite(),
      destroy: () => conn.close(),
      copies: true,
      transfers: true, // of its own each time
    },
    receiverOf,
    head,
  );
}

/**
 * Runs a connection over a connection of Deno's, until both have ended; it is closed then.
 *
 * @param conn - behind the opening handshake
 * @param connection - with handlers of the application's. They are first called when this has
 * returned
 * @param config - limits and times
 * @param head - bytes that came in one chunk with the handshake: the first of the first frames
 * @throws as the constructor of {@link ConnectionDriver}; TypeError for a connection of Deno's that
 * is none (`OPTION_INVALID`) and a head that is no bytes (`NOT_BYTES`). Nothing was done then
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { attachDenoConn } from '@sanssocket/codec/deno';
 *
 * const conn = await Deno.connect({ port: 8080 }); // and the opening handshake
 * const connection = new Connection({ role: 'client' }, { text: (text) => console.log(text) });
 * const driver = attachDenoConn(conn, connection);
 * driver.sendText('hello');
 * ```
 */
export function attachDenoConn(
  conn: DenoConn,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
  head: Uint8Array = EMPTY,
): ConnectionDriver {
  return attachDriver(connection, config, (receiverOf) => denoTransport(conn, receiverOf, head));
}
