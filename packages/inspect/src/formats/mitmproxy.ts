/**
 * Flows of mitmproxy (`mitmdump -w`): dictionaries as tagged netstrings, one after another. Version
 * 17 (mitmproxy 8) was tried; a flow with the member `websocket` has the messages.
 */

import { concat, copyOf } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { MessageList } from './message-list.js';
import { InputError, type Reader } from './reader.js';
import { lengthAt, parseTagged, type Tagged } from './tnetstring.js';

/** A longer flow is passed over. */
const MAX_FLOW_BYTES = 32 * 1024 * 1024;

/** Digits of a length, and the colon. */
const MAX_HEAD_BYTES = 16;

const TEXT = 1;

export class FlowReader implements Reader {
  readonly #session: Session;
  readonly #list: MessageList;
  /** The flow under way: what is here of it. */
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the flow, its length and its tag included; undefined before they are known. */
  #wanted: number | undefined;
  #flows = 0;
  #dropped = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#list = new MessageList(session, 'a file of mitmproxy');
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#wanted === undefined ? this.#readHead(chunk, at) : this.#readRest(chunk, at);
  }

  end(): void {
    if (this.#length > 0)
      this.#session.note('damaged', `the file ends inside of flow ${this.#flows + 1}: it is not read`);
    if (this.#dropped > 0) {
      const many = `${this.#dropped} messages were dropped at mitmproxy`;
      this.#session.note('partly-read', `${many}, and are listed all the same`);
    }
    this.#list.end(`no WebSocket among the ${this.#flows} flows`);
  }

  #readHead(chunk: Uint8Array, start: number): number {
    const end = Math.min(chunk.length, start + MAX_HEAD_BYTES);
    const head = concat([...this.#parts, chunk.subarray(start, end)]);
    try {
      const found = lengthAt(head, 0);
      if (found === undefined) {
        this.#parts = [copyOf(head)];
        this.#length = head.length;
        return end;
      }
      this.#wanted = found.start + found.length + 1;
    } catch {
      throw new InputError(`what follows flow ${this.#flows} is none: a flow begins with its length`);
    }
    if (this.#wanted > MAX_FLOW_BYTES) {
      const size = `flow ${this.#flows + 1} has ${this.#wanted} bytes`;
      this.#session.note(
        'not-kept',
        `${size}, more than the ${MAX_FLOW_BYTES} that are kept: it is passed over`,
      );
    }
    return start;
  }

  #readRest(chunk: Uint8Array, start: number): number {
    const wanted = this.#wanted!;
    const end = Math.min(chunk.length, start + wanted - this.#length);
    if (wanted <= MAX_FLOW_BYTES) this.#parts.push(copyOf(chunk, start, end));
    this.#length += end - start;
    if (this.#length < wanted) return end;
    this.#flows++;
    const bytes = concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#wanted = undefined;
    if (wanted <= MAX_FLOW_BYTES) this.#readFlow(bytes);
    return end;
  }

  #readFlow(bytes: Uint8Array): void {
    let flow: Tagged;
    try {
      flow = parseTagged(bytes);
    } catch (error) {
      const why = (error as Error).message;
      this.#session.note('damaged', `flow ${this.#flows} is not well-formed (${why}): it is not read`);
      return;
    }
    const socket = memberOf(flow, 'websocket');
    if (socket instanceof Map) this.#show(flow, socket);
  }

  #show(flow: Tagged, socket: Tagged): void {
    const [request, response] = [memberOf(flow, 'request'), memberOf(flow, 'response')];
    const started = timeOf(memberOf(request, 'timestamp_start'));
    const client = addressOf(memberOf(flow, 'client_conn'));
    const server = addressOf(memberOf(flow, 'server_conn'));
    const connection = this.#list.connect(client, server, started);
    const version = textOf(request, 'http_version');
    const requestLine = `${textOf(request, 'method')} ${textOf(request, 'path')} ${version}`;
    this.#list.head(connection, 'client', requestLine, headersOf(request), started);
    const status = `${textOf(response, 'http_version')} ${textOf(response, 'status_code')} ${textOf(response, 'reason')}`;
    const answered = timeOf(memberOf(response, 'timestamp_start'));
    this.#list.head(connection, 'server', status, headersOf(response), answered);
    const messages = memberOf(socket, 'messages');
    for (const message of Array.isArray(messages) ? messages : []) this.#showMessage(connection, message);
    const code = memberOf(socket, 'close_code');
    if (typeof code !== 'number') return;
    const from = memberOf(socket, 'closed_by_client') === true ? 'client' : 'server';
    const reason = textOf(socket, 'close_reason');
    const how = `closed by the ${from}, ${code}${reason === '' ? '' : ` ${JSON.stringify(reason)}`}`;
    this.#list.closed(connection, how, from, timeOf(memberOf(socket, 'timestamp_end')));
  }

  /** Type, whether the client sent it, content, time, whether it was dropped, whether mitmproxy sent it. */
  #showMessage(connection: number, message: Tagged): void {
    if (!Array.isArray(message)) return;
    const [type, fromClient, content, time, dropped] = message as readonly Tagged[];
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(textIn(content));
    const from = fromClient === true ? 'client' : 'server';
    if (dropped === true) this.#dropped++;
    this.#list.message(
      connection,
      from,
      type === TEXT ? new TextDecoder().decode(bytes) : bytes,
      timeOf(time),
    );
  }
}

function memberOf(value: Tagged | undefined, name: string): Tagged | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}

function textOf(value: Tagged | undefined, name: string): string {
  return textIn(memberOf(value, name));
}

/** Bytes, a string or a number as text; nothing for other values. */
function textIn(value: Tagged | undefined): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

/** Seconds since 1970. */
function timeOf(value: Tagged | undefined): number | undefined {
  return typeof value === 'number' && !Number.isNaN(value) ? value * 1000 : undefined;
}

/** Address and port; `peername` since mitmproxy 9. */
function addressOf(connection: Tagged | undefined): string | undefined {
  const address = memberOf(connection, 'peername') ?? memberOf(connection, 'address');
  if (!Array.isArray(address)) return undefined;
  const [host, port] = address as readonly Tagged[];
  return typeof host === 'string' ? `${host}:${textIn(port)}` : undefined;
}

function headersOf(head: Tagged | undefined): string[] {
  const headers = memberOf(head, 'headers');
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header) => {
    const [name, value] = Array.isArray(header) ? (header as readonly Tagged[]) : [];
    return [textIn(name), textIn(value)];
  });
}
