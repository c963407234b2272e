/**
 * One client of the chat: its connection, its name, and the bound on the messages that wait for
 * it.
 */
import type { Duplex } from 'node:stream';
import {
  type CloseInfo,
  Connection,
  ConnectionConfig,
  type MessageExtension,
  type PreparedMessage,
} from '@sanssocket/codec';
import type { ConnectionDriver, DriverConfig } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import type { FrameTap } from './frame-tap.js';
import type { Hub, Member } from './hub.js';
import { MAX_CLIENT_MESSAGE_BYTES, parseClientMessage, type ServerMessage } from './protocol.js';

/** One for all clients. */
const CONFIG = new ConnectionConfig({
  role: 'server',
  maxMessageBytes: MAX_CLIENT_MESSAGE_BYTES,
});

/** A client from its accepted handshake to its end. */
export class ClientSession implements Member {
  readonly #hub: Hub;
  readonly #tap: FrameTap | undefined;
  readonly #driver: ConnectionDriver;

  /**
   * @param socket - behind the opening handshake
   * @param head - the bytes that followed it
   * @param limits - how much may wait for the client, and how long it may be silent
   * @param extensions - the ones that the handshake agreed on
   * @param tap - if the client wants to see its own frames
   */
  constructor(
    socket: Duplex,
    head: Uint8Array,
    hub: Hub,
    limits: DriverConfig,
    extensions: readonly MessageExtension[],
    tap?: FrameTap,
  ) {
    this.#hub = hub;
    this.#tap = tap;
    const connection = new Connection(
      CONFIG,
      {
        text: (text) => this.#heard(text),
        binary: () => this.#driver.fail(1003, 'this chat speaks JSON, in text messages'),
        close: (outcome) => hub.unregister(this, describe(outcome)),
      },
      extensions,
    );
    tap?.attach(socket);
    this.#driver = attachSocket(socket, connection, limits, head);
  }

  /** Starts the closing handshake. */
  close(code: number, reason: string): void {
    this.#driver.close(code, reason);
  }

  /**
   * The bounded queue is the driver's: messages that the socket cannot take wait there, up to a
   * limit.
   */
  deliver(message: PreparedMessage): boolean {
    // One that is closing hears no more, and is no reason to drop it.
    return this.#driver.sendPrepared(message) || this.#driver.connection.state !== 'open';
  }

  /**
   * Tells the client why, if it ever reads that far; the close timeout ends the rest. RFC 6455
   * 7.4.1 and IANA's 1013.
   */
  drop(): void {
    this.#driver.fail(1013, 'too slow: more waits for you than the server holds');
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

  #answer(message: ServerMessage): void {
    if (!this.#driver.sendText(JSON.stringify(message))) this.drop();
  }
}

/** For the others: why someone left. */
function describe({ wasClean: clean, code, reason, fault }: CloseInfo): string {
  if (fault !== undefined) return `${fault.message} (${fault.code})`;
  if (clean) return code === 1000 || code === 1001 || code === 1005 ? '' : `${code} ${reason}`.trim();
  return reason === '' ? 'connection lost' : reason;
}
