/**
 * ws's class `WebSocket`: an emitter whose methods are checks of arguments, as ws makes them, before
 * calls of the session behind it. First the constructor and the properties, then the methods that
 * send, then those that end, then the listeners of the browser's kind.
 */

import { EventEmitter } from 'node:events';
import type { Duplex, DuplexOptions } from 'node:stream';
import { isValidCloseCode } from '@sanssocket/codec/frames';
import { agreementOf, configsOf } from './configs.js';
import {
  addListener,
  attributeOf,
  type CloseEvent,
  type ErrorEvent,
  type Event,
  type EventListener,
  type EventListenerOptions,
  type Listening,
  type MessageEvent,
  removeListener,
  setAttribute,
  type WebSocketEventMap,
} from './events.js';
import type { ExtensionHeader, SubprotocolHeader } from './header-values.js';
import { openClient } from './opening.js';
import { sendControl, sendMessage } from './sending.js';
import type { WebSocketServer } from './server.js';
import { Session } from './session.js';
import { CLOSED, CLOSING, CONNECTING, OPEN, type ReadyState } from './states.js';
import type {
  BinaryType,
  BufferLike,
  ClientOptions,
  ConnectionSettings,
  MessageOptions,
  SendCallback,
  Transport,
  WebSocketEvents,
} from './types.js';

const BINARY_TYPES: readonly string[] = ['nodebuffer', 'arraybuffer', 'blob', 'fragments'];

/** RFC 6455 5.5.1. */
const MAX_REASON_BYTES = 123;

const CLOSED_TOO_EARLY = 'WebSocket was closed before the connection was established';

/** The session behind a WebSocket. Internal. */
export let sessionOf: (websocket: WebSocket) => Session;

/**
 * A WebSocket with the interface of ws 8: a client, or one of a server's connections.
 *
 * @example
 * ```ts no-run
 * import { WebSocket } from '@sanssocket/ws';
 *
 * const socket = new WebSocket('wss://example.com/chat');
 * socket.on('open', () => socket.send('hello'));
 * socket.on('message', (data, isBinary) => console.log(isBinary ? data : String(data)));
 * socket.on('error', (error) => console.error(error.message));
 * ```
 */
export class WebSocket extends EventEmitter<WebSocketEvents> {
  static {
    sessionOf = (websocket) => websocket.#session;
  }

  static readonly CONNECTING: 0 = CONNECTING;
  static readonly OPEN: 1 = OPEN;
  static readonly CLOSING: 2 = CLOSING;
  static readonly CLOSED: 3 = CLOSED;
  // Set by the entry point, as they are made of this class.
  declare static WebSocket: typeof WebSocket;
  declare static WebSocketServer: typeof WebSocketServer;
  declare static Server: typeof WebSocketServer;
  declare static createWebSocketStream: (websocket: WebSocket, options?: DuplexOptions) => Duplex;
  declare static extension: ExtensionHeader;
  declare static subprotocol: SubprotocolHeader;

  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;
  readonly #session: Session;

  /**
   * @param address - the server's; null for a server that gives the connection a socket by itself
   * @param protocols - subprotocols to offer, or the options
   * @param options - see {@link ClientOptions}
   * @throws SyntaxError for an address that is none, or a subprotocol that is no token or there twice
   */
  constructor(address: null, protocols?: undefined, options?: object);
  constructor(address: string | URL, options?: ClientOptions);
  constructor(address: string | URL, protocols?: string | readonly string[], options?: ClientOptions);
  constructor(
    address: string | URL | null,
    protocols?: string | readonly string[] | ClientOptions,
    options?: object,
  ) {
    super();
    this.#session = new Session(this);
    if (address === null) return;
    const hasNone = typeof protocols === 'object' && protocols !== null && !isList(protocols);
    const given: ClientOptions = (hasNone ? protocols : options) ?? {};
    const offered = hasNone || protocols === undefined ? (given.protocols ?? []) : protocols;
    openClient(this.#session, address, isList(offered) ? offered : [offered as string], given);
  }

  // ---- Properties ----

  /** The form of binary messages; a value that is none is ignored. */
  get binaryType(): BinaryType {
    return this.#session.binaryType;
  }

  set binaryType(type: BinaryType) {
    if (BINARY_TYPES.includes(type)) this.#session.binaryType = type;
  }

  /** How many bytes wait to be written, and those that were sent too late. */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }

