/**
 * The connection behind a `WebSocket`: the state that its properties show, and the handlers of the
 * codec's `Connection`, which become the events of the emitter (RFC 6455 5.5, 6.2, 7).
 *
 * ```
 *   CONNECTING --- open() ------------------------------------------> OPEN
 *   CONNECTING --- no connection ------------------------------------> CLOSING  'error', then CLOSED
 *   OPEN       --- close(), the peer's Close, a fault, the end ------> CLOSING
 *   CLOSING    --- the socket is gone -------------------------------> CLOSED   'close'
 * ```
 *
 * One object for each connection, which is the handlers of all events: functions of its own for each
 * of them would take more memory than the connection.
 */

import {
  BINARY,
  type CloseInfo,
  Connection,
  type ConnectionHandlers,
  type MessageExtension,
  type MessageOpcode,
  type OwnBytes,
} from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket, type NodeSocket } from '@sanssocket/codec/node';
import type { Agreement } from './configs.js';
import { frameError } from './errors.js';
import { bufferOf, EMPTY, inForm } from './messages.js';
import { Sending } from './sending.js';
import { CLOSED, CLOSING, CONNECTING, OPEN, type ReadyState } from './states.js';
import type { BinaryType, RawData, Transport } from './types.js';
import type { WebSocket } from './websocket.js';

/** No Close frame has come (RFC 6455 7.1.5). */
const UNHEARD = { code: 1006, reason: EMPTY };

/** A Close frame without a code has come. */
const NO_STATUS_RECEIVED = 1005;

/** The opening handshake of a client, as long as it is under way. */
export interface Opening {
  readonly request: unknown;
  /** Gives up: the WebSocket is closed, and an error tells why. */
  abort(message: string): void;
}

/** Members that only a client has. */
export interface ClientState {
  url: string;
  /** How often it was sent elsewhere. */
  redirects: number;
  /** Null behind the opening handshake. */
  opening: Opening | null;
}

// Marks of a session, bits of one number: a field for each takes 40 bytes a connection more.

/** The application has paused it. */
const PAUSED = 1;

/** Both sides have sent a Close (RFC 6455 7.1.4). */
const WAS_CLEAN = 2;

/** An error has been emitted. */
const FAILED = 4;

/** An event waits for the next turn of the event loop. */
const DEFERS = 8;

/** The socket is gone, and an event still waits. */
const ENDS = 16;

/** The connection of one WebSocket. Internal. */
export class Session implements ConnectionHandlers {
  readonly websocket: WebSocket;
  readyState: ReadyState = CONNECTING;
  binaryType: BinaryType = 'nodebuffer';
  /** Null until the connection is open. */
  agreement: Agreement | null = null;
  /** Null until the connection is open, and for clients whose handshake failed. */
  driver: ConnectionDriver | null = null;
  socket: Transport | null = null;
  /** Null for a server's connections. */
  client: ClientState | null = null;
  /** Null until there is more to be known than a message that is sent whole. */
  sending: Sending | null = null;
  /** The peer's Close; null until it has come. */
  private closeHeard: { readonly code: number; readonly reason: Buffer } | null = null;
  private marks = 0;

  constructor(websocket: WebSocket) {
    this.websocket = websocket;
  }

  private is(mark: number): boolean {
    return (this.marks & mark) !== 0;
  }

  /** Whether both sides have sent a Close (RFC 6455 7.1.4). */
  get wasClean(): boolean {
    return this.is(WAS_CLEAN);
  }

  get isPaused(): boolean {
    return this.is(PAUSED);
  }

  /** Output that only waits for the end of the present turn is written first, as ws has no such. */
  get bufferedAmount(): number {
    const unsentBytes = this.sending?.unsentBytes ?? 0;
    if (this.driver === null) return unsentBytes;
    this.driver.flush();
    return this.driver.bufferedAmount + unsentBytes;
  }

  /** The opening handshake is done: from here on the socket is the connection's. */
  open(
    socket: Transport,
    head: Uint8Array,
    agreement: Agreement,
    extensions: readonly MessageExtension[] | undefined,
  ): void {
    socket.setTimeout?.(0);
    const { configs } = agreement;
    this.agreement = agreement;
    this.socket = socket;
    const connection = new Connection(configs.connection, this, extensions);
    const driver: Owned = attachSocket(socket as NodeSocket, connection, configs.driver, head);
    driver[SESSION] = this;
    driver.onClose = onClose;
    this.driver = driver;
    this.readyState = OPEN;
    this.websocket.emit('open');
  }

  // ---- The handlers of the connection ----

