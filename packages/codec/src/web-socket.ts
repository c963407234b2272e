/**
 * The browser's `WebSocket` over any transport: an interface for which much code is written, where the platform has no
 * WebSocket of its own or none on this transport (WHATWG WebSockets Standard).
 *
 * ```
 *   OPEN    --- close(), or the peer's Close, or the connection ended -----> CLOSING   the time limit begins to run
 *   CLOSING --- connection and transport ended, or time is up -------------> CLOSED    `error` unless clean, `close`
 * ```
 */

import { ABNORMAL_CLOSURE, GOING_AWAY, NORMAL_CLOSURE } from './close-codes.js';
import type { ConnectionOptions } from './connection-config.js';
import type { ConnectionEvent } from './connection-events.js';
import type { MessageExtension } from './extension.js';
import { positiveInteger } from './limits.js';
import { copyOf } from './memory/bytes.js';
import { MAX_CONTROL_PAYLOAD_BYTES } from './opcodes.js';
import { Pump } from './pump.js';
import { type ConnectionStreams, connectionStreams } from './streams.js';
import { utf8Bytes } from './text.js';
import { createCloseEvent, type TransportWebSocketEventMap } from './web-socket-events.js';

/** A transport behind its opening handshake: a socket's two directions as streams of bytes. */
export interface ByteTransport {
  /** Bytes from the peer; closes when the peer has ended its direction. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer; may get the same array as other transports, so that it must not change or transfer it. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Options of a {@link TransportWebSocket}: its own, and limits and sources as for a connection. */
export interface TransportWebSocketOptions
  extends Omit<ConnectionOptions, 'role' | 'delivery' | 'inPlace' | 'autoPong'> {
  /** Which side this is; `'client'` by default. */
  readonly role?: 'client' | 'server';
  /** What `url` says; the origin of messages comes from it. Empty by default. */
  readonly url?: string | URL;
  /** The subprotocol agreed on; empty by default. */
  readonly protocol?: string;
  /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`; empty by default. */
  readonly extensions?: string;
  /** The same extensions at work. */
  readonly messageExtensions?: readonly MessageExtension[];
  /**
   * How long closing may take in all, in milliseconds: the closing handshake and the end of the transport (RFC 6455 7.1.1).
   * Then the transport is torn down. 10,000 by default.
   */
  readonly closeTimeoutMs?: number;
  /** Calls back once after `ms`, unless the function it returns is called first; by default `setTimeout`, where it exists. */
  readonly schedule?: (callback: () => void, ms: number) => () => void;
}

type EventMap = TransportWebSocketEventMap;
type Handler<K extends keyof EventMap> = ((event: EventMap[K]) => unknown) | null;
type Listener = ((event: Event) => void) | { handleEvent(event: Event): void } | null;
type ListenerOptions =
  | boolean
  | { capture?: boolean; once?: boolean; passive?: boolean; signal?: AbortSignal };

/**
 * A WebSocket as browsers have it, over a transport whose opening handshake is done. It reads and writes the transport
 * until both directions have ended, takes nothing from it while a listener is at work, and limits the time a closing may
 * take. Where it differs: it is open from the start (`open` fires in a microtask), it may be a server, and a connection
 * lost without a Close fires `error` too (RFC 6455 7.2.1). Messages go out in the order of `send`, Blobs included.
 *
 * RFC 6455; https://websockets.spec.whatwg.org/
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type TransportCloseEvent, TransportWebSocket } from '@sanssocket/codec/web-socket';
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
export class TransportWebSocket extends EventTarget {
  static readonly CONNECTING = 0 as const;
  static readonly OPEN = 1 as const;
  static readonly CLOSING = 2 as const;
  static readonly CLOSED = 3 as const;
  /** The URL given, or empty. */
  readonly url: string;
  /** The subprotocol in use, or empty (RFC 6455 1.9). */
  readonly protocol: string;
  /** The extensions in use, or empty (RFC 6455 9). */
  readonly extensions: string;
  /** The event handlers; each is called before the listeners of its event. */
  onopen: Handler<'open'> = null;
  onmessage: Handler<'message'> = null;
  onerror: Handler<'error'> = null;
  onclose: Handler<'close'> = null;
  readonly #origin: string;
  readonly #streams: ConnectionStreams;
  readonly #inbound: Pump;
  readonly #outbound: Pump;
  readonly #startTimer: (callback: () => void) => () => void;
  readonly #timeUp: Promise<void>;
  #onTimeUp!: () => void;
  #stopTimer: (() => void) | null = null;
  #readyState: 1 | 2 | 3 = TransportWebSocket.OPEN;
  #binaryType: 'blob' | 'arraybuffer' = typeof Blob === 'function' ? 'blob' : 'arraybuffer';
  /** What is sent behind a Blob waits until it has been read; null while none is being read. */
  #line: Promise<void> | null = null;
  /** Bytes of messages in the connection's output as long as that is not empty, in line, and never to be sent. */
  #queuedBytes = 0;
  #lineBytes = 0;
  #unsentBytes = 0;
  #wasClean = false;
  #code: number = ABNORMAL_CLOSURE;
  #reason = '';

  /**
   * @param transport - used exclusively from now on
   * @param options - role, what the opening handshake agreed on, limits
   * @throws TypeError if a stream of the transport is locked or the URL is none; as the constructor of `Connection`;
   * RangeError for a time limit that is not a positive integer
   */
  constructor(transport: ByteTransport, options: TransportWebSocketOptions = {}) {
    super();
    const { role = 'client', url, closeTimeoutMs = 10_000, schedule = scheduleTimeout } = options;
    const limitMs = positiveInteger('closeTimeoutMs', closeTimeoutMs);
    const { readable, writable } = transport;
    if (readable.locked || writable.locked) throw new TypeError('the transport is in use');
    const parsed = url === undefined ? { href: '', origin: '' } : new URL(url);
    this.url = parsed.href;
    this.#origin = parsed.origin;
    this.protocol = options.protocol ?? '';
    this.extensions = options.extensions ?? '';
    this.#startTimer = (callback) => schedule(callback, limitMs);
    const config: ConnectionOptions = { ...options, role, delivery: 'messages', autoPong: true };
    this.#streams = connectionStreams(config, options.messageExtensions);
    this.#inbound = new Pump(readable, this.#streams.incoming.writable);
    this.#outbound = new Pump(this.#streams.outgoing.readable, writable);
    this.#timeUp = new Promise((resolve) => {
      this.#onTimeUp = resolve;
    });
    for (const type of ['open', 'message', 'error', 'close'] as const) {
      this.addEventListener(type, (event) => {
        (this[`on${type}`] as ((event: Event) => unknown) | null)?.(event);
      });
    }
    void this.#run();
  }

  get CONNECTING(): 0 {
    return TransportWebSocket.CONNECTING;
  }
  get OPEN(): 1 {
    return TransportWebSocket.OPEN;
  }
  get CLOSING(): 2 {
    return TransportWebSocket.CLOSING;
  }
  get CLOSED(): 3 {
    return TransportWebSocket.CLOSED;
  }

  /** `OPEN` (1), `CLOSING` (2) or `CLOSED` (3). */
  get readyState(): 1 | 2 | 3 {
    return this.#readyState;
  }

  /** How binary messages are delivered: `'blob'` (the default where there are Blobs) or `'arraybuffer'`. */
  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#binaryType;
  }
  set binaryType(type: 'blob' | 'arraybuffer') {
    // As for every enumerated attribute, other values are ignored.
    if (type === 'arraybuffer' || (type === 'blob' && typeof Blob === 'function')) this.#binaryType = type;
  }

  /**
   * Bytes of messages given to `send` that the transport has not taken. While it has taken only a part of them, this is an
   * upper bound. What was sent too late stays in it for good.
   */
  get bufferedAmount(): number {
    const waiting = Math.min(this.#queuedBytes, this.#streams.connection.bufferedAmount);
    return waiting + this.#lineBytes + this.#unsentBytes;
  }

  /**
   * Sends a message; once closing has begun it is dropped silently.
   *
   * @param data - a string is a text, in which a lone surrogate becomes U+FFFD; the rest is binary, and copied. A Blob that
   * cannot be read fails the connection
   *
   * RFC 6455 5.6, 6.1.
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    const blob = typeof Blob === 'function' && data instanceof Blob ? data : null;
    const message = blob === null ? toMessage(data) : '';
    const bytes = blob?.size ?? (typeof message === 'string' ? utf8Bytes(message) : message.length);
    if (this.#readyState !== TransportWebSocket.OPEN) {
      this.#unsentBytes += bytes;
    } else if (blob === null && this.#line === null) {
      this.#transmit(message, bytes);
    } else {
      this.#lineBytes += bytes;
      this.#enqueue(async () => {
        const payload = blob === null ? message : await contents(blob);
        this.#lineBytes -= bytes;
        this.#transmit(payload, bytes);
      });
    }
  }

  /**
   * Starts the closing handshake, behind the messages sent before; later calls do nothing.
   *
   * @param code - 1000, or 3000 to 4999; none by default, or 1000 with a reason
   * @param reason - at most 123 bytes of UTF-8
   * @throws DOMException `InvalidAccessError` for another code, `SyntaxError` for a longer reason
   *
   * RFC 6455 7.1.2.
   */
  close(code?: number, reason = ''): void {
    if (code !== undefined && !isApplicationCode(code)) {
      throw new DOMException('a close code is 1000 or 3000 to 4999', 'InvalidAccessError');
    }
    if (utf8Bytes(reason) > MAX_CONTROL_PAYLOAD_BYTES - 2) {
      throw new DOMException('a close reason is at most 123 bytes long', 'SyntaxError');
    }
    if (this.#readyState !== TransportWebSocket.OPEN) return;
    this.#startClosing();
    const status = code ?? (reason === '' ? undefined : NORMAL_CLOSURE);
    const close = (): void => {
      this.#streams.connection.close(status, reason);
      this.#streams.flush();
    };
    if (this.#line === null) close();
    else this.#enqueue(close);
  }

  override addEventListener<K extends keyof EventMap>(
    type: K,
    listener: (event: EventMap[K]) => void,
    options?: ListenerOptions,
  ): void;
  override addEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
  override addEventListener(type: string, listener: Listener, options?: ListenerOptions): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<K extends keyof EventMap>(
    type: K,
    listener: (event: EventMap[K]) => void,
    options?: ListenerOptions,
  ): void;
  override removeEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
  override removeEventListener(type: string, listener: Listener, options?: ListenerOptions): void {
    super.removeEventListener(type, listener, options);
  }

  // Sending.

  /** @param message - null for one that could not be read */
  #transmit(message: string | Uint8Array | null, bytes: number): void {
    const { connection } = this.#streams;
    if (connection.bufferedAmount === 0) this.#queuedBytes = 0;
    let sent = false;
    try {
      if (message === null) connection.fail(INTERNAL_ERROR);
      else if (typeof message === 'string') sent = connection.sendText(message);
      else sent = connection.sendBinary(message);
    } catch {
      connection.fail(INTERNAL_ERROR); // an extension could not encode it
    }
    if (sent) this.#queuedBytes += bytes;
    else this.#unsentBytes += bytes;
    this.#streams.flush();
  }

  /** Lets something be done when the Blobs before it have been read. */
  #enqueue(job: () => void | Promise<void>): void {
    const line: Promise<void> = (this.#line ?? Promise.resolve()).then(job).then(() => {
      if (this.#line === line) this.#line = null;
    });
    this.#line = line;
  }

  // Events.

  async #run(): Promise<void> {
    await undefined; // the caller gets to add listeners
    if (this.#readyState === TransportWebSocket.OPEN) this.dispatchEvent(new Event('open'));
    const transport = Promise.all([this.#inbound.run(), this.#outbound.run()]);
    const events = this.#streams.incoming.readable.getReader();
    // The connection stands still until the next event is asked for: answers given by listeners precede that to a Close.
    for (let next = await events.read(); !next.done; next = await events.read()) this.#handle(next.value);
    await Promise.race([transport, this.#timeUp]);
    this.#stopTimer?.();
    this.#readyState = TransportWebSocket.CLOSED;
    if (!this.#wasClean) this.dispatchEvent(new Event('error'));
    this.dispatchEvent(createCloseEvent(this.#wasClean, this.#code, this.#reason));
  }

  #handle(event: ConnectionEvent): void {
    switch (event.type) {
      case 'text':
        this.#deliver(event.text);
        break;
      case 'binary': {
        const buffer = ownBuffer(event.bytes);
        this.#deliver(this.#binaryType === 'blob' ? new Blob([buffer]) : buffer);
        break;
      }
      case 'close':
        // RFC 6455 7.1.5, 7.1.6: code and reason are the peer's, whatever comes of the rest.
        this.#code = event.code;
        this.#reason = event.reason;
        this.#startClosing();
        break;
      case 'closed':
        this.#wasClean = event.outcome.clean;
        this.#startClosing();
        break;
      // Pings and pongs are not for scripts.
    }
  }

  #deliver(data: string | ArrayBuffer | Blob): void {
    // "If ready state is not OPEN (1), then return."
    if (this.#readyState !== TransportWebSocket.OPEN) return;
    this.dispatchEvent(new MessageEvent('message', { data, origin: this.#origin }));
  }

  // Closing.

  #startClosing(): void {
    if (this.#readyState !== TransportWebSocket.OPEN) return;
    this.#readyState = TransportWebSocket.CLOSING;
    this.#stopTimer = this.#startTimer(() => this.#tearDown());
  }

  /** Time is up. Neither the peer nor the transport has to play along. */
  #tearDown(): void {
    const reason = new Error('closing took too long');
    this.#streams.connection.fail(GOING_AWAY);
    this.#inbound.stop(reason);
    this.#outbound.stop(reason);
    this.#onTimeUp();
  }
}

const INTERNAL_ERROR = 1011;

/** The bytes of a Blob; null if it cannot be read. */
async function contents(blob: Blob): Promise<Uint8Array | null> {
  return blob.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => null,
  );
}

function isApplicationCode(code: number): boolean {
  return code === NORMAL_CLOSURE || (Number.isInteger(code) && code >= 3000 && code <= 4999);
}

/** A message as the connection takes it, in bytes of its own: it may be queued by reference. */
function toMessage(data: unknown): string | Uint8Array {
  if (ArrayBuffer.isView(data)) {
    const { buffer, byteOffset, byteLength } = data;
    return copyOf(new Uint8Array(buffer, byteOffset, byteLength), 0, byteLength);
  }
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  return String(data);
}

/** The bytes' buffer, if they fill it; otherwise one of their own. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.length === bytes.buffer.byteLength ? bytes : copyOf(bytes, 0, bytes.length);
  return whole.buffer as ArrayBuffer;
}

function scheduleTimeout(callback: () => void, ms: number): () => void {
  if (typeof setTimeout !== 'function') return () => {};
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

export type { TransportCloseEvent, TransportWebSocketEventMap } from './web-socket-events.js';
