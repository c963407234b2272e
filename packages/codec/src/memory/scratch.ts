/**
 * Memory for the length of a call, one for all connections of a realm: bytes are unmasked there
 * that are needed only until the handler returns, so nothing is allocated for a message whose
 * bytes nobody keeps. Where there is SIMD it is SIMD's memory: 1 KiB takes 100 ns where unmasking
 * in place takes 150.
 *
 * - Written by its borrower, until it is given back; nobody else can borrow it meanwhile (a
 *   handler may feed another connection, which then gets memory of its own).
 * - Seen by the handler until its method returns.
 * - Bounded: 128 KiB a realm. More, or a second one at once, is fresh memory, which is let go
 *   when it is given back.
 */

import { createSimdMemory, mask as defaultMask, type MaskFunction, type SimdMemory } from '@sanssocket/mask';
import { MAX_HEADER_BYTES } from '../wire/header.js';
import { requireUtf8, unfinishedUtf8Bytes } from '../wire/utf8.js';
import { copyInto, EMPTY, LentSlice } from './bytes.js';
import { declareOwn, noteLent, noteReturned, poison } from './ownership.js';
import { scanMemory, scanView } from './scan.js';

/** A borrowed buffer. */
export interface Scratch {
  readonly bytes: Uint8Array;
  /** A view of the whole of it. */
  readonly view: DataView;
  readonly simd: SimdMemory | undefined;
  /** Shows the payload to the handler. */
  readonly span: LentSlice;
}

/** The length of the realm's buffer: longer messages are put together in other ways. */
export const SCRATCH_BYTES = 0x2_0000;

/** The realm's buffer, made when the first message needs it. */
let shared: Scratch | undefined;

let taken = false;

/** How many of its bytes the last borrower asked for. */
let lentBytes = 0;

/**
 * Takes the scratch buffer, or a new one while it is taken or too small.
 *
 * @returns at least `bytes` bytes; give it back with {@link giveBack}
 */
export function borrow(bytes: number): Scratch {
  if (taken || bytes > SCRATCH_BYTES) return createScratch(bytes, undefined);
  shared ??= createScratch(SCRATCH_BYTES, createSimdMemory(SCRATCH_BYTES));
  taken = true;
  noteLent(shared);
  lentBytes = bytes;
  return shared;
}

function createScratch(size: number, simd: SimdMemory | undefined): Scratch {
  const bytes = simd === undefined ? new Uint8Array(size) : simd.bytes;
  declareOwn(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, simd, span: new LentSlice(bytes) };
}

/**
 * A view of bytes that are lent for a call, else null: by it a short payload is copied, and text
 * decoded, faster.
 */
export function lentView(bytes: Uint8Array): DataView | null {
  return shared !== undefined && bytes === shared.bytes ? shared.view : scanView(bytes);
}

/**
 * Borrowed bytes up to this length are copied, or masked, by views: 125 bytes take 25 ns, where a
 * loop takes 60.
 */
export const VIEW_TO_BYTES = 320;

/** Shorter texts are left to the validator in JavaScript. */
export const SIMD_TEXT_BYTES = 32;

/**
 * Whether a range of bytes that are lent for a call is known to be a text of whole characters:
 * SIMD validates it where it stands, mixed text at 0.15 ns a byte where JavaScript takes 1.3.
 * False says nothing: the text may be valid, and no byte is named.
 */
export function isLentUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < SIMD_TEXT_BYTES) return false;
  const simd = shared !== undefined && bytes === shared.bytes ? shared.simd : scanMemory(bytes);
  return simd !== undefined && simd.isUtf8(start, end) === 1;
}

/** A text of this size and more is copied to SIMD memory to be validated: 1 MiB of ASCII takes 0.1 ms in place of 1. */
const LONG_TEXT_BYTES = 512;

/** @throws TypeError (`INVALID_UTF8`) unless bytes are a whole text (RFC 6455 8.1) */
export function requireText(bytes: Uint8Array, start: number, end: number): void {
  // The validator in JavaScript tells which byte is wrong.
  if (end - start < LONG_TEXT_BYTES || !isLongUtf8(bytes, start, end)) requireUtf8(bytes, start, end);
}

/** Whether a long text is known to be valid; false says nothing. */
function isLongUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  if (isLent(bytes)) return isLentUtf8(bytes, start, end);
  const scratch = borrow(Math.min(end - start, SCRATCH_BYTES));
  try {
    const { simd } = scratch;
    if (simd === undefined) return false;
    for (let at = start; at < end; ) {
      const to = Math.min(end, at + SCRATCH_BYTES);
      const whole = to === end ? to : to - unfinishedUtf8Bytes(bytes, at, to);
      copyInto(bytes, at, whole, scratch.bytes, 0);
      if (simd.isUtf8(0, whole - at) !== 1) return false;
      at = whole;
    }
    return true;
  } finally {
    giveBack(scratch);
  }
}

/** Whether bytes are lent for a call, and not the caller's. */
export function isLent(bytes: Uint8Array): boolean {
  return lentView(bytes) !== null;
}

/** Whether {@link unmaskTo} will use SIMD: it is there, and the caller has not brought a kernel. */
export function usesSimd(scratch: Scratch, mask: MaskFunction): scratch is Scratch & { simd: SimdMemory } {
  return scratch.simd !== undefined && mask === defaultMask;
}

/** Gives a borrowed buffer back. */
export function giveBack(scratch: Scratch): void {
  noteReturned(scratch);
  poison(scratch.bytes, scratch === shared ? lentBytes : scratch.bytes.length);
  if (scratch !== shared) return;
  taken = false;
  // A handler has transferred the lent memory away, which WebAssembly's memory alone does not
  // allow.
  if (scratch.simd === undefined && scratch.bytes.length === 0) shared = undefined;
}

/**
 * The bytes of the shared buffer that were unmasked last and copied back: messages of one length
 * often follow each other, and a view costs 45 ns.
 */
let unmasked: Uint8Array = EMPTY;

/**
 * Unmasks a payload where it stands. One that ends its array goes by way of SIMD memory as a part
 * of the whole array, for which no view is needed: 125 bytes take 60 ns in place of 105.
 */
export function unmaskInPlace(bytes: Uint8Array, start: number, end: number, key: number): void {
  if (end !== bytes.length || start > MAX_HEADER_BYTES || end > SCRATCH_BYTES) {
    defaultMask(bytes, start, end, bytes, start, key);
    return;
  }
  const scratch = borrow(end);
  if (scratch.simd === undefined) defaultMask(bytes, start, end, bytes, start, key);
  else {
    scratch.bytes.set(bytes);
    scratch.simd.mask(start, end, key);
    const { view } = scratch;
    const at = view.byteOffset + start;
    if (unmasked.length !== end - start || unmasked.byteOffset !== at)
      unmasked = new Uint8Array(view.buffer, at, end - start);
    bytes.set(unmasked, start);
  }
  giveBack(scratch);
}

/**
 * Copies `source[start]` to `source[end - 1]`, unmasked, to a borrowed buffer, where they begin
 * at `at`.
 *
 * @returns true if they are known to be all ASCII; SIMD finds that out on its way
 */
export function unmaskTo(
  scratch: Scratch,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
  mask: MaskFunction,
): boolean {
  if (!usesSimd(scratch, mask)) {
    mask(source, start, end, scratch.bytes, at, key);
    return false;
  }
  if (at === start && end === source.length) scratch.bytes.set(source);
  else copyInto(source, start, end, scratch.bytes, at);
  return scratch.simd.mask(at, at + end - start, key) === 0;
}