  bytes(opcode: MessageOpcode, bytes: OwnBytes): void {
    const buffer = bufferOf(bytes);
    const isBinary = opcode === BINARY;
    const data = isBinary && this.binaryType !== 'nodebuffer' ? inForm(buffer, this.binaryType) : buffer;
    // A Blob is none of the forms that the types of ws have.
    if (this.agreement!.configs.isSynchronous) this.websocket.emit('message', data as RawData, isBinary);
    else this.emitLater(() => this.websocket.emit('message', data as RawData, isBinary));
  }

  /**
   * A Ping is answered before the application hears of it, which may close the connection. A peer
   * that does not read its Pongs is cut off, as by ws: RFC 6455 5.5.3 would allow to answer only the
   * newest Ping, but who sends that many reads nothing else either.
   */
  ping(payload: OwnBytes): void {
    const { maxPendingPongs } = this.agreement!.configs;
    if (maxPendingPongs > 0 && this.readyState === OPEN) {
      this.sending ??= new Sending(this);
      if (this.sending.pendingPongs >= maxPendingPongs) this.terminate();
      else this.sending.answerPing(payload);
    }
    this.emitControl('ping', payload);
  }

  pong(payload: OwnBytes): void {
    this.emitControl('pong', payload);
  }

  /** The peer's Close (RFC 6455 5.5.1), which ws answers with the same code and reason. */
  closeReceived(code: number, reason: string): void {
    this.closeHeard = { code, reason: reason === '' ? EMPTY : Buffer.from(reason) };
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    if (code === NO_STATUS_RECEIVED) this.driver!.close();
    else this.driver!.close(code, reason);
  }

  /** The connection has ended; its socket has not yet. */
  close({ fault, wasClean }: CloseInfo): void {
    if (wasClean) this.marks |= WAS_CLEAN;
    if (this.readyState === OPEN) this.readyState = CLOSING;
    if (fault !== undefined) this.emitError(frameError(fault));
  }

  /** One error a connection, and none behind its end. */
  emitError(error: Error): void {
    if (this.is(FAILED) || this.readyState === CLOSED) return;
    this.marks |= FAILED;
    this.websocket.emit('error', error);
  }

  private emitControl(type: 'ping' | 'pong', { buffer, byteOffset, length }: OwnBytes): void {
    const payload = Buffer.from(buffer, byteOffset, length);
    if (this.agreement!.configs.isSynchronous) this.websocket.emit(type, payload);
    else this.emitLater(() => this.websocket.emit(type, payload));
  }

  /** One event a turn: reading stops until it has been emitted. */
  private emitLater(emit: () => void): void {
    const driver = this.driver!;
    driver.pause();
    this.marks |= DEFERS;
    setImmediate(() => {
      const hasEnded = this.is(ENDS);
      this.marks &= ~(DEFERS | ENDS);
      try {
        emit();
      } finally {
        if (!this.isPaused || hasEnded) driver.resume();
        if (hasEnded) this.end();
      }
    });
  }

  // ---- Commands ----

  /** RFC 6455 7.1.2. */
  startClosing(code: number | undefined, reason: string): void {
    this.readyState = CLOSING;
    const close = (): unknown => this.driver!.close(code, reason);
    if (this.sending === null) close();
    else this.sending.behind(close);
  }

  pause(): void {
    this.marks |= PAUSED;
    this.driver!.pause();
  }

  resume(): void {
    this.marks &= ~PAUSED;
    if (!this.is(DEFERS)) this.driver!.resume();
  }

  /** Cuts the connection, behind all that the operating system takes of its output. */
  terminate(): void {
    const socket = this.socket!;
    this.readyState = CLOSING;
    this.driver!.flush();
    // A handler of the driver's is under way: the output is written when that has returned.
    if (this.driver!.bufferedAmount > 0) process.nextTick(() => socket.destroy());
    else socket.destroy();
  }

  /** There will be no connection. */
  fail(error: Error): void {
    this.readyState = CLOSING;
    this.websocket.emit('error', error);
    this.emitClose();
  }

  /** The socket is gone. */
  gone(): void {
    if (this.readyState === OPEN) this.readyState = CLOSING;
    this.end();
  }

  private end(): void {
    // Messages that came before are told, whether the application has paused, or pauses again, or not.
    while (this.isPaused && !this.is(DEFERS) && this.driver!.connection.paused) this.driver!.resume();
    if (this.is(DEFERS)) this.marks |= ENDS;
    else this.emitClose();
  }

  private emitClose(): void {
    this.readyState = CLOSED;
    this.agreement?.configs.tracker?.forget(this.websocket);
    const { code, reason } = this.closeHeard ?? UNHEARD;
    this.websocket.emit('close', code, reason);
  }
}

const SESSION: unique symbol = Symbol('session');

/** A driver that knows its session: one function is `onClose` of all. */
interface Owned extends ConnectionDriver {
  [SESSION]?: Session;
}

function onClose(this: ConnectionDriver): void {
  (this as Owned)[SESSION]!.gone();
}
