/**
 * `@sanssocket/codec/host/node`: connections over Node's sockets. Nothing is imported from Node: what a socket is, its shape says.
 *
 * @packageDocumentation
 */
import type { Connection } from '../connection/connection.js';
import { ConnectionHost } from './connection-host.js';
import type { HostConfig, HostOptions } from './host-config.js';
/** What is used of Node's `stream.Duplex`: sockets of `net` and `tls`, those of the `upgrade` events of `http`, streams of `http2`. */
export interface NodeSocket {
    readonly destroyed: boolean;
    readonly readableEnded: boolean;
    readonly writableLength: number;
    /** Set to true, so that each side ends by itself. */
    allowHalfOpen: boolean;
    on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
    on(event: 'end' | 'close', listener: () => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    write(chunk: Uint8Array, callback?: (error?: Error | null) => void): boolean;
    unshift(chunk: Uint8Array): void;
    cork(): void;
    uncork(): void;
    end(): unknown;
    pause(): unknown;
    resume(): unknown;
    destroy(): unknown;
    /** What `net` and `tls` have, and streams that pass their chunks on have not. */
    setNoDelay?(noDelay: boolean): unknown;
}
/**
 * Runs a connection over one of Node's sockets, until both have ended. From now on the socket is the host's: it is read, written,
 * ended, destroyed, and its `'error'` heard.
 *
 * @param socket - behind the opening handshake; without other listeners for `'data'` and `'end'`
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { Connection, ConnectionConfig } from '@sanssocket/codec';
 * import { HostConfig } from '@sanssocket/codec/host';
 * import { hostSocket } from '@sanssocket/codec/host/node';
 * import { acceptRequest, checkRequest, rejectFault } from '@sanssocket/handshake';
 *
 * const config = new ConnectionConfig({ role: 'server', maxMessageBytes: 65_536 });
 * const limits = new HostConfig({ maxWaitingBytes: 1_000_000 });
 *
 * const server = createServer((_request, response) => response.writeHead(404).end());
 * server.on('upgrade', (request, socket, head) => {
 *   const checked = checkRequest(request);
 *   if (checked.kind === 'fault') {
 *     socket.on('error', () => {});
 *     socket.end(rejectFault(checked).bytes);
 *     return;
 *   }
 *   socket.write(acceptRequest(checked).bytes);
 *   const connection = new Connection(config, { text: (text) => host.sendText(text) });
 *   const host = hostSocket(socket, connection, limits, head);
 * });
 * server.listen(0).close();
 * ```
 */
export declare function hostSocket(socket: NodeSocket, connection: Connection, config?: HostOptions | HostConfig, head?: Uint8Array): ConnectionHost;
//# sourceMappingURL=node.d.ts.map