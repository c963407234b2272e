/**
 * Connections of an input that has messages, not frames (HAR, the DevTools protocol, mitmproxy): no
 * ping, pong or fragment is in it, and none is made up.
 */

import { BINARY, TEXT } from '@sanssocket/codec/frames';
import type { Side } from '../model/event.js';
import type { Session } from '../model/session.js';

/** The number of a connection, as {@link MessageList.connect} gave it. */
type Connection = number;

export class MessageList {
  readonly #session: Session;
  /** The kind of input: `a HAR file`. */
  readonly #name: string;
  #silent = 0;

  constructor(session: Session, name: string) {
    this.#session = session;
    this.#name = name;
  }

  connect(client: string | undefined, server: string | undefined, timeMs: number | undefined): Connection {
    const connection = ++this.#session.connections;
    this.#session.emit({ type: 'connection', connection, timeMs, client, server, by: 'input' });
    return connection;
  }

  head(
    connection: Connection,
    from: Side,
    startLine: string,
    rawHeaders: readonly string[],
    timeMs: number | undefined,
  ): void {
    const line = startLine.trim();
    this.#session.emit({ type: 'handshake', connection, timeMs, from, startLine: line, rawHeaders });
  }

  /** @param content - a string for a text message */
  message(
    connection: Connection,
    from: Side,
    content: string | Uint8Array,
    timeMs: number | undefined,
  ): void {
    const isText = typeof content === 'string';
    const payload = isText ? new TextEncoder().encode(content) : content;
    this.#session.emit({
      type: 'message',
      connection,
      timeMs,
      from,
      opcode: isText ? TEXT : BINARY,
      payload,
      ...(isText ? { text: content } : {}),
      frames: 0,
      wireBytes: payload.length,
      compression: 'none',
    });
  }

  /** The input has the connection and none of its messages. */
  silent(connection: Connection, why: string, timeMs: number | undefined): void {
    this.#silent++;
    this.#session.note('no-messages', why, { connection, timeMs });
  }

  /** The input tells how a connection ended, without its Close frames. */
  closed(connection: Connection, how: string, from: Side, timeMs: number | undefined): void {
    this.#session.note('closed', how, { connection, timeMs, from });
  }

  /** @param other - the words for an input without a connection */
  end(other: string): void {
    const { connections } = this.#session;
    if (connections === 0) this.#session.note('no-websocket', other);
    else if (connections > this.#silent) {
      const what = 'no ping, pong, Close frame or fragment is in it';
      this.#session.note('messages-only', `${this.#name} has messages, not frames: ${what}`);
    }
  }
}
