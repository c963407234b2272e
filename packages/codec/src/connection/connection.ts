/**
 * A connection: bytes in and events out, commands in and bytes out (RFC 6455 sections 5 to 7).
 *
 * ```
 *   state      our Close   the peer's Close   transport
 *   open       -           -                  'open'
 *   closing    sent        -                  'open'        its messages are still delivered (7.1.3)
 *   closing    in line     heard              'open'        an asynchronous extension holds the answer back
 *   closed     sent        heard              server 'end', client 'await-end' (7.1.1: the server closes TCP first)
 *   closed     sent        -                  'end'         failed (7.1.7)
 *   closed     any         any                'end'         the transport has ended (7.1.4)
 * ```
 */

import { ConnectionConfig, type ConnectionOptions } from '../agreed/connection-config.js';
import type { ConnectionSink } from '../agreed/connection-sink.js';
import { ExtensionChain, type MessageExtension } from '../agreed/extension.js';
import type { Outcome } from '../agreed/outcome.js';
import { encodeCloseBody, requireBytes, requireControlPayload } from '../frames/frame-writer.js';
import type { PreparedMessage } from '../frames/prepared-message.js';
import { ByteQueue } from '../memory/byte-queue.js';
import { EMPTY } from '../memory/bytes.js';
import { endMessages, suspendMessages } from '../memory/kept-messages.js';
import { MessageDecoder, type OutsideHost } from '../receiving/message-decoder.js';
import { MessageReader } from '../receiving/message-reader.js';
import { INTERNAL_ERROR, PROTOCOL_ERROR } from '../rules/close-codes.js';
import { BINARY, type MessageOpcode, PING, PONG, TEXT } from '../rules/opcodes.js';
import { UTF8_BOUNDARY, validateUtf8 } from '../rules/utf8.js';
import { MessageSender } from '../sending/message-sender.js';
import { OutgoingMessage } from '../sending/outgoing-message.js';

/** Input that waits because reading is paused, or because the sink threw. */
class Backlog extends ByteQueue {
  /** Whether the host asked for the pause. */
  paused = false;
  /** Whether the end of input waits too. */
  ended = false;
}

/**
 * One end of a WebSocket connection whose opening handshake is done. It does no I/O: give what arrives to
 * {@link Connection.receive}, write what {@link Connection.takeOutput} gives, and look at {@link Connection.transport}:
 *
 * ```ts no-run
 * socket.on('data', (chunk) => { connection.receive(chunk); flush(); });
 * socket.on('end', () => { connection.receiveEnd(); flush(); });
 * function flush() {
 *   for (let chunk; (chunk = connection.takeOutput()) !== undefined; ) socket.write(chunk);
 *   if (connection.transport === 'end') socket.end();
 * }
 * ```
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
 * server.receive(client.takeOutput()!);
 * client.receive(server.takeOutput()!);
 * assert.deepEqual(answers, ['HELLO']);
 *
 * client.close(1000, 'bye');
 * server.receive(client.takeOutput()!);
 * client.receive(server.takeOutput()!);
 * assert.equal(client.outcome?.clean, true);
 * assert.deepEqual([server.transport, client.transport], ['end', 'await-end']);
 * ```
 */
export class Connection {
  readonly #config: ConnectionConfig;
  readonly #reader: MessageReader;
  readonly #sender: MessageSender;
  #backlog: Backlog | null = null;
  #reading = false;
  #ended = false;

  /**
   * @param config - role, delivery, limits; to be shared by many connections, make a {@link ConnectionConfig}
   * @param sink - gets the events; may be shared too
   * @param extensions - what the opening handshake agreed on, in that order
   * @throws TypeError or RangeError for options that make no sense or extensions whose reserved bits overlap
   */
  constructor(
    config: ConnectionOptions | ConnectionConfig,
    sink: ConnectionSink,
    extensions: readonly MessageExtension[] = [],
  ) {
    const resolved = config instanceof ConnectionConfig ? config : new ConnectionConfig(config);
    const chain = extensions.length === 0 ? null : new ExtensionChain(extensions);
    this.#config = resolved;
    this.#sender = new MessageSender(resolved);
    this.#reader = new MessageReader(resolved, sink, this.#sender, chain?.rsv ?? 0);
    if (chain !== null) this.attach(chain, sink);
  }

