/** An echo server without a socket: the same file under Deno and Bun, as everywhere. */
import { Connection } from '@sanssocket/codec';
import { ServerHandshake } from '@sanssocket/handshake';

/** One client, from its first byte to its last. */
export class EchoSession {
  readonly #handshake = new ServerHandshake();
  readonly #output: Uint8Array[] = [];
  #connection: Connection | undefined;
  #refused = false;

  /** Takes what the socket has read. */
  receive(chunk: Uint8Array): void {
    if (this.#connection !== undefined) {
      this.#connection.receive(chunk);
      return;
    }
    const event = this.#handshake.receive(chunk);
    if (event?.kind === 'rejected') {
      this.#refused = true;
      this.#output.push(event.bytes);
    }
    if (event?.kind !== 'request') return;
    this.#output.push(this.#handshake.accept({ protocols: ['echo'] }).bytes);
    const connection: Connection = new Connection(
      { role: 'server' },
      { text: (text) => connection.sendText(text), binary: (bytes) => connection.sendBinary(bytes) },
    );
    this.#connection = connection;
    connection.receive(event.remaining);
  }

  /** The socket has nothing more to read. */
  receiveEnd(): void {
    this.#refused ||= this.#connection === undefined;
    this.#connection?.receiveEnd();
  }

  /** The next bytes to write; call until there are none. */
  takeOutput(): Uint8Array | undefined {
    return this.#output.shift() ?? this.#connection?.takeOutput();
  }

  /** Whether to end the socket, once all is written. */
  get ended(): boolean {
    return this.#refused || this.#connection?.transport === 'end';
  }
}
