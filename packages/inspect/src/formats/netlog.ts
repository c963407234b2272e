/**
 * Chromium's netlog (`--log-net-log=FILE --net-log-capture-mode=Everything`): the bytes of each
 * socket, below TLS and above it. In other modes it has no bytes. A browser that was killed leaves
 * a file without an end, of which all is read.
 */

import { parseBase64 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Conversation, type End } from '../protocol/conversation.js';
import { type Json, JsonElements, memberOf, textOf } from './json.js';
import type { Reader } from './reader.js';

/** Events with bytes of a socket, above TLS where there is TLS, and the end that sent them. */
const BYTES: Readonly<Record<string, End>> = {
  SOCKET_BYTES_SENT: 0,
  SOCKET_BYTES_RECEIVED: 1,
  SSL_SOCKET_BYTES_SENT: 0,
  SSL_SOCKET_BYTES_RECEIVED: 1,
};

const FRAME_HEADER = /^WEBSOCKET_(?:SENT|RECV)_FRAME_HEADER$/;

export function netlog(session: Session): Reader {
  const names = new Map<string, string>();
  const conversations = new Map<string, Conversation>();
  let startMs = 0;
  let headers = 0;
  let withoutBytes = 0;
  const takeEvent = (event: Json): void => {
    const name = names.get(textOf(event, 'type') ?? '') ?? '';
    if (FRAME_HEADER.test(name)) headers++;
    const end = BYTES[name];
    if (end === undefined) return;
    const params = memberOf(event, 'params');
    const bytes = textOf(params, 'bytes');
    if (bytes === undefined) {
      withoutBytes++;
      return;
    }
    // Both layers of a socket have its id; the lower one of TLS is not for us.
    const key = `${name.startsWith('SSL')} ${textOf(memberOf(event, 'source'), 'id')}`;
    let conversation = conversations.get(key);
    if (conversation === undefined) {
      conversation = new Conversation(session, { opened: true, client: 0 });
      conversations.set(key, conversation);
    }
    const timeMs = startMs + Number(textOf(event, 'time'));
    conversation.receive(end, parseBase64(bytes), timeMs);
  };
  return new JsonElements(
    ['events'],
    takeEvent,
    (whole) => {
      for (const conversation of conversations.values()) conversation.finish();
      if (!whole)
        session.note(
          'damaged',
          'the netlog has no end, as that of a browser that was killed: all of it is read',
        );
      if (session.connections > 0) return;
      const why = 'capture again with --net-log-capture-mode=Everything';
      if (withoutBytes > 0) {
        const seen = `the heads of ${headers} frames, and of no socket the bytes`;
        session.note('partly-read', `the netlog has ${seen}: ${why}`);
      } else {
        session.note(
          'no-websocket',
          `no WebSocket in the bytes of the netlog's ${conversations.size} sockets`,
        );
      }
    },
    (name, constants) => {
      if (name !== 'constants') return;
      startMs = Number(textOf(constants, 'timeTickOffset') ?? 0);
      const types = memberOf(constants, 'logEventTypes');
      if (typeof types !== 'object' || types === null) return;
      for (const [type, number] of Object.entries(types)) names.set(String(number), type);
    },
  );
}
