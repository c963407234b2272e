/**
 * The frames of a masked chunk, read in SIMD memory: the chunk is copied there, and one call
 * walks the frames, unmasks the payload of each where it stands, and lists them. 16 bytes of
 * payload take 11 ns that way, where reading a header and unmasking by words take 30.
 *
 * - Written by the reader that has taken the scan, until it gives it back; nobody else can take
 *   it meanwhile (a handler may feed another connection, whose chunk is then read frame by
 *   frame).
 * - Seen by the handler, a payload at a time, until its method returns.
 * - Bounded: 192 KiB a realm, and the unread bytes of one chunk until its reader takes them. How much is read ahead of the handlers is bounded too, see
 *   `FrameScan.read`.
 */

import { createSimdMemory, keyFromBytes, type SimdMemory } from '@sanssocket/mask';
import type { OwnBytes } from '../wire/errors.js';
import { extendedLengthBytes, headerBytesOf, readPayloadLength } from '../wire/header.js';
import { FIN, MASK, TEXT } from '../wire/opcodes.js';
import type { FrameParserConfig } from '../wire/rules.js';
import { asciiText } from '../wire/utf8.js';
import { copyInto, copyOf, LentSlice } from './bytes.js';
import { beginMessages, type ChunkViews, isLarge, LARGE_VIEWS, NO_VIEWS, takeBack } from './message-slab.js';
import { declareOwn, noteLent, noteReturned, poison } from './ownership.js';

const MAX_WINDOW_BYTES = 0x2_0000;

/**
 * How much is copied, and how many frames are read, at first; twice as much each time that
 * reading did not stop meanwhile. A handler that stops at every message has eight frames read for
 * each at most, and not the whole chunk.
 */
const FIRST_WINDOW_BYTES = 0x1000;

const FIRST_FRAMES = 8;

/** Frames listed at a time, at most. */
const MAX_FRAMES = 2048;

/**
 * Texts up to this length in all are decoded at once, if they are ASCII and follow each other, and
 * are parts of one string: a call of the decoder costs 90 ns, and a part of a string 14. A text that
 * is kept keeps as much of its neighbours.
 */
const TEXTS_BYTES = 1024;

/** 32-bit words of a frame in the list that `SimdMemory.maskFrames` writes. */
const WORDS = 4;

/** Places in the memory: payloads, the kinds of frames by their first byte, the list. */
const KINDS = MAX_WINDOW_BYTES;

const LIST = KINDS + 256;

const MEMORY_BYTES = LIST + 4 * WORDS * MAX_FRAMES;

/** The frames that {@link FrameScan.read} found, one by one. */
export class FrameScan {
  /** How many frames. */
  count = 0;
  /** The first of them that has not been passed on. */
  next = 0;
  /** The memory in which the payloads stand, unmasked. */
  readonly bytes: Uint8Array;
  /** Shows `bytes`. */
  readonly view: DataView;
  readonly simd: SimdMemory;
  /** Shows the payload to the handler. */
  readonly span: LentSlice;
  readonly #words: Int32Array;
  /** The rules by which the kinds of frames stand in the memory. */
  #rules: FrameParserConfig | null = null;
  /** Index in the chunk of the byte that is index 0 of `bytes`. */
  shift = 0;
  /** How many bytes of the chunk have been copied. */
  #copied = 0;
  #windowBytes = FIRST_WINDOW_BYTES;
  #maxFrames = FIRST_FRAMES;
  /** Whether handlers keep messages. */
  #keeps = false;
  /** Which messages may be views of the chunk. */
  #views: ChunkViews = NO_VIEWS;
  /** Whether the chunk ends with the bytes that have been copied. */
  #reachesEnd = false;
  /**
   * Whether a handler may transfer the chunk with a message that is a view of it: then its rest is
   * read from here. 16 KiB take 2.2 us that way, and 4.3 as copies (Node 24).
   */
  #holdsRest = false;
  /** The texts decoded last, and the place of their bytes. */
  #texts = '';
  #textsStart = 0;
  #textsEnd = 0;

