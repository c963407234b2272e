/** One client of the chat: its connection, its name, and the bound on what waits for it. */
import type { Duplex } from 'node:stream';
import {
  Connection,
  ConnectionConfig,
  type MessageExtension,
  type Outcome,
  type PreparedMessage,
} from '@sanssocket/codec';
import type { FrameTap } from './frame-tap.js';
import { SocketHost } from './host-loop.js';
import type { Hub, Member } from './hub.js';
import { MAX_CLIENT_MESSAGE_BYTES, parseClientMessage, type ServerMessage } from './protocol.js';
import type { Settings } from './settings.js';

/** One for all clients. Node's sockets give every chunk in memory of its own, so it may be unmasked where it is. */
const CONFIG = new ConnectionConfig({
  role: 'server',
  maxMessageBytes: MAX_CLIENT_MESSAGE_BYTES,
});

/** A client from its accepted handshake to its end. */
export class ClientSession implements Member {
  readonly #hub: Hub;
  readonly #settings: Settings;
  readonly #tap: FrameTap | undefined;
  readonly #connection: Connection;
  readonly #host: SocketHost;

  /**
   * @param socket - behind the opening handshake
   * @param extensions - what the handshake agreed on
   * @param tap - if the client wants to see its own frames
   */
  constructor(
    socket: Duplex,
    hub: Hub,
    settings: Settings,
    extensions: readonly MessageExtension[],
    tap?: FrameTap,
  ) {
    this.#hub = hub;
    this.#settings = settings;
    this.#tap = tap;
    this.#connection = new Connection(
      CONFIG,
      {
        text: (text) => this.#heard(text),
        binary: () => this.#connection.fail(1003, 'this chat speaks JSON, in text messages'),
        closed: (outcome) => hub.unregister(this, describe(outcome)),
        output: () => this.#host.flush(), // a long message was compressed in another thread
      },
      extensions,
    );
    this.#host = new SocketHost(socket, this.#connection, settings, tap);
  }

  /** @param head - what followed the client's handshake */
  start(head: Uint8Array): void {
    this.#host.start(head);
  }

  /** Starts the closing handshake. */
  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
    this.#host.flush();
  }

  /** The bounded queue: messages wait in the connection while the socket cannot take them. */
  deliver(message: PreparedMessage): boolean {
    if (!this.#hasRoom(message.frame.length)) return false;
    this.#connection.sendPrepared(message);
    this.#host.flush();
    return true;
  }

  /** Tells the client why, if it ever reads that far; the close timeout ends the rest. RFC 6455 7.4.1 and IANA's 1013. */
  drop(): void {
    this.#connection.fail(1013, 'too slow: more waits for you than the server holds');
    this.#host.flush();
  }

  #heard(text: string): void {
    const message = parseClientMessage(text);
    const person = this.#hub.personOf(this);
    if (typeof message === 'string') {
      this.#answer({ type: 'refused', reason: message });
    } else if (message.type === 'join') {
      if (person === undefined) this.#join(message.name);
      else this.#answer({ type: 'refused', reason: 'you are here already' });
    } else if (person === undefined) {
      this.#answer({ type: 'refused', reason: 'join first' });
    } else {
      this.#hub.broadcast({ type: 'said', ...person, text: message.text, at: Date.now() });
    }
  }

  #join(name: string): void {
    const person = this.#hub.register(this, name);
    const framesKey = this.#tap?.key ?? null;
    this.#answer({ type: 'welcome', ...person, people: this.#hub.people, framesKey });
  }

  /** What only this client gets counts towards its bound too. */
  #answer(message: ServerMessage): void {
    const text = JSON.stringify(message);
    if (this.#hasRoom(3 * text.length)) this.#connection.sendText(text);
    else this.drop();
  }

  #hasRoom(bytes: number): boolean {
    return this.#connection.bufferedAmount + bytes <= this.#settings.maxQueuedBytes;
  }
}

/** For the others: why someone left. */
function describe({ clean, code, reason, fault }: Outcome): string {
  if (fault !== undefined) return `${fault.message} (${fault.code})`;
  if (clean) return code === 1000 || code === 1001 || code === 1005 ? '' : `${code} ${reason}`.trim();
  return reason === '' ? 'connection lost' : reason;
}