  /** The name of the extension in use, or nothing. */
  get extensions(): string {
    return this.#session.agreement?.extensions ?? '';
  }

  get isPaused(): boolean {
    return this.#session.isPaused;
  }

  /** The subprotocol in use, or nothing. */
  get protocol(): string {
    return this.#session.agreement?.protocol ?? '';
  }

  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** The address of a client; undefined for a server's connection, as in ws. */
  get url(): string {
    return this.#session.client?.url as string;
  }

  /**
   * The socket; null until the connection is open. Not documented by ws, and read all the same, for
   * the peer's address for instance.
   *
   * @internal
   */
  get _socket(): Transport | null {
    return this.#session.socket;
  }

  /** @internal How often a client was sent elsewhere. */
  get _redirects(): number {
    return this.#session.client?.redirects ?? 0;
  }

  /** @internal The request of a client whose handshake is under way; as `_socket`. */
  get _req(): unknown {
    return this.#session.client?.opening?.request ?? null;
  }

  /**
   * Gives a WebSocket that was made with `null` a socket behind its opening handshake. Not documented
   * by ws; @fastify/websocket calls it to test without a network, and says by a field which side it is.
   *
   * @internal
   */
  setSocket(socket: Transport, head: Uint8Array, options: ConnectionSettings): void {
    const { _isServer: isServer = true } = this as { readonly _isServer?: boolean };
    const configs = configsOf(isServer ? 'server' : 'client', options, null);
    this.#session.open(socket, head, agreementOf(configs, '', ''), undefined);
  }

  // ---- Sending ----

