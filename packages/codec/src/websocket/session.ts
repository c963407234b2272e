/**
 * What is behind a `WebSocket`: a connection between its opening and the end of its transport (WHATWG WebSockets Standard,
 * RFC 6455 7).
 *
 * ```
 *   CONNECTING --- the transport is there ------------------------------------> OPEN       `opened`
 *   CONNECTING --- close() ---------------------------------------------------> CLOSING    and CLOSED a moment later
 *   CONNECTING --- there will be no transport --------------------------------> CLOSED     `ended`
 *   OPEN       --- close(), or the peer's Close, or the connection ended -----> CLOSING    the time limit begins to run
 *   CLOSING    --- connection and transport ended, or time is up -------------> CLOSED     `ended`
 * ```
 */

import type { ConnectionConfig } from '../connection/config.js';
import type { ConnectionEvent } from '../connection/event-list.js';
import { isPromise, type MessageExtension } from '../connection/extension.js';
import { copyOf } from '../memory/bytes.js';
import { ABNORMAL_CLOSURE, GOING_AWAY, INTERNAL_ERROR } from '../wire/close.js';
import { inWords, requireType, usageError } from '../wire/errors.js';
import type { PlatformBlob, PlatformReadableStream, PlatformWritableStream } from './platform.js';
import { type ConnectionStreams, connectionStreams } from './streams.js';

// Chunks from one stream to another, as `pipeTo` does it, but to be stopped while a write hangs.

/**
 * Moves chunks from one stream to another, as `pipeTo` does, but can be stopped while a write hangs. Internal:
 * `TransportWebSocket` has two.
 */
class Pump {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #onWritten: (() => void) | undefined;

  /** @param onWritten - called when a chunk has been written, before the next is asked for */
  constructor(
    readable: ReadableStream<Uint8Array>,
    writable: WritableStream<Uint8Array>,
    onWritten?: () => void,
  ) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#onWritten = onWritten;
  }

  /** Ends when either stream does; the end of one is then that of the other. */
  async run(): Promise<void> {
    try {
      for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read()) {
        await this.#writer.write(next.value);
        this.#onWritten?.();
      }
      await this.#writer.close();
    } catch (error) {
      this.stop(error);
    }
  }

  /** Cancels one stream and aborts the other. */
  stop(reason: unknown): void {
    const ignore = (): void => {};
    this.#reader.cancel(reason).catch(ignore);
    this.#writer.abort(reason).catch(ignore);
  }
}

/** What of the messages given to a connection its transport has not taken yet: `bufferedAmount` of a `WebSocket`. */

interface Message {
  /** Bytes of the message. */
  readonly bytes: number;
  /** Bytes of output it made: its frame, perhaps compressed. */
  readonly output: number;
}

/**
 * Messages in the order of output, which is that of sending; each counts until all of its output has been written. Pongs are
 * output too, and no message: while some wait, the last messages written may count still. None does once all is written.
 */
export class UnwrittenMessages {
  #messages: Message[] = [];
  /** Index of the oldest that counts. */
  #first = 0;
  #bytes = 0;
  #output = 0;

  /** Bytes of messages, without what frames add. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message. */
  add(bytes: number, output: number): void {
    this.#messages.push({ bytes, output });
    this.#bytes += bytes;
    this.#output += output;
  }

