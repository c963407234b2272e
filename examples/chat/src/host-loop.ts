/**
 * The host loop: everything between one socket and one {@link Connection}, for servers and clients alike. The codec does
 * no I/O and owns no timer, so a host has five jobs, and this file is all five:
 *
 * 1. bytes in: what the socket reads goes to `connection.receive`;
 * 2. the end: when the socket has nothing more, `connection.receiveEnd`;
 * 3. bytes out: what `connection.takeOutput` gives is written, one batch at a time;
 * 4. the transport: when all is written, `connection.transport` says whether to end it;
 * 5. time: one timer, set to `keepalive.deadline`.
 */
import type { Duplex } from 'node:stream';
import { type Connection, Keepalive, type KeepaliveOptions } from '@sanssocket/codec';

/** Sees the bytes of a connection as they are on the wire. */
export interface WireTap {
  /** Bytes read from the socket. Borrowed, and changed soon after: the connection may unmask them in place. */
  received(bytes: Uint8Array): void;
  /** Bytes written to the socket. Borrowed. */
  sent(bytes: Uint8Array): void;
}

/** Runs one connection over one socket until both have ended. */
export class SocketHost {
  readonly #socket: Duplex;
  readonly #connection: Connection;
  readonly #keepalive: Keepalive;
  readonly #tap: WireTap | undefined;
  #writing = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /**
   * @param socket - on which the opening handshake is done; a `net.Socket`, a `TLSSocket`
   * @param connection - with a sink of the caller's, who sends on it and calls {@link SocketHost.flush} after
   * @param times - in milliseconds; give at least `closeTimeoutMs`, or a peer that does not end the connection stays
   * @param tap - looks on
   */
  constructor(socket: Duplex, connection: Connection, times: KeepaliveOptions, tap?: WireTap) {
    this.#socket = socket;
    this.#connection = connection;
    this.#keepalive = new Keepalive(times, performance.now());
    this.#tap = tap;
  }

  /**
   * Begins. The connection's sink is called from here on.
   *
   * @param head - what the socket has read behind the handshake: the first bytes of the first frames
   */
  start(head: Uint8Array): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    socket.on('end', () => this.#receiveEnd());
    socket.on('close', () => this.#socketClosed());
    socket.on('error', () => {}); // 'close' follows, and to the connection both mean the same: no more bytes
    this.#receive(head);
    socket.resume();
  }

  /** Writes what the connection has to say. Call it after every call that may have made output. */
  flush(): void {
    const { state, transport } = this.#connection;
    if (state !== 'open') this.#keepalive.closing(performance.now());
    this.#setTimer();
    // While a batch is under way output stays in the connection, where `bufferedAmount` counts it and the next batch
    // takes all of it at once.
    if (this.#writing || !this.#socket.writable) return;
    const batch = takeAll(this.#connection);
    if (batch.length > 0) this.#write(batch);
    else if (transport === 'end') this.#socket.end(); // all is written; a client awaiting the server's end keeps reading
  }

  #receive(chunk: Uint8Array): void {
    this.#keepalive.received(performance.now());
    this.#tap?.received(chunk);
    this.#connection.receive(chunk);
    this.flush();
  }

  #receiveEnd(): void {
    this.#connection.receiveEnd();
    this.flush();
  }

  /** Corked, the chunks of a batch are one write to the operating system. It is done when the last of them is. */
  #write(batch: readonly Uint8Array[]): void {
    const socket = this.#socket;
    this.#writing = true;
    socket.cork();
    for (const [index, chunk] of batch.entries()) {
      this.#tap?.sent(chunk);
      if (index < batch.length - 1) socket.write(chunk);
      else socket.write(chunk, () => this.#written());
    }
    socket.uncork();
  }

  #written(): void {
    this.#writing = false;
    this.flush();
  }

  #socketClosed(): void {
    this.#connection.receiveEnd();
    clearTimeout(this.#timer);
    this.#timerAt = Number.NEGATIVE_INFINITY; // none is set again
  }

  /** Sets the timer, unless it rings early enough. It may ring too early, as deadlines move: then it is set again. */
  #setTimer(): void {
    const { deadline } = this.#keepalive;
    if (deadline >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, Math.ceil(deadline - performance.now())));
  }

  #ring(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const due = this.#keepalive.check(performance.now());
    if (due === 'ping') this.#connection.ping();
    if (due === 'pong-timeout') this.#connection.fail(1008, 'no answer to a ping');
    this.flush();
    // The peer is gone, or does not go: waiting for it to read a last word has no end.
    if (due !== 'none' && due !== 'ping') this.#socket.destroy();
  }
}

function takeAll(connection: Connection): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let chunk = connection.takeOutput(); chunk !== undefined; chunk = connection.takeOutput()) {
    chunks.push(chunk);
  }
  return chunks;
}
