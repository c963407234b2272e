/** The events of a connection as objects: the readable form, for one allocation or two an event. */
import { Connection } from '../connection/connection.js';
/**
 * A sink that makes objects of what it is told. Internal: {@link ConnectionEvents} and the streams share it.
 *
 * @param push - gets each event
 * @param output - as {@link ControlSink.output}
 */
export function eventSink(push, output) {
    return {
        text: (text) => push({ type: 'text', text }),
        binary: (bytes) => push({ type: 'binary', bytes }),
        message: (opcode, span) => push({ type: 'message', opcode, bytes: span.copy() }),
        begin: (opcode) => push({ type: 'begin', opcode }),
        piece: (span) => push({ type: 'piece', bytes: span.copy() }),
        finish: () => push({ type: 'finish' }),
        ping: (payload) => push({ type: 'ping', payload }),
        pong: (payload) => push({ type: 'pong', payload }),
        peerClose: (code, reason) => push({ type: 'peerClose', code, reason }),
        closed: (outcome) => push({ type: 'closed', outcome }),
        output,
    };
}
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
export class ConnectionEvents {
    /** Where commands go and output comes from. Its input is given to this object, so that the events are returned. */
    connection;
    #events = [];
    /**
     * @param config - as for {@link Connection}
     * @param extensions - as for {@link Connection}
     * @param ready - called when an asynchronous extension has finished: there may be events to {@link ConnectionEvents.take}
     * and output. To be left out when there is no such extension
     * @throws as the constructor of {@link Connection}
     */
    constructor(config, extensions = [], ready = () => { }) {
        const sink = eventSink((event) => this.#events.push(event), ready);
        this.connection = new Connection(config, sink, extensions);
    }
    /**
     * Takes the next bytes from the transport.
     *
     * @param bytes - as for {@link Connection.receive}: nothing in an event refers to them
     * @returns the events they brought about, in order, behind any that were not taken yet; mostly none or one
     * @throws TypeError for anything but a Uint8Array
     *
     * RFC 6455 6.2.
     */
    receive(bytes) {
        this.connection.receive(bytes);
        return this.take();
    }
    /**
     * Tells that the transport has ended.
     *
     * @returns the events this brought about: the terminal one, unless it has been already or input waits
     *
     * RFC 6455 7.1.4.
     */
    receiveEnd() {
        this.connection.receiveEnd();
        return this.take();
    }
    /**
     * Takes the events that came about otherwise: by `connection.resume()`, `connection.fail()`, or an asynchronous extension.
     *
     * @returns them in order, and forgets them
     */
    take() {
        const events = this.#events;
        this.#events = [];
        return events;
    }
}
//# sourceMappingURL=connection-events.js.map