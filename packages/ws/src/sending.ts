/**
 * The sending half of a `WebSocket` (RFC 6455 5.4, 5.6, 6.1): whole messages go straight to the
 * driver. A message in fragments needs its writer, and messages behind a Blob wait until that has
 * been read: for these a connection has a {@link Sending}, made when the first one comes.
 */

import type { MessageWriter, SendOptions } from '@sanssocket/codec';
import { isBlob } from './blob.js';
import { byteLengthOf, EMPTY, type Payload, payloadOf } from './messages.js';
import type { Session } from './session.js';
import { CLOSING, CONNECTING, OPEN } from './states.js';
import type { BufferLike, MessageOptions, SendCallback } from './types.js';

/**
 * Payload of this size is queued by reference, as ws does it, and written at once: an application
 * that changes it right after finds that the operating system has most of it.
 */
const BY_REFERENCE_BYTES = 65_536;

/** RFC 6455 7.4.1. */
const INTERNAL_ERROR = 1011;

/** RFC 6455 5.5. */
const MAX_CONTROL_BYTES = 125;

const UNCOMPRESSED: SendOptions = { compress: false };

/** A message, or a fragment of one, with the options of its caller completed. */
interface Outgoing {
  readonly payload: Payload;
  readonly isBinary: boolean;
  /** False for a message that is not to be compressed. */
  readonly compress: boolean;
  readonly fin: boolean;
  readonly callback: SendCallback | undefined;
}

/**
 * Sends a message; one that comes when the connection is closing is dropped.
 *
 * @throws Error while the connection is being opened; TypeError for data of another kind
 */
export function sendMessage(
  session: Session,
  data: BufferLike,
  options: MessageOptions | undefined,
  callback: SendCallback | undefined,
): void {
  if (session.readyState === CONNECTING) throw notOpen(session);
  const payload = payloadOf(data);
  if (session.readyState !== OPEN) {
    drop(session, payload, callback);
    return;
  }
  const message: Outgoing = {
    payload,
    isBinary: options?.binary ?? typeof payload !== 'string',
    compress: options?.compress !== false,
    fin: options?.fin !== false,
    callback,
  };
  if (message.fin && session.sending?.isBusy !== true && !isBlob(payload)) {
    sendWhole(session, payload, message);
    return;
  }
  session.sending ??= new Sending(session);
  session.sending.send(message);
}

/**
 * Sends a Ping or a Pong (RFC 6455 5.5.2, 5.5.3), with the arguments of ws's methods: data and a
 * callback, each of which may be left out.
 *
 * @throws RangeError for more than 125 bytes, and as {@link sendMessage}
 */
export function sendControl(session: Session, type: 'ping' | 'pong', ...args: readonly unknown[]): void {
  if (session.readyState === CONNECTING) throw notOpen(session);
  const callback = args.find((argument) => typeof argument === 'function') as SendCallback | undefined;
  const payload = payloadOf(typeof args[0] === 'function' ? EMPTY : (args[0] as BufferLike));
  if (session.readyState !== OPEN) {
    drop(session, payload, callback);
    return;
  }
  if (byteLengthOf(payload) > MAX_CONTROL_BYTES) {
    throw new RangeError(`The data size must not be greater than ${MAX_CONTROL_BYTES} bytes`);
  }
  if (isBlob(payload)) {
    // Messages do not wait for it: a control frame may stand between any two.
    payload.arrayBuffer().then(
      (bytes) => sendControl(session, type, bytes, callback),
      (error: Error) => callback?.(error),
    );
    return;
  }
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const write = (): void => {
    const driver = session.driver!;
    const isSent = type === 'ping' ? driver.ping(bytes) : driver.connection.pong(bytes);
    if (type === 'pong') driver.flush();
    if (callback !== undefined) whenWritten(session, isSent, callback);
  };
  if (session.sending === null) write();
  else session.sending.behind(write);
}

function sendWhole(session: Session, payload: string | Uint8Array, message: Outgoing): void {
  const driver = session.driver!;
  const options = message.compress ? undefined : UNCOMPRESSED;
  let isSent: boolean;
  if (typeof payload === 'string') {
    isSent = message.isBinary
      ? driver.sendBinary(Buffer.from(payload), options)
      : driver.sendText(payload, options);
  } else if (payload.length >= BY_REFERENCE_BYTES) {
    isSent = driver.sendZeroCopy(message.isBinary ? 2 : 1, payload, options);
    driver.flush();
  } else {
    isSent = message.isBinary ? driver.sendBinary(payload, options) : driver.sendText(payload, options);
  }
  if (message.callback !== undefined) whenWritten(session, isSent, message.callback);
}

/** Calls back when everything that has been sent is written, or at once with the reason why not. */
function whenWritten(session: Session, isSent: boolean, callback: SendCallback): void {
  if (!isSent) process.nextTick(callback, notOpen(session));
  else {
    session.driver!.whenWritten((written) => {
      if (written) callback();
      else callback(new Error('The socket was closed before the data was written'));
    });
  }
}

const STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;

/** The error of a call that comes too early or too late. */
function notOpen({ readyState }: Session): Error {
  return new Error(`WebSocket is not open: readyState ${readyState} (${STATES[readyState]})`);
}

/** A message that comes when the connection is closing: its bytes count as buffered for good. */
function drop(session: Session, payload: Payload, callback: SendCallback | undefined): void {
  session.sending ??= new Sending(session);
  session.sending.unsentBytes += byteLengthOf(payload);
  if (callback !== undefined) process.nextTick(callback, notOpen(session));
}

/** A call that waits behind a Blob. */
interface Waiting {
  make(): unknown;
  /** It will not be made. */
  cancel(error: Error): void;
}

/** The messages of one connection that are not simply sent. */
export class Sending {
  /** Bytes that were sent too late, or wait behind a Blob. */
  unsentBytes = 0;
  /** Pongs that wait to be written. */
  pendingPongs = 0;
  readonly #session: Session;
  /** The message in fragments that is under way. */
  #writer: MessageWriter | null = null;
  /** Calls that wait behind a Blob, in order; null while none is being read. */
  #line: Waiting[] | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether whole messages have to wait. */
  get isBusy(): boolean {
    return this.#writer !== null || this.#line !== null;
  }

  /** RFC 6455 5.5.2. */
  answerPing(payload: Uint8Array): void {
    const driver = this.#session.driver!;
    this.pendingPongs++;
    driver.connection.pong(payload);
    driver.whenWritten(() => this.pendingPongs--);
  }

  send(message: Outgoing): void {
    const { payload } = message;
    if (this.#line !== null) {
      const bytes = byteLengthOf(payload);
      this.unsentBytes += bytes;
      const make = (): void => {
        this.unsentBytes -= bytes;
        this.send(message);
      };
      this.#line.push({ make, cancel: (error) => message.callback?.(error) });
    } else if (isBlob(payload)) void this.#read(payload, message);
    else this.#sendNow(payload, message);
  }

  /** Makes a call behind all messages that wait. */
  behind(call: () => unknown): void {
    if (this.#line === null) call();
    else this.#line.push({ make: call, cancel: () => {} });
  }

  #sendNow(payload: string | Uint8Array, message: Outgoing): void {
    if (message.fin && this.#writer === null) sendWhole(this.#session, payload, message);
    else this.#sendFragment(typeof payload === 'string' ? Buffer.from(payload) : payload, message);
  }

  /** RFC 6455 5.4. The kind of a message, and whether it is compressed, is that of its first fragment. */
  #sendFragment(bytes: Uint8Array, { isBinary, compress, fin, callback }: Outgoing): void {
    const driver = this.#session.driver!;
    const options = compress ? undefined : UNCOMPRESSED;
    this.#writer ??= isBinary
      ? driver.connection.binaryWriter(options)
      : driver.connection.textWriter(options);
    const isSent = fin ? this.#writer.end(bytes) : this.#writer.write(bytes);
    if (fin) this.#writer = null;
    driver.flush();
    if (callback !== undefined) whenWritten(this.#session, isSent, callback);
  }

  async #read(blob: Blob, message: Outgoing): Promise<void> {
    const session = this.#session;
    this.#line = [];
    this.unsentBytes += blob.size;
    let contents: Uint8Array | undefined;
    let failure: unknown;
    try {
      contents = new Uint8Array(await blob.arrayBuffer());
    } catch (error) {
      failure = error;
    }
    // Outside of the promise, so that an exception of a callback is none of the promise's.
    process.nextTick(() => {
      if (contents === undefined) this.#fail(failure as Error, message);
      else if (session.socket!.destroyed) {
        this.#cancel(new Error('The socket was closed while the blob was being read'), message);
      } else {
        const line = this.#line!;
        this.#line = null;
        this.unsentBytes -= blob.size;
        this.#sendNow(contents, message);
        this.#goOn(line);
      }
    });
  }

  /** Makes the calls that have waited; a further Blob among them has those behind it wait again. */
  #goOn(line: readonly Waiting[]): void {
    for (const [index, waiting] of line.entries()) {
      waiting.make();
      if (this.#line !== null) {
        this.#line.push(...line.slice(index + 1));
        return;
      }
    }
  }

  /** Nothing that waits will be sent; its bytes count as buffered for good. */
  #cancel(error: Error, message: Outgoing): void {
    const line = this.#line!;
    this.#line = null;
    message.callback?.(error);
    for (const waiting of line) waiting.cancel(error);
  }

  /** A Blob that cannot be read: the connection fails, as its message cannot be left out. */
  #fail(error: Error, message: Outgoing): void {
    const session = this.#session;
    this.#cancel(error, message);
    if (session.readyState === OPEN) session.readyState = CLOSING;
    if (!session.driver!.closed) session.driver!.fail(INTERNAL_ERROR);
    session.emitError(error);
  }
}
