/**
 * A connection: bytes in and events out, commands in and bytes out (RFC 6455 sections 5 to 7). Its
 * methods, in order: input, output, state; its states are in `states`.
 */

import { EMPTY, requireByteRange, type Slice } from '../memory/bytes.js';
import { requireText } from '../memory/scratch.js';
import { encodeCloseBody, PROTOCOL_ERROR } from '../wire/close.js';
import type { OwnBytes } from '../wire/errors.js';
import { requireBytes } from '../wire/errors.js';
import { BINARY, type MessageOpcode, PING, PONG, requireMessageOpcode, TEXT } from '../wire/opcodes.js';
import { ConnectionConfig, type ConnectionOptions, readSendOptions, type SendOptions } from './config.js';
import { chainOf, type MessageExtension } from './extension.js';
import { attachExtensions } from './extension-input.js';
import { requireControlPayload } from './frame-writer.js';
import type { CloseInfo, ConnectionHandlers } from './handlers.js';
import { ConnectionInput } from './input.js';
import { MessageWriter, messageInProgress } from './message-writer.js';
import { type PreparedMessage, requirePrepared } from './prepared-message.js';
import { MessageSender } from './sender.js';

/**
 * One end of a WebSocket connection after the opening handshake. It does no I/O: the caller gives
 * the bytes that arrive to {@link Connection.receive}, writes the bytes that
 * {@link Connection.dataToSend} gives, and does to the transport what
 * {@link Connection.transportAction} says. `ConnectionDriver` of `@sanssocket/codec/driver` is this
 * loop in full, with back-pressure both ways, time limits and the end of the transport, for
 * sockets, streams and ports.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 *
 * const server = new Connection(
 *   { role: 'server' },
 *   { text: (text) => server.sendText(text.toUpperCase()) },
 * );
 * const answers: string[] = [];
 * const client = new Connection({ role: 'client' }, { text: (text) => answers.push(text) });
 *
 * client.sendText('hello');
 * server.receive(client.dataToSend()!);
 * client.receive(server.dataToSend()!);
 * assert.deepEqual(answers, ['HELLO']);
 *
 * client.close(1000, 'bye');
 * server.receive(client.dataToSend()!);
 * client.receive(server.dataToSend()!);
 * assert.equal(client.closeInfo?.wasClean, true);
 * assert.deepEqual([server.transportAction, client.transportAction], ['end', 'await-eof']);
 * ```
 */
