/** A WebSocket in a stream of HTTP/2 (RFC 8441): two heads, then frames in DATA of both ends. */

import { headerValues } from '@sanssocket/handshake/values';
import type { NoteCode, Side } from '../model/event.js';
import type { Session } from '../model/session.js';
import { Direction } from './direction.js';
import { deflateParameters } from './heads.js';
import { Inflating } from './inflating.js';
import { Pending } from './pending.js';
import { Reading, WINDOW_BYTES } from './reading.js';

/** Addresses of the client and of the server, where the input has them. */
export type Peers = readonly [client: string | undefined, server: string | undefined];

export class Http2WebSocket {
  readonly #session: Session;
  readonly #connection: number;
  /** Bytes that a client sends before the response, which tells how they are compressed. */
  readonly #early: Pending;
  /** More of them than are kept, or that the input does not have. */
  #earlyLost = 0;
  #clientEnded = false;
  #opened = false;
  #client: Reading | undefined;
  #server: Reading | undefined;
  #lastMs: number | undefined;

  /**
   * @param stream - its number; undefined where it is the only one
   * @param headers - of the request, names and values in turn
   */
  constructor(
    session: Session,
    stream: number | undefined,
    headers: readonly string[],
    timeMs: number | undefined,
    peers: Peers,
  ) {
    this.#session = session;
    this.#early = new Pending(session);
    this.#connection = ++session.connections;
    this.#lastMs = timeMs;
    const [client, server] = peers.map((peer) =>
      peer === undefined || stream === undefined ? peer : `${peer} (stream ${stream})`,
    );
    session.emit({ type: 'connection', ...this.#place(timeMs), client, server, by: 'handshake' });
    const startLine = `CONNECT ${headerValues(headers, ':path')[0] ?? ''} HTTP/2`;
    session.emit({
      type: 'handshake',
      ...this.#place(timeMs),
      from: 'client',
      startLine,
      rawHeaders: headers,
    });
  }

  /** A response: an interim one is followed by another (RFC 9110 15.2). */
  respond(headers: readonly string[], timeMs: number | undefined): void {
    this.#lastMs = timeMs ?? this.#lastMs;
    const status = Number(headerValues(headers, ':status')[0]);
    const startLine = `HTTP/2 ${status}`;
    const place = this.#place(timeMs);
    this.#session.emit({ type: 'handshake', ...place, from: 'server', startLine, rawHeaders: headers });
    if (status >= 300)
      this.#note('rejected', `the server rejects the request with ${status}`, 'server', timeMs);
    else if (status >= 200) this.#open(headers);
  }

  #open(headers: readonly string[]): void {
    if (this.#opened) return;
    this.#opened = true;
    const parameters = deflateParameters(headers);
    const readingOf = (from: 'client' | 'server'): Reading => {
      const inflating = new Inflating(from, parameters, false, this.#session.engine);
      const start = { from, offset: 0, inflating, beginsBefore: false } as const;
      const direction = new Direction(this.#session, this.#connection, start);
      return new Reading(this.#session, direction, false, this.#note);
    };
    this.#client = readingOf('client');
    this.#server = readingOf('server');
    for (const { bytes, timeMs } of this.#early.take()) this.#client.receive(bytes, timeMs);
    if (this.#earlyLost > 0) this.#client.gap(this.#earlyLost, this.#lastMs);
    if (this.#clientEnded) this.finish('client');
  }

  /** Bytes of DATA. */
  receive(from: 'client' | 'server', bytes: Uint8Array, timeMs: number | undefined): void {
    this.#lastMs = timeMs ?? this.#lastMs;
    if (!this.#opened && from === 'client') this.#receiveEarly(bytes, timeMs);
    else this.#of(from)?.receive(bytes, timeMs);
  }

  #receiveEarly(bytes: Uint8Array, timeMs: number | undefined): void {
    const fits = this.#earlyLost === 0 && this.#early.length + bytes.length <= WINDOW_BYTES;
    if (!(fits && this.#early.append(bytes, timeMs))) this.#loseEarly(bytes.length);
  }

  #loseEarly(length: number): void {
    this.#earlyLost += this.#early.length + length;
    this.#early.clear();
  }

  gap(from: 'client' | 'server', length: number, timeMs: number | undefined): void {
    if (!this.#opened && from === 'client') this.#loseEarly(length);
    else this.#of(from)?.gap(length, timeMs);
  }

  /** One end, or both, will send nothing more. */
  finish(from?: 'client' | 'server'): void {
    if (from !== 'server') this.#clientEnded = true;
    if (from === undefined && !this.#opened) this.#loseEarly(0);
    for (const side of from === undefined ? (['client', 'server'] as const) : [from]) {
      this.#of(side)?.finish(this.#lastMs);
      if (side === 'client') this.#client = undefined;
      else this.#server = undefined;
    }
  }

  #of(from: 'client' | 'server'): Reading | undefined {
    return from === 'client' ? this.#client : this.#server;
  }

  #place(timeMs: number | undefined): { connection: number; timeMs: number | undefined } {
    return { connection: this.#connection, timeMs };
  }

  readonly #note = (code: NoteCode, message: string, from?: Side, timeMs?: number): void => {
    const place = this.#place(timeMs ?? this.#lastMs);
    this.#session.note(code, message, { ...place, ...(from === undefined ? {} : { from }) });
  };
}

/** Whether a request asks for a WebSocket (RFC 8441 5). */
export function isWebSocketRequest(headers: readonly string[]): boolean {
  return (
    headerValues(headers, ':method')[0] === 'CONNECT' && headerValues(headers, ':protocol')[0] === 'websocket'
  );
}