  /** What only a connection with extensions needs; apart, because closures in a constructor cost every connection 100 bytes. */
  private attach(chain: ExtensionChain, sink: ConnectionSink): void {
    const reader = this.#reader;
    const guarded = (call: () => void): boolean => {
      try {
        call();
        return true;
      } catch (error) {
        reader.report(error);
        decoder.host?.threw();
        return false;
      }
    };
    const outside = (call: () => void): void => {
      if (decoder.host === null) alone(call);
      else decoder.host.outside(() => alone(call));
    };
    const alone = (call: () => void): void => {
      decoder.outside = true;
      guarded(call);
      decoder.outside = false;
      if (reader.outcome === null) guarded(() => sink.output?.());
    };
    const decoder = new MessageDecoder(chain, () => {
      if (reader.outcome !== null) return;
      this.wait();
      // No call of the host's is there to go on behind an event that threw.
      outside(() => {
        while (!guarded(() => this.continue()));
      });
    });
    reader.attach(decoder);
    const abort = (): void => reader.abort(INTERNAL_ERROR, '', undefined);
    this.#sender.attach(chain, {
      outside,
      abort,
      failed: (error) => {
        try {
          sink.error?.(error);
        } finally {
          abort();
        }
      },
    });
  }

  /**
   * Lets the machine that hosts this connection take part in what happens outside of any call of its own.
   *
   * @param makeHost - called if there can be anything of the kind: without extensions nothing is ever late
   * @internal
   */
  hostedBy(makeHost: () => OutsideHost): void {
    const { decoder } = this.#reader;
    if (decoder !== null) decoder.host = makeHost();
  }

  /**
   * Tells of an exception that the host has nobody to throw at, as those outside of any call are told of.
   *
   * @internal
   */
  report(error: unknown): void {
    this.#reader.report(error);
  }

  // Input.

  /**
   * Takes the next bytes from the transport, in chunks of any size, and calls the sink for what they complete. While the
   * connection is {@link Connection.paused} they wait (as a copy), in order; after the end of the connection they are
   * ignored.
   *
   * @param bytes - unchanged, and kept by nobody when the call returns; with the option `handOver` they are given away, and
   * messages may be views of them
   * @throws TypeError for anything but a Uint8Array, Error when called by the sink. What the sink throws passes
   * through; nothing is lost then: what follows the event that threw is processed at the next call
   *
   * RFC 6455 6.2.
   */
  receive(bytes: Uint8Array): void {
    // Read first: then V8 knows what it is, and the check costs nothing.
    const { length } = bytes;
    requireBytes(bytes);
    // No sink is being called then, and no extension at work: both stand at the end of a frame.
    if (this.#backlog === null && !this.#ended && this.#reader.keep(bytes)) return;
    if (this.#reading) throw new Error('a sink must not call receive');
    if (this.#reader.deaf || this.#ended) return;
    if (this.#backlog === null && !this.#reader.waiting) {
      if (length === 0) return;
      this.read(bytes, 0, length, null);
      if (this.#backlog !== null) this.continue();
      return;
    }
    const backlog = this.wait();
    const { bytes: waiting } = backlog;
    const { maxBacklogBytes } = this.#config;
    // What waits alone always has room: the host has held it in one piece. A chunk behind it has if it fits.
    if (this.paused && waiting > 0 && waiting + length > maxBacklogBytes) {
      this.failBacklog(waiting);
      return;
    }
    backlog.push(bytes, 0, length);
    try {
      this.continue();
    } finally {
      // A sink that throws at every message reads less than comes.
      const left = this.#backlog?.bytes ?? 0;
      if (!this.paused && left > Math.max(maxBacklogBytes, length)) this.failBacklog(left);
    }
  }

  private failBacklog(waiting: number): void {
    try {
      this.#reader.fail('BACKLOG_TOO_LARGE', this.#reader.index + waiting);
    } finally {
      this.#backlog = null;
    }
  }

  /**
   * Tells that the transport has ended: no further bytes will come. Without the peer's Close that is the abnormal closure 1006,
   * `truncated` if it cut something off. With it the connection ends with our answer, at once unless an asynchronous extension
   * is at work on a message before it.
   *
   * RFC 6455 7.1.4, 7.1.5.
   */
  receiveEnd(): void {
    if (this.#reading) throw new Error('a sink must not call receiveEnd');
    this.#ended = true;
    if (this.#reader.deaf || (this.#backlog === null && !this.#reader.waiting)) {
      this.#reader.endOfInput();
      return;
    }
    this.wait().ended = true;
    this.continueToEnd();
  }

  /** No further call will come behind which reading could go on: of several exceptions the first is thrown. */
  private continueToEnd(): void {
    let first: { readonly error: unknown } | undefined;
    for (;;) {
      try {
        this.continue();
        break;
      } catch (error) {
        if (first === undefined) first = { error };
        else this.#reader.report(error);
      }
    }
    if (first !== undefined) throw first.error;
  }

  /**
   * Stops the reading behind the current event, at that very byte; what was not read waits. A host also stops reading from
   * its transport, which is how the peer feels it: what it still gives to `receive` waits as well, up to the option
   * `maxBacklogBytes`.
   */
  pause(): void {
    if (this.#reader.outcome !== null) return;
    this.#reader.pause();
    this.wait().paused = true;
  }

  /** Goes on reading. Events of what waited are called before this returns; what a sink throws passes through. */
  resume(): void {
    if (this.#backlog === null) return;
    this.#backlog.paused = false;
    if (!this.#reading) this.continue();
  }

  /**
   * Whether input waits: by {@link Connection.pause}, or because an asynchronous extension is at work. A host looks at it after
   * `receive`, and stops reading from its transport for so long; `resume`, or the sink's `output`, is when to look again.
   */
  get paused(): boolean {
    return this.#reader.outcome === null && (this.#reader.waiting || this.#backlog?.paused === true);
  }

  /**
   * Reads a range. What is not read of it waits.
   *
   * @param backlog - what the bytes are the next ones of; null for a chunk of the host's
   */
  private read(bytes: Uint8Array, start: number, end: number, backlog: Backlog | null): void {
    const reader = this.#reader;
    const before = reader.offset - start;
    const outer = suspendMessages();
    let threw = true;
    this.#reading = true;
    try {
      reader.push(bytes, start, end);
      threw = false;
    } finally {
      this.#reading = false;
      endMessages(outer);
      const at = reader.offset - before;
      if (backlog !== null) backlog.readTo(at);
      // Also where nothing is left of the chunk, but of the event that threw: it is gone on with from there.
      else if ((at < end || threw) && !reader.deaf) this.wait().push(bytes, at, end);
    }
  }

  /** Reads what waits, as far as it may. */
  private continue(): void {
    for (let backlog = this.#backlog; backlog !== null && !this.#reader.deaf; backlog = this.#backlog) {
      if (this.paused) return;
      const { next } = backlog;
      if (next !== undefined) {
        this.read(next.bytes, next.at, next.used, backlog);
        continue;
      }
      // A pause may have come between a frame's last byte and its end, or between the events of a decoded message.
      this.read(EMPTY, 0, 0, null);
      if (this.paused) return;
      if (this.#reader.telling) continue;
      if (backlog.next === undefined) this.#backlog = null;
      if (this.#backlog === null && backlog.ended) this.#reader.endOfInput();
    }
    if (!this.#reader.deaf) return;
    this.#backlog = null;
    if (this.#ended) this.#reader.endOfInput();
  }

  // Output.

  /**
   * Takes the next chunk of output. Call until it gives undefined, after each call that may have made some: everything one
   * `receive` made necessary is one chunk, unless it is large.
   *
   * @returns bytes for the transport, in order; not to be changed or transferred, as they may be shared with other
   * connections (prepared messages) or the caller's own (large payloads). Undefined when there are none
   * @throws what `allocate` or `maskingKeys` throw; nothing is lost, and the call may be made again
   */
  takeOutput(): Uint8Array | undefined {
    return this.#sender.take();
  }

  /**
   * Says that a chunk of {@link Connection.takeOutput} has been written and that nobody holds it any more: its memory may
   * then serve for what is sent next, by any connection of the same configuration. May be left out. Call it right after a
   * write that took everything at once; on Node's sockets:
   *
   * ```ts no-run
   * socket.write(chunk);
   * if (socket.writableLength === 0) connection.reuseOutput(chunk);
   * ```
   *
   * Share a `ConnectionConfig`: what is kept for it is 85 KiB a configuration, and the memory of the chunk taken last.
   * Not for streams that pass chunks on as they are (`PassThrough`, HTTP/2): theirs are held after they were written.
   *
   * @param chunk - the very array that was taken, not to be read any more. Any but the one taken last is ignored, and so is one
   * given back before; a prepared message's or the caller's own bytes stay theirs
   */
  reuseOutput(chunk: Uint8Array): void {
    this.#sender.reuse(chunk);
  }

  /** Bytes of output that wait to be taken, messages that an extension works on included (before encoding). */
  get bufferedAmount(): number {
    return this.#sender.bufferedBytes;
  }

  /**
   * Sends a text message.
   *
   * @param text - a lone surrogate in it becomes U+FFFD. As bytes: must be valid UTF-8, and may be queued by reference
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything else or for bytes that are not UTF-8, Error while a message in fragments is under way
   *
   * RFC 6455 5.6, 6.1.
   */
  sendText(text: string | Uint8Array): boolean {
    if (typeof text !== 'string') {
      requireBytes(text);
      requireUtf8(text, 0, text.length);
    }
    if (!this.mayBegin()) return false;
    if (typeof text === 'string') this.#sender.text(text);
    else this.#sender.bytes(TEXT, text);
    return !this.#sender.closed;
  }

  /**
   * Sends a binary message.
   *
   * @param bytes - unchanged. From 4 KiB a server queues them by reference: not to be changed until they are written out
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything but a Uint8Array, Error while a message in fragments is under way
   *
   * RFC 6455 5.6, 6.1.
   */
  sendBinary(bytes: Uint8Array): boolean {
    requireBytes(bytes);
    if (!this.mayBegin()) return false;
    this.#sender.bytes(BINARY, bytes);
    return !this.#sender.closed;
  }

  /**
   * Sends a message from a range of borrowed bytes, as a sink's `message` gets them.
   *
   * @param opcode - `TEXT` or `BINARY`
   * @param bytes - unchanged, and copied: the caller's again when this returns
   * @param start - index of the payload's first byte
   * @param end - index after its last; of a text, all between must be valid UTF-8
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for another opcode, for anything but a Uint8Array or for text that is not UTF-8, RangeError for a range
   * outside of it, Error while a message in fragments is under way
   *
   * RFC 6455 5.6, 6.1.
   *
   * @example
   * ```ts
   * import assert from 'node:assert/strict';
   * import { Connection } from '@sanssocket/codec';
   *
   * const echo = new Connection(
   *   { role: 'client', delivery: 'spans', maskingKeys: () => 0 },
   *   { message: (opcode, bytes, start, end) => echo.sendSpan(opcode, bytes, start, end) },
   * );
   * echo.receive(Uint8Array.of(0x81, 2, 0x68, 0x69));
   * assert.deepEqual([...(echo.takeOutput() ?? [])], [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
   * ```
   */
  sendSpan(opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number): boolean {
    requireBytes(bytes);
    if (opcode !== TEXT && opcode !== BINARY) throw new TypeError('a message is a text or binary');
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError('no such range');
    if (opcode === TEXT) requireUtf8(bytes, start, end);
    if (!this.mayBegin()) return false;
    this.#sender.span(opcode, bytes, start, end);
    return !this.#sender.closed;
  }

  /**
   * Sends a message that was encoded once for many connections.
   *
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for anything else, Error while a message in fragments is under way
   */
  sendPrepared(message: PreparedMessage): boolean {
    requireBytes(message.frame);
    if (!this.mayBegin()) return false;
    this.#sender.prepared(message);
    return !this.#sender.closed;
  }

  /**
   * Begins a text message in fragments.
   *
   * @throws Error while another is under way
   *
   * RFC 6455 5.4.
   */
  beginText(): OutgoingMessage {
    this.mayBegin();
    return new OutgoingMessage(this.#sender, TEXT);
  }

  /**
   * Begins a binary message in fragments.
   *
   * @throws Error while another is under way
   *
   * RFC 6455 5.4.
   */
  beginBinary(): OutgoingMessage {
    this.mayBegin();
    return new OutgoingMessage(this.#sender, BINARY);
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
    if (this.#sender.closing || this.#reader.outcome !== null) return false;
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
    if (this.#reader.deaf) return false;
    this.#sender.control(PONG, payload);
    return true;
  }

  /**
   * Starts the closing handshake, or answers the peer's Close before that happens by itself. Nothing can be sent after; what
   * the peer still sends is delivered until its Close comes. Give it a time limit (`Keepalive` has one).
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
    if (this.#sender.closing || this.#reader.outcome !== null) return false;
    this.#sender.close(body);
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
      this.#reader.abort(code, reason, undefined);
    } finally {
      if (!this.#reading) this.#backlog = null;
    }
  }

  // State.

  /** Where the connection stands in its closing, see the table at the head of this file. */
  get state(): 'open' | 'closing' | 'closed' {
    if (this.#reader.outcome !== null) return 'closed';
    return this.#sender.closing || this.#reader.deaf ? 'closing' : 'open';
  }

  /** How the connection ended; undefined as long as it has not. */
  get outcome(): Outcome | undefined {
    return this.#reader.outcome ?? undefined;
  }

  /**
   * What the host does with the transport once the output is written: `'open'` keep it; `'await-end'` wait for the peer to end
   * it, for a limited time (a client waits for the server, RFC 6455 7.1.1); `'end'` end it now.
   */
  get transport(): 'open' | 'await-end' | 'end' {
    const outcome = this.#reader.outcome;
    if (outcome === null) return 'open';
    return outcome.clean && this.#sender.role === 'client' && !this.#ended ? 'await-end' : 'end';
  }

  /** Whether a message may be sent; RFC 6455 5.4 forbids one inside another, 5.5.1 any after our Close. */
  private mayBegin(): boolean {
    if (this.#sender.closing || this.#reader.outcome !== null) return false;
    if (this.#sender.fragmenting) throw new Error('a message in fragments is under way');
    return true;
  }

  private wait(): Backlog {
    this.#backlog ??= new Backlog();
    return this.#backlog;
  }
}

function requireUtf8(bytes: Uint8Array, start: number, end: number): void {
  if (validateUtf8(bytes, start, end, UTF8_BOUNDARY) !== UTF8_BOUNDARY) {
    throw new TypeError('the bytes of a text are UTF-8');
  }
}
