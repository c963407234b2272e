/**
 * A connection: bytes in and events out, commands in and bytes out (RFC 6455 sections 5 to 7).
 *
 * ```
 *   state      our Close   the peer's Close   transportAction
 *   open       -           -                  none
 *   closing    sent        -                  none                          its messages are still delivered (7.1.3)
 *   closing    in line     heard              none                          an asynchronous extension holds the answer back
 *   closing    -           heard              none                          the answer is the application's (`autoClose: false`)
 *   closed     sent        heard              server end, client await-eof  the server closes TCP first (7.1.1)
 *   closed     sent        heard              end                            TCP has ended, too
 *   closed     sent        -                  end                           failed (7.1.7)
 *   closed     any         -                  end                           the transport ended (7.1.4)
 * ```
 */

import { EMPTY, requireByteRange, type Slice } from '../memory/bytes.js';
import { encodeCloseBody, PROTOCOL_ERROR } from '../wire/close.js';
import type { OwnBytes } from '../wire/errors.js';
import { inWords, requireBytes, usageError } from '../wire/errors.js';
import { BINARY, type MessageOpcode, PING, PONG, requireMessageOpcode, TEXT } from '../wire/opcodes.js';
import { requireUtf8 } from '../wire/utf8.js';
import { ConnectionConfig, type ConnectionOptions, readSendOptions, type SendOptions } from './config.js';
import { ExtensionChain, type MessageExtension } from './extension.js';
import { attachExtensions } from './extension-input.js';
import { requireControlPayload } from './frame-writer.js';
import type { CloseInfo, ConnectionHandlers, OutsideHost } from './handlers.js';
import { ConnectionInput } from './input.js';
import { MessageWriter } from './message-writer.js';
import { type PreparedMessage, requirePrepared } from './prepared-message.js';
import { MessageSender } from './sender.js';