  /**
   * Sends a message: a string becomes a text, everything else a binary message. The callback is called
   * when the message is written, or with the reason why it will not be. See {@link MessageOptions}.
   *
   * @throws Error while the connection is being opened; TypeError for data of another kind, and for
   * bytes of a text that are no UTF-8
   */
  send(data: BufferLike, callback?: SendCallback): void;
  send(data: BufferLike, options: MessageOptions, callback?: SendCallback): void;
  send(data: BufferLike, options?: MessageOptions | SendCallback, callback?: SendCallback): void {
    if (typeof options === 'function') sendMessage(this.#session, data, undefined, options);
    else sendMessage(this.#session, data, options, callback);
  }

  /**
   * Sends a Ping (RFC 6455 5.5.2), with at most 125 bytes. `mask` has no effect; the callback is that of
   * `send`.
   *
   * @throws RangeError for more bytes, and as `send`
   */
  ping(callback?: SendCallback): void;
  ping(data?: BufferLike, callback?: SendCallback): void;
  ping(data?: BufferLike, mask?: boolean, callback?: SendCallback): void;
  ping(data?: BufferLike | SendCallback, mask?: boolean | SendCallback, callback?: SendCallback): void {
    sendControl(this.#session, 'ping', data, mask, callback);
  }

  /** Sends a Pong (RFC 6455 5.5.3); as {@link WebSocket.ping}. */
  pong(callback?: SendCallback): void;
  pong(data?: BufferLike, callback?: SendCallback): void;
  pong(data?: BufferLike, mask?: boolean, callback?: SendCallback): void;
  pong(data?: BufferLike | SendCallback, mask?: boolean | SendCallback, callback?: SendCallback): void {
    sendControl(this.#session, 'pong', data, mask, callback);
  }

  // ---- Reading, and the end ----

  /** Reads no more, at once; nothing happens before the connection is open and after its end. */
  pause(): void {
    const { readyState } = this.#session;
    if (readyState !== CONNECTING && readyState !== CLOSED) this.#session.pause();
  }

  /** Reads again. */
  resume(): void {
    const { readyState } = this.#session;
    if (readyState !== CONNECTING && readyState !== CLOSED) this.#session.resume();
  }

  /**
   * Starts the closing handshake (RFC 6455 7.1.2).
   *
   * @param code - a status code that may be sent (RFC 6455 7.4); none by default
   * @param reason - at most 123 bytes of UTF-8, which count only with a code
   * @throws TypeError for another code or reason, RangeError for a longer one
   */
  close(code?: number, reason?: string | Uint8Array): void {
    const session = this.#session;
    if (session.readyState === CONNECTING) session.client?.opening?.abort(CLOSED_TOO_EARLY);
    else if (session.readyState === OPEN) session.startClosing(...closeArguments(code, reason));
  }

  /** Cuts the connection. */
  terminate(): void {
    const session = this.#session;
    if (session.readyState === CONNECTING) session.client?.opening?.abort(CLOSED_TOO_EARLY);
    else if (session.driver !== null && session.readyState !== CLOSED) session.terminate();
  }

  // ---- Listeners of the browser's kind ----

  get onopen(): ((event: Event) => void) | null {
    return attributeOf(this, 'open');
  }

  set onopen(listener: ((event: Event) => void) | null) {
    setAttribute(listening(this), 'open', listener);
  }

  get onerror(): ((event: ErrorEvent) => void) | null {
    return attributeOf(this, 'error');
  }

  set onerror(listener: ((event: ErrorEvent) => void) | null) {
    setAttribute(listening(this), 'error', listener);
  }

  get onclose(): ((event: CloseEvent) => void) | null {
    return attributeOf(this, 'close');
  }

  set onclose(listener: ((event: CloseEvent) => void) | null) {
    setAttribute(listening(this), 'close', listener);
  }

  get onmessage(): ((event: MessageEvent) => void) | null {
    return attributeOf(this, 'message');
  }

  set onmessage(listener: ((event: MessageEvent) => void) | null) {
    setAttribute(listening(this), 'message', listener);
  }

  /** Adds a listener that gets an event; one that is there already is not added again. */
  addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: EventListener<WebSocketEventMap[K]>,
    options: EventListenerOptions = {},
  ): void {
    addListener(listening(this), type, listener, options, false);
  }

  removeEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: EventListener<WebSocketEventMap[K]>,
  ): void {
    removeListener(this as EventEmitter, type, listener);
  }
}

// On the prototype, where an object for each connection does not carry them.
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  Object.defineProperty(WebSocket, name, { enumerable: true, value, writable: false, configurable: false });
  Object.defineProperty(WebSocket.prototype, name, { enumerable: true, value });
}

/** As in the browser's interface, properties are seen by loops over an object. */
for (const name of [
  'binaryType',
  'bufferedAmount',
  'extensions',
  'isPaused',
  'protocol',
  'readyState',
  'url',
  'onopen',
  'onerror',
  'onclose',
  'onmessage',
]) {
  Object.defineProperty(WebSocket.prototype, name, { enumerable: true });
}

/** A WebSocket as its listeners need it. */
function listening(target: WebSocket): Listening {
  return { target, wasClean: () => sessionOf(target).wasClean };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

/** A code and a reason as they are sent; without a code there is no reason. */
function closeArguments(
  code: number | undefined,
  reason: string | Uint8Array | undefined,
): [code: number | undefined, reason: string] {
  if (code === undefined) return [undefined, ''];
  if (typeof code !== 'number' || !isValidCloseCode(code)) {
    throw new TypeError('First argument must be a valid error code number');
  }
  if (!reason?.length) return [code, ''];
  if (typeof reason !== 'string' && !(reason instanceof Uint8Array)) {
    throw new TypeError('Second argument must be a string or a Uint8Array');
  }
  const text = typeof reason === 'string' ? reason : Buffer.from(reason).toString();
  if (Buffer.byteLength(text) > MAX_REASON_BYTES) {
    throw new RangeError(`The message must not be greater than ${MAX_REASON_BYTES} bytes`);
  }
  return [code, text];
}
