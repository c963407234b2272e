/**
 * The connection behind a `WebSocket` or a `WebSocketStream`: from its opening to the end of its
 * transport (WHATWG WebSockets Standard, RFC 6455 7), run by a `ConnectionDriver`.
 *
 * ```
 *   CONNECTING --- the transport is there ---------------------------> OPEN     `opened`
 *   CONNECTING --- close() ------------------------------------------> CLOSING  and CLOSED soon
 *   CONNECTING --- there will be no transport -----------------------> CLOSED   `ended`
 *   OPEN       --- close(), the peer's Close, the connection's end --> CLOSING
 *   CLOSING    --- the connection and its transport have ended ------> CLOSED   `ended`
 * ```
 */

import { Connection } from '../connection/connection.js';
import { isPromise } from '../connection/extension.js';
import type { ConnectionDriver } from '../driver/driver.js';
import { attachPair } from '../driver/pulled.js';
import { now } from '../driver/transport.js';
import { copyOf, EMPTY } from '../memory/bytes.js';
import { ABNORMAL_CLOSURE, GOING_AWAY, INTERNAL_ERROR } from '../wire/close.js';
import { usageError } from '../wire/errors.js';
import { type ByteTransport, requireTransport, type SessionConfig } from './options.js';
import type { PlatformBlob } from './platform.js';

export const CONNECTING = 0;

export const OPEN = 1;

export const CLOSING = 2;

export const CLOSED = 3;

/** The ready states of a WebSocket. */
export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;

/** The calls that a session makes; none before its constructor has returned. */
export interface SessionHandlers {
  opened(transport: ByteTransport, driver: ConnectionDriver): void;
  /** A message. A handler that calls `pause` gets no further one until it calls `resume`. */
  message(data: string | Uint8Array): void;
  /** Connection and transport have ended: the last call. */
  ended(wasClean: boolean, code: number, reason: string): void;
}

/**
 * The payload of messages that the transport has not taken yet. Messages are in the order of
 * output, which is that of sending; each counts until all of its output has been written. Pongs are
 * output too, and no message: while some wait, the last messages written may count still.
 */
class WaitingPayload {
  /** Payload bytes, and the bytes of output that they make: a frame, perhaps compressed. */
  #messages: { readonly bytes: number; readonly output: number }[] = [];
  /** Index of the oldest message that counts. */
  #first = 0;
  #output = 0;
  /** Payload bytes that wait. */
  bytes = 0;

  add(bytes: number, output: number): void {
    this.#messages.push({ bytes, output });
    this.bytes += bytes;
    this.#output += output;
  }

