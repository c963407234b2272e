/** One end of a stream before it is known to be a WebSocket. */

import { latin1 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Pending } from './pending.js';
import type { Reading } from './reading.js';

/** One end: its bytes until they can be read, then the reading of its frames. */
export class Sender {
  readonly pending: Pending;
  reading: Reading | undefined;
  /** Bytes that have come, and missing ones. */
  length = 0;
  /** Length of `pending` from which on frames are looked for again: each time twice as long. */
  nextTry = 1;
  ended = false;

  constructor(session: Session) {
    this.pending = new Pending(session);
  }
}

/** Methods, a version, and the headers that proxies put before a connection (PROXY protocol 1 and 2). */
const HTTP = /^(?:GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|TRACE|CONNECT) |^HTTP\/|^PROXY |^\r\n\r\n\0\r\nQ/;

/** The protocol that the first bytes of an end tell: a record of TLS, a head of HTTP/1; undefined for few bytes. */
export function protocolOf(bytes: Uint8Array): 'tls' | 'http' | 'other' | undefined {
  const isRecord = bytes[0]! >= 0x14 && bytes[0]! <= 0x17 && bytes[1] === 3 && bytes[2]! <= 4;
  if (isRecord) return 'tls';
  if (bytes.length < 8) return undefined;
  return HTTP.test(latin1(bytes, 0, 8)) ? 'http' : 'other';
}