/**
 * One end of a WebSocket connection whose opening handshake is done. It does no I/O: give what arrives to
 * {@link Connection.receive}, write what {@link Connection.dataToSend} gives, and look at {@link Connection.transportAction}.
 * That loop has more to it than this: back-pressure both ways, time limits, ends. `ConnectionDriver` of `@sanssocket/codec/driver` is the
 * whole of it, for sockets, streams and ports.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 *
 * const server = new Connection({ role: 'server' }, { text: (text) => server.sendText(text.toUpperCase()) });
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
    // What Node, Deno and Bun show in a console.
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
   * @param config - role and limits; to be shared by many connections, make a {@link ConnectionConfig}
   * @param handlers - told of events; their methods for messages decide how these come. May be shared too
   * @param extensions - what the opening handshake agreed on, in that order
   * @throws TypeError or RangeError (`OPTION_INVALID`, `OPTION_UNKNOWN`, `HANDLERS_INVALID`, `EXTENSIONS_INVALID`) for options that
   * make no sense, handlers with methods of two groups, or extensions whose reserved bits overlap
   */
  constructor(
    config: ConnectionOptions | ConnectionConfig,
    handlers: ConnectionHandlers,
    extensions: readonly MessageExtension[] = [],
  ) {
    const resolved = config instanceof ConnectionConfig ? config : new ConnectionConfig(config);
    if (!Array.isArray(extensions)) {
      throw usageError(
        TypeError,
        'EXTENSIONS_INVALID',
        `extensions are an array, not ${inWords(extensions)}`,
      );
    }
    const chain = extensions.length === 0 ? null : new ExtensionChain([...extensions]);
    this.#sender = new MessageSender(resolved);
    this.#input = new ConnectionInput(resolved, handlers, this.#sender, chain?.rsv ?? 0);
    if (chain !== null) attachExtensions(chain, this.#input, this.#sender);
  }

  /**
   * Lets the machine that hosts this connection take part in what happens outside of any call of its own.
   *
   * @internal
   */
  hostedBy(host: OutsideHost): void {
    this.#input.host = host;
  }

  /**
   * Whether a message may still be sent, if no other one is under way.
   *
   * @internal
   */
  get sends(): boolean {
    return !this.#sender.closing && this.#input.outcome === null;
  }

  /**
   * Tells that nothing can be written any more. What the sink throws passes through.
   *
   * @internal
   */
  transportGone(): void {
    this.#input.transportGone();
  }

  /**
   * Whether the peer's Close has come, though ours may still be to be sent.
   *
   * @internal
   */
  get closeHeard(): boolean {
    return this.#input.outcome?.wasClean ?? this.#input.deaf;
  }

  /**
   * Tells of an exception that the host has nobody to throw at, as those outside of any call are told of.
   *
   * @internal
   */
  report(error: unknown): void {
    this.#input.report(error);
  }

  // Input.

  /**
   * Takes the next bytes from the transport, in chunks of any size, and calls the sink for what they complete. While the
   * connection is {@link Connection.paused} they wait (as a copy), in order; after the end of the connection they are
   * ignored.
   *
   * @param bytes - unchanged, and kept by nobody when the call returns; with the option `transferInput` they are given away, and
   * messages may be views of them
   * @throws TypeError for anything but a Uint8Array, Error when called by the sink, TypeError (`CHUNK_TRANSFERRED`) if the sink has
   * transferred away the memory of a chunk that was not read to its end: the connection has failed then, with 1011. What the sink throws passes
   * through, of several exceptions the first, while the others go to its `error`. Nothing is lost then: what follows the event that
   * threw is processed at the next call
   *
   * RFC 6455 6.2.
   */
  receive(bytes: Uint8Array): void {
    this.#input.receive(bytes);
  }

  /**
   * Tells that the transport has ended: no further bytes will come. Without the peer's Close that is the abnormal closure 1006,
   * `truncated` if it cut something off. With it the connection ends with our answer, at once unless an asynchronous extension
   * is at work on a message before it, or the answer is the application's (`autoClose: false`).
   *
   * RFC 6455 7.1.4, 7.1.5.
   */
  receiveEof(): void {
    this.#input.receiveEof();
  }

  /**
   * Stops the reading behind the current event, at that very byte; what was not read waits. A host also stops reading from
   * its transport, which is how the peer feels it: what it still gives to `receive` waits as well, up to the option
   * `maxInputBufferBytes`.
   */
  pause(): void {
    this.#input.pauseInput();
  }

  /** Goes on reading. Events of what waited are called before this returns; what a sink throws passes through. */
  resume(): void {
    this.#input.resumeInput();
  }

  /**
   * Whether input waits: by {@link Connection.pause}, or because an asynchronous extension is at work. A host looks at it after
   * `receive`, and stops reading from its transport for so long; `resume`, or the sink's `output`, is when to look again.
   */
  get paused(): boolean {
    return this.#input.paused;
  }

  // Output.

  /**
   * Takes the next chunk of output. Call until it gives undefined, after each call that may have made some: everything one
   * `receive` made necessary is one chunk, unless it is large.
   *
   * @returns bytes for the transport, in order; not to be changed or transferred, as they may be shared with other
   * connections (prepared messages) or the caller's own ({@link Connection.sendZeroCopy}). Undefined when there are none
   * @throws what `allocate` or `generateMaskingKey` throw; nothing is lost, and the call may be made again
   */
  dataToSend(): OwnBytes | undefined {
    return this.#sender.take();
  }

  /**
   * Says that a chunk of {@link Connection.dataToSend} has been written and that nobody holds it any more: its memory may
   * then serve for what is sent next, by any connection of the same configuration. May be left out. Call it right after a
   * write that took everything at once; on Node's sockets:
   *
   * ```ts no-run
   * socket.write(chunk);
   * if (socket.writableLength === 0) connection.recycleOutput(chunk);
   * ```
   *
   * Share a `ConnectionConfig`: what is kept for it is 85 KiB a configuration, and the memory of the chunk taken last.
   * Not for streams that pass chunks on as they are (`PassThrough`, HTTP/2): theirs are held after they were written.
   *
   * @param chunk - the very array that was taken, not to be read any more. Any but the one taken last is ignored, and so is one
   * given back before; a prepared message's or the caller's own bytes stay theirs
   */
  recycleOutput(chunk: Uint8Array): void {
    this.#sender.reuse(chunk);
  }

  /** Bytes of output that wait to be taken, messages that an extension works on included (before encoding). */
  get bufferedAmount(): number {
    return this.#sender.bufferedBytes;
  }

  /**
   * Sends a text message.
   *
   * @param text - copied, as everything is that is sent but by {@link Connection.sendZeroCopy}. A lone surrogate in it becomes
   * U+FFFD; as bytes it must be valid UTF-8
   * @param options - what is asked for this message
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything else (`NOT_BYTES`) or for bytes that are not UTF-8 (`INVALID_UTF8`), Error while a message in
   * fragments is under way (`MESSAGE_IN_PROGRESS`)
   *
   * RFC 6455 5.6, 6.1.
   */
  sendText(text: string | Uint8Array, options?: SendOptions): boolean {
    if (typeof text !== 'string') {
      requireBytes(text, 'a text is a string; as UTF-8 it');
      requireUtf8(text, 0, text.length);
    }
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    if (typeof text === 'string') this.#sender.text(text, compress);
    else this.#sender.span(TEXT, text, 0, text.length, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a binary message.
   *
   * @param bytes - unchanged, and copied: the caller's again when this returns
   * @param options - what is asked for this message
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`), Error while a message in fragments is under way
   * (`MESSAGE_IN_PROGRESS`)
   *
   * RFC 6455 5.6, 6.1.
   */
  sendBinary(bytes: Uint8Array, options?: SendOptions): boolean {
    requireBytes(bytes);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.span(BINARY, bytes, 0, bytes.length, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message from a range of bytes: what a sink's `message` was lent, for instance.
   *
   * @param opcode - `TEXT` or `BINARY`
   * @param range - of a text, valid UTF-8; unchanged, and copied: the caller's again when this returns
   * @param options - what is asked for this message
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for another opcode (`FRAME_INVALID`), for anything but a Uint8Array (`NOT_BYTES`) or for text that is not
   * UTF-8 (`INVALID_UTF8`), RangeError for a range outside of its bytes (`RANGE_INVALID`), Error while a message in fragments is
   * under way (`MESSAGE_IN_PROGRESS`)
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
   *   { message: (opcode, span) => echo.sendSlice(opcode, span) },
   * );
   * echo.receive(Uint8Array.of(0x81, 2, 0x68, 0x69));
   * assert.deepEqual([...(echo.dataToSend() ?? [])], [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
   * ```
   */
  sendSlice(opcode: MessageOpcode, range: Slice, options?: SendOptions): boolean {
    requireMessageOpcode(opcode);
    const { bytes, start, end } = requireByteRange(range);
    if (opcode === TEXT) requireUtf8(bytes, start, end);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.span(opcode, bytes, start, end, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message whose bytes are given away: from 4 KiB on, a server without extensions queues them as they are, and
   * {@link Connection.dataToSend} gives this very array. It saves the copy that every other method makes.
   *
   * @param opcode - `TEXT` or `BINARY`
   * @param bytes - of a text, valid UTF-8. **Not to be changed until they have been written out**: a change would be sent
   * @param options - what is asked for this message
   * @returns false if the connection is closing or closed, and nothing was sent
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
    if (opcode === TEXT) requireUtf8(bytes, 0, bytes.length);
    const compress = options === undefined ? undefined : readSendOptions(options);
    if (!this.mayBegin()) return false;
    this.#sender.reference(opcode, bytes, compress);
    return !this.#sender.closed;
  }

  /**
   * Sends a message that was encoded once for many connections.
   *
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything else, Error while a message in fragments is under way
   */
  sendPrepared(message: PreparedMessage): boolean {
    requirePrepared(message);
    if (!this.mayBegin()) return false;
    this.#sender.prepared(message);
    return !this.#sender.closed;
  }

  /**
   * Begins a text message in fragments.
   *
   * @param options - what is asked for this message
   * @throws Error while another is under way (`MESSAGE_IN_PROGRESS`)
   *
   * RFC 6455 5.4.
   */
  textWriter(options?: SendOptions): MessageWriter {
    const compress = options === undefined ? undefined : readSendOptions(options);
    this.mayBegin();
    return new MessageWriter(this.#sender, TEXT, compress);
  }

  /**
   * Begins a binary message in fragments.
   *
   * @param options - what is asked for this message
   * @throws Error while another is under way (`MESSAGE_IN_PROGRESS`)
   *
   * RFC 6455 5.4.
   */
  binaryWriter(options?: SendOptions): MessageWriter {
    const compress = options === undefined ? undefined : readSendOptions(options);
    this.mayBegin();
    return new MessageWriter(this.#sender, BINARY, compress);
  }

  /**
   * Sends a Ping.
   *
   * @param payload - at most 125 bytes; the Pong that answers brings them back
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything but a Uint8Array, RangeError for a longer one
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
   * Sends a Pong: as the answer to a ping when `autoPong` is off, or unasked as a heartbeat.
   *
   * @param payload - at most 125 bytes; an answer's are the ping's
   * @returns false if the connection is closed, and nothing was sent. After our own Close a ping of the peer's is still to be
   * answered, until the peer's Close has come (RFC 6455 5.5.2)
   * @throws TypeError for anything but a Uint8Array, RangeError for a longer one
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
   * Starts the closing handshake, or answers the peer's Close: before that happens by itself, or in its place with `autoClose: false`.
   * Nothing can be sent after; what the peer still sends is delivered until its Close comes. Give it a time limit (`Keepalive` has
   * one).
   *
   * @param code - a status code that may be sent; none by default
   * @param reason - at most 123 bytes of UTF-8
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws RangeError for a code that must not be sent or a reason that is too long, TypeError for a reason without a code
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
   * Fails the connection: one Close frame, then nothing more is heard or said. For what only the application can see; the
   * peer's breaches of the protocol are answered by themselves.
   *
   * @param code - for example 1008 (policy), 1011 (internal error), 1002 by default
   * @param reason - at most 123 bytes of UTF-8
   * @throws as {@link Connection.close}, before anything changes. What a source of masking keys throws passes through; the
   * connection has ended then, without a Close frame
   *
   * RFC 6455 7.1.7.
   */
  fail(code: number = PROTOCOL_ERROR, reason = ''): void {
    encodeCloseBody(code, reason); // throws before anything changes
    try {
      this.#input.abort(code, reason, undefined);
    } finally {
      this.#input.dropBacklog();
    }
  }

  // State.

  /** Where the connection stands in its closing, see the table at the head of this file. */
  get state(): 'open' | 'closing' | 'closed' {
    if (this.#input.outcome !== null) return 'closed';
    return this.#sender.closing || this.#input.deaf ? 'closing' : 'open';
  }

  /** How the connection ended; undefined as long as it has not. */
  get closeInfo(): CloseInfo | undefined {
    return this.#input.outcome ?? undefined;
  }

  /**
   * What the caller does with the transport once the output is written: `'none'` nothing; `'await-eof'` wait for the peer to end
   * it, for a limited time (a client waits for the server, RFC 6455 7.1.1); `'end'` end it now.
   */
  get transportAction(): 'none' | 'await-eof' | 'end' {
    const outcome = this.#input.outcome;
    if (outcome === null) return 'none';
    return outcome.wasClean && this.#sender.role === 'client' && !this.#input.ended ? 'await-eof' : 'end';
  }

  /** Whether a message may be sent; RFC 6455 5.4 forbids one inside another, 5.5.1 any after our Close. */
  private mayBegin(): boolean {
    if (!this.sends) return false;
    if (this.#sender.fragmenting) {
      throw usageError(
        Error,
        'MESSAGE_IN_PROGRESS',
        'a message in fragments is under way: end it first (RFC 6455 5.4)',
      );
    }
    return true;
  }
}
