/**
 * A connection of HTTP/2, read for the WebSockets in its streams (RFC 8441). Its frames (RFC 9113
 * 4.1) are read from the first one on: header blocks refer to all earlier ones of their direction, so
 * nothing can be read from the middle, nor behind a gap that is not inside of DATA.
 */

import { concat, copyOf, EMPTY } from '../model/bytes.js';
import { KeptBytes } from '../model/kept-bytes.js';
import type { HeaderDecoder } from '../model/platform.js';
import type { Session } from '../model/session.js';
import { Http2WebSocket, isWebSocketRequest, type Peers } from './http2-websocket.js';

/** RFC 9113 3.4. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const CONTINUATION = 9;

const END_STREAM = 0x01;
const END_HEADERS = 0x04;
const PADDED = 0x08;
const PRIORITY = 0x20;

const FRAME_HEADER_BYTES = 9;

/** A longer header block is not read, and no later one of its direction. */
const MAX_BLOCK_BYTES = 256 * 1024;

/** WebSockets of one connection that are open at a time; more are not followed. */
const MAX_STREAMS = 4096;

/** The two ends of a connection. */
export type Http2Side = 'client' | 'server';

/** One direction: the frame under way. */
class Half {
  readonly side: Http2Side;
  /** Bytes of the preface, of a frame's header or of a header block that are kept until they are whole. */
  kept: Uint8Array = EMPTY;
  /** Octets of the preface that have still to come. */
  preface: number;
  /** The frame under way, and bytes of its payload that have still to come. */
  frame: FrameHead | undefined;
  left = 0;
  /** Of DATA under way: padding at its end. */
  padding = 0;
  /** Whether the length of the padding comes next. */
  padded = false;
  /** The header block under way, and the frame that began it. */
  block:
    | { readonly stream: number; readonly ends: boolean; bytes: number; readonly kept: KeptBytes }
    | undefined;
  readonly decoder: HeaderDecoder | undefined;
  /** Nothing more is read. */
  lost = false;
  /** No later header block can be read. */
  blind = false;

  constructor(side: Http2Side, decoder: HeaderDecoder | undefined) {
    this.side = side;
    this.preface = side === 'client' ? PREFACE.length : 0;
    this.decoder = decoder;
  }
}

export class Http2Connection {
  readonly #session: Session;
  readonly #peers: Peers;
  readonly #halves: Readonly<Record<Http2Side, Half>>;
  readonly #sockets = new Map<number, Http2WebSocket>();
  /** WebSockets that were found. */
  found = 0;

  constructor(session: Session, peers: Peers) {
    this.#session = session;
    this.#peers = peers;
    const decoder = (): HeaderDecoder | undefined => session.createHeaderDecoder?.();
    this.#halves = { client: new Half('client', decoder()), server: new Half('server', decoder()) };
  }

  receive(side: Http2Side, bytes: Uint8Array, timeMs: number | undefined): void {
    const half = this.#halves[side];
    let at = Math.min(half.preface, bytes.length);
    half.preface -= at;
    while (at < bytes.length && !half.lost) {
      at =
        half.frame === undefined
          ? this.#readHeader(half, bytes, at, timeMs)
          : this.#readPayload(half, bytes, at, timeMs);
    }
  }

  /** Bytes that the input does not have: inside of DATA they are the WebSocket's own affair. */
  gap(side: Http2Side, length: number, timeMs: number | undefined): void {
    const half = this.#halves[side];
    if (half.lost) return;
    const { frame } = half;
    if (frame?.type === DATA && !half.padded && length <= half.left - half.padding) {
      half.left -= length;
      this.#sockets.get(frame.stream)?.gap(side, length, timeMs);
      if (half.left === 0) this.#endFrame(half, timeMs);
      return;
    }
    if (frame !== undefined && length <= half.left && frame.type !== HEADERS && frame.type !== CONTINUATION) {
      half.left -= length;
      if (half.left === 0) this.#endFrame(half, timeMs);
      return;
    }
    this.#lose(half, `${length} bytes of the ${side} are missing`, timeMs);
  }

