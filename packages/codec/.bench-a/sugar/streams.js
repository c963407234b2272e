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
import { Connection } from '../connection/connection.js';
import { misuse } from '../rules/misuse.js';
import { eventSink } from './connection-events.js';
/** Messages are accepted while less than this waits in the output: what is small then leaves in one chunk. */
const OUTPUT_BYTES = 16384;
/** Four streams' algorithms around one connection. */
class Streams {
    connection;
    incoming;
    outgoing;
    /** Null from its closing on. */
    #events = null;
    /** Null from its closing on. */
    #output = null;
    #messages = null;
    /** Whether a reader of events waits for one. */
    #eventWanted = false;
    /** Whether a reader of output waits for a chunk. */
    #outputWanted = false;
    /** Whether an event is being handed over, in the middle of the connection's work. */
    #delivering = false;
    /** Ends the wait of an unfinished write of input, of messages. */
    #inputRead = null;
    #outputTaken = null;
    constructor(config, extensions) {
        const sink = eventSink((event) => this.#push(event), () => this.flush());
        this.connection = new Connection(config, sink, extensions);
        this.connection.pause();
        // No read-ahead: the readables queue nothing, as those of a TransformStream.
        const onDemand = { highWaterMark: 0 };
        const transportGone = () => this.#endInput();
        const abandon = () => {
            this.#messages = null; // it errors by itself, and Node 20 takes no second error inside an abort
            this.#fail(1011);
        };
        this.incoming = {
            writable: new WritableStream({
                start: (controller) => onAbort(controller, transportGone),
                write: (bytes) => this.#receive(bytes),
                close: () => this.#endInput(),
                abort: transportGone,
            }),
            readable: new ReadableStream({
                start: (controller) => {
                    this.#events = controller;
                },
                pull: () => this.#pullEvent(),
                cancel: () => {
                    this.#events = null;
                    this.#fail(1001);
                },
            }, onDemand),
        };
        this.outgoing = {
            writable: new WritableStream({
                start: (controller) => {
                    this.#messages = controller;
                    onAbort(controller, abandon);
                },
                write: (message) => this.#send(message),
                close: () => {
                    this.connection.close(1000);
                    this.flush();
                },
                abort: abandon,
            }),
            readable: new ReadableStream({
                start: (controller) => {
                    this.#output = controller;
                },
                pull: () => {
                    this.#outputWanted = true;
                    this.flush();
                },
                cancel: (reason) => {
                    this.#output = null;
                    this.#messages?.error(reason);
                    this.#endInput();
                },
            }, onDemand),
        };
    }
    flush() {
        const { connection } = this;
        while (this.#outputWanted && this.#output !== null) {
            const chunk = connection.takeOutput();
            if (chunk === undefined)
                break;
            this.#outputWanted = false; // before: enqueueing may pull again
            this.#output.enqueue(chunk);
        }
        const ended = connection.state === 'closed';
        if (this.#output !== null && connection.transport === 'end' && connection.bufferedAmount === 0) {
            this.#output.close();
            this.#output = null;
        }
        if (ended || !connection.paused)
            this.#inputRead?.();
        if (ended || this.#output === null || connection.bufferedAmount < OUTPUT_BYTES)
            this.#outputTaken?.();
    }
    // Incoming.
    async #receive(bytes) {
        try {
            this.connection.receive(bytes);
        }
        catch (error) {
            // Not bytes: the stream errors, and there will be no more input.
            this.#endInput();
            throw error;
        }
        const read = new Promise((resolve) => {
            this.#inputRead = resolve;
        });
        this.flush();
        await read;
    }
    #endInput() {
        this.connection.receiveEnd();
        this.#inputRead?.(); // what has not been read needs no holding back any more
        this.flush();
    }
    #pullEvent() {
        this.#eventWanted = true;
        // While an event is being handed over the connection is not paused, and must not be called.
        if (this.#delivering)
            return;
        this.connection.resume();
        this.flush();
    }
    #push(event) {
        const events = this.#events;
        this.#eventWanted = false; // before: enqueueing may pull again
        this.#delivering = true;
        events?.enqueue(event);
        this.#delivering = false;
        if (event.type === 'closed') {
            this.#events = null;
            events?.close();
            // As when a TransformStream is terminated: nothing is left to write to.
            this.#messages?.error(misuse(TypeError, 'CONNECTION_CLOSING', 'the connection has ended'));
        }
        else if (!this.#eventWanted) {
            this.connection.pause();
        }
    }
    // Outgoing.
    async #send(message) {
        const { connection } = this;
        let sent;
        try {
            sent = typeof message === 'string' ? connection.sendText(message) : connection.sendBinary(message);
        }
        catch (error) {
            this.#fail(1011);
            throw error;
        }
        if (!sent)
            throw misuse(TypeError, 'CONNECTION_CLOSING', 'the connection is closing');
        const taken = new Promise((resolve) => {
            this.#outputTaken = resolve;
        });
        this.flush();
        await taken;
    }
    #fail(code) {
        this.connection.fail(code);
        this.flush();
    }
}
/** `abort` of a sink is called only when the write under way is done; the signal, where there is one, tells at once. */
function onAbort(controller, callback) {
    const signal = controller.signal; // Bun has none
    signal?.addEventListener('abort', callback);
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
export function connectionStreams(config, extensions = []) {
    return new Streams(config, extensions);
}
//# sourceMappingURL=streams.js.map