/**
 * The browser's `WebSocket` over any transport: an interface for which much code is written, where the platform has no
 * WebSocket of its own or none on this transport (WHATWG WebSockets Standard). This is what scripts see of it; what it does is
 * in `TransportSession`.
 */

import { usageError } from '../wire/errors.js';
import { utf8Bytes } from '../wire/utf8.js';
import { type ByteTransport, SessionConfig, type TransportWebSocketOptions } from './options.js';
import type { PlatformAbortSignal, PlatformBlob, PlatformEvent, PlatformEventTarget } from './platform.js';
import { CLOSED, CLOSING, CONNECTING, OPEN, TransportSession } from './session.js';
import {
  createCloseEvent,
  EventHandlers,
  type TransportWebSocketEventMap as EventMap,
  type TransportWebSocketHandler as Handler,
  ownBuffer,
  toCloseArguments,
  toMessage,
  toText,
} from './web-idl.js';

export type { ConnectionOptions } from '../connection/config.js';
export type { Decoded, Encoded, FragmentInfo, MessageExtension } from '../connection/extension.js';
export type { DriverOptions } from '../driver/driver.js';
export type { KeepaliveOptions } from '../driver/keepalive.js';
export type { MessageOpcode } from '../wire/opcodes.js';
export type { Limits } from '../wire/rules.js';
export type { ByteTransport, TransportWebSocketOptions } from './options.js';
export type {
  PlatformAbortSignal,
  PlatformBlob,
  PlatformEvent,
  PlatformEventTarget,
  PlatformMessageEvent,
  PlatformReadableStream,
  PlatformURL,
  PlatformWritableStream,
} from './platform.js';
export type {
  TransportCloseEvent,
  TransportWebSocketEventMap,
  TransportWebSocketHandler,
} from './web-idl.js';

/** Importing throws nothing where there is no `EventTarget`, making one does. */
class NoEventTarget {
  constructor() {
    const message =
      'this runtime has no EventTarget or no Event, which a WebSocket needs; a Connection does not';
    throw usageError(TypeError, 'NO_EVENT_TARGET', message);
  }
}

/** The platform's, by a name whose type needs no library. */
const Target: PlatformEventTarget =
  typeof EventTarget === 'function' && typeof Event === 'function'
    ? EventTarget
    : (NoEventTarget as PlatformEventTarget);

/** A listener of a {@link TransportWebSocket}: a function or an object with `handleEvent` (DOM 2.7). */
export type TransportWebSocketListener =
  | ((event: PlatformEvent) => void)
  | { handleEvent(event: PlatformEvent): void }
  | null;

/** How it listens (DOM 2.7). */
export type TransportWebSocketListenerOptions =
  | boolean
  | { capture?: boolean; once?: boolean; passive?: boolean; signal?: PlatformAbortSignal };

/**
 * A WebSocket as browsers have it, over a transport whose opening handshake is done, or over the promise of one. It reads and
 * writes the transport until both directions have ended, takes nothing from it while a listener is at work, pings a peer that is
 * silent, and limits the time a closing may take, as a `ConnectionDriver` does. Where it differs: over a transport that is there it is open from the start (`open` fires in a
 * microtask), it may be a server, and a connection lost without a Close fires `error` too (RFC 6455 7.2.1). Messages go out
 * in the order of `send`, Blobs included.
 *
 * RFC 6455; https://websockets.spec.whatwg.org/
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type TransportCloseEvent, TransportWebSocket } from '@sanssocket/codec/websocket';
 *
 * const up = new TransformStream<Uint8Array, Uint8Array>();
 * const down = new TransformStream<Uint8Array, Uint8Array>();
 * const server = new TransportWebSocket({ readable: up.readable, writable: down.writable }, { role: 'server' });
 * server.onmessage = ({ data }) => server.send(`${data}!`);
 *
 * const client = new TransportWebSocket({ readable: down.readable, writable: up.writable });
 * client.onopen = () => client.send('hello');
 * client.onmessage = ({ data }) => {
 *   assert.equal(data, 'hello!');
 *   client.close(1000, 'bye');
 * };
 * const closed = await new Promise<TransportCloseEvent>((resolve) => client.addEventListener('close', resolve));
 * assert.deepEqual([closed.code, closed.wasClean, client.readyState], [1000, true, client.CLOSED]);
 * ```
 */
