/**
 * HAR files. Chromium's, WebKit's and Playwright's have the messages of a WebSocket as
 * `_webSocketMessages`; Firefox's have the handshake alone.
 */

import { parseBase64 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { type Json, JsonElements, memberOf, textOf } from './json.js';
import { MessageList } from './message-list.js';
import type { Reader } from './reader.js';

/** Times above are milliseconds: in seconds this would be the year 5138. */
const MAX_SECONDS = 1e11;

export function har(session: Session): Reader {
  const list = new MessageList(session, 'a HAR file');
  let entries = 0;
  return new JsonElements(
    ['log', 'entries'],
    (entry) => {
      entries++;
      if (isWebSocket(entry)) readEntry(list, entry);
    },
    (whole) => {
      if (!whole) session.note('damaged', 'the HAR file ends before its end');
      list.end(`no WebSocket among the ${entries} requests of the HAR file`);
    },
  );
}

function isWebSocket(entry: Json): boolean {
  const url = textOf(memberOf(entry, 'request'), 'url') ?? '';
  const status = textOf(memberOf(entry, 'response'), 'status');
  return memberOf(entry, '_webSocketMessages') !== undefined || /^wss?:/.test(url) || status === '101';
}

function readEntry(list: MessageList, entry: Json): void {
  const request = memberOf(entry, 'request');
  const response = memberOf(entry, 'response');
  const started = Date.parse(textOf(entry, 'startedDateTime') ?? '');
  const timeMs = Number.isNaN(started) ? undefined : started;
  const url = textOf(request, 'url');
  const connection = list.connect(undefined, url, timeMs);
  const requestLine = `${textOf(request, 'method') ?? 'GET'} ${url} ${textOf(request, 'httpVersion') ?? ''}`;
  list.head(connection, 'client', requestLine, headersOf(request), timeMs);
  const status = `HTTP/1.1 ${textOf(response, 'status') ?? ''} ${textOf(response, 'statusText') ?? ''}`;
  list.head(connection, 'server', status, headersOf(response), timeMs);
  const messages = memberOf(entry, '_webSocketMessages');
  if (!Array.isArray(messages)) {
    const why = 'Firefox does not export messages of WebSockets';
    const other = `the entry has no _webSocketMessages: ${why}. Export from Chromium, or capture the traffic`;
    list.silent(connection, other, timeMs);
    return;
  }
  for (const message of messages) readMessage(list, connection, message as Json);
}

function readMessage(list: MessageList, connection: number, message: Json): void {
  const time = Number(textOf(message, 'time'));
  const timeMs = Number.isNaN(time) ? undefined : time > MAX_SECONDS ? time : time * 1000;
  const data = textOf(message, 'data') ?? '';
  const content = textOf(message, 'opcode') === '2' ? parseBase64(data) : data;
  const from = textOf(message, 'type') === 'send' ? 'client' : 'server';
  list.message(connection, from, content, timeMs);
}

function headersOf(head: Json | undefined): string[] {
  const headers = memberOf(head, 'headers');
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header: Json) => [textOf(header, 'name') ?? '', textOf(header, 'value') ?? '']);
}
