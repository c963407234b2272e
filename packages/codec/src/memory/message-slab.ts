/**
 * Memory of messages that handlers keep. V8 keeps arrays of up to 64 bytes in its own heap, at 30
 * ns; a longer one of its own costs 300 to 500 ns. So messages that are neither tiny nor large
 * are views of one copy of the bytes they stand in, unmasked, with their neighbours; or of the
 * caller's chunk, if it has been given away.
 *
 * - Written once, when the copy is made, and by nobody after. A chunk that was given away is
 *   unmasked where it stands, from the first message that is kept on; when reading stops, it is
 *   masked again from the first message on that no handler has heard of.
 * - Seen by every holder of a message, for as long as they like: nothing comes back. A handler
 *   that transfers one away takes those with it that came before: the next ones have memory of
 *   their own each, until the next read. A chunk that was given away goes as a whole: the bytes
 *   of it that were not read are lost, which the frame reader sees.
 * - Bounded: a message that is kept holds on to at most 8 KiB of its neighbours, which are bytes
 *   of the same connection and the same read, and never to the caller's chunk but where that has
 *   been given away.
 */

import { keyFromBytes, mask } from '@sanssocket/mask';
import { isShared, type OwnBytes } from '../wire/errors.js';
import { type Allocate, copyInto } from './bytes.js';

/** Up to here an array of its own is cheap. */
export const TINY_BYTES = 64;

// Which binary messages may be views of the chunk that is read.

/** None: they are copies. */
export const NO_VIEWS = 0;

/** One that is large beside the chunk ({@link isLarge}) and takes no unread byte along if a handler transfers it. */
export const LARGE_VIEWS = 1;

/** Every one that is not tiny. */
export const ALL_VIEWS = 2;

export type ChunkViews = typeof NO_VIEWS | typeof LARGE_VIEWS | typeof ALL_VIEWS;

/**
 * Whether a message keeps at most four times its bytes as a view of its chunk, and nothing but the
 * chunk: TLS sockets of Node 24 put several chunks into one memory.
 */
export function isLarge(length: number, chunkBytes: number, memoryBytes: number): boolean {
  return length > TINY_BYTES && 4 * length >= chunkBytes && chunkBytes > 0 && chunkBytes === memoryBytes;
}

/** From here on a message gets an array of its own. */
export const LARGE_BYTES = 4096;

const COPY_BYTES = 8192;

/** The bytes that messages stand in, unmasked up to `sourceEnd`; null outside of reads. */
let source: Uint8Array | null = null;

let sourceEnd = 0;

/**
 * The copy of `source` from `copyStart` to `copyEnd`, at `copyOffset` of its memory; null until a
 * message needs one.
 */
let copy: ArrayBuffer | null = null;

let copyStart = 0;

let copyEnd = 0;

let copyOffset = 0;

/**
 * The chunk in which the messages stand, if it has been given away, and where index 0 of `source`
 * is in it.
 */
let givenChunk: OwnBytes | null = null;

let shift = 0;

/** The chunk, if only large messages may be views of it. */
let largeChunk: OwnBytes | null = null;

/**
 * Names the bytes in which the messages stand that are kept next.
 *
 * @param end - index after the last byte that is unmasked, and of this connection
 * @param chunk - the caller's, in which they stand too
 * @param from - index in `chunk` of the byte that is index 0 of `bytes`
 * @param views - which of them may be views of the chunk
 */
export function beginMessages(
  bytes: Uint8Array,
  end: number,
  chunk: Uint8Array,
  from: number,
  views: ChunkViews,
): void {
  source = bytes;
  sourceEnd = end;
  copy = null;
  // A message that a handler keeps is never in shared memory.
  const given = views === NO_VIEWS || isShared(chunk.buffer) ? null : (chunk as OwnBytes);
  givenChunk = views === ALL_VIEWS ? given : null;
  largeChunk = views === LARGE_VIEWS ? given : null;
  shift = from;
}

/** Where the messages of a read stand while another one is inside of it. */
export interface SuspendedMessages {
  readonly source: Uint8Array;
  readonly sourceEnd: number;
  readonly copy: ArrayBuffer | null;
  readonly copyStart: number;
  readonly copyEnd: number;
  readonly copyOffset: number;
  readonly givenChunk: OwnBytes | null;
  readonly shift: number;
  readonly largeChunk: OwnBytes | null;
}

/**
 * A read begins.
 *
 * @returns the messages of the read around it, as a handler may feed another connection: for
 * {@link endMessages}
 */
export function suspendMessages(): SuspendedMessages | null {
  if (source === null) return null;
  const outer = { source, sourceEnd, copy, copyStart, copyEnd, copyOffset, givenChunk, shift, largeChunk };
  source = null;
  return outer;
}

/**
 * A read has ended: nothing of its messages is held on to. The read around it goes on where it
 * was.
 */
export function endMessages(outer: SuspendedMessages | null): void {
  if (outer !== null) {
    ({ source, sourceEnd, copy, copyStart, copyEnd, copyOffset, givenChunk, shift, largeChunk } = outer);
    return;
  }
  if (source === null) return;
  source = null;
  copy = null;
  givenChunk = null;
  largeChunk = null;
}

/**
 * A message in memory that is the handler's to keep.
 *
 * @param allocate - gives the memory of large ones
 */
export function keepMessage(bytes: Uint8Array, start: number, end: number, allocate: Allocate): OwnBytes {
  const length = end - start;
  if (
    largeChunk !== null &&
    bytes === source &&
    isLarge(length, largeChunk.length, largeChunk.buffer.byteLength)
  ) {
    const at = shift + start;
    copyInto(bytes, start, end, largeChunk, at);
    return new Uint8Array(largeChunk.buffer, at, length);
  }
  if (length > TINY_BYTES && bytes === source && (length < LARGE_BYTES || givenChunk !== null)) {
    if (copy === null || start < copyStart || end > copyEnd) makeCopy(start, end);
    if (copy!.byteLength > 0) return new Uint8Array(copy!, copyOffset + start - copyStart, length);
    // Transferred away. One copy more for each message would be up to 8 KiB each.
    source = null;
  }
  const message = messageMemory(length, allocate);
  copyInto(bytes, start, end, message, 0);
  return message;
}

/** An array for a message by itself, every byte of which the caller then writes. */
export function messageMemory(length: number, allocate: Allocate): OwnBytes {
  return length < LARGE_BYTES ? new Uint8Array(length) : allocate(length);
}

function makeCopy(start: number, end: number): void {
  copyStart = start;
  if (givenChunk === null) {
    copyEnd = Math.max(end, Math.min(start + COPY_BYTES, sourceEnd));
    copy = new ArrayBuffer(copyEnd - start);
    copyOffset = 0;
    copyInto(source!, start, copyEnd, new Uint8Array(copy), 0);
  } else {
    copyEnd = sourceEnd;
    copy = givenChunk.buffer;
    copyOffset = givenChunk.byteOffset + shift + start;
    if (source !== givenChunk) copyInto(source!, start, copyEnd, givenChunk, shift + start);
  }
}

/**
 * Reading stops among the messages: a payload that no handler has heard of is masked again in a
 * chunk that was given away, whose headers still have the keys.
 *
 * @param start - index in `source` of a payload that no handler has heard of
 * @param end - index after its last byte
 */
export function takeBack(start: number, end: number): void {
  if (copy === null || givenChunk === null || source === givenChunk || givenChunk.length === 0) return;
  const at = shift + start;
  mask(givenChunk, at, shift + end, givenChunk, at, keyFromBytes(givenChunk, at - 4));
}
