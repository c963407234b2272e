/**
 * `WebSocketStream` over any transport: messages as a pair of web streams, with back-pressure both
 * ways (https://github.com/whatwg/websockets/pull/48, MDN "WebSocketStream").
 */

import type { ConnectionDriver } from '../driver/driver.js';
import { INTERNAL_ERROR } from '../wire/close.js';
import { usageError } from '../wire/errors.js';
import { type ByteTransport, SessionConfig, type TransportWebSocketOptions } from './options.js';
import type { PlatformReadableStream, PlatformWritableStream } from './platform.js';
import { TransportSession } from './session.js';
import { isCallersCode, ownBuffer, toCloseArguments } from './web-idl.js';

export type { ConnectionOptions } from '../connection/config.js';
export type { Decoded, Encoded, FragmentInfo, MessageExtension } from '../connection/extension.js';
export type { DriverOptions } from '../driver/driver.js';
export type { KeepaliveOptions } from '../driver/keepalive.js';
export type { MessageOpcode } from '../wire/opcodes.js';
export type { Limits } from '../wire/rules.js';
export type { ByteTransport, TransportWebSocketOptions } from './options.js';
export type { PlatformReadableStream, PlatformURL, PlatformWritableStream } from './platform.js';

/** The value of {@link TransportWebSocketStream.opened}. */
export interface TransportWebSocketConnection {
  /**
   * Messages: a string is a text, bytes are binary and nobody else's. Nothing is read ahead of the
   * message asked for: the peer feels it, and an answer written before the next read precedes the
   * answer to a Close behind the message. Cancelling it closes the connection, and drops what still
   * comes.
   */
  readonly readable: PlatformReadableStream<string | Uint8Array>;
  /**
   * Takes messages; bytes are copied. A write waits while more than `highWaterMark` bytes of output
   * do. Closing it closes the connection, and is done when the connection has ended; aborting it
   * closes the connection, too. A write of something else fails the connection with 1011.
   */
  readonly writable: PlatformWritableStream<string | Uint8Array>;
  /** The subprotocol in use, or empty (RFC 6455 1.9). */
  readonly protocol: string;
  /** The extensions in use, or empty (RFC 6455 9). */
  readonly extensions: string;
  /**
   * The driver of the connection behind the streams: for `ping`, `sendPrepared`, `transportError`,
   * `connection.closeInfo` with the peer's fault. Its `onDrain`, `onClose`, `pause` and `resume` are
   * the stream's own.
   */
  readonly driver: ConnectionDriver;
}

/** The code and the reason of a Close that is to be sent (RFC 6455 7.1.2). */
export interface TransportWebSocketCloseInfo {
  readonly closeCode?: number | undefined;
  readonly reason?: string | undefined;
}

/**
 * The platform's `WebSocketError` in shape: the connection has ended without a closing handshake.
 * Given to `abort` or `cancel`, it has the code and the reason to close with.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { TransportWebSocketError } from '@sanssocket/codec/websocket-stream';
 *
 * const error = new TransportWebSocketError('not now', { closeCode: 3001, reason: 'busy' });
 * assert.deepEqual([error.name, error.closeCode, error.reason], ['WebSocketError', 3001, 'busy']);
 * ```
 */
export class TransportWebSocketError extends Error {
  override readonly name = 'WebSocketError';
  /** 1006 if the peer has sent no Close; null without a code. */
  readonly closeCode: number | null;
  readonly reason: string;

  constructor(message = '', { closeCode, reason = '' }: TransportWebSocketCloseInfo = {}) {
    super(message);
    this.closeCode = closeCode ?? null;
    this.reason = reason;
  }
}

/**
 * A WebSocket as a pair of streams, as `WebSocketStream` has it, over a transport whose opening
 * handshake is done, or over the promise of one. A `ConnectionDriver` runs it, with its limits and
 * its keepalive.
 *
 * Messages must be read for the end behind them to be seen. An application that wants none cancels
 * `readable`. Until the first message waits unread, pings and the peer's Close are answered.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { TransportWebSocketStream } from '@sanssocket/codec/websocket-stream';
 *
 * const up = new TransformStream<Uint8Array, Uint8Array>();
 * const down = new TransformStream<Uint8Array, Uint8Array>();
 * const server = new TransportWebSocketStream({ readable: up.readable, writable: down.writable }, { role: 'server' });
 * const client = new TransportWebSocketStream({ readable: down.readable, writable: up.writable });
 *
 * // A server that answers each text, and closes when the client does.
 * const shout = new TransformStream<string | Uint8Array, string>({
 *   transform: (message, controller) => controller.enqueue(String(message).toUpperCase()),
 * });
 * const there = await server.opened;
 * there.readable.pipeThrough(shout).pipeTo(there.writable).catch(() => {});
 *
 * const { readable, writable } = await client.opened;
 * const reader = readable.getReader();
 * await writable.getWriter().write('hello');
 * assert.equal((await reader.read()).value, 'HELLO');
 * client.close({ closeCode: 1000, reason: 'bye' });
 * assert.equal((await reader.read()).done, true);
 * assert.deepEqual(await server.closed, { closeCode: 1000, reason: 'bye' });
 * ```
 */