  /**
   * Drops those that have been written.
   *
   * @param waiting - bytes of output still to be written
   */
  settle(waiting: number): void {
    const messages = this.#messages;
    for (; this.#first < messages.length; this.#first++) {
      const { bytes, output } = messages[this.#first]!;
      // Those behind it account for all that waits.
      if (this.#output - output < waiting) break;
      this.#bytes -= bytes;
      this.#output -= output;
    }
    // Each is moved at most once for each that was dropped.
    if (this.#first > 0 && this.#first * 2 >= messages.length) {
      this.#messages = messages.slice(this.#first);
      this.#first = 0;
    }
  }
}

export const CONNECTING = 0;

export const OPEN = 1;

export const CLOSING = 2;

export const CLOSED = 3;

/** The ready states of a WebSocket. */
export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;

/** A transport behind its opening handshake: a socket's two directions as streams of bytes. */
export interface ByteTransport {
  /** Bytes from the peer; closes when the peer has ended its direction. */
  readonly readable: PlatformReadableStream<Uint8Array>;
  /** Bytes to the peer; may get the same array as other transports, so that it must not change or transfer it. */
  readonly writable: PlatformWritableStream<Uint8Array>;
  /** The subprotocol agreed on, if that is known only now; goes before the option of this name, as do the next two. */
  readonly protocol?: string | undefined;
  /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`. */
  readonly extensions?: string | undefined;
  /** The same extensions at work. */
  readonly messageExtensions?: readonly MessageExtension[] | undefined;
}

/** What a session needs. */
export interface SessionSetup {
  readonly config: ConnectionConfig;
  readonly messageExtensions: readonly MessageExtension[];
  /** Starts the time limit on closing; returns what stops it. */
  readonly startTimer: (callback: () => void) => () => void;
}

/** What a session tells; nothing before its constructor has returned. */
export interface SessionSink {
  opened(transport: ByteTransport): void;
  /** A message that came while the session was open; bytes are the receiver's own. */
  message(data: string | Uint8Array): void;
  /** Connection and transport have ended: the last call. */
  ended(isClean: boolean, code: number, reason: string): void;
}

/** A connection and what moves its bytes. */
interface Link {
  readonly streams: ConnectionStreams;
  readonly inbound: Pump;
  readonly outbound: Pump;
}

/** Reads and writes a transport until both directions have ended. Internal: `TransportWebSocket` shows it to scripts. */
export class TransportSession {
  readonly #setup: SessionSetup;
  readonly #sink: SessionSink;
  readonly #unwritten = new UnwrittenMessages();
  readonly #timeUp: Promise<void>;
  #onTimeUp!: () => void;
  #stopTimer: (() => void) | null = null;
  #state: ReadyState;
  /** Null while connecting. */
  #link: Link | null = null;
  /** What is sent behind a Blob waits until it has been read; null while none is being read. */
  #line: Promise<void> | null = null;
  /** Bytes of messages in line, and of those that will never be sent. */
  #lineBytes = 0;
  #unsentBytes = 0;
  #isClean = false;
  #code: number = ABNORMAL_CLOSURE;
  #reason = '';

  /** @throws TypeError if a stream of the transport is locked, or it is none; as the constructor of `Connection` */
  constructor(transport: ByteTransport | PromiseLike<ByteTransport>, setup: SessionSetup, sink: SessionSink) {
    this.#setup = setup;
    this.#sink = sink;
    this.#timeUp = new Promise((resolve) => {
      this.#onTimeUp = resolve;
    });
    if (isPromise(transport)) {
      this.#state = CONNECTING;
      void this.#connect(transport);
    } else {
      const link = this.#attach(transport);
      this.#state = OPEN;
      void this.#begin(transport, link);
    }
  }

  get state(): ReadyState {
    return this.#state;
  }

  /** Bytes of messages given to `send` that the transport has not taken. What was sent too late stays in it for good. */
  get bufferedAmount(): number {
    return this.#unwritten.bytes + this.#lineBytes + this.#unsentBytes;
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
    const own = message instanceof Uint8Array ? copyOf(message, 0, message.length) : message;
    if (this.#line === null && (typeof own === 'string' || own instanceof Uint8Array)) {
      this.#transmit(own, bytes);
      return;
    }
    this.#lineBytes += bytes;
    this.#enqueue(async () => {
      const payload = typeof own === 'string' || own instanceof Uint8Array ? own : await contents(own);
      this.#transmit(payload, bytes); // if it throws, they stay in line for good
      this.#lineBytes -= bytes;
    });
  }

  /** Starts the closing handshake, behind the messages sent before; where there is no connection yet, gives it up. */
  close(code: number | undefined, reason: string): void {
    if (this.#state === CONNECTING) {
      // "Fail the WebSocket connection and set this's ready state to CLOSING (2)."
      this.#state = CLOSING;
      queueMicrotask(() => this.#end());
      return;
    }
    if (this.#state !== OPEN) return;
    const { streams } = this.#link!;
    this.#startClosing();
    const close = (): void => {
      streams.connection.close(code, reason);
      streams.flush();
    };
    if (this.#line === null) close();
    else this.#enqueue(close);
  }

  // Beginning.

  async #connect(promise: PromiseLike<ByteTransport>): Promise<void> {
    let transport: ByteTransport;
    let link: Link;
    try {
      transport = await promise;
      if (this.#state !== CONNECTING) {
        abandon(transport);
        return;
      }
      link = this.#attach(transport);
    } catch {
      this.#end();
      return;
    }
    this.#state = OPEN;
    this.#sink.opened(transport);
    await this.#run(link);
  }

  async #begin(transport: ByteTransport, link: Link): Promise<void> {
    await undefined; // the caller gets to add listeners
    if (this.#state === OPEN) this.#sink.opened(transport);
    await this.#run(link);
  }

  #attach(transport: ByteTransport): Link {
    const { readable, writable, messageExtensions } = requireTransport(transport);
    if (readable.locked || writable.locked)
      throw usageError(TypeError, 'OPTION_INVALID', 'the transport is in use: its streams are locked');
    const { config, messageExtensions: usual } = this.#setup;
    const streams = connectionStreams(config, messageExtensions ?? usual);
    const { connection } = streams;
    const inbound = new Pump(readable, streams.incoming.writable);
    // Whatever is no longer in the connection then has been written: the next chunk has not been asked for.
    const onWritten = (): void => this.#unwritten.settle(connection.bufferedAmount);
    const outbound = new Pump(streams.outgoing.readable, writable, onWritten);
    this.#link = { streams, inbound, outbound };
    return this.#link;
  }

  // Sending.

  /** @param message - null for one that could not be read */
  #transmit(message: string | Uint8Array | null, bytes: number): void {
    const { streams } = this.#link!;
    const { connection } = streams;
    const before = connection.bufferedAmount;
    let isSent = false;
    try {
      if (message === null) connection.fail(INTERNAL_ERROR);
      else if (typeof message === 'string') isSent = connection.sendText(message);
      else isSent = connection.sendBinary(message);
    } catch {
      connection.fail(INTERNAL_ERROR); // an extension could not encode it
    }
    if (isSent) this.#unwritten.add(bytes, connection.bufferedAmount - before);
    else this.#unsentBytes += bytes;
    streams.flush();
  }

  /** Lets something be done when the Blobs before it have been read. */
  #enqueue(job: () => void | Promise<void>): void {
    const line: Promise<void> = (this.#line ?? Promise.resolve())
      .then(job)
      .catch((error: unknown) => this.#giveUp(error))
      .then(() => {
        if (this.#line === line) this.#line = null;
      });
    this.#line = line;
  }

  // Reading.

  async #run({ streams, inbound, outbound }: Link): Promise<void> {
    const transport = Promise.all([inbound.run(), outbound.run()]);
    try {
      const events = streams.incoming.readable.getReader();
      // The connection stands still until the next event is asked for: answers given by listeners precede that to a Close.
      for (let next = await events.read(); !next.done; next = await events.read()) this.#handle(next.value);
      await Promise.race([transport, this.#timeUp]);
    } catch (error) {
      this.#giveUp(error);
    }
    this.#end();
  }

  #handle(event: ConnectionEvent): void {
    switch (event.type) {
      case 'text':
        this.#deliver(event.text);
        break;
      case 'binary':
        this.#deliver(event.bytes);
        break;
      case 'closeReceived':
        // RFC 6455 7.1.5, 7.1.6: code and reason are the peer's, whatever comes of the rest.
        this.#code = event.code;
        this.#reason = event.reason;
        this.#startClosing();
        break;
      case 'close':
        this.#isClean = event.outcome.wasClean;
        this.#startClosing();
        break;
      // Pings and pongs are not for scripts.
    }
  }

  #deliver(data: string | Uint8Array): void {
    // "If ready state is not OPEN (1), then return."
    if (this.#state === OPEN) this.#sink.message(data);
  }

  // Closing.

  #startClosing(): void {
    if (this.#state !== OPEN) return;
    this.#stopTimer = this.#setup.startTimer(() => this.#tearDown());
    this.#state = CLOSING;
  }

  /** Time is up. Neither the peer nor the transport has to play along. */
  #tearDown(): void {
    const reason = new Error('closing took too long');
    const { streams, inbound, outbound } = this.#link!;
    try {
      streams.connection.fail(GOING_AWAY);
    } finally {
      // Not even a source of masking keys that has run dry keeps the transport open.
      inbound.stop(reason);
      outbound.stop(reason);
      this.#onTimeUp();
    }
  }

  /** What the host gave (a timer, a source of keys) has thrown where no caller is: it is reported as an uncaught exception. */
  #giveUp(error: unknown): void {
    queueMicrotask(() => {
      throw error;
    });
    try {
      this.#tearDown();
    } catch {
      // For the same reason, most likely, and with the same effect.
    }
  }

  #end(): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    try {
      this.#stopTimer?.();
    } finally {
      this.#sink.ended(this.#isClean, this.#code, this.#reason);
    }
  }
}

/**
 * @throws TypeError for what is no transport, or tells of what was agreed in other words than
 * strings
 */
function requireTransport(transport: ByteTransport): ByteTransport {
  const { readable, writable, protocol = '', extensions = '' } = Object(transport) as Partial<ByteTransport>;
  if (typeof readable?.getReader !== 'function' || typeof writable?.getWriter !== 'function') {
    const wanted = 'a transport is { readable, writable }, two streams of bytes';
    throw usageError(TypeError, 'OPTION_INVALID', `${wanted}, not ${inWords(transport)}`);
  }
  requireType('protocol', protocol, 'string');
  requireType('extensions', extensions, 'string');
  return transport;
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
function abandon({ readable, writable }: ByteTransport): void {
  const reason = new Error('the WebSocket was closed before it was open');
  const ignore = (): void => {};
  readable.cancel(reason).catch(ignore);
  writable.abort(reason).catch(ignore);
}
