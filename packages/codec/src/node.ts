/**
 * `@sanssocket/codec/node`: connections over Node's sockets. Nothing is imported from Node: a
 * socket is known by its shape.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { attachDriver } from './driver/attach.js';
import type { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import {
  now,
  type ReceivedTransport,
  type ReceiverOf,
  type TransportReceiver,
  WakingTransport,
} from './driver/transport.js';
import { copyOf, EMPTY } from './memory/bytes.js';
import { requireBytes, requireMethods } from './wire/errors.js';

/**
 * The members that are used of Node's `stream.Duplex`: sockets of `net` and `tls`, those of the
 * `upgrade` events of `http`, streams of `http2`.
 */
export interface NodeSocket {
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
  readonly writableLength: number;
  /** Set to true, so that each side ends by itself. */
  allowHalfOpen: boolean;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(chunk: Uint8Array, callback?: (error?: Error | null) => void): boolean;
  unshift(chunk: Uint8Array): void;
  cork(): void;
  uncork(): void;
  end(callback?: (error?: Error | null) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
  /** True for sockets of TLS; others have no such member. */
  readonly encrypted?: boolean;
  /** A method of sockets, and not of other streams. */
  setNoDelay?(noDelay: boolean): unknown;
}

const SOCKET_METHODS = [
  'on',
  'write',
  'unshift',
  'cork',
  'uncork',
  'end',
  'pause',
  'resume',
  'destroy',
] as const;

/**
 * Classes of handles that give bytes to the operating system, or encrypt them: Node's, Deno's with
 * `Wrap`.
 */
const COPYING_HANDLE = /^(?:TCP|Pipe|TLS)(?:Wrap)?$/;

/** The source of a function of the runtime's own; that of a bound one has another name, or none. */
const NATIVE_WRITE = /^function write\w*\(\)\s*\{\s*\[native code\]\s*\}$/;

/**
 * Whether the bytes of a chunk are copied before the socket tells that it is through, so that its
 * memory may serve again. No public member says so: any object may stand behind a `net.Socket` and
 * pass chunks on as they are, as tools do that intercept requests (mitm). The handle behind the
 * socket is asked, and only one that the runtime's own code writes to is believed: by its class in
 * Node and Deno, and by its native `write` in Bun, whose handles are of no named class. A socket
 * that shows no such handle gets fresh memory for each output, which is always right.
 */
function copiesChunks(socket: NodeSocket): boolean {
  if (socket.setNoDelay === undefined) return false;
  const { _handle: handle } = socket as { readonly _handle?: SocketHandle | null };
  if (handle === undefined || handle === null) return false;
  if (COPYING_HANDLE.test(handle.constructor?.name ?? '')) return isNative(handle.writeBuffer);
  return handle.writeBuffer === undefined && isNative(handle.write);
}

interface SocketHandle {
  readonly constructor?: { readonly name: string };
  readonly writeBuffer?: unknown;
  readonly write?: unknown;
}

function isNative(method: unknown): boolean {
  return typeof method === 'function' && NATIVE_WRITE.test(Function.prototype.toString.call(method));
}

/**
 * Written for its callback, behind a batch that waits unexpectedly. An array of its own, as a
 * stream may pass it on.
 */
const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

// The phases of a transport's output.

const IDLE = 0;

/** A batch is being written. */
const WRITING = 1;

/** So it is, and its callback has come meanwhile. */
const CALLED_BACK = 2;

/** The end of this side was written with the last batch. */
const ENDED = 3;

class NodeTransport extends WakingTransport implements ReceivedTransport {
  receiver: TransportReceiver;
  readonly #socket: NodeSocket;
  /** Whether the socket is one of the runtime's own. */
  readonly copies: boolean;
  error: Error | undefined;
  #phase: number = IDLE;
  /**
   * Whether `writableLength` counts bytes that wait; undefined until the first batch. A socket that
   * passes its bytes to another one, as tools that intercept requests make them, says 0 always:
   * there only the callback of a write tells.
   */
  #counts: boolean | undefined;
  /**
   * Whether the last batch waited, so that the next one is expected to. Such a batch has a callback
   * with its last chunk, as an empty write fails on Deno's TLS sockets. One that is not expected to
   * wait has none, which saves a tick for each: where a batch has been through at once, an empty
   * write behind another one is sound.
   */
  #expectsWait = true;
  /** How many callbacks are still to come of batches that were through at once. */
  #needless = 0;