  /**
   * Drops the messages that have been written.
   *
   * @param waiting - bytes of output still to be written
   */
  settle(waiting: number): void {
    const messages = this.#messages;
    for (; this.#first < messages.length; this.#first++) {
      const { bytes, output } = messages[this.#first]!;
      // The messages behind it account for all that waits.
      if (this.#output - output < waiting) break;
      this.bytes -= bytes;
      this.#output -= output;
    }
    // Each message is moved at most once for each that was dropped.
    if (this.#first > 0 && this.#first * 2 >= messages.length) {
      this.#messages = messages.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** A connection over a transport, or over the promise of one. Internal: a script sees its facades. */
export class TransportSession {
  readonly #config: SessionConfig;
  readonly #handlers: SessionHandlers;
  readonly #waiting = new WaitingPayload();
  #state: ReadyState = CONNECTING;
  /** Null while connecting. */
  #driver: ConnectionDriver | null = null;
  /** Messages behind a Blob wait until it has been read; null while none is being read. */
  #line: Promise<void> | null = null;
  /** Bytes of messages in line, and of those that will never be sent. */
  #lineBytes = 0;
  #unsentBytes = 0;
  #paused = false;
  #code: number = ABNORMAL_CLOSURE;
  #reason = '';

  /** @throws TypeError for a transport that is none, or whose streams are locked; as `Connection` */
  constructor(
    transport: ByteTransport | PromiseLike<ByteTransport>,
    config: SessionConfig,
    handlers: SessionHandlers,
  ) {
    this.#config = config;
    this.#handlers = handlers;
    if (isPromise(transport)) {
      void this.#connect(transport);
    } else {
      const driver = this.#attach(transport);
      // The caller gets to add listeners. No chunk is read before.
      queueMicrotask(() => handlers.opened(transport, driver));
    }
  }

  get state(): ReadyState {
    return this.#state;
  }

  /**
   * Payload bytes given to `send` that the transport has not taken. A message that was sent too late
   * stays in it for good, as does one that was not written when the transport was gone.
   */
  get bufferedAmount(): number {
    return this.#waiting.bytes + this.#lineBytes + this.#unsentBytes;
  }

  /**
   * Sends a message; once closing has begun it is dropped.
   *
   * @param message - bytes are copied
   * @param bytes - how many they are
   */
  send(message: string | Uint8Array | PlatformBlob, bytes: number): void {
    if (this.#state !== OPEN) {
      this.#unsentBytes += bytes;
      return;
    }
    const isBlob = typeof message !== 'string' && !(message instanceof Uint8Array);
    if (this.#line === null && !isBlob) {
      this.#transmit(message, bytes);
      return;
    }
    const own = message instanceof Uint8Array ? copyOf(message, 0, message.length) : message;
    this.#lineBytes += bytes;
    this.#enqueue(async () => {
      const payload = typeof own === 'string' || own instanceof Uint8Array ? own : await contents(own);
      this.#transmit(payload, bytes); // if it throws, they stay in line for good
      this.#lineBytes -= bytes;
    });
  }

  /** Starts the closing handshake, behind the messages sent before; while connecting, gives up. */
  close(code: number | undefined, reason: string): void {
    if (this.#state === CONNECTING) {
      // "Fail the WebSocket connection and set this's ready state to CLOSING (2)."
      this.#state = CLOSING;
      queueMicrotask(() => this.#end(false));
    } else if (this.#state === OPEN) {
      const close = (): boolean => this.#driver!.close(code, reason);
      if (this.#line === null) close();
      else this.#enqueue(close);
      this.#state = CLOSING;
    }
  }

  /** Reads no more behind the message that is being told. */
  pause(): void {
    this.#paused = true;
    this.#driver!.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#driver!.resume();
    this.#endIfOver();
  }

  /** A message has come or goes: `idleTimeoutMs` runs from here. */
  active(): void {
    const { times } = this.#config.driver;
    if (times.idleTimeoutMs !== Number.POSITIVE_INFINITY) this.#driver!.keepalive.active(now());
  }

  // Beginning.

  async #connect(promise: PromiseLike<ByteTransport>): Promise<void> {
    let transport: ByteTransport;
    let driver: ConnectionDriver;
    try {
      transport = await promise;
      if (this.#state !== CONNECTING) {
        abandon(transport, new Error('the WebSocket was closed before it was open'));
        return;
      }
      driver = this.#attach(transport);
    } catch {
      this.#end(false);
      return;
    }
    this.#handlers.opened(transport, driver);
  }

  #attach(transport: ByteTransport): ConnectionDriver {
    const { readable, writable, messageExtensions } = requireTransport(transport);
    if (readable.locked || writable.locked) {
      const message = 'the transport is in use: its streams are locked';
      throw usageError(TypeError, 'OPTION_INVALID', message);
    }
    const config = this.#config;
    const onMessage = (data: string | Uint8Array): void => {
      this.active();
      this.#handlers.message(data);
    };
    const connection = new Connection(
      config.connection,
      {
        text: onMessage,
        binary: onMessage,
        closeReceived: (code, reason) => {
          // RFC 6455 7.1.5, 7.1.6: code and reason are the peer's, however the connection ends.
          this.#code = code;
          this.#reason = reason;
          this.#state = CLOSING;
        },
        close: () => {
          this.#state = CLOSING;
          this.#endIfOver();
        },
      },
      messageExtensions ?? config.messageExtensions,
    );
    const written = (): void => this.#waiting.settle(driver.bufferedAmount);
    const driver = attachPair({ readable, writable }, connection, config.driver, EMPTY, written);
    driver.onClose = () => this.#endIfOver();
    this.#driver = driver;
    this.#state = OPEN;
    return driver;
  }

  // Sending.

  /** @param message - null for one that could not be read */
  #transmit(message: string | Uint8Array | null, bytes: number): void {
    this.active();
    const driver = this.#driver!;
    const before = driver.bufferedAmount;
    let isSent = false;
    try {
      if (message === null) driver.fail(INTERNAL_ERROR);
      else if (typeof message === 'string') isSent = driver.sendText(message);
      else isSent = driver.sendBinary(message);
    } catch {
      // An extension could not encode it. If there are no masking keys, this throws, too.
      try {
        driver.connection.fail(INTERNAL_ERROR);
      } finally {
        driver.flush();
      }
    }
    if (isSent) this.#waiting.add(bytes, driver.bufferedAmount - before);
    else this.#unsentBytes += bytes;
  }

  /** Lets something be done when the Blobs before it have been read. */
  #enqueue(job: () => unknown): void {
    const line: Promise<void> = (this.#line ?? Promise.resolve())
      .then(job)
      .catch((error: unknown) => this.#giveUp(error))
      .then(() => {
        if (this.#line === line) this.#line = null;
      });
    this.#line = line;
  }

  /** A source of the caller's (masking keys) has thrown where no caller is: an uncaught exception. */
  #giveUp(error: unknown): void {
    queueMicrotask(() => {
      throw error;
    });
    this.#driver!.fail(INTERNAL_ERROR);
  }

  // The end.

  #endIfOver(): void {
    const { closed, connection, transportError } = this.#driver!;
    if (!closed || this.#paused) return;
    // Time was up, and an extension is at work that has not finished. It is not waited for.
    if (connection.closeInfo === undefined && transportError === undefined) connection.fail(GOING_AWAY);
    if (connection.closeInfo !== undefined) this.#end(connection.closeInfo.wasClean);
  }

  #end(wasClean: boolean): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    this.#handlers.ended(wasClean, this.#code, this.#reason);
  }
}

/** The bytes of a Blob; null if it cannot be read. */
async function contents(blob: Blob): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return null;
  }
}

/** Ends a transport that nobody waits for any more. */
function abandon({ readable, writable }: ByteTransport, reason: Error): void {
  const ignore = (): void => {};
  readable.cancel(reason).catch(ignore);
  writable.abort(reason).catch(ignore);
}
