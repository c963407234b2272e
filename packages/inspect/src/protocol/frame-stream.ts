/**
 * Frames of one direction as an onlooker reads them: after a fault reading goes on, as the lengths
 * still tell where the next frame stands; bytes that the input does not have may lie inside of a
 * payload; and the frames of a long message are counted, but not kept.
 *
 * ```
 *   HEADER ── whole header ──> PAYLOAD ── its last byte ──> HEADER
 *   any ── gap beyond the frame, length of 2^63 and more ──> LOST ── resume ──> HEADER
 * ```
 */

import {
  createFault,
  type Fault,
  type FrameHeader,
  FrameParserConfig,
  frameHeaderFault,
  type ReceiverRole,
  readFrameHeader,
} from '@sanssocket/codec/frames';
import { concat, copyOf, EMPTY } from '../model/bytes.js';
import type { ByteRange } from '../model/event.js';
import { KeptBytes } from '../model/kept-bytes.js';
import { type Session, SMALL_OBJECT_BYTES } from '../model/session.js';

const { mask } = new FrameParserConfig({ role: 'either' });

/** A frame whose bytes are all there, or are known to be missing. */
export interface ReadFrame {
  readonly header: FrameHeader;
  /** Offset of its first byte. */
  readonly offset: number;
  /** Unmasked, as far as it was kept. */
  readonly payload: Uint8Array;
  readonly missing: readonly ByteRange[];
  /** Whether the payload was kept whole, but for `missing`. */
  readonly kept: boolean;
  /** The time of its first and of its last byte. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
}

export interface FrameReceiver {
  frame(frame: ReadFrame): void;
  fault(fault: Fault, timeMs: number | undefined): void;
  /** The place of the next frame is not known any longer. */
  lost(timeMs: number | undefined): void;
}

/** A frame under way. */
interface Unfinished {
  readonly header: FrameHeader;
  readonly offset: number;
  readonly startMs: number | undefined;
  readonly payload: KeptBytes;
  readonly missing: { start: number; end: number }[];
  /** Bytes of the payload that have come or are known to be missing. */
  read: number;
  kept: boolean;
}

/** Zeros stand where bytes are missing; their place is told by `missing`. */
const ZEROS = new Uint8Array(65536);

/** The longest header (RFC 6455 5.2). */
const MAX_HEADER_BYTES = 14;

export class FrameStream {
  readonly #session: Session;
  readonly #receiver: FrameReceiver;
  /** The role of whoever gets these bytes. */
  role: ReceiverRole = 'either';
  /** The reserved bits that an extension may use. */
  rsv = 0;
  /** Offset of the next byte to come. */
  #offset: number;
  #header: Uint8Array = EMPTY;
  #headerMs: number | undefined;
  #frame: Unfinished | undefined;
  #lost = false;

  constructor(session: Session, receiver: FrameReceiver, offset: number) {
    this.#session = session;
    this.#receiver = receiver;
    this.#offset = offset;
  }

