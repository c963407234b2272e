/**
 * A connection as two pairs of web streams, each to be used like a `TransformStream`.
 *
 * ```
 *   transport.readable -> incoming.writable   [connection]   incoming.readable -> events
 *   transport.writable <- outgoing.readable   [connection]   outgoing.writable <- messages
 * ```
 *
 * Nothing is read ahead of the events asked for: the connection is paused behind each event until the next one is wanted,
 * and a chunk counts as written when all of it has been read. So what is sent in answer to an event precedes whatever
 * follows the event in the input, the answer to a Close included.
 */
import type { ConnectionConfig, ConnectionOptions } from '../agreed/connection-config.js';
import type { Delivery } from '../agreed/connection-sink.js';
import type { MessageExtension } from '../agreed/extension.js';
import { Connection } from '../connection/connection.js';
import { type ConnectionEvent } from './connection-events.js';
import type { PlatformReadableStream, PlatformWritableStream } from './platform.js';
/**
 * What {@link connectionStreams} gives. All streams are default streams: chunks are passed by reference and never
 * transferred.
 */
export interface ConnectionStreams {
    /**
     * The connection behind the streams: its state, `ping`, `close` with a code of one's own, messages in fragments. Call
     * {@link ConnectionStreams.flush} after a command; never give it input.
     */
    readonly connection: Connection<Delivery>;
    /** Bytes from the transport to events. */
    readonly incoming: {
        /**
         * Takes what arrives. A write is done when its bytes have been read, which waits for the events to be; after the end of
         * the connection bytes are dropped. Close it when the transport has ended (RFC 6455 7.1.4); aborting it means the same.
         */
        readonly writable: PlatformWritableStream<Uint8Array>;
        /**
         * Gives the events, and closes after the terminal one, `closed`. It never errors: whatever goes wrong is in that event.
         * Cancelling it before fails the connection with 1001.
         */
        readonly readable: PlatformReadableStream<ConnectionEvent>;
    };
    /** Messages to bytes for the transport. */
    readonly outgoing: {
        /**
         * Takes messages: a string is a text, bytes are binary and not to be changed afterwards. A write waits while 16 KiB of
         * output do. Closing it starts the closing handshake with 1000 (RFC 6455 7.1.2); aborting it, or writing what is not a
         * message, fails the connection with 1011. It errors when the connection has ended in another way.
         */
        readonly writable: PlatformWritableStream<string | Uint8Array>;
        /**
         * Gives bytes for the transport: messages, pongs, the Close. Not to be changed or transferred, as they may be shared with
         * other connections. It closes when the transport is to be ended: a client's, after a closing handshake, only when the
         * server has ended it (RFC 6455 7.1.1). Cancelling it means that the transport is gone.
         */
        readonly readable: PlatformReadableStream<Uint8Array>;
    };
    /** Passes on output that commands given to {@link ConnectionStreams.connection} have made. */
    flush(): void;
}
/**
 * Makes a connection whose opening handshake is done usable with `pipeThrough`: bytes to events, messages to bytes.
 * Backpressure reaches both ways: input waits in the transport until events are read, messages wait until output is.
 *
 * Events must be read for anything to happen, pings to be answered and the closing handshake to complete included. There is
 * no timer: the host limits the time a closing may take, and ends the transport (aborts `incoming.writable`) then.
 *
 * @param config - as for {@link Connection}
 * @param extensions - as for {@link Connection}
 * @returns the connection and its streams
 * @throws as the constructor of {@link Connection}
 *
 * RFC 6455 sections 5 to 7.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ConnectionEvent } from '@sanssocket/codec';
 * import { connectionStreams } from '@sanssocket/codec/streams';
 *
 * const client = connectionStreams({ role: 'client' });
 * const server = connectionStreams({ role: 'server' });
 *
 * // A server that answers each text, and closes when the client does.
 * const shout = new TransformStream<ConnectionEvent, string>({
 *   transform(event, controller) {
 *     if (event.type === 'text') controller.enqueue(event.text.toUpperCase());
 *   },
 * });
 * const answers = client.outgoing.readable
 *   .pipeThrough(server.incoming)
 *   .pipeThrough(shout)
 *   .pipeThrough(server.outgoing)
 *   .pipeThrough(client.incoming);
 *
 * const writer = client.outgoing.writable.getWriter();
 * await writer.write('hello');
 * const events = answers.getReader();
 * assert.deepEqual((await events.read()).value, { type: 'text', text: 'HELLO' });
 * await writer.close();
 * assert.deepEqual((await events.read()).value, { type: 'peerClose', code: 1000, reason: '' });
 * ```
 */
export declare function connectionStreams(config: ConnectionOptions | ConnectionConfig<Delivery>, extensions?: readonly MessageExtension[]): ConnectionStreams;
//# sourceMappingURL=streams.d.ts.map