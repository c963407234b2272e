import type { MessageOpcode } from '../rules/opcodes.js';
import type { Outcome } from './outcome.js';

/**
 * What a {@link Connection} calls. Every method may be left out. Bytes given as `(bytes, start, end)` are borrowed until the
 * method returns. Methods may call anything on the connection but `receive`, `receiveEnd` and `resume`.
 *
 * Which of the message methods are called is the option `delivery`:
 *
 * | delivery | text | binary |
 * |---|---|---|
 * | `'messages'` | `text` | `binary` |
 * | `'spans'` | `message` | `message` |
 * | `'pieces'` | `begin`, `piece`..., `finish` | the same |
 *
 * Order of events: that of the frames. After `closed` nothing is called.
 */
export interface ConnectionSink {
  /** A whole text message, decoded and validated; a byte-order mark is kept (RFC 6455 5.6, 8.1). */
  text?(text: string): void;
  /**
   * A whole binary message, to be kept (RFC 6455 5.6). Its `ArrayBuffer` may hold other messages of the same read: copy it
   * before you transfer it.
   */
  binary?(bytes: Uint8Array): void;
  /**
   * A whole message as borrowed bytes; those of a text are valid UTF-8. No array, no string is made.
   * `Connection.sendSpan` sends them again.
   */
  message?(opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number): void;
  /** The first frame of a message has begun. */
  begin?(opcode: MessageOpcode): void;
  /** The next bytes of a message, borrowed, never none; a piece of a text is valid UTF-8 by itself. */
  piece?(bytes: Uint8Array, start: number, end: number): void;
  /** The message that began is whole. */
  finish?(): void;
  /** A Ping arrived; it is answered without asking unless `autoPong` is off (RFC 6455 5.5.2). */
  ping?(bytes: Uint8Array, start: number, end: number): void;
  /** A Pong arrived, asked for or not (RFC 6455 5.5.3). */
  pong?(bytes: Uint8Array, start: number, end: number): void;
  /**
   * The peer's Close arrived: the last thing heard from it. The answer goes out by itself (RFC 6455 5.5.1).
   *
   * @param code - its status code, 1005 if it had none
   */
  close?(code: number, reason: string): void;
  /** The connection has ended: the terminal event, once (RFC 6455 7.1.4, 7.1.7). */
  closed?(outcome: Outcome): void;
  /**
   * Output has come into being outside of any call of the host: an asynchronous extension has finished. Take it. Called before
   * `closed` if the connection has ended that way: `transport` says so already.
   */
  output?(): void;
  /**
   * A method of this sink, or a function of the host's (a source of masking keys, an allocator), has thrown outside of any call
   * of the host, because an asynchronous extension had finished: there was nobody to throw it at. Reading goes on behind the
   * event that threw, as it does where the exception passes through `receive`. Without this method, or when it throws itself, or
   * when `closed`, the `output` before it or an extension's `close` did, the error is reported as uncaught: by the runtime's `reportError`, or else from a microtask. An extension that
   * could not encode a message, or whose result could not be written, fails the connection with 1011; its error comes here, but is
   * not reported as uncaught.
   */
  error?(error: unknown): void;
}
