/**
 * HAR files. Chromium's, WebKit's and Playwright's have the messages of a WebSocket as
 * `_webSocketMessages`; Firefox's have the handshake alone.
 */

import { BINARY, TEXT } from '@sanssocket/codec/frames';
import { parseBase64 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { type Json, JsonElements, memberOf, textOf } from './json.js';
import type { Reader } from './reader.js';

/** Times above are milliseconds: in seconds this would be the year 5138. */
const MAX_SECONDS = 1e11;

export function har(session: Session): Reader {
  let silent = 0;
  let entries = 0;
  return new JsonElements(
    ['log', 'entries'],
    (entry) => {
      entries++;
      if (isWebSocket(entry) && !readEntry(session, entry)) silent++;
    },
    (whole) => {
      if (!whole) session.note('damaged', 'the HAR file ends before its end');
      if (session.connections > silent) {
        session.note(
          'messages-only',
          'a HAR file has messages, not frames: no ping, pong, close or fragment is in it',
        );
      } else if (session.connections === 0) {
        session.note('no-websocket', `no WebSocket among the ${entries} requests of the HAR file`);
      }
    },
  );
}

function isWebSocket(entry: Json): boolean {
  const url = textOf(memberOf(entry, 'request'), 'url') ?? '';
  const status = textOf(memberOf(entry, 'response'), 'status');
  return memberOf(entry, '_webSocketMessages') !== undefined || /^wss?:/.test(url) || status === '101';
}

/** @returns whether the entry has messages */
function readEntry(session: Session, entry: Json): boolean {
  const connection = ++session.connections;
  const request = memberOf(entry, 'request');
  const response = memberOf(entry, 'response');
  const started = Date.parse(textOf(entry, 'startedDateTime') ?? '');
  const timeMs = Number.isNaN(started) ? undefined : started;
  const place = { connection, timeMs };
  const url = textOf(request, 'url');
  session.emit({ type: 'connection', ...place, client: undefined, server: url, by: 'input' });
  const requestLine =
    `${textOf(request, 'method') ?? 'GET'} ${url} ${textOf(request, 'httpVersion') ?? ''}`.trim();
  session.emit({
    type: 'handshake',
    ...place,
    from: 'client',
    startLine: requestLine,
    rawHeaders: headersOf(request),
  });
  const status = `${textOf(response, 'status') ?? ''} ${textOf(response, 'statusText') ?? ''}`.trim();
  const startLine = `HTTP/1.1 ${status}`;
  session.emit({ type: 'handshake', ...place, from: 'server', startLine, rawHeaders: headersOf(response) });
  const messages = memberOf(entry, '_webSocketMessages');
  if (!Array.isArray(messages)) {
    const why = 'Firefox does not export messages of WebSockets';
    session.note(
      'no-messages',
      `the entry has no _webSocketMessages: ${why}. Export from Chromium, or capture the traffic`,
      place,
    );
    return false;
  }
  for (const message of messages) readMessage(session, connection, message as Json);
  return true;
}

function readMessage(session: Session, connection: number, message: Json): void {
  const time = Number(textOf(message, 'time'));
  const timeMs = Number.isNaN(time) ? undefined : time > MAX_SECONDS ? time : time * 1000;
  const data = textOf(message, 'data') ?? '';
  const isText = textOf(message, 'opcode') !== '2';
  const payload = isText ? new TextEncoder().encode(data) : parseBase64(data);
  session.emit({
    type: 'message',
    connection,
    timeMs,
    from: textOf(message, 'type') === 'send' ? 'client' : 'server',
    opcode: isText ? TEXT : BINARY,
    payload,
    ...(isText ? { text: data } : {}),
    frames: 0,
    wireBytes: payload.length,
    compression: 'none',
  });
}

function headersOf(head: Json | undefined): string[] {
  const headers = memberOf(head, 'headers');
  if (!Array.isArray(headers)) return [];
  return headers.flatMap((header: Json) => [textOf(header, 'name') ?? '', textOf(header, 'value') ?? '']);
}