  constructor(socket: NodeSocket, receiverOf: ReceiverOf, head: Uint8Array) {
    super();
    requireMethods('a socket', socket, SOCKET_METHODS);
    requireBytes(head, 'a head');
    this.#socket = socket;
    this.copies = copiesChunks(socket);
    this.receiver = receiverOf(this);
    socket.pause();
    socket.allowHalfOpen = true;
    socket.setNoDelay?.(true); // what belongs together is one write already
    // Nothing can be put back to a socket that has been read to its end.
    const past = socket.destroyed || socket.readableEnded;
    // A copy, as chunks are the connection's.
    const own = copyOf(head, 0, head.length);
    if (own.length > 0 && !past) socket.unshift(own);
    this.listen(socket);
    if (past) tellPast(socket, this, own);
    else socket.resume();
  }

  /**
   * Listeners of the runtime's own sockets are four functions for all, which find the transport on
   * the socket that they are called on: closures take 350 bytes a connection. An object of another
   * make, or one that inherits from a socket, may call them on anything.
   */
  private listen(socket: NodeSocket): void {
    // Every emitter of the runtime's has this property itself.
    const shares = this.copies && Object.hasOwn(socket, '_events');
    const carrier: Carrier = shares ? (socket as unknown as Carrier) : ({} as Carrier);
    carrier[TRANSPORT] = this;
    socket.on('data', shares ? onData : onData.bind(carrier));
    socket.on('end', shares ? onEnd : onEnd.bind(carrier));
    socket.on('error', shares ? onError : onError.bind(carrier));
    socket.on('close', shares ? onClose : onClose.bind(carrier));
  }

  /**
   * The same handles read each chunk into memory of its own, but not of TLS: there Node 24 gives
   * several in one, and a handler that transfers a message would take chunks that were not read.
   */
  get transfers(): boolean {
    return this.copies && this.#socket.encrypted !== true;
  }

