/** The frames around one that was chosen, as the bytes that its side sent. */
import { bytesOf, concat } from './wire.js';

/** Bytes that are opened together: the message of the chosen frame, and whole ones behind it. */
const MAX_OPENED = 1024;

/** Bytes of one message that can be opened. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Bytes of earlier frames, which compressed ones may refer to. */
const MAX_BEFORE = 1024 * 1024;

/**
 * @param {readonly object[]} events - as they are listed
 * @param {number} index - of the frame among them
 * @returns {Parameters<import('./editor.js').Editor['open']>[0] | string} or the reason why it cannot be opened
 */
export function chosen(events, index) {
  const { connection, from } = events[index];
  const side = events
    .map((event, at) => ({ event, at }))
    .filter(({ event }) => event.type === 'frame' && event.connection === connection && event.from === from);
  const place = side.findIndex(({ at }) => at === index);
  const first = startOf(side, place);
  const opened = [];
  let length = 0;
  for (let at = first; at < side.length; at++) {
    const bytes = bytesOf(side[at].event);
    if (bytes === undefined) {
      if (at <= place) return 'not all of its bytes are here, or not all are kept';
      break;
    }
    if (at > place && length + bytes.length > MAX_OPENED) break;
    opened.push(bytes);
    length += bytes.length;
    if (length > MAX_MESSAGE_BYTES) return 'it is longer than what can be changed here, 1 MiB';
  }
  const extensions = extensionsOf(events, connection) ?? (usesRsv1(side) ? 'permessage-deflate' : '');
  const before = extensions === '' ? new Uint8Array(0) : framesBefore(side.slice(0, first));
  const name = `${from === 'server' ? "server's" : "client's"} ${opened.length === 1 ? 'frame' : `${opened.length} frames`}`;
  return {
    bytes: concat(opened),
    before,
    from: from ?? (events[index].masked ? 'client' : 'server'),
    extensions,
    title: `The ${name} from byte ${side[first].event.offset} on`,
    about: `Bytes are counted from the first one below. Connection ${connection}.`,
  };
}

/** The first frame of the message that a frame belongs to, or that a control frame stands inside of (RFC 6455 5.4). */
function startOf(side, place) {
  let start;
  for (let at = 0; at < place; at++) {
    const { opcode, fin } = side[at].event;
    if (opcode >= 8) continue;
    if (opcode !== 0) start = at;
    if (fin) start = undefined;
  }
  const { opcode } = side[place].event;
  return opcode === 0 || opcode >= 8 ? (start ?? place) : place;
}

/** Frames of the same side that are all there; the nearest ones if they are many. */
function framesBefore(side) {
  const parts = [];
  let length = 0;
  for (const { event } of side.toReversed()) {
    const bytes = bytesOf(event);
    if (bytes === undefined || length + bytes.length > MAX_BEFORE) break;
    parts.unshift(bytes);
    length += bytes.length;
  }
  return concat(parts);
}

/** Whether the input has no handshake that tells, and a data frame has RSV1 all the same. */
function usesRsv1(side) {
  return side.some(({ event }) => (event.rsv & 64) !== 0 && (event.opcode === 1 || event.opcode === 2));
}

/** The header of the response; empty without compression in it, undefined without a response. */
function extensionsOf(events, connection) {
  const response = events.find(
    (event) => event.type === 'handshake' && event.connection === connection && event.from === 'server',
  );
  if (response === undefined) return undefined;
  const headers = response.rawHeaders;
  const at = headers.findIndex((name, place) => place % 2 === 0 && /^sec-websocket-extensions$/i.test(name));
  return at >= 0 && /permessage-deflate/.test(headers[at + 1]) ? headers[at + 1] : '';
}