export class TransportWebSocket extends Target {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  // Web IDL: constants cannot be changed; attributes and operations are enumerable, which those of a class are not.
  static {
    const { prototype } = TransportWebSocket;
    for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
      Object.defineProperty(TransportWebSocket, name, { value, enumerable: true });
      Object.defineProperty(prototype, name, { value, enumerable: true });
    }
    const members = ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol', 'binaryType'];
    members.push('onopen', 'onerror', 'onclose', 'onmessage', 'close', 'send');
    for (const name of members) Object.defineProperty(prototype, name, { enumerable: true });
    Object.defineProperty(prototype, Symbol.toStringTag, { value: 'WebSocket', configurable: true });
  }

  readonly #session: TransportSession;
  readonly #handlers = new EventHandlers(this);
  readonly #url: string;
  readonly #origin: string;
  #protocol = '';
  #extensions = '';
  #binaryType: 'blob' | 'arraybuffer' = typeof Blob === 'function' ? 'blob' : 'arraybuffer';

  /**
   * @param transport - used exclusively from now on. Or a promise of it: if that is rejected, or its
   * value cannot be used, `error` and `close` are fired, with 1006
   * @param options - role, what the opening handshake agreed on, limits, times
   * @throws TypeError if a stream of the transport is locked or the URL is none; for an option that
   * there is not or of another kind (`OPTION_UNKNOWN`, `OPTION_INVALID`), RangeError for a limit
   * that is not a positive integer (`OPTION_INVALID`)
   */
  constructor(
    transport: ByteTransport | PromiseLike<ByteTransport>,
    options: TransportWebSocketOptions = {},
  ) {
    super();
    const config = new SessionConfig(options);
    this.#url = config.url;
    this.#origin = config.origin;
    const agree = (agreed: Partial<ByteTransport>): void => {
      this.#protocol = agreed.protocol ?? config.protocol;
      this.#extensions = agreed.extensions ?? config.extensions;
    };
    this.#session = new TransportSession(transport, config, {
      opened: (agreed) => {
        agree(agreed);
        if (this.#session.state === OPEN) this.#handlers.fire(new Event('open'));
      },
      message: (data) => this.#deliver(data),
      ended: (wasClean, code, reason) => {
        if (!wasClean) this.#handlers.fire(new Event('error'));
        this.#handlers.fire(createCloseEvent(wasClean, code, reason));
      },
    });
    if (this.#session.state === OPEN) agree(transport as ByteTransport);
  }

  /** The URL given, or empty. */
  get url(): string {
    return this.#url;
  }

  /** `CONNECTING` (0) while the transport is still promised, `OPEN` (1), `CLOSING` (2) or `CLOSED` (3). */
  get readyState(): 0 | 1 | 2 | 3 {
    return this.#session.state;
  }

  /** The subprotocol in use, or empty (RFC 6455 1.9). */
  get protocol(): string {
    return this.#protocol;
  }

  /** The extensions in use, or empty (RFC 6455 9). */
  get extensions(): string {
    return this.#extensions;
  }

  /**
   * Payload bytes of messages given to `send` that the transport has not taken: those it is still
   * writing count, frames do not. A message that was sent too late stays in it for good, as does one
   * that was not written when the connection was lost.
   */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  /** How binary messages are delivered: `'blob'` (the default where there are Blobs) or `'arraybuffer'`. */
  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#binaryType;
  }
  set binaryType(type: 'blob' | 'arraybuffer') {
    const value = toText(type);
    // As for every enumerated attribute, other values are ignored.
    if (value === 'arraybuffer' || (value === 'blob' && typeof Blob === 'function')) this.#binaryType = value;
  }

  /** The event handlers: each is a listener, in the place of the moment it was first set. */
  get onopen(): Handler<'open'> {
    return this.#handlers.get('open') as Handler<'open'>;
  }
  set onopen(handler: Handler<'open'>) {
    this.#handlers.set('open', handler);
  }
  get onmessage(): Handler<'message'> {
    return this.#handlers.get('message') as Handler<'message'>;
  }
  set onmessage(handler: Handler<'message'>) {
    this.#handlers.set('message', handler);
  }
  get onerror(): Handler<'error'> {
    return this.#handlers.get('error') as Handler<'error'>;
  }
  set onerror(handler: Handler<'error'>) {
    this.#handlers.set('error', handler);
  }
  get onclose(): Handler<'close'> {
    return this.#handlers.get('close') as Handler<'close'>;
  }
  set onclose(handler: Handler<'close'>) {
    this.#handlers.set('close', handler);
  }

  /**
   * Sends a message; once closing has begun it is dropped silently.
   *
   * @param data - a string is a text, in which a lone surrogate becomes U+FFFD; memory, views of it and Blobs are binary, and
   * copied; anything else is converted to a string. A Blob that cannot be read fails the connection
   * @throws DOMException `InvalidStateError` while connecting, TypeError for shared or resizable memory
   *
   * RFC 6455 5.6, 6.1.
   */
  send(data: string | ArrayBuffer | ArrayBufferView | PlatformBlob): void {
    const session = this.#session;
    // biome-ignore lint/complexity/noArguments: nothing else tells no argument from undefined, which is a text.
    if (arguments.length === 0) throw new TypeError('send needs a message');
    const message = toMessage(data);
    if (session.state === CONNECTING) throw new DOMException('not open yet', 'InvalidStateError');
    if (typeof message === 'string') session.send(message, utf8Bytes(message));
    else session.send(message, message instanceof Uint8Array ? message.length : message.size);
  }

  /**
   * Starts the closing handshake, behind the messages sent before; while connecting, gives up. Later calls do nothing.
   *
   * @param code - 1000, or 3000 to 4999; none by default, or 1000 with a reason
   * @param reason - at most 123 bytes of UTF-8
   * @throws DOMException `InvalidAccessError` for another code, `SyntaxError` for a longer reason
   *
   * RFC 6455 7.1.2.
   */
  close(code: number | undefined = undefined, reason: string | undefined = undefined): void {
    this.#session.close(...toCloseArguments(code, reason));
  }

  override addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (event: EventMap[K]) => void,
    options?: TransportWebSocketListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: TransportWebSocketListener,
    options?: TransportWebSocketListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: TransportWebSocketListener,
    options?: TransportWebSocketListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
    this.#handlers.noteListener(type);
  }

  override removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (event: EventMap[K]) => void,
    options?: TransportWebSocketListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: TransportWebSocketListener,
    options?: TransportWebSocketListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: TransportWebSocketListener,
    options?: TransportWebSocketListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }

  #deliver(message: string | Uint8Array): void {
    // "If ready state is not OPEN (1), then return."
    if (this.#session.state !== OPEN) return;
    // Answers precede the answer to a Close behind the message.
    this.#session.pause();
    const data =
      typeof message === 'string'
        ? message
        : this.#binaryType === 'blob'
          ? new Blob([ownBuffer(message)])
          : ownBuffer(message);
    this.#handlers.fire(new MessageEvent('message', { data, origin: this.#origin }));
    void resumeLater(this.#session);
  }
}

/**
 * In browsers each event is a task of its own: an async function that waits for a message, and then
 * listens for the next, does not miss it. Three turns of the microtask queue are enough for it.
 */
async function resumeLater(session: TransportSession): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await undefined;
  session.resume();
}

// `@sanssocket/codec/websocket`: the browser's `WebSocket` over any transport.
//