  /** One end, or both, will send nothing more. */
  finish(side?: Http2Side): void {
    for (const socket of this.#sockets.values()) socket.finish(side);
    if (side === undefined) for (const { block } of Object.values(this.#halves)) block?.kept.clear();
  }

  // --- Frames ---

  #readHeader(half: Half, bytes: Uint8Array, start: number, timeMs: number | undefined): number {
    const end = Math.min(bytes.length, start + FRAME_HEADER_BYTES - half.kept.length);
    const header = concat([half.kept, bytes.subarray(start, end)]);
    if (header.length < FRAME_HEADER_BYTES) {
      half.kept = copyOf(header);
      return end;
    }
    half.kept = EMPTY;
    half.left = header[0]! * 0x1_0000 + header[1]! * 0x100 + header[2]!;
    const [type, flags] = [header[3]!, header[4]!];
    const stream = ((header[5]! & 0x7f) << 24) | (header[6]! << 16) | (header[7]! << 8) | header[8]!;
    half.frame = { type, flags, stream };
    half.padding = 0;
    half.padded = type === DATA && (flags & PADDED) !== 0;
    this.#beginFrame(half, half.frame, timeMs);
    if (half.left === 0 && !half.lost) this.#endFrame(half, timeMs);
    return end;
  }

  #beginFrame(half: Half, { type, flags, stream }: FrameHead, timeMs: number | undefined): void {
    // 6.10: between a block's first frame and its last there is no other.
    if (half.block !== undefined && (type !== CONTINUATION || half.block.stream !== stream)) {
      this.#lose(half, 'a header block is interrupted', timeMs);
    } else if (type === HEADERS) {
      half.block = { stream, ends: (flags & END_STREAM) !== 0, bytes: 0, kept: new KeptBytes(this.#session) };
    } else if (type === SETTINGS && stream !== 0) {
      this.#lose(half, 'these are no frames of HTTP/2', timeMs);
    }
  }

  #readPayload(half: Half, bytes: Uint8Array, start: number, timeMs: number | undefined): number {
    const frame = half.frame!;
    let at = start;
    if (half.padded) {
      half.padded = false;
      half.left--;
      half.padding = Math.min(bytes[at++]!, half.left);
    }
    const end = Math.min(bytes.length, at + half.left);
    if (frame.type === DATA) {
      const dataEnd = Math.min(end, at + half.left - half.padding);
      if (dataEnd > at)
        this.#sockets.get(frame.stream)?.receive(half.side, bytes.subarray(at, dataEnd), timeMs);
    } else if (half.block !== undefined) {
      this.#keepBlock(half, half.block, bytes.subarray(at, end));
    }
    half.left -= end - at;
    if (half.left === 0) this.#endFrame(half, timeMs);
    return end;
  }

  #keepBlock(half: Half, block: NonNullable<Half['block']>, part: Uint8Array): void {
    block.bytes += part.length;
    const fits = !half.blind && block.bytes <= MAX_BLOCK_BYTES;
    if (fits && block.kept.add(block.kept.length === 0 ? copyOf(part) : part, MAX_BLOCK_BYTES)) return;
    block.kept.clear();
    block.bytes = Number.POSITIVE_INFINITY;
  }

  #endFrame(half: Half, timeMs: number | undefined): void {
    const { type, flags, stream } = half.frame!;
    half.frame = undefined;
    half.left = 0;
    const { block } = half;
    if (block !== undefined) {
      if (type === HEADERS) stripBlock(block, flags);
      if ((flags & END_HEADERS) === 0) return;
      half.block = undefined;
      this.#endBlock(half, block, timeMs);
      if (block.ends) this.#endStream(half.side, stream);
    } else if (type === DATA && (flags & END_STREAM) !== 0) {
      this.#endStream(half.side, stream);
    } else if (type === RST_STREAM) {
      this.#sockets.get(stream)?.finish();
      this.#sockets.delete(stream);
    }
  }

