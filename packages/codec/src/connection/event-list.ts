/** The events of a connection as objects: the readable form, for one allocation or two an event. */

import { copyOf } from '../memory/bytes.js';
import { type OwnBytes, requireType } from '../wire/errors.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import type { ConnectionConfig, ConnectionOptions } from './config.js';
import { Connection } from './connection.js';
import type { MessageExtension } from './extension.js';
import type { AnySink, CloseInfo, Delivery } from './handlers.js';

/**
 * What happened on a connection: the calls of a sink as objects. Bytes in it are the receiver's own, to
 * keep, change or transfer.
 *
 * Which events tell of messages is the option `delivery`: `'text'` and `'binary'` for `'messages'`, `'message'` for
 * `'spans'`, `'messageStart'`, `'messageData'`... and `'messageEnd'` for `'pieces'`.
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
 *     case 'closeReceived':
 *       return `${event.code} ${event.reason}`;
 *     default:
 *       return event.type;
 *   }
 * }
 * assert.equal(line({ type: 'closeReceived', code: 1000, reason: 'bye' }), '1000 bye');
 * assert.equal(line({ type: 'ping', payload: new Uint8Array(0) }), 'ping');
 * ```
 */
export type ConnectionEvent =
  /** A whole text message (RFC 6455 5.6). */
  | { readonly type: 'text'; readonly text: string }
  /** A whole binary message (RFC 6455 5.6). */
  | { readonly type: 'binary'; readonly bytes: OwnBytes }
  /** A whole message; the bytes of a text are valid UTF-8. */
  | { readonly type: 'message'; readonly opcode: MessageOpcode; readonly bytes: OwnBytes }
  /** The first frame of a message has begun. */
  | { readonly type: 'messageStart'; readonly opcode: MessageOpcode }
  /** The next bytes of the message, never none; a piece of a text is valid UTF-8 by itself. */
  | { readonly type: 'messageData'; readonly bytes: OwnBytes }
  /** The message that began is whole. */
  | { readonly type: 'messageEnd' }
  /** A Ping arrived; unless `autoPong` is off its Pong is on its way (RFC 6455 5.5.2). */
  | { readonly type: 'ping'; readonly payload: OwnBytes }
  /** A Pong arrived (RFC 6455 5.5.3). */
  | { readonly type: 'pong'; readonly payload: OwnBytes }
  /** The peer's Close arrived; its code is 1005 if it had none (RFC 6455 5.5.1). */
  | { readonly type: 'closeReceived'; readonly code: number; readonly reason: string }
  /** The terminal event (RFC 6455 7.1.4, 7.1.7). */
  | { readonly type: 'close'; readonly outcome: CloseInfo };

/**
 * Handlers that make objects of what they are told.
 *
 * @param push - gets each event
 * @param output - as {@link ControlSink.output}
 */
function eventSink(push: (event: ConnectionEvent) => void, output: () => void): AnySink {
  return {
    text: (text) => push({ type: 'text', text }),
    // Of a buffer that it has with others it gets one of its own: whoever takes events may transfer each away.
    binary: (bytes) => push({ type: 'binary', bytes: ownBytes(bytes) }),
    message: (opcode, span) => push({ type: 'message', opcode, bytes: span.copy() }),
    messageStart: (opcode) => push({ type: 'messageStart', opcode }),
    messageData: (span) => push({ type: 'messageData', bytes: span.copy() }),
    messageEnd: () => push({ type: 'messageEnd' }),
    ping: (payload) => push({ type: 'ping', payload }),
    pong: (payload) => push({ type: 'pong', payload }),
    closeReceived: (code, reason) => push({ type: 'closeReceived', code, reason }),
    close: (outcome) => push({ type: 'close', outcome }),
    outputAvailable: output,
  };
}

function ownBytes(bytes: OwnBytes): OwnBytes {
  return bytes.length === bytes.buffer.byteLength ? bytes : copyOf(bytes, 0, bytes.length);
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
 * for (const event of server.receive(client.connection.dataToSend()!)) {
 *   if (event.type === 'text') server.connection.sendText(event.text.toUpperCase());
 * }
 * const answers = client.receive(server.connection.dataToSend()!);
 * assert.deepEqual(answers, [{ type: 'text', text: 'HELLO' }]);
 * ```
 */
export class ConnectionEvents {
  /** Where commands go and output comes from. Its input is given to this object, so that the events are returned. */
  readonly connection: Connection<Delivery>;
  #events: ConnectionEvent[] = [];

  /**
   * @param config - as for {@link Connection}
   * @param extensions - as for {@link Connection}
   * @param ready - called when an asynchronous extension has finished: there may be events to {@link ConnectionEvents.take}
   * and output. To be left out when there is no such extension
   * @throws as the constructor of {@link Connection}
   */
  constructor(
    config: ConnectionOptions | ConnectionConfig<Delivery>,
    extensions: readonly MessageExtension[] = [],
    ready: () => void = () => {},
  ) {
    requireType('ready', ready, 'function');
    const sink = eventSink((event) => this.#events.push(event), ready);
    this.connection = new Connection<Delivery>(config, sink, extensions);
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
  receive(bytes: Uint8Array): ConnectionEvent[] {
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
  receiveEof(): ConnectionEvent[] {
    this.connection.receiveEof();
    return this.take();
  }

  /**
   * Takes the events that came about otherwise: by `connection.resume()`, `connection.fail()`, or an asynchronous extension.
   *
   * @returns them in order, and forgets them
   */
  take(): ConnectionEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