  write(chunks: readonly Uint8Array[], ends = false): number {
    const socket = this.#socket;
    const last = chunks.length - 1;
    const expectsWait = this.#expectsWait;
    // Corked, a batch is one write to the operating system. So the first one is, to see whether it
    // is counted.
    const corks = last > 0 || this.#counts === undefined;
    const before = socket.writableLength;
    let bytes = 0;
    this.#phase = WRITING;
    if (corks) socket.cork();
    for (let i = 0; i < last; i++) {
      const chunk = chunks[i]!;
      bytes += chunk.length;
      socket.write(chunk);
    }
    const chunk = chunks[last]!;
    bytes += chunk.length;
    if (expectsWait && !ends) socket.write(chunk, this.callback());
    else socket.write(chunk);
    this.#counts ??= socket.writableLength - before === bytes;
    if (corks) socket.uncork();
    if (ends) {
      // In one turn with the bytes: over HTTP/2 they are one frame with END_STREAM then, and the
      // peer need not wait for another.
      this.#phase = ENDED;
      socket.end(this.callback());
      return 0;
    }
    const calledBack = this.#phase === CALLED_BACK;
    this.#phase = IDLE;
    if (calledBack || (this.#counts && socket.writableLength === 0)) {
      if (expectsWait && !calledBack) this.#needless++;
      this.#expectsWait = false;
      return bytes;
    }
    this.#expectsWait = true;
    if (!expectsWait) socket.write(NOTHING, this.callback());
    return 0;
  }

  /** Made for a batch that may wait, and let go with it. */
  private callback(): (error?: Error | null) => void {
    return (error) => {
      if (error != null) return;
      if (this.#needless > 0) this.#needless--;
      else if (this.#phase === WRITING) this.#phase = CALLED_BACK;
      else this.receiver.written(now());
    };
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#phase !== ENDED) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const TRANSPORT: unique symbol = Symbol('transport');

interface Carrier {
  [TRANSPORT]: NodeTransport;
}

function onData(this: Carrier, chunk: Uint8Array): void {
  this[TRANSPORT].receiver.receive(chunk, now());
}

function onEnd(this: Carrier): void {
  this[TRANSPORT].receiver.receiveEof(now());
}

function onError(this: Carrier, error: Error): void {
  this[TRANSPORT].error = error;
}

function onClose(this: Carrier): void {
  const { receiver, error } = this[TRANSPORT];
  receiver.transportClosed(error);
}

/**
 * Tells the head, and the end, of a socket that has been read to its end or is gone, and tells
 * neither itself. A function, so that no listener holds `head`.
 */
function tellPast(socket: NodeSocket, transport: NodeTransport, head: Uint8Array): void {
  queueMicrotask(() => {
    if (head.length > 0) transport.receiver.receive(head, now());
    if (socket.destroyed) transport.receiver.transportClosed();
    else transport.receiver.receiveEof(now());
  });
}

/**
 * Makes a transport of one of Node's sockets, and reads from it; for machines of the opening
 * handshake, which give it to a connection's driver later. {@link attachSocket} is made of it.
 *
 * @param socket - without other listeners for `'data'` and `'end'`. From now on it is the
 * transport's: it is read, written, ended, destroyed, and its `'error'` heard
 * @param receiverOf - makes the receiver, which is first called when this has returned. If it throws
 * the socket is as it was
 * @param head - bytes that were read before
 * @throws TypeError for a socket that is none (`OPTION_INVALID`) and a head that is no bytes
 * (`NOT_BYTES`); the exception of `receiverOf`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { PassThrough } from 'node:stream';
 * import { nodeTransport } from '@sanssocket/codec/node';
 *
 * const chunks: Uint8Array[] = [];
 * const ended = new Promise<void>((resolve) => {
 *   const receiver = {
 *     receive: (bytes: Uint8Array) => chunks.push(bytes),
 *     receiveEof: () => resolve(),
 *     written() {}, writable() {}, wake() {}, transportClosed() {},
 *   };
 *   nodeTransport(new PassThrough().end('hello'), () => receiver);
 * });
 * await ended;
 * assert.equal(new TextDecoder().decode(chunks[0]), 'hello');
 * ```
 */
export function nodeTransport(
  socket: NodeSocket,
  receiverOf: ReceiverOf,
  head: Uint8Array = EMPTY,
): ReceivedTransport {
  return new NodeTransport(socket, receiverOf, head);
}

/**
 * Runs a connection over one of Node's sockets, until both have ended. From now on the socket is
 * the driver's: it is read, written, ended, destroyed, and its `'error'` heard.
 *
 * Memory of output is used again where the socket is one of the runtime's own, over TCP, a Unix
 * socket or TLS; over any other stream each output has memory of its own.
 *
 * @param socket - behind the opening handshake; without other listeners for `'data'` and `'end'`
 * @param connection - with handlers of the application's. They are first called when this has
 * returned
 * @param config - limits and times
 * @param head - bytes that came in one chunk with the handshake: the first of the first frames
 * @throws as the constructor of {@link ConnectionDriver}; TypeError for a socket that is none
 * (`OPTION_INVALID`) and a head that is no bytes (`NOT_BYTES`). Nothing was done then
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { Connection, ConnectionConfig } from '@sanssocket/codec';
 * import { DriverConfig } from '@sanssocket/codec/driver';
 * import { attachSocket } from '@sanssocket/codec/node';
 * import { acceptRequest, checkRequest, rejectFault } from '@sanssocket/handshake';
 *
 * const config = new ConnectionConfig({ role: 'server', maxMessageBytes: 65_536 });
 * const limits = new DriverConfig({ backpressureLimit: 1_000_000 });
 *
 * const server = createServer((_request, response) => response.writeHead(404).end());
 * server.on('upgrade', (request, socket, head) => {
 *   const checked = checkRequest(request);
 *   if (checked.kind === 'fault') {
 *     socket.on('error', () => {});
 *     socket.end(rejectFault(checked).bytes);
 *     return;
 *   }
 *   socket.write(acceptRequest(checked).bytes);
 *   const connection = new Connection(config, { text: (text) => driver.sendText(text) });
 *   const driver = attachSocket(socket, connection, limits, head);
 * });
 * server.listen(0).close();
 * ```
 */
export function attachSocket(
  socket: NodeSocket,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
  head: Uint8Array = EMPTY,
): ConnectionDriver {
  return attachDriver(connection, config, (receiverOf) => nodeTransport(socket, receiverOf, head));
}
