/** ws's `createWebSocketStream`: a `Duplex` over a WebSocket, for programs that speak over streams. */

import { Duplex, type DuplexOptions } from 'node:stream';
import { CLOSED, CONNECTING } from './states.js';
import { sessionOf, type WebSocket } from './websocket.js';

type Done = (error?: Error | null) => void;

/** A stream of one WebSocket. */
class WebSocketStream extends Duplex {
  readonly #websocket: WebSocket;
  /** Not after an error, which has begun a closing handshake that is to be completed. */
  #terminates = true;

  constructor(websocket: WebSocket, options: DuplexOptions) {
    super({
      ...options,
      // 'close' follows the WebSocket's.
      autoDestroy: false,
      emitClose: false,
      objectMode: false,
      writableObjectMode: false,
    });
    this.#websocket = websocket;
    websocket.on('message', (data, isBinary) => {
      const chunk = !isBinary && this.readableObjectMode ? String(data) : data;
      if (!this.push(chunk)) websocket.pause();
    });
    websocket.once('error', (error) => {
      if (this.destroyed) return;
      this.#terminates = false;
      this.destroy(error);
    });
    websocket.once('close', () => {
      if (!this.destroyed) this.push(null);
    });
    this.on('end', () => {
      if (!this.destroyed && this.writableFinished) this.destroy();
    });
    this.once('error', (error) => {
      this.destroy();
      // An error that nobody else listens for is thrown, as it would be without this listener.
      if (this.listenerCount('error') === 0) this.emit('error', error);
    });
  }

  override _read(): void {
    if (this.#websocket.isPaused) this.#websocket.resume();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    const websocket = this.#websocket;
    if (websocket.readyState === CONNECTING) {
      websocket.once('open', () => this._write(chunk, encoding, done));
    } else websocket.send(chunk, done);
  }

  override _final(done: Done): void {
    const websocket = this.#websocket;
    const { socket, readyState } = sessionOf(websocket);
    if (readyState === CONNECTING) {
      websocket.once('open', () => this._final(done));
    } else if (socket !== null) {
      // The writable side has finished when the socket's has, or is cut before; of a client without
      // a connection the error follows.
      let isDone = false;
      const finish = (): void => {
        if (isDone) return;
        isDone = true;
        done();
        if (this.readableEnded) this.destroy();
      };
      if (socket.writableFinished || socket.destroyed) finish();
      else {
        socket.once('finish', finish);
        websocket.once('close', finish);
        websocket.close();
      }
    }
  }

  override _destroy(error: Error | null, done: Done): void {
    const websocket = this.#websocket;
    if (websocket.readyState === CLOSED) {
      done(error);
      process.nextTick(() => this.emit('close'));
      return;
    }
    let isDone = false;
    // One that is still being opened tells its end with an error.
    websocket.once('error', (other) => {
      isDone = true;
      done(other);
    });
    websocket.once('close', () => {
      if (!isDone) done(error);
      process.nextTick(() => this.emit('close'));
    });
    if (this.#terminates) websocket.terminate();
  }
}

/**
 * Makes a stream of a WebSocket: each message is a chunk, each write a binary message.
 *
 * @param websocket - of which nothing else is sent or received
 * @param options - of the stream; `readableObjectMode` gives texts as strings
 *
 * @example
 * ```ts no-run
 * import { createWebSocketStream, WebSocket } from '@sanssocket/ws';
 *
 * const stream = createWebSocketStream(new WebSocket('ws://localhost:8080'), { encoding: 'utf8' });
 * stream.on('error', console.error);
 * stream.pipe(process.stdout);
 * process.stdin.pipe(stream);
 * ```
 */
export function createWebSocketStream(websocket: WebSocket, options: DuplexOptions = {}): Duplex {
  return new WebSocketStream(websocket, options);
}
