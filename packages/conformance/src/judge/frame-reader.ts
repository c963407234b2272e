/**
 * Octets to frames, one rule after another as section 5.2 has them. Every fault is reported, and
 * reading goes on as long as it can.
 */
import { concat } from '../model/payload.js';
import type { PeerFault } from '../model/result.js';
import { type FaultCode, faultAt } from './faults.js';

/** Longer than any echo of the suite's messages. */
export const MOST_BYTES: number = 64 * 1024 * 1024;

/** A whole frame, unmasked. */
export interface ReadFrame {
  readonly offset: number;
  readonly header: Uint8Array;
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly maskingKey: number | undefined;
  readonly payload: Uint8Array;
  /** Of the first octet of the payload. */
  readonly payloadOffset: number;
}

/** Told of all that is read. */
export interface FrameSink {
  frame(frame: ReadFrame): void;
  fault(fault: PeerFault): void;
}

interface Header {
  readonly octets: Uint8Array;
  readonly length: number;
  readonly maskingKey: number | undefined;
}

/** Reads the frames of one endpoint. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #isFromClient: boolean;
  readonly #most: number;
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Octets read so far, those held not counted. */
  #offset = 0;
  #header: Header | undefined;
  #isLost = false;
  /** The first two octets of the frame that comes were judged. */
  #isJudged = false;

  /**
   * @param sink - is told of frames and faults, in order
   * @param isFromClient - whether the octets are a client's, which are masked (5.1)
   * @param most - payload octets of a frame; behind a longer one nothing is read
   */
  constructor(sink: FrameSink, isFromClient: boolean, most: number = MOST_BYTES) {
    this.#most = most;
    this.#sink = sink;
    this.#isFromClient = isFromClient;
  }

  /** The octets of an unfinished frame, as far as they came, and where it begins. */
  unfinished(): { readonly offset: number; readonly octets: Uint8Array } {
    const header = this.#header === undefined ? [] : [this.#header.octets];
    const offset = this.#offset - header.reduce((sum, { length }) => sum + length, 0);
    return { offset, octets: concat([...header, ...this.#pieces]) };
  }

  /** Reads no further: later octets are forgotten. */
  stop(): void {
    this.#isLost = true;
    this.#pieces = [];
    this.#held = 0;
  }

  /**
   * Reads a chunk.
   *
   * @param chunk - kept until its frames are whole; the caller must not change it
   */
  read(chunk: Uint8Array): void {
    if (this.#isLost || chunk.length === 0) return;
    this.#pieces.push(chunk);
    this.#held += chunk.length;
    while (!this.#isLost && this.#next());
  }

  #next(): boolean {
    if (this.#header === undefined) {
      const start = this.#peek(14);
      const octets = headerBytes(start);
      if (octets !== undefined) this.#judgeStart(start);
      if (octets === undefined || start.length < octets) return false;
      const header = this.#readHeader(this.#peek(octets));
      if (header === undefined) return false;
      this.#take(octets);
      this.#header = header;
    }
    const { octets, length, maskingKey } = this.#header;
    if (this.#held < length) return false;
    const offset = this.#offset - octets.length;
    const payload = this.#take(length);
    this.#header = undefined;
    const first = octets[0]!;
    this.#sink.frame({
      offset,
      header: octets,
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      maskingKey,
      payload: maskingKey === undefined ? payload : unmask(payload, maskingKey),
      payloadOffset: offset + octets.length,
    });
    return true;
  }

  /**
   * Judges the first two octets for themselves, once; the relations between frames are the message
   * reader's.
   */
  #judgeStart(octets: Uint8Array): void {
    if (this.#isJudged) return;
    this.#isJudged = true;
    const [first, second] = [octets[0]!, octets[1]!];
    const [opcode, isMasked] = [first & 15, second >= 128];
    const isControl = opcode >= 8;
    if ((opcode > 2 && opcode < 8) || opcode > 10) this.#fault('RESERVED_OPCODE', 0);
    if (isControl && first < 0x80) this.#fault('CONTROL_FRAGMENTED', 0);
    if (isControl && (second & 127) > 125) this.#fault('CONTROL_TOO_LONG', 1);
    if (opcode === 8 && (second & 127) === 1) this.#fault('CLOSE_BODY_OF_ONE', 1);
    if (isMasked !== this.#isFromClient) this.#fault(isMasked ? 'MASK_FORBIDDEN' : 'MASK_MISSING', 1);
  }

  #readHeader(octets: Uint8Array): Header | undefined {
    this.#isJudged = false;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const form = octets[1]! & 127;
    let length = form;
    if (form === 126) {
      length = view.getUint16(2);
      if (length < 126) this.#fault('LENGTH_NOT_MINIMAL', 2);
    } else if (form === 127) {
      const high = view.getUint32(2);
      length = high * 2 ** 32 + view.getUint32(6);
      if (high >= 2 ** 31) this.#fault('LENGTH_TOP_BIT', 2);
      else if (length < 65536) this.#fault('LENGTH_NOT_MINIMAL', 2);
    }
    if (length > this.#most) {
      this.#fault('LENGTH_BEYOND_SUITE', 1);
      this.#isLost = true;
      return undefined;
    }
    const maskingKey = octets[1]! >= 128 ? view.getUint32(octets.length - 4) : undefined;
    return { octets, length, maskingKey };
  }

  #fault(code: FaultCode, at: number): void {
    this.#sink.fault(faultAt(code, this.#offset + at));
  }

  /** The next octets, as many as there are up to a number. */
  #peek(count: number): Uint8Array {
    const first = this.#pieces[0];
    if (first === undefined) return new Uint8Array(0);
    if (first.length >= Math.min(count, this.#held)) return first.subarray(0, count);
    this.#join();
    return this.#pieces[0]!.subarray(0, count);
  }

  #take(count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    if (this.#pieces[0]!.length < count) this.#join();
    const whole = this.#pieces[0]!;
    if (whole.length === count) this.#pieces.shift();
    else this.#pieces[0] = whole.subarray(count);
    this.#held -= count;
    this.#offset += count;
    return whole.subarray(0, count);
  }

  #join(): void {
    this.#pieces = [concat(this.#pieces)];
  }
}

/** How long a header is; undefined before its second octet. */
function headerBytes(start: Uint8Array): number | undefined {
  if (start.length < 2) return undefined;
  const form = start[1]! & 127;
  return 2 + (form === 126 ? 2 : form === 127 ? 8 : 0) + (start[1]! >= 128 ? 4 : 0);
}

/** 5.3: octet i is combined with octet i modulo 4 of the key. */
function unmask(payload: Uint8Array, key: number): Uint8Array {
  const plain = new Uint8Array(payload.length);
  const octets = [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255];
  for (let at = 0; at < payload.length; at++) plain[at] = payload[at]! ^ octets[at & 3]!;
  return plain;
}