  get lost(): boolean {
    return this.#lost;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Bytes of a frame that has begun; undefined between frames. */
  get unfinished(): { readonly offset: number; readonly missingBytes: number | undefined } | undefined {
    const frame = this.#frame;
    if (frame !== undefined)
      return { offset: frame.offset, missingBytes: frame.header.payloadLength - frame.read };
    const { length } = this.#header;
    return length === 0 ? undefined : { offset: this.#offset - length, missingBytes: undefined };
  }

  /**
   * Reads the next bytes.
   *
   * @returns the index behind the last one that was read: less than the length once the place of the
   * next frame is lost
   */
  receive(bytes: Uint8Array, timeMs: number | undefined): number {
    let at = 0;
    while (at < bytes.length && !this.#lost) {
      at =
        this.#frame === undefined
          ? this.#readHeader(bytes, at, timeMs)
          : this.#readPayload(bytes, at, timeMs);
    }
    return at;
  }

  /** Bytes are missing in the input. Beyond the end of a frame that is under way all is lost. */
  gap(length: number, timeMs: number | undefined): void {
    const frame = this.#frame;
    if (frame === undefined || length > frame.header.payloadLength - frame.read) {
      if (frame !== undefined) {
        this.#miss(frame, frame.header.payloadLength - frame.read);
        this.#endFrame(timeMs);
      }
      this.#offset += length;
      this.#lose(timeMs);
      return;
    }
    this.#offset += length;
    this.#miss(frame, length);
    if (frame.read === frame.header.payloadLength) this.#endFrame(timeMs);
  }

  /** Begins with a frame's first byte again, at an offset behind bytes that were skipped. */
  resume(offset: number): void {
    this.#lost = false;
    this.#offset = offset;
    this.#header = EMPTY;
  }

  /** Nothing more comes: the frame under way is shown as far as it is there. */
  finish(timeMs: number | undefined): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    this.#addMissing(frame, frame.header.payloadLength);
    this.#endFrame(timeMs);
  }

  #readHeader(bytes: Uint8Array, start: number, timeMs: number | undefined): number {
    const before = this.#header.length;
    if (before === 0) this.#headerMs = timeMs;
    const wanted = Math.min(bytes.length, start + MAX_HEADER_BYTES - before);
    const source = before === 0 ? bytes : concat([this.#header, bytes.subarray(start, wanted)]);
    const header = before === 0 ? readFrameHeader(bytes, start) : readFrameHeader(source);
    if (typeof header === 'number') {
      this.#header = before === 0 ? copyOf(bytes, start) : source;
      this.#offset += wanted - start;
      return wanted;
    }
    const taken = header.headerBytes - before;
    const offset = this.#offset - before;
    this.#header = EMPTY;
    this.#offset += taken;
    this.#begin(header, offset, timeMs);
    return start + taken;
  }

  #begin(header: FrameHeader, offset: number, timeMs: number | undefined): void {
    const code = frameHeaderFault(header, this.role, this.rsv);
    if (code !== undefined) {
      const second = /MASK|TOO_LONG|TOO_SHORT/.test(code) ? 1 : /LENGTH/.test(code) ? 2 : 0;
      this.#receiver.fault(createFault(code, offset + second), timeMs);
    }
    this.#frame = {
      header,
      offset,
      startMs: this.#headerMs,
      payload: new KeptBytes(this.#session),
      missing: [],
      read: 0,
      kept: true,
    };
    if (header.payloadLength === 0) this.#endFrame(timeMs);
    // No frame is that long: behind such a length nothing can be read.
    else if (!Number.isSafeInteger(header.payloadLength)) {
      this.#frame = undefined;
      this.#lose(timeMs);
    }
  }

  #readPayload(bytes: Uint8Array, start: number, timeMs: number | undefined): number {
    const frame = this.#frame!;
    const end = Math.min(bytes.length, start + frame.header.payloadLength - frame.read);
    if (frame.kept) frame.kept = this.#keep(frame, bytes, start, end);
    frame.read += end - start;
    this.#offset += end - start;
    if (frame.read === frame.header.payloadLength) this.#endFrame(timeMs);
    return end;
  }

  #keep({ payload, header }: Unfinished, bytes: Uint8Array, start: number, end: number): boolean {
    const most = Math.min(header.payloadLength, this.#session.maxMessageBytes);
    const room = Math.min(end - start, most - payload.length);
    if (room > 0) {
      const piece =
        payload.length === 0 ? copyOf(bytes, start, start + room) : bytes.subarray(start, start + room);
      if (!payload.add(piece, most)) return false;
    }
    return room === end - start;
  }

  #miss(frame: Unfinished, length: number): void {
    if (length === 0) return;
    this.#addMissing(frame, frame.read + length);
    for (let left = length; left > 0 && frame.kept; left -= ZEROS.length) {
      frame.kept = this.#keep(frame, ZEROS, 0, Math.min(left, ZEROS.length));
    }
    frame.read += length;
  }

  /** Bytes from here to an end are missing. Of ranges that there is no memory for, one is made. */
  #addMissing({ missing, read }: Unfinished, end: number): void {
    const last = missing.at(-1);
    if (last !== undefined && (last.end === read || !this.#session.hold(SMALL_OBJECT_BYTES))) last.end = end;
    else missing.push({ start: read, end });
  }

  #endFrame(timeMs: number | undefined): void {
    const { header, offset, payload: kept, missing, kept: whole, startMs } = this.#frame!;
    this.#frame = undefined;
    const payload = kept.take();
    if (header.masked) mask(payload, 0, payload.length, payload, 0, header.maskingKey);
    for (const { start, end } of missing) payload.fill(0, start, end);
    this.#session.release(Math.max(0, missing.length - 1) * SMALL_OBJECT_BYTES);
    this.#receiver.frame({ header, offset, payload, missing, kept: whole, startMs, endMs: timeMs });
  }

  #lose(timeMs: number | undefined): void {
    this.#header = EMPTY;
    this.#lost = true;
    this.#receiver.lost(timeMs);
  }
}
