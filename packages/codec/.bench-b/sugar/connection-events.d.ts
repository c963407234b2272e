/** The events of a connection as objects: the readable form, for one allocation or two an event. */
import type { ConnectionConfig, ConnectionOptions } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import type { MessageExtension } from '../agreed/extension.js';
import type { Outcome } from '../agreed/outcome.js';
import { Connection } from '../connection/connection.js';
import type { MessageOpcode } from '../rules/opcodes.js';
/**
 * What happened on a connection: the calls of a sink as objects. Bytes in it are the receiver's own, to
 * keep, change or transfer.
 *
 * Which events tell of messages is the option `delivery`: `'text'` and `'binary'` for `'messages'`, `'message'` for
 * `'spans'`, `'begin'`, `'piece'`... and `'finish'` for `'pieces'`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ConnectionEvent } from '@sanssocket/codec';
 *
 * function line(event: ConnectionEvent): string {
 *   switch (event.type) {
 *     case 'text':
 *       return event.text;
 *     case 'peerClose':
 *       return `${event.code} ${event.reason}`;
 *     default:
 *       return event.type;
 *   }
 * }
 * assert.equal(line({ type: 'peerClose', code: 1000, reason: 'bye' }), '1000 bye');
 * assert.equal(line({ type: 'ping', payload: new Uint8Array(0) }), 'ping');
 * ```
 */
export type ConnectionEvent = 
/** A whole text message (RFC 6455 5.6). */
{
    readonly type: 'text';
    readonly text: string;
}
/** A whole binary message (RFC 6455 5.6). */
 | {
    readonly type: 'binary';
    readonly bytes: Uint8Array;
}
/** A whole message; the bytes of a text are valid UTF-8. */
 | {
    readonly type: 'message';
    readonly opcode: MessageOpcode;
    readonly bytes: Uint8Array;
}
/** The first frame of a message has begun. */
 | {
    readonly type: 'begin';
    readonly opcode: MessageOpcode;
}
/** The next bytes of the message, never none; a piece of a text is valid UTF-8 by itself. */
 | {
    readonly type: 'piece';
    readonly bytes: Uint8Array;
}
/** The message that began is whole. */
 | {
    readonly type: 'finish';
}
/** A Ping arrived; unless `autoPong` is off its Pong is on its way (RFC 6455 5.5.2). */
 | {
    readonly type: 'ping';
    readonly payload: Uint8Array;
}
/** A Pong arrived (RFC 6455 5.5.3). */
 | {
    readonly type: 'pong';
    readonly payload: Uint8Array;
}
/** The peer's Close arrived; its code is 1005 if it had none (RFC 6455 5.5.1). */
 | {
    readonly type: 'peerClose';
    readonly code: number;
    readonly reason: string;
}
/** The terminal event (RFC 6455 7.1.4, 7.1.7). */
 | {
    readonly type: 'closed';
    readonly outcome: Outcome;
};
/**
 * A sink that makes objects of what it is told. Internal: {@link ConnectionEvents} and the streams share it.
 *
 * @param push - gets each event
 * @param output - as {@link ControlSink.output}
 */
export declare function eventSink(push: (event: ConnectionEvent) => void, output: () => void): AnySink;
/**
 * A connection whose events come back as arrays, from the call that brought them about. Commands and output are those of
 * {@link ConnectionEvents.connection}. Where the objects cost too much, give a {@link Connection} a sink of your own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ConnectionEvents } from '@sanssocket/codec';
 *
 * const server = new ConnectionEvents({ role: 'server' });
 * const client = new ConnectionEvents({ role: 'client' });
 *
 * client.connection.sendText('hello');
 * for (const event of server.receive(client.connection.takeOutput()!)) {
 *   if (event.type === 'text') server.connection.sendText(event.text.toUpperCase());
 * }
 * const answers = client.receive(server.connection.takeOutput()!);
 * assert.deepEqual(answers, [{ type: 'text', text: 'HELLO' }]);
 * ```
 */
export declare class ConnectionEvents {
    #private;
    /** Where commands go and output comes from. Its input is given to this object, so that the events are returned. */
    readonly connection: Connection<Delivery>;
    /**
     * @param config - as for {@link Connection}
     * @param extensions - as for {@link Connection}
     * @param ready - called when an asynchronous extension has finished: there may be events to {@link ConnectionEvents.take}
     * and output. To be left out when there is no such extension
     * @throws as the constructor of {@link Connection}
     */
    constructor(config: ConnectionOptions | ConnectionConfig<Delivery>, extensions?: readonly MessageExtension[], ready?: () => void);
    /**
     * Takes the next bytes from the transport.
     *
     * @param bytes - as for {@link Connection.receive}: nothing in an event refers to them
     * @returns the events they brought about, in order, behind any that were not taken yet; mostly none or one
     * @throws TypeError for anything but a Uint8Array
     *
     * RFC 6455 6.2.
     */
    receive(bytes: Uint8Array): ConnectionEvent[];
    /**
     * Tells that the transport has ended.
     *
     * @returns the events this brought about: the terminal one, unless it has been already or input waits
     *
     * RFC 6455 7.1.4.
     */
    receiveEnd(): ConnectionEvent[];
    /**
     * Takes the events that came about otherwise: by `connection.resume()`, `connection.fail()`, or an asynchronous extension.
     *
     * @returns them in order, and forgets them
     */
    take(): ConnectionEvent[];
}
//# sourceMappingURL=connection-events.d.ts.map