/**
 * Deno: `deno run --allow-net=127.0.0.1 --import-map=imports.json src/deno.ts`. `Deno.listen`
 * gives the bytes.
 */

import { attachDenoConn, type DenoConn } from '@sanssocket/codec/deno';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { ServerHandshake } from '@sanssocket/handshake';
import { createEcho } from './echo.ts';

declare const Deno: {
  listen(options: {
    hostname: string;
    port: number;
  }): AsyncIterable<DenoConn> & { readonly addr: { port: number } };
};

const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 });
console.log(`port ${listener.addr.port}`);
for await (const conn of listener) serve(conn).catch(() => {});

async function serve(conn: DenoConn): Promise<void> {
  const handshake = new ServerHandshake();
  const buffer = new Uint8Array(4096);
  for (;;) {
    const length = await conn.read(buffer);
    const event = length === null ? handshake.receiveEof() : handshake.receive(buffer.subarray(0, length));
    if (event?.kind === 'rejected') {
      await writeAll(conn, event.bytes);
      conn.close();
    }
    if (event?.kind === 'request') {
      await writeAll(conn, handshake.accept({ protocols: ['echo'] }).bytes);
      const driver: ConnectionDriver = attachDenoConn(
        conn,
        createEcho(() => driver),
        {},
        event.remaining,
      );
    }
    if (event !== undefined) return;
  }
}

async function writeAll(conn: DenoConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await conn.write(bytes.subarray(at));
}
