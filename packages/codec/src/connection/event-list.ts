/**
 * The events of a connection as objects, for one allocation or two an event: first their type, then
 * the handlers that make them, then the connection that gives them back as arrays.
 */

import { copyOf } from '../memory/bytes.js';
import { type OwnBytes, requireOneOf, requireType } from '../wire/errors.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import type { ConnectionConfig, ConnectionOptions } from './config.js';
import { Connection } from './connection.js';
import type { MessageExtension } from './extension.js';
import type { CloseInfo, ConnectionHandlers } from './handlers.js';

/**
 * An event on a connection: the call of a handler as an object. Bytes in it are the receiver's own,
 * to keep, change or transfer.
 *
 * The form of messages decides the events that carry them, see {@link MessageEvents}.
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
  /** The header of a message's first frame has arrived (RFC 6455 5.4). */
  | { readonly type: 'messageStart'; readonly opcode: MessageOpcode }
  /** The next bytes of the message, at least one; those of a text are valid UTF-8 by themselves. */
  | { readonly type: 'messageData'; readonly bytes: OwnBytes }
  /** The message that began has ended. */
  | { readonly type: 'messageEnd' }
  /** A Ping arrived; its Pong is on its way unless `autoPong` is off (RFC 6455 5.5.2). */
  | { readonly type: 'ping'; readonly payload: OwnBytes }
  /** A Pong arrived (RFC 6455 5.5.3). */
  | { readonly type: 'pong'; readonly payload: OwnBytes }
  /** The peer's Close arrived; its code is 1005 if it had none (RFC 6455 5.5.1). */
  | { readonly type: 'closeReceived'; readonly code: number; readonly reason: string }
  /** The connection has ended: the last event (RFC 6455 7.1.4, 7.1.7). */
  | { readonly type: 'close'; readonly closeInfo: CloseInfo };

/**
 * The form of messages as events: `'text'` and `'binary'` with `'whole'`; `'message'`, in which a
 * text is valid UTF-8, with `'bytes'`; `'messageStart'`, `'messageData'`... and `'messageEnd'` with
 * `'streamed'`.
 */
export type MessageEvents = 'whole' | 'bytes' | 'streamed';

const MESSAGE_EVENTS: readonly MessageEvents[] = ['whole', 'bytes', 'streamed'];

function messageHandlers(
  push: (event: ConnectionEvent) => void,
  messages: MessageEvents,
): ConnectionHandlers {
  if (messages === 'bytes') {
    return { message: (opcode, slice) => push({ type: 'message', opcode, bytes: slice.copy() }) };
  }
  if (messages === 'streamed') {
    return {
      messageStart: (opcode) => push({ type: 'messageStart', opcode }),
      messageData: (slice) => push({ type: 'messageData', bytes: slice.copy() }),
      messageEnd: () => push({ type: 'messageEnd' }),
    };
  }
  return {
    text: (text) => push({ type: 'text', text }),
    // An event may be transferred away, so bytes that share a buffer with others get one of their
    // own.
    binary: (bytes) => push({ type: 'binary', bytes: ownBytes(bytes) }),
  };
}

/**
 * Handlers that make an object of each call. {@link ConnectionEvents} and the streams share them.
 *
 * @param push - called with each event
 * @param output - as {@link ConnectionHandlers.outputAvailable}
 */
function eventHandlers(
  push: (event: ConnectionEvent) => void,
  output: () => void,
  messages: MessageEvents = 'whole',
): ConnectionHandlers {
  return {
    ...messageHandlers(push, messages),
    ping: (payload) => push({ type: 'ping', payload }),
    pong: (payload) => push({ type: 'pong', payload }),
    closeReceived: (code, reason) => push({ type: 'closeReceived', code, reason }),
    close: (closeInfo) => push({ type: 'close', closeInfo }),
    outputAvailable: output,
  };
}

function ownBytes(bytes: OwnBytes): OwnBytes {
  return bytes.length === bytes.buffer.byteLength ? bytes : copyOf(bytes, 0, bytes.length);
}

/**
 * A connection that returns its events as arrays, from the call that brought them about. Commands
 * and output are those of {@link ConnectionEvents.connection}. Where the objects cost too much,
 * give a {@link Connection} handlers of your own.
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
  /**
   * The connection that takes commands and gives output. Its input goes to this object instead,
   * which returns the events.
   */
  readonly connection: Connection;
  #events: ConnectionEvent[] = [];

  /**
   * @param config - as for {@link Connection}
   * @param extensions - as for {@link Connection}
   * @param ready - called when an asynchronous extension has finished: there may be output, and
   * events for {@link ConnectionEvents.take}. Needed only with such an extension
   * @param messages - the form of messages as events; `'whole'` by default
   * @throws as the constructor of {@link Connection}; TypeError for another form of messages or a
   * `ready` that is no function (`OPTION_INVALID`)
   */
  constructor(
    config: ConnectionOptions | ConnectionConfig,
    extensions: readonly MessageExtension[] = [],
    ready: () => void = () => {},
    messages: MessageEvents = 'whole',
  ) {
    requireType('ready', ready, 'function');
    requireOneOf('messages', messages, MESSAGE_EVENTS);
    const handlers = eventHandlers((event) => this.#events.push(event), ready, messages);
    this.connection = new Connection(config, handlers, extensions);
  }

  /**
   * Takes the next bytes from the transport.
   *
   * @param bytes - as for {@link Connection.receive}; no event refers to them
   * @returns the events that they brought about, in order, behind earlier ones that were not taken;
   * most often none or one
   * @throws as {@link Connection.receive}
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
   * @returns the events that this brought about. `'close'` is the last one, unless it came before,
   * input waits, or our answer to the peer's Close is still to come
   * @throws as {@link Connection.receiveEof}
   *
   * RFC 6455 7.1.4.
   */
  receiveEof(): ConnectionEvent[] {
    this.connection.receiveEof();
    return this.take();
  }

  /**
   * Takes the events that other calls brought about: `connection.resume()`, `connection.fail()`, or
   * an asynchronous extension.
   *
   * @returns the events, in order; they are not given again
   */
  take(): ConnectionEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
