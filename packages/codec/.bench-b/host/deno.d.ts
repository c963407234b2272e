/**
 * `@sanssocket/codec/host/deno`: connections over what `Deno.listen`, `Deno.connect` and their TLS kin give.
 *
 * @packageDocumentation
 */
import type { Connection } from '../connection/connection.js';
import type { ConnectionHost } from './connection-host.js';
import type { HostConfig, HostOptions } from './host-config.js';
/** What is used of a `Deno.Conn`. */
export interface DenoConn {
    read(bytes: Uint8Array): Promise<number | null>;
    write(bytes: Uint8Array): Promise<number>;
    closeWrite(): Promise<void>;
    close(): void;
}
/**
 * Runs a connection over a connection of Deno's, until both have ended; it is closed then.
 *
 * @param conn - behind the opening handshake
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { hostDenoConn } from '@sanssocket/codec/host/deno';
 *
 * const conn = await Deno.connect({ port: 8080 }); // and the opening handshake
 * const connection = new Connection({ role: 'client' }, { text: (text) => console.log(text) });
 * const host = hostDenoConn(conn, connection);
 * host.sendText('hello');
 * ```
 */
export declare function hostDenoConn(conn: DenoConn, connection: Connection, config?: HostOptions | HostConfig, head?: Uint8Array): ConnectionHost;
//# sourceMappingURL=deno.d.ts.map