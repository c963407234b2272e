/**
 * `@sanssocket/codec/host/bun`: connections over sockets of `Bun.listen` and `Bun.connect`, which take what fits.
 *
 * @packageDocumentation
 */
import type { Connection } from '../connection/connection.js';
import { ConnectionHost } from './connection-host.js';
import type { HostConfig, HostOptions } from './host-config.js';
/** What is used of a Bun `Socket`. */
export interface BunSocket {
    write(bytes: Uint8Array): number;
    pause(): void;
    resume(): void;
    end(): unknown;
    terminate(): void;
}
/** What Bun calls on the `socket` of its options: the same functions for all sockets. */
export interface BunSocketHandlers<Socket> {
    data(socket: Socket, chunk: Uint8Array): void;
    drain(socket: Socket): void;
    end(socket: Socket): void;
    close(socket: Socket): void;
    error(socket: Socket, error: Error): void;
}
/**
 * Runs a connection over one of Bun's sockets, until both have ended. The socket's events come through {@link bunHandlers}.
 *
 * @param socket - behind the opening handshake, of a listener with `allowHalfOpen: true`
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { bunHandlers, hostBunSocket } from '@sanssocket/codec/host/bun';
 * import { ServerHandshake } from '@sanssocket/handshake';
 *
 * const handlers = bunHandlers(({ data }) => data.host, (socket, chunk) => {
 *   const { handshake } = socket.data;
 *   const event = handshake.receive(chunk);
 *   if (event?.kind === 'rejected') socket.end(event.bytes);
 *   if (event?.kind !== 'request') return;
 *   socket.write(handshake.accept().bytes);
 *   const connection = new Connection({ role: 'server' }, { text: (text) => socket.data.host.sendText(text) });
 *   socket.data.host = hostBunSocket(socket, connection, {}, event.remaining);
 * });
 * const open = (socket) => {
 *   socket.data = { handshake: new ServerHandshake() };
 * };
 * Bun.listen({ hostname: '127.0.0.1', port: 8080, allowHalfOpen: true, socket: { open, ...handlers } });
 * ```
 */
export declare function hostBunSocket(socket: BunSocket, connection: Connection, config?: HostOptions | HostConfig, head?: Uint8Array): ConnectionHost;
/**
 * Makes the functions that pass a socket's events on to its host.
 *
 * @param hostOf - where the application keeps a socket's host; undefined while there is none
 * @param before - gets the bytes of a socket without a host: those of the opening handshake
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ConnectionHost } from '@sanssocket/codec/host';
 * import { bunHandlers } from '@sanssocket/codec/host/bun';
 *
 * const heads: Uint8Array[] = [];
 * const handlers = bunHandlers<{ host?: ConnectionHost; end(): void }>(({ host }) => host, (_socket, chunk) => heads.push(chunk));
 * handlers.data({ end() {} }, Uint8Array.of(71, 69, 84));
 * assert.equal(heads.length, 1);
 * ```
 */
export declare function bunHandlers<Socket extends {
    end(): unknown;
}>(hostOf: (socket: Socket) => ConnectionHost | undefined, before: (socket: Socket, chunk: Uint8Array) => void): BunSocketHandlers<Socket>;
//# sourceMappingURL=bun.d.ts.map