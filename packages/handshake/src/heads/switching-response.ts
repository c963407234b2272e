// The 101 response. Mostly there is nothing in it but the accept key: such responses are cut from a buffer that holds them
// ready but for the keys, as an array of its own costs more than parsing the request (0.3 us on V8, and as much again for the
// garbage collector). Nothing private is ever in that buffer.

import type { RawHeaders } from '../syntax/header-fields.js';
import type { OwnBytes } from '../syntax/own-bytes.js';
import { encodeLatin1, NOTHING, writeHead, writeText } from './heads.js';

/** What every 101 response starts with: its first line and two headers. */
const START: Uint8Array = /* @__PURE__ */ encodeLatin1(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade',
);
const START_HEADERS = 4;
const ACCEPT_HEADER = 2;
const KEY_AT = 97;
const PLAIN_BYTES = 129;
const SLAB_BYTES: number = 32 * PLAIN_BYTES;

let slab: OwnBytes = NOTHING;
let used = 0;

/**
 * The 101 response as bytes.
 *
 * @param headers - all of them, `Upgrade`, `Connection` and `Sec-WebSocket-Accept` first
 */
export function writeSwitchingResponse(headers: RawHeaders): OwnBytes {
  if (headers.length > START_HEADERS + ACCEPT_HEADER) return writeHead(START, headers, START_HEADERS);
  // The length is asked for each time: a buffer that a caller transferred away has none left.
  if (used + PLAIN_BYTES > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    slab.set(writeHead(START, headers, START_HEADERS));
    for (let length = PLAIN_BYTES; length < SLAB_BYTES; length *= 2) slab.copyWithin(length, 0, length);
    used = 0;
  }
  writeText(slab, used + KEY_AT, headers[START_HEADERS + 1]!);
  used += PLAIN_BYTES;
  return slab.subarray(used - PLAIN_BYTES, used);
}