  /** Either end may still send. */
  #endStream(side: Http2Side, stream: number): void {
    this.#sockets.get(stream)?.finish(side);
  }

  // --- Headers ---

  #endBlock(
    half: Half,
    { stream, bytes, kept }: NonNullable<Half['block']>,
    timeMs: number | undefined,
  ): void {
    const block = kept.take();
    if (half.blind) return;
    if (half.decoder === undefined) {
      half.blind = true;
      if (half.side === 'client')
        this.#session.note(
          'partly-read',
          'a stream is HTTP/2, which is not read here: `npx @sanssocket/inspect` reads it',
        );
      return;
    }
    const headers = bytes > MAX_BLOCK_BYTES ? undefined : half.decoder.decode(block);
    if (headers === undefined) {
      half.blind = true;
      const why = bytes > MAX_BLOCK_BYTES ? 'is longer than is kept' : 'is not well-formed';
      this.#session.note(
        'damaged',
        `a header block of the ${half.side} (HTTP/2) ${why}: no later one is read`,
      );
      return;
    }
    const socket = this.#sockets.get(stream);
    if (half.side === 'server') socket?.respond(headers, timeMs);
    else if (socket === undefined && isWebSocketRequest(headers)) this.#create(stream, headers, timeMs);
  }

  #create(stream: number, headers: readonly string[], timeMs: number | undefined): void {
    this.found++;
    if (this.#sockets.size >= MAX_STREAMS) {
      const [oldest, socket] = this.#sockets.entries().next().value!;
      socket.finish();
      this.#sockets.delete(oldest);
    }
    this.#sockets.set(stream, new Http2WebSocket(this.#session, stream, headers, timeMs, this.#peers));
  }

  #lose(half: Half, why: string, timeMs: number | undefined): void {
    half.lost = true;
    half.block?.kept.clear();
    half.block = undefined;
    const what = `${why}: nothing behind it can be read, as header blocks of HTTP/2 refer to earlier ones`;
    this.#session.note('gap', what, { from: half.side, timeMs });
  }
}

interface FrameHead {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
}

/** Takes padding and priority off the first frame of a header block (RFC 9113 6.2). */
function stripBlock(block: NonNullable<Half['block']>, flags: number): void {
  const bytes = block.kept.take();
  const padded = (flags & PADDED) !== 0;
  const start = (padded ? 1 : 0) + ((flags & PRIORITY) !== 0 ? 5 : 0);
  const end = bytes.length - (padded ? (bytes[0] ?? 0) : 0);
  const stripped = bytes.subarray(start, Math.max(start, end));
  if (!block.kept.add(stripped, MAX_BLOCK_BYTES)) block.bytes = Number.POSITIVE_INFINITY;
}

/** Bytes that tell whether an end speaks HTTP/2. */
export const TELLING_BYTES: number = FRAME_HEADER_BYTES;

/**
 * The end of HTTP/2 that begins like this: the client with the preface, the server with SETTINGS
 * (RFC 9113 3.4); `'perhaps'` for fewer than {@link TELLING_BYTES}, undefined for other protocols.
 */
export function http2SideOf(bytes: Uint8Array): Http2Side | 'perhaps' | undefined {
  const start = bytes.subarray(0, TELLING_BYTES);
  const whole = start.length === TELLING_BYTES;
  if (start.every((byte, at) => byte === PREFACE.charCodeAt(at))) return whole ? 'client' : 'perhaps';
  // The payload is pairs of an identifier and a value, six bytes each (6.5.1).
  const isSettings = start.every((byte, at) => at === 1 || at === 2 || byte === (at === 3 ? SETTINGS : 0));
  if (!isSettings) return undefined;
  if (!whole) return 'perhaps';
  return (start[1]! * 0x100 + start[2]!) % 6 === 0 ? 'server' : undefined;
}