  constructor(simd: SimdMemory) {
    const { buffer, byteOffset, byteLength } = simd.bytes;
    this.simd = simd;
    this.bytes = simd.bytes;
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.span = new LentSlice(simd.bytes);
    this.#words = new Int32Array(buffer, byteOffset + LIST, WORDS * MAX_FRAMES);
    declareOwn(simd.bytes);
  }

  /**
   * Reads frames that stand whole in a chunk one behind the other, as far as they are of kinds
   * that may be masked and break no rule of length. Indices in `bytes` are those in the chunk
   * less `shift`.
   *
   * @param start - the index after the last call's frames, if it was one for the same chunk
   * @returns whether any was found
   */
  read(chunk: Uint8Array, start: number, end: number, rules: FrameParserConfig): boolean {
    if (this.#rules !== rules) {
      this.bytes.set(rules.kinds, KINDS);
      this.#rules = rules;
    }
    // The bytes copied already may hold more frames.
    if (this.#copied > 0 && this.#list(chunk, start - this.shift, rules)) return true;
    this.count = 0;
    this.next = 0;
    const firstBytes = wholeFrameBytes(chunk, start, end);
    if (firstBytes === 0) return false;
    const large = this.#views === LARGE_VIEWS && isLarge(firstBytes, chunk.length, chunk.buffer.byteLength);
    const windowBytes = large ? MAX_WINDOW_BYTES : Math.max(this.#windowBytes, firstBytes);
    const bytes = Math.min(end - start, windowBytes);
    this.#reachesEnd = bytes === end - start;
    this.#windowBytes = Math.min(2 * this.#windowBytes, MAX_WINDOW_BYTES);
    copyInto(chunk, start, start + bytes, this.bytes, 0);
    this.shift = start;
    this.#copied = bytes;
    return this.#list(chunk, 0, rules);
  }

  #list(chunk: Uint8Array, start: number, rules: FrameParserConfig): boolean {
    const count = this.simd.maskFrames(
      start,
      this.#copied,
      KINDS,
      LIST,
      this.#maxFrames,
      rules.maxScannedBytes,
    );
    this.count = count;
    this.next = 0;
    this.#textsEnd = 0;
    if (count === 0) return false;
    this.#maxFrames = Math.min(2 * this.#maxFrames, MAX_FRAMES);
    if (this.#keeps) {
      const end = this.endOf(count - 1);
      let views = this.#views;
      if (views === LARGE_VIEWS) {
        // All frames that handlers can be called for are in the list.
        this.#holdsRest =
          this.#reachesEnd &&
          isLarge(this.endOf(0) - this.startOf(0), chunk.length, chunk.buffer.byteLength) &&
          isCut(this.bytes, end, this.#copied);
        if (!this.#holdsRest) views = NO_VIEWS;
      }
      beginMessages(this.bytes, end, chunk, this.shift, views);
    }
    return true;
  }

  /** FIN, RSV1-3 and opcode of a frame. */
  firstOf(i: number): number {
    return this.#words[WORDS * i]!;
  }

  /** Index in `bytes` of a payload's first byte. */
  startOf(i: number): number {
    return this.#words[WORDS * i + 1]!;
  }

  /** Index in `bytes` of the byte after a payload's last. */
  endOf(i: number): number {
    return this.#words[WORDS * i + 2]!;
  }

  /** Whether a payload is all ASCII. */
  isAscii(i: number): boolean {
    return this.#words[WORDS * i + 3] === 0;
  }

  /** The text of a payload that is all ASCII. */
  asciiText(i: number): string {
    const start = this.startOf(i);
    const end = this.endOf(i);
    if (end > this.#textsEnd) this.#decodeTexts(i);
    return this.#texts.substring(start - this.#textsStart, end - this.#textsStart);
  }

  /** Decodes a text and those that follow it. Their headers make room for characters of ASCII. */
  #decodeTexts(first: number): void {
    const start = this.startOf(first);
    let end = this.endOf(first);
    for (let i = first + 1; i < this.count; i++) {
      const next = this.endOf(i);
      // The rest of a chunk that may be transferred away is needed as it came.
      if (this.#holdsRest || next - start > TEXTS_BYTES) break;
      if (this.firstOf(i) !== (FIN | TEXT) || !this.isAscii(i)) break;
      // A header of 6 or 8 bytes, which nobody reads here any more.
      this.view.setInt32(end, 0);
      this.view.setInt32(this.startOf(i) - 4, 0);
      end = next;
    }
    this.#texts = asciiText(this.bytes, start, end, this.view);
    this.#textsStart = start;
    this.#textsEnd = end;
  }

  /** For a chunk of one connection. */
  lend(keeps: boolean, views: ChunkViews): this {
    this.#keeps = keeps;
    this.#views = views;
    noteLent(this);
    return this;
  }

  /**
   * The chunk has been transferred away: its bytes from an index on are kept as they came, if all
   * of them stand here, for {@link takeRest}.
   */
  keepRest(index: number): void {
    if (!this.#holdsRest || index - this.shift === this.#copied) return;
    for (let i = this.next; i < this.count; i++) {
      const start = this.startOf(i);
      this.simd.mask(start, this.endOf(i), keyFromBytes(this.bytes, start - 4));
    }
    rest = copyOf(this.bytes, index - this.shift, this.#copied);
  }

  /** For the next chunk. */
  giveBack(): void {
    const { count, next } = this;
    const copied = this.#copied;
    this.count = 0;
    this.#copied = 0;
    this.#windowBytes = FIRST_WINDOW_BYTES;
    this.#maxFrames = FIRST_FRAMES;
    this.#holdsRest = false;
    this.#texts = '';
    taken = false;
    noteReturned(this);
    // Reading stopped among them.
    for (let i = next; i < count; i++) takeBack(this.startOf(i), this.endOf(i));
    poison(this.bytes, copied);
  }
}

/**
 * The length of the first frame; 0 if it is not masked or not whole, or too long for a scan: then
 * nothing is copied in vain.
 */
function wholeFrameBytes(chunk: Uint8Array, start: number, end: number): number {
  const second = chunk[start + 1]!;
  const headerBytes = headerBytesOf(second);
  if (second < MASK || headerBytes > end - start || extendedLengthBytes(second) === 8) return 0;
  const bytes = headerBytes + readPayloadLength(chunk, start);
  return bytes <= end - start ? bytes : 0;
}

/** Whether a frame has not come as a whole, or not at all. */
function isCut(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2) return true;
  const headerBytes = headerBytesOf(bytes[start + 1]!);
  return headerBytes > end - start || headerBytes + readPayloadLength(bytes, start) > end - start;
}

/**
 * The realm's, made when a chunk first needs it; null without SIMD, or where its byte order is
 * not the runtime's.
 */
let shared: FrameScan | null | undefined;

let taken = false;

/** The unread bytes of a chunk that has been transferred away. */
let rest: OwnBytes | null = null;

/** Takes the unread bytes of the chunk being read, which has been transferred away; null if they are lost. */
export function takeRest(): OwnBytes | null {
  const taken = rest;
  rest = null;
  return taken;
}

function createScan(): FrameScan | null {
  const simd = createSimdMemory(MEMORY_BYTES);
  // WebAssembly is little-endian everywhere, an Int32Array has the byte order of the machine.
  const littleEndian = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;
  return simd !== undefined && littleEndian ? new FrameScan(simd) : null;
}

/**
 * Takes the scan.
 *
 * @param keeps - whether handlers keep messages
 * @param views - which of them may be views of the chunk
 * @returns null while another chunk is being read, and without SIMD
 */
export function takeScan(keeps: boolean, views: ChunkViews): FrameScan | null {
  if (taken) return null;
  if (shared === undefined) shared = createScan();
  if (shared === null) return null;
  taken = true;
  return shared.lend(keeps, views);
}

/** The scan's memory, if `bytes` are the scan's. */
export function scanMemory(bytes: Uint8Array): SimdMemory | undefined {
  return shared != null && bytes === shared.bytes ? shared.simd : undefined;
}

/**
 * The view of bytes that are lent for a call, if they are the scan's: by it a payload is copied
 * faster.
 */
export function scanView(bytes: Uint8Array): DataView | null {
  return shared != null && bytes === shared.bytes ? shared.view : null;
}
