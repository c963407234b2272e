/**
 * One stream as tshark's `follow` prints it: bytes of TCP or TLS; or, of `follow,http2`, a stream of
 * HTTP/2, whose header blocks are lists of names and values with their lengths, and whose frames
 * have their nine bytes of header.
 */

import { hexOf, latin1 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Conversation, type End } from '../protocol/conversation.js';
import { Http2WebSocket, isWebSocketRequest, type Peers } from '../protocol/http2-websocket.js';

const FRAME_HEADER_BYTES = 9;

export class Followed {
  readonly #session: Session;
  readonly #peers: Peers;
  #conversation: Conversation | undefined;
  /** Whether this is a stream of HTTP/2; undefined before the first bytes. */
  #isHttp2: boolean | undefined;
  #socket: Http2WebSocket | undefined;
  #client: End = 0;

  constructor(session: Session, peers: Peers) {
    this.#session = session;
    this.#peers = [...peers];
  }

  /** The bytes of one line, or of one packet. */
  receive(end: End, bytes: Uint8Array, timeMs: number | undefined): void {
    this.#isHttp2 ??= headersIn(bytes)?.[0]?.startsWith(':') === true;
    if (this.#isHttp2) {
      this.#receiveHttp2(end, bytes, timeMs);
      return;
    }
    this.#conversation ??= new Conversation(this.#session, {
      peers: this.#peers,
      opened: false,
      certain: true,
    });
    this.#conversation.receive(end, bytes, timeMs);
  }

  finish(): void {
    this.#conversation?.finish();
    this.#socket?.finish();
    if (this.#isHttp2 && this.#socket === undefined) {
      const why = 'the stream of HTTP/2 is no WebSocket (RFC 8441)';
      this.#session.note('no-websocket', `${why}: its request does not ask for one`);
    }
  }

  #receiveHttp2(end: End, bytes: Uint8Array, timeMs: number | undefined): void {
    const frame = frameIn(bytes);
    if (frame !== undefined) {
      // Other frames, as WINDOW_UPDATE, are printed as well.
      if (frame.type !== 0) return;
      const from = end === this.#client ? 'client' : 'server';
      this.#socket?.receive(from, frame.data, timeMs);
      if (frame.ends) this.#socket?.finish(from);
      return;
    }
    const headers = headersIn(bytes);
    if (headers === undefined) {
      this.#session.note('damaged', `a line is no frame and no headers: ${hexOf(bytes, 0, 20)}`);
    } else if (this.#socket !== undefined) {
      this.#socket.respond(headers, timeMs);
    } else if (isWebSocketRequest(headers)) {
      this.#client = end;
      const [a, b] = this.#peers;
      const peers: Peers = end === 0 ? [a, b] : [b, a];
      this.#socket = new Http2WebSocket(this.#session, undefined, headers, timeMs, peers);
    }
  }
}

/** A frame whose length is that of the bytes (RFC 9113 4.1). */
function frameIn(
  bytes: Uint8Array,
): { readonly type: number; readonly ends: boolean; readonly data: Uint8Array } | undefined {
  if (bytes.length < FRAME_HEADER_BYTES) return undefined;
  const length = bytes[0]! * 0x1_0000 + bytes[1]! * 0x100 + bytes[2]!;
  if (length !== bytes.length - FRAME_HEADER_BYTES) return undefined;
  const [type, flags] = [bytes[3]!, bytes[4]!];
  const padded = type === 0 && (flags & 0x08) !== 0;
  const end = bytes.length - (padded ? (bytes[FRAME_HEADER_BYTES] ?? 0) : 0);
  const data = bytes.subarray(FRAME_HEADER_BYTES + (padded ? 1 : 0), end);
  return { type, ends: (flags & 0x01) !== 0, data };
}

/** Names and values in turn, each behind its length in four bytes; undefined for anything else. */
function headersIn(bytes: Uint8Array): string[] | undefined {
  const texts: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length =
      ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    if (length > bytes.length - at - 4) return undefined;
    texts.push(latin1(bytes, at + 4, at + 4 + length));
    at += 4 + length;
  }
  return at === bytes.length && texts.length > 0 && texts.length % 2 === 0 ? texts : undefined;
}
