/**
 * One client of the chat: its connection, its name, and the bound on the messages that wait for
 * it.
 */
import type { CloseInfo, ConnectionHandlers, PreparedMessage, WebSocketConnection } from 'sanssocket';
import type { FrameTap } from './frame-tap.js';
import type { Hub, Member } from './hub.js';
import { parseClientMessage, type ServerMessage } from './protocol.js';

/** A client from its accepted handshake to its end. */
export class ClientSession implements Member {
  /** For its connection. */
  readonly handlers: ConnectionHandlers = {
    text: (text) => this.#heard(text),
    binary: () => this.#connection.fail(1003, 'this chat speaks JSON, in text messages'),
    close: (outcome) => this.#hub.unregister(this, describe(outcome)),
  };
  readonly #connection: WebSocketConnection;
  readonly #hub: Hub;
  readonly #tap: FrameTap | undefined;

  /** @param tap - if the client wants to see its own frames */
  constructor(connection: WebSocketConnection, hub: Hub, tap?: FrameTap) {
    this.#connection = connection;
    this.#hub = hub;
    this.#tap = tap;
  }

  /**
   * The bounded queue is the connection's: messages that the socket cannot take wait there, up to a
   * limit.
   */
  deliver(message: PreparedMessage): boolean {
    // One that is closing hears no more, and is no reason to drop it.
    return this.#connection.sendPrepared(message) || this.#connection.connection.state !== 'open';
  }

  /**
   * Tells the client why, if it ever reads that far; the close timeout ends the rest. RFC 6455
   * 7.4.1 and IANA's 1013.
   */
  drop(): void {
    this.#connection.fail(1013, 'too slow: more waits for you than the server holds');
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
    if (!this.#connection.sendText(JSON.stringify(message))) this.drop();
  }
}

/** For the others: why someone left. */
function describe({ wasClean: clean, code, reason, fault }: CloseInfo): string {
  if (fault !== undefined) return `${fault.message} (${fault.code})`;
  if (clean) return code === 1000 || code === 1001 || code === 1005 ? '' : `${code} ${reason}`.trim();
  return reason === '' ? 'connection lost' : reason;
}
