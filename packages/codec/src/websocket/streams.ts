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

import type { ConnectionConfig, ConnectionOptions } from '../connection/config.js';
import { Connection } from '../connection/connection.js';
import { type ConnectionEvent, eventHandlers } from '../connection/event-list.js';
import type { MessageExtension } from '../connection/extension.js';
import { type OwnBytes, usageError } from '../wire/errors.js';
import type { PlatformReadableStream, PlatformWritableStream } from './platform.js';

export type { ConnectionConfig, ConnectionOptions, SendOptions } from '../connection/config.js';
export type { Connection } from '../connection/connection.js';
export type { ConnectionEvent } from '../connection/event-list.js';
export type { Decoded, Encoded, FragmentInfo, MessageExtension } from '../connection/extension.js';
export type { CloseInfo, ConnectionHandlers } from '../connection/handlers.js';
export type { MessageWriter } from '../connection/message-writer.js';
export type { PreparedMessage } from '../connection/prepared-message.js';
export type { Slice } from '../memory/bytes.js';
export type { OwnBytes } from '../wire/errors.js';
export type { MessageOpcode } from '../wire/opcodes.js';
export type { Limits } from '../wire/rules.js';
export type { PlatformReadableStream, PlatformWritableStream } from './platform.js';

/** Messages are accepted while less than this waits in the output: what is small then leaves in one chunk. */
const OUTPUT_BYTES = 16384;

/**
 * What {@link connectionStreams} gives. All streams are default streams: chunks are passed by reference and never
 * transferred.
 */
export interface ConnectionStreams {
  /**
   * The connection behind the streams: its state, `ping`, `close` with a code of one's own, messages in fragments. Call
   * {@link ConnectionStreams.flush} after a command; never give it input.
   */
  readonly connection: Connection;
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
    readonly readable: PlatformReadableStream<OwnBytes>;
  };
  /** Passes on output that commands given to {@link ConnectionStreams.connection} have made. */
  flush(): void;
}

/** Four streams' algorithms around one connection. */
class Streams implements ConnectionStreams {
  readonly connection: Connection;
  readonly incoming: ConnectionStreams['incoming'];
  readonly outgoing: ConnectionStreams['outgoing'];
  /** Null from its closing on. */
  #events: ReadableStreamDefaultController<ConnectionEvent> | null = null;
  /** Null from its closing on. */
  #output: ReadableStreamDefaultController<OwnBytes> | null = null;
  #messages: WritableStreamDefaultController | null = null;
  /** Whether a reader of events waits for one. */
  #eventWanted = false;
  /** Whether a reader of output waits for a chunk. */
  #outputWanted = false;
  /** Whether an event is being handed over, in the middle of the connection's work. */
  #delivering = false;
  /** Ends the wait of an unfinished write of input, of messages. */
  #inputRead: (() => void) | null = null;
  #outputTaken: (() => void) | null = null;

  constructor(config: ConnectionOptions | ConnectionConfig, extensions: readonly MessageExtension[]) {
    const sink = eventHandlers(
      (event) => this.#push(event),
      () => this.flush(),
    );
    this.connection = new Connection(config, sink, extensions);
    this.connection.pause();
    // No read-ahead: the readables queue nothing, as those of a TransformStream.
    const onDemand = { highWaterMark: 0 };
    const transportGone = (): void => this.#endInput();
    const abandon = (): void => {
      this.#messages = null; // it errors by itself, and Node 20 takes no second error inside an abort
      this.#fail(1011);
    };
    this.incoming = {
      writable: new WritableStream<Uint8Array>({
        start: (controller) => onAbort(controller, transportGone),
        write: (bytes) => this.#receive(bytes),
        close: () => this.#endInput(),
        abort: transportGone,
      }),
      readable: new ReadableStream<ConnectionEvent>(
        {
          start: (controller) => {
            this.#events = controller;
          },
          pull: () => this.#pullEvent(),
          cancel: () => {
            this.#events = null;
            this.#fail(1001);
          },
        },
        onDemand,
      ),
    };
    this.outgoing = {
      writable: new WritableStream<string | Uint8Array>({
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
      readable: new ReadableStream<OwnBytes>(
        {
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
            this.connection.transportGone();
          },
        },
        onDemand,
      ),
    };
  }

  flush(): void {
    const { connection } = this;
    while (this.#outputWanted && this.#output !== null) {
      const chunk = connection.dataToSend();
      if (chunk === undefined) break;
      this.#outputWanted = false; // before: enqueueing may pull again
      this.#output.enqueue(chunk);
    }
    const ended = connection.state === 'closed';
    if (this.#output !== null && connection.transportAction === 'end' && connection.bufferedAmount === 0) {
      this.#output.close();
      this.#output = null;
    }
    if (ended || !connection.paused) this.#inputRead?.();
    if (ended || this.#output === null || connection.bufferedAmount < OUTPUT_BYTES) this.#outputTaken?.();
  }

  // Incoming.

  async #receive(bytes: Uint8Array): Promise<void> {
    try {
      this.connection.receive(bytes);
    } catch (error) {
      // Not bytes: the stream errors, and there will be no more input.
      this.#endInput();
      throw error;
    }
    const read = new Promise<void>((resolve) => {
      this.#inputRead = resolve;
    });
    this.flush();
    await read;
  }

  #endInput(): void {
    this.connection.receiveEof();
    this.#inputRead?.(); // what has not been read needs no holding back any more
    this.flush();
  }

  #pullEvent(): void {
    this.#eventWanted = true;
    // While an event is being handed over the connection is not paused, and must not be called.
    if (this.#delivering) return;
    this.connection.resume();
    this.flush();
  }

  #push(event: ConnectionEvent): void {
    const events = this.#events;
    this.#eventWanted = false; // before: enqueueing may pull again
    this.#delivering = true;
    events?.enqueue(event);
    this.#delivering = false;
    if (event.type === 'close') {
      this.#events = null;
      events?.close();
      // As when a TransformStream is terminated: nothing is left to write to.
      this.#messages?.error(usageError(TypeError, 'CONNECTION_CLOSING', 'the connection has ended'));
    } else if (!this.#eventWanted) {
      this.connection.pause();
    }
  }

  // Outgoing.

  async #send(message: string | Uint8Array): Promise<void> {
    const { connection } = this;
    let sent: boolean;
    try {
      sent = typeof message === 'string' ? connection.sendText(message) : connection.sendBinary(message);
    } catch (error) {
      this.#fail(1011);
      throw error;
    }
    if (!sent) throw usageError(TypeError, 'CONNECTION_CLOSING', 'the connection is closing');
    const taken = new Promise<void>((resolve) => {
      this.#outputTaken = resolve;
    });
    this.flush();
    await taken;
  }

  #fail(code: number): void {
    this.connection.fail(code);
    this.flush();
  }
}

/** `abort` of a sink is called only when the write under way is done; the signal, where there is one, tells at once. */
function onAbort(controller: WritableStreamDefaultController, callback: () => void): void {
  const signal = controller.signal as AbortSignal | undefined; // Bun has none
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
 * assert.deepEqual((await events.read()).value, { type: 'closeReceived', code: 1000, reason: '' });
 * ```
 */
export function connectionStreams(
  config: ConnectionOptions | ConnectionConfig,
  extensions: readonly MessageExtension[] = [],
): ConnectionStreams {
  return new Streams(config, extensions);
}

// `@sanssocket/codec/streams`: a connection as two pairs of web streams.
//