export class Connection {
  static {
    // Node, Deno and Bun show this object in a console.
    Object.defineProperty(Connection.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Connection): object {
        const { state, transportAction: transport, bufferedAmount, paused, closeInfo: outcome } = this;
        return { role: this.#sender.role, state, transport, bufferedAmount, paused, outcome };
      },
    });
  }

  readonly #input: ConnectionInput;
  readonly #sender: MessageSender;

  /**
   * @param config - role, limits and functions. To share them between connections, make one
   * {@link ConnectionConfig}
   * @param handlers - called with the events; the group of their methods for messages decides the
   * form of messages. Many connections may share them
   * @param extensions - the extensions that the opening handshake agreed on, in that order
   * @throws TypeError or RangeError for options that make no sense (`OPTION_INVALID`,
   * `OPTION_UNKNOWN`), for handlers that are no object or have methods of two groups
   * (`HANDLERS_INVALID`), and for values that are no extensions, or extensions with the same
   * reserved bits (`EXTENSIONS_INVALID`)
   */
  constructor(
    config: ConnectionOptions | ConnectionConfig,
    handlers: ConnectionHandlers,
    extensions: readonly MessageExtension[] = [],
  ) {
    const resolved = config instanceof ConnectionConfig ? config : new ConnectionConfig(config);
    const chain = chainOf(extensions);
    this.#sender = new MessageSender(resolved);
    this.#input = new ConnectionInput(resolved, handlers, this.#sender, chain?.rsv ?? 0);
    if (chain !== null) attachExtensions(chain, this.#input, this.#sender);
  }

  /** @internal For the driver, which takes part in calls of handlers outside of any call of its own. */
  get input(): ConnectionInput {
    return this.#input;
  }

  /** @internal Whether a message may still be sent, if no other one is under way. */
  get sends(): boolean {
    return !this.#sender.closing && this.#input.outcome === null;
  }

  /** @internal Whether the peer's Close has come, though ours may still be to be sent. */
  get closeHeard(): boolean {
    return this.#input.outcome?.wasClean ?? this.#input.deaf;
  }

  /**
   * Exchanges the handlers: for those that are made when there is something to send by already, such
   * as the connection's driver. A connection without handlers is made with `{}`.
   *
   * @param handlers - as for the constructor; called from now on
   * @throws TypeError as the constructor (`HANDLERS_INVALID`); Error inside of a message
   * (`MESSAGE_IN_PROGRESS`), and when called by a handler (`REENTRANT_CALL`). The handlers stay then
   *
   * @example
   * ```ts
   * import assert from 'node:assert/strict';
   * import { Connection } from '@sanssocket/codec';
   *
   * const connection = new Connection({ role: 'client' }, {});
   * const texts: string[] = [];
   * connection.setHandlers({ text: (text) => texts.push(text) });
   * connection.receive(Uint8Array.of(0x81, 2, 0x68, 0x69));
   * assert.deepEqual(texts, ['hi']);
   * ```
   */
  setHandlers(handlers: ConnectionHandlers): void {
    this.#input.setHandlers(handlers);
  }

  // ---- Input ----

  /**
   * Takes the next bytes from the transport, in chunks of any size, and calls the handlers with the
   * events that they complete. While the connection is {@link Connection.paused} the bytes wait, as
   * a copy and in order; behind the peer's Close and after the end of the connection they are
   * ignored.
   *
   * @param bytes - not changed, and not kept after the call returns, unless they are transferred
   * @param transferred - whether the chunk is the connection's for good, as a driver knows of the
   * chunks of its transport: as with the option `transferInput`, but that only a binary message of
   * more than 64 bytes that is at least a quarter of it may be a view of it, and only where nothing
   * unread is lost if a handler transfers the message. False by default
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`); Error when called by a handler
   * (`REENTRANT_CALL`); TypeError (`CHUNK_TRANSFERRED`) if a handler has transferred away the
   * memory of a chunk that was not read to its end: the connection has failed then, with 1011. The
   * exception of a handler passes through; of several exceptions the first one does, and the others
   * go to the handler `error`. Nothing is lost then: the next call goes on behind the event that
   * threw
   *
   * RFC 6455 6.2.
   */
  receive(bytes: Uint8Array, transferred = false): void {
    this.#input.receive(bytes, transferred);
  }

  /**
   * Tells that the transport has ended: no further bytes will come. Without the peer's Close the
   * connection ends with the abnormal closure 1006, `truncated` if a frame or message was cut off.
   * With it the connection ends with our answer: at once, unless an asynchronous extension is at
   * work on a message before the answer, or the answer is the application's (`autoClose: false`).
   * Input that waits is read first, after `resume` if the connection is paused.
   *
   * @throws Error when called by a handler (`REENTRANT_CALL`). The exception of a handler passes
   * through, the first of several
   *
   * RFC 6455 7.1.4, 7.1.5.
   */
  receiveEof(): void {
    this.#input.receiveEof();
  }

  /**
   * Stops reading behind the current event, at that very byte; the unread bytes wait until
   * {@link Connection.resume}. The caller stops reading from its transport as well, so that the
   * peer feels it. Chunks that it still gives to `receive` wait too, up to the option
   * `maxInputBufferBytes`.
   */
  pause(): void {
    this.#input.pauseInput();
  }

  /**
   * Goes on reading. The events of the bytes that waited are called before this returns, and a
   * handler's exception passes through. Called by a handler, it ends the pause, and these events
   * follow when the handler has returned.
   */
  resume(): void {
    this.#input.resumeInput();
  }

  /**
   * Whether input waits: after {@link Connection.pause}, or because an asynchronous extension is at
   * work. A caller looks after each `receive`, and does not read from its transport as long as it
   * is true; it looks again after `resume`, and when the handler `outputAvailable` is called.
   */
  get paused(): boolean {
    return this.#input.paused;
  }

  // ---- Output ----

  /**
   * Takes the next chunk of output. Call it after each call that may have made output, until it
   * gives undefined: all output that one `receive` made necessary is one chunk, unless it is large.
   *
   * @returns bytes for the transport, in order; not to be changed or transferred, as they may be
   * shared with other connections (prepared messages) or be the caller's own
   * ({@link Connection.sendZeroCopy}). Undefined if there are none
   * @throws the exceptions of `allocate` and `generateMaskingKey`; nothing is lost, and the call
   * may be made again
   */
  dataToSend(): OwnBytes | undefined {
    return this.#sender.take();
  }

  /**
   * Says that nobody holds a chunk of {@link Connection.dataToSend} any more, as it has been
   * written. Its memory may then serve for later output, of any connection of the same
   * configuration. The call may be left out. Make it right after a write that took everything at
   * once; on Node's sockets:
   *
   * ```ts no-run
   * socket.write(chunk);
   * if (socket.writableLength === 0) connection.recycleOutput(chunk);
   * ```
   *
   * Share a `ConnectionConfig`: it keeps at most 85 KiB, and the memory of the chunk taken last; all
   * of them together keep 1 MiB of a long one. Do
   * not call this for streams that pass chunks on as they are (`PassThrough`, HTTP/2): they hold
   * chunks after the write.
   *
   * @param chunk - the very array that was taken, not to be read any more. Only the chunk taken
   * last counts, and only once: any other array is ignored, and so are the bytes of a prepared
   * message or of {@link Connection.sendZeroCopy}
   */
  recycleOutput(chunk: Uint8Array): void {
    this.#sender.reuse(chunk);
  }

  /**
   * The number of bytes of output that wait to be taken. Messages that an extension is at work on,
   * or that wait for it, count too, with their bytes before encoding.
   */
  get bufferedAmount(): number {
    return this.#sender.bufferedBytes;
  }

  /**
   * Sends a text message.
   *
   * @param text - copied, as all data that is sent but by {@link Connection.sendZeroCopy}. A lone
   * surrogate becomes U+FFFD; bytes must be valid UTF-8
   * @param options - for this message
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything but a string or a Uint8Array (`NOT_BYTES`), for bytes that are
   * not UTF-8 (`INVALID_UTF8`) and for options that make no sense; Error while a message in
   * fragments is under way (`MESSAGE_IN_PROGRESS`). The exception of `allocate`, `mask`,
   * `generateMaskingKey` or an extension passes through, and nothing was sent
   *
   * RFC 6455 5.6, 6.1.
   */
  sendText(text: string | Uint8Array, options?: SendOptions): boolean {
    if (typeof text !== 'string') {
      requireBytes(text, 'a text is a string; as UTF-8 it');
      requireText(text, 0, text.length);
    }
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    if (typeof text === 'string') this.#sender.text(text, compress);
    else this.#sender.slice(TEXT, text, 0, text.length, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a binary message.
   *
   * @param bytes - not changed, and copied: they are the caller's again when this returns
   * @param options - for this message
   * @returns as {@link Connection.sendText}
   * @throws as {@link Connection.sendText}; TypeError for anything but a Uint8Array (`NOT_BYTES`)
   *
   * RFC 6455 5.6, 6.1.
   */
  sendBinary(bytes: Uint8Array, options?: SendOptions): boolean {
    requireBytes(bytes);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.slice(BINARY, bytes, 0, bytes.length, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message from a slice of bytes, such as the one that the handler `message` is lent.
   *
   * @param opcode - `TEXT` or `BINARY`
   * @param range - the slice; valid UTF-8 for a text. Not changed, and copied: the bytes are the
   * caller's again when this returns
   * @param options - for this message
   * @returns as {@link Connection.sendText}
   * @throws as {@link Connection.sendText}; TypeError for another opcode (`FRAME_INVALID`) and for
   * anything but a Uint8Array (`NOT_BYTES`), RangeError for a range outside of its bytes
   * (`RANGE_INVALID`)
   *
   * RFC 6455 5.6, 6.1.
   *
   * @example
   * ```ts
   * import assert from 'node:assert/strict';
   * import { Connection } from '@sanssocket/codec';
   *
   * const echo = new Connection(
   *   { role: 'client', generateMaskingKey: () => 0 },
   *   { message: (opcode, slice) => echo.sendSlice(opcode, slice) },
   * );
   * echo.receive(Uint8Array.of(0x81, 2, 0x68, 0x69));
   * assert.deepEqual([...(echo.dataToSend() ?? [])], [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
   * ```
   */
  sendSlice(opcode: MessageOpcode, range: Slice, options?: SendOptions): boolean {
    requireMessageOpcode(opcode);
    const { bytes, start, end } = requireByteRange(range);
    if (opcode === TEXT) requireText(bytes, start, end);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.slice(opcode, bytes, start, end, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message of bytes that are given away: from 4 KiB on, a server without extensions queues
   * them without a copy, and {@link Connection.dataToSend} gives this very array. A client masks
   * them into a copy, and bytes in shared memory are copied.
   *
   * @param opcode - `TEXT` or `BINARY`
   * @param bytes - valid UTF-8 for a text. **Not to be changed until they have been written to the
   * transport**: a change would be sent
   * @param options - for this message
   * @returns as {@link Connection.sendText}
   * @throws as {@link Connection.sendSlice}
   *
   * RFC 6455 5.6, 6.1.
   *
   * @example
   * ```ts
   * import assert from 'node:assert/strict';
   * import { BINARY, Connection } from '@sanssocket/codec';
   *
   * const server = new Connection({ role: 'server' }, {});
   * const picture = new Uint8Array(100_000);
   * server.sendZeroCopy(BINARY, picture);
   * server.dataToSend(); // the header
   * assert.equal(server.dataToSend(), picture);
   * ```
   */
  sendZeroCopy(opcode: MessageOpcode, bytes: Uint8Array, options?: SendOptions): boolean {
    requireMessageOpcode(opcode);
    requireBytes(bytes);
    if (opcode === TEXT) requireText(bytes, 0, bytes.length);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.reference(opcode, bytes, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message that was encoded once for many connections.
   *
   * @param message - made by `PreparedMessage.text` or `PreparedMessage.binary`
   * @returns as {@link Connection.sendText}
   * @throws as {@link Connection.sendText}; TypeError for anything else (`NOT_BYTES`)
   *
   * RFC 6455 6.1.
   */
  sendPrepared(message: PreparedMessage): boolean {
    requirePrepared(message);
    if (!this.mayBegin()) return false;
    this.#sender.prepared(message);
    return !this.#sender.closed;
  }

  /**
   * Begins a text message in fragments. Nothing is sent before the first `write` or `end` of the
   * writer.
   *
   * @param options - for this message
   * @throws TypeError for options that make no sense; Error while another message in fragments is
   * under way (`MESSAGE_IN_PROGRESS`)
   *
   * RFC 6455 5.4.
   */
  textWriter(options?: SendOptions): MessageWriter {
    return this.writer(TEXT, options);
  }

  /** Begins a binary message in fragments, as {@link Connection.textWriter} a text. */
  binaryWriter(options?: SendOptions): MessageWriter {
    return this.writer(BINARY, options);
  }

  private writer(opcode: MessageOpcode, options: SendOptions | undefined): MessageWriter {
    const compress = options === undefined ? undefined : readSendOptions(options);
    this.mayBegin();
    return new MessageWriter(this.#sender, opcode, compress);
  }

  /**
   * Sends a Ping.
   *
   * @param payload - at most 125 bytes, copied; the Pong that answers brings them back. Empty by
   * default
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`), RangeError for a longer one
   * (`CONTROL_TOO_LONG`)
   *
   * RFC 6455 5.5.2.
   */
  ping(payload: Uint8Array = EMPTY): boolean {
    requireControlPayload(payload);
    if (!this.sends) return false;
    this.#sender.control(PING, payload);
    return true;
  }

  /**
   * Sends a Pong: the answer to a Ping when `autoPong` is off, or a heartbeat that nobody asked
   * for.
   *
   * @param payload - as of {@link Connection.ping}; the answer to a Ping repeats the Ping's
   * @returns false if the connection is closed, or the peer's Close has come, and nothing was sent.
   * After our own Close the peer's pings are still answered, until its Close has come (RFC 6455
   * 5.5.2)
   * @throws as {@link Connection.ping}
   *
   * RFC 6455 5.5.3.
   */
  pong(payload: Uint8Array = EMPTY): boolean {
    requireControlPayload(payload);
    if (this.#input.deaf) return false;
    this.#sender.control(PONG, payload);
    return true;
  }

  /**
   * Starts the closing handshake, or answers the peer's Close: in the handler `closeReceived`, or
   * at any time after it with `autoClose: false`. Nothing can be sent after; the messages that the
   * peer still sends are delivered until its Close comes. Give that a time limit (`Keepalive` has
   * one).
   *
   * @param code - a status code that may be sent (RFC 6455 7.4); none by default
   * @param reason - at most 123 bytes of UTF-8; empty by default
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws RangeError for a code that must not be sent (`CLOSE_CODE_INVALID`) or a reason that is
   * too long (`CLOSE_REASON_INVALID`), TypeError for a reason without a code or one that is no
   * string (`CLOSE_REASON_INVALID`)
   *
   * RFC 6455 5.5.1, 7.1.2.
   */
  close(code?: number, reason = ''): boolean {
    const body = encodeCloseBody(code, reason);
    if (!this.sends) return false;
    this.#sender.close(body);
    this.#input.closeSent();
    return true;
  }

  /**
   * Fails the connection: one Close frame goes out behind the output that is there, messages that
   * wait for an extension are dropped, and nothing more is read or sent. It is for faults that only
   * the application can see; the connection answers the peer's breaches of the protocol by itself.
   *
   * @param code - for example 1008 (policy) or 1011 (internal error); 1002 by default
   * @param reason - at most 123 bytes of UTF-8; empty by default
   * @throws as {@link Connection.close}, before anything changes. The exception of
   * `generateMaskingKey` passes through; the connection has ended then, without a Close frame
   *
   * RFC 6455 7.1.7.
   */
  fail(code: number = PROTOCOL_ERROR, reason = ''): void {
    encodeCloseBody(code, reason); // It throws before anything changes.
    try {
      this.#input.abort(code, reason, undefined);
    } finally {
      this.#input.dropInput();
    }
  }

  // ---- State ----

  /**
   * The stage of the closing handshake: `'open'`; `'closing'` once a Close has been sent or has
   * come; `'closed'` at the end of the connection, when {@link Connection.closeInfo} is there.
   */
  get state(): 'open' | 'closing' | 'closed' {
    if (this.#input.outcome !== null) return 'closed';
    return this.#sender.closing || this.#input.deaf ? 'closing' : 'open';
  }

  /** How the connection ended; undefined until then. */
  get closeInfo(): CloseInfo | undefined {
    return this.#input.outcome ?? undefined;
  }

  /**
   * The action that the transport needs once the output has been written: `'none'`, nothing;
   * `'await-eof'`, a wait for the peer to end it, for a limited time (a client waits for the
   * server, RFC 6455 7.1.1); `'end'`, its end now. Look after each call.
   */
  get transportAction(): 'none' | 'await-eof' | 'end' {
    const outcome = this.#input.outcome;
    if (outcome === null) return 'none';
    return outcome.wasClean && this.#sender.role === 'client' && !this.#input.ended ? 'await-eof' : 'end';
  }

  /**
   * Whether a message may be sent now: RFC 6455 5.4 forbids one inside of another, 5.5.1 any after
   * our Close.
   */
  private mayBegin(): boolean {
    if (!this.sends) return false;
    if (this.#sender.fragmenting) throw messageInProgress();
    return true;
  }
}