export class TransportWebSocketStream {
  /** The URL given, or empty. */
  readonly url: string;
  /** Rejected with a {@link TransportWebSocketError} if there is no transport. */
  readonly opened: Promise<TransportWebSocketConnection>;
  /**
   * Kept when connection and transport have ended after a closing handshake: with the code and the
   * reason of the peer's Close, 1005 if it had none. Rejected with a {@link TransportWebSocketError}
   * if there was no closing handshake.
   */
  readonly closed: Promise<{ readonly closeCode: number; readonly reason: string }>;
  readonly #config: SessionConfig;
  readonly #session: TransportSession;
  /** Null while connecting, and from the end of the stream on. */
  #messages: ReadableStreamDefaultController<string | Uint8Array> | null = null;
  #output: WritableStreamDefaultController | null = null;
  /** Ends the wait of a write. */
  #drained: (() => void) | null = null;

  /**
   * @param transport - used exclusively from now on, or a promise of it
   * @param options - as for a `TransportWebSocket`
   * @throws as the constructor of `TransportWebSocket`
   */
  constructor(
    transport: ByteTransport | PromiseLike<ByteTransport>,
    options: TransportWebSocketOptions = {},
  ) {
    this.#config = new SessionConfig(options);
    this.url = this.#config.url;
    const opened = settled<TransportWebSocketConnection>();
    const closed = settled<{ readonly closeCode: number; readonly reason: string }>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    this.#session = new TransportSession(transport, this.#config, {
      opened: (agreed, driver) => opened.resolve(this.#open(agreed, driver)),
      message: (data) => this.#deliver(data),
      ended: (wasClean, closeCode, reason) => {
        const [messages, output] = [this.#messages, this.#output];
        this.#messages = null;
        if (wasClean) {
          messages?.close();
          output?.error(new DOMException('the connection has ended', 'InvalidStateError'));
          closed.resolve({ closeCode, reason });
        } else {
          const message = 'the connection has ended without a closing handshake';
          const error = new TransportWebSocketError(message, { closeCode, reason });
          messages?.error(error);
          output?.error(error);
          closed.reject(error);
        }
        opened.reject(new TransportWebSocketError('the connection was never open', { closeCode, reason }));
      },
    });
  }

  /**
   * Starts the closing handshake, behind the messages written before; while connecting, gives up.
   * Later calls do nothing. Messages of the peer's are still given until its Close comes.
   *
   * @throws DOMException `InvalidAccessError` for a code that is not 1000 or 3000 to 4999,
   * `SyntaxError` for a reason of more than 123 bytes
   *
   * RFC 6455 7.1.2.
   */
  close({ closeCode, reason }: TransportWebSocketCloseInfo = {}): void {
    this.#session.close(...toCloseArguments(closeCode, reason));
  }

  #open(transport: ByteTransport, driver: ConnectionDriver): TransportWebSocketConnection {
    driver.onDrain = () => this.#drained?.();
    const readable = new ReadableStream<string | Uint8Array>(
      {
        start: (controller) => {
          this.#messages = controller;
        },
        pull: () => this.#session.resume(),
        cancel: (reason) => {
          this.#messages = null;
          this.#closeFor(reason);
          this.#session.resume();
        },
      },
      { highWaterMark: 0 },
    );
    const abort = (reason: unknown): void => {
      this.#output = null; // it errors by itself, and Node 20 takes no second error inside an abort
      this.#closeFor(reason);
    };
    const writable = new WritableStream<string | Uint8Array>({
      start: (controller) => {
        this.#output = controller;
        // `abort` is called only when the write under way is done; the signal tells at once.
        const signal = controller.signal as AbortSignal | undefined; // Bun has none
        signal?.addEventListener('abort', () => abort(signal.reason));
      },
      write: (message) => this.#write(message, driver),
      close: async () => {
        this.#session.close(undefined, '');
        await this.closed;
      },
      abort,
    });
    const { protocol = this.#config.protocol, extensions = this.#config.extensions } = transport;
    return { readable, writable, protocol, extensions, driver };
  }

  #deliver(message: string | Uint8Array): void {
    const messages = this.#messages;
    if (messages === null) return; // cancelled
    // Before: enqueueing pulls again if another read waits.
    this.#session.pause();
    messages.enqueue(typeof message === 'string' ? message : new Uint8Array(ownBuffer(message)));
  }

  async #write(message: string | Uint8Array, driver: ConnectionDriver): Promise<void> {
    let sent: boolean;
    this.#session.active();
    try {
      sent = typeof message === 'string' ? driver.sendText(message) : driver.sendBinary(message);
    } catch (error) {
      driver.fail(INTERNAL_ERROR);
      throw error;
    }
    if (!sent) throw usageError(TypeError, 'CONNECTION_CLOSING', 'the connection is closing');
    if (!driver.needDrain) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Closes with the code and the reason of a `WebSocketError`; otherwise, and with others, without. */
  #closeFor(error: unknown): void {
    const { name, closeCode, reason } = Object(error) as Partial<TransportWebSocketError>;
    if (name === 'WebSocketError' && typeof closeCode === 'number' && isCallersCode(closeCode)) {
      this.close({ closeCode, reason });
    } else {
      this.close();
    }
  }
}

/** A promise to be settled from outside. A rejection that nobody looks at is no news. */
function settled<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

// `@sanssocket/codec/websocket-stream`: `WebSocketStream` over any transport.
//
