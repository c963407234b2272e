/**
 * `@sanssocket/codec/host/message-port`: connections over a `MessagePort`, to another thread, worker or frame.
 *
 * A port tells nothing of what its other end has taken, so the other end says it: both ends are {@link hostMessagePort}s, and what
 * they say is bytes, `'read'` for each batch of bytes that has been read, and `'end'`.
 *
 * @packageDocumentation
 */
import type { Connection } from '../connection/connection.js';
import { ConnectionHost } from './connection-host.js';
import type { HostConfig, HostOptions } from './host-config.js';
/** What is used of a `MessagePort`. */
export interface BytePort {
    postMessage(message: unknown, transfer: ArrayBuffer[]): void;
    addEventListener(type: string, listener: (event: {
        readonly data?: unknown;
    }) => void): void;
    start(): void;
    close(): void;
}
/**
 * Runs a connection over a port whose other end has one too, until both have ended; the port is closed then.
 *
 * @param port - of a `MessageChannel`, not started before
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { hostMessagePort } from '@sanssocket/codec/host/message-port';
 *
 * const { port1, port2 } = new MessageChannel();
 * const server = new Connection({ role: 'server' }, { text: (text) => there.sendText(text.toUpperCase()) });
 * const there = hostMessagePort(port1, server);
 * const answer = new Promise<string>((resolve) => {
 *   const client = new Connection({ role: 'client' }, {
 *     text(text) { resolve(text); here.close(1000); },
 *   });
 *   const here = hostMessagePort(port2, client);
 *   here.sendText('hello');
 * });
 * assert.equal(await answer, 'HELLO');
 * ```
 */
export declare function hostMessagePort(port: BytePort, connection: Connection, config?: HostOptions | HostConfig): ConnectionHost;
//# sourceMappingURL=message-port.d.ts.map