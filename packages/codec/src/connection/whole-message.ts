/**
 * A message that stands whole in memory: it goes straight to the handlers, in their form, and
 * nothing is kept. First the messages of frames, unmasked and masked, then the bytes of messages
 * put together or decoded.
 */

import { LentSlice } from '../memory/bytes.js';
import { keepMessage, messageMemory } from '../memory/message-slab.js';
import { poisonOwn } from '../memory/ownership.js';
import { borrow, giveBack, isLentUtf8, lentView, unmaskTo } from '../memory/scratch.js';
import type { OwnBytes } from '../wire/errors.js';
import { MAX_HEADER_BYTES } from '../wire/header.js';
import { type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { decodeText, invalidIndex, TOO_LONG, VALID } from '../wire/utf8.js';
import type { ConnectionConfig } from './config.js';
import { type Caller, called, keeps } from './handlers.js';

/**
 * Delivers an unmasked message, as a value or as a slice.
 *
 * @param ascii - whether it is known to be all ASCII
 * @returns `VALID`; or the index in its bytes of the first byte that text cannot have, or after the
 * last one where one is missing; or `TOO_LONG` if no string is long enough
 */
export function deliverWhole(
  config: ConnectionConfig,
  caller: Caller,
  opcode: MessageOpcode,
  slice: LentSlice,
  ascii: boolean,
): number {
  const { bytes, start, end } = slice;
  if (caller.mode === 'whole') {
    if (opcode === TEXT) return deliverText(caller, bytes, start, end, ascii);
    called(caller, caller.handlers.binary?.(keepMessage(bytes, start, end, config.allocateLasting)));
    return VALID;
  }
  if (opcode === TEXT && !ascii && !isLentUtf8(bytes, start, end)) {
    const invalid = invalidIndex(bytes, start, end);
    if (invalid !== VALID) return invalid;
  }
  if (caller.mode === 'bytes') {
    called(caller, caller.handlers.bytes?.(opcode, keepMessage(bytes, start, end, config.allocateLasting)));
  } else {
    called(caller, caller.handlers.message?.(opcode, slice));
    poisonOwn(bytes, start, end);
  }
  return VALID;
}

/**
 * The same for a masked message. It is unmasked in memory lent for the call, or in an array to
 * keep.
 */
export function deliverMasked(
  config: ConnectionConfig,
  caller: Caller,
  opcode: MessageOpcode,
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
): number {
  if (keeps(caller.mode) && opcode !== TEXT) {
    const message = unmaskedCopy(config, bytes, start, end, key);
    if (caller.mode === 'bytes') called(caller, caller.handlers.bytes?.(opcode, message));
    else called(caller, caller.handlers.binary?.(message));
    return VALID;
  }
  // A payload that ends its chunk stands where it stood in the chunk: that one is copied without a view.
  const at = end === bytes.length && start <= MAX_HEADER_BYTES ? start : 0;
  const to = at + end - start;
  const scratch = borrow(to);
  if (caller.mode === 'whole') {
    // The memory is free again before the handler is called, which may feed another connection.
    const ascii = unmaskTo(scratch, at, bytes, start, end, key, config.maskLasting);
    const text = decodeText(scratch.bytes, at, to, scratch.view, ascii);
    const invalid = text === undefined ? invalidText(scratch.bytes, at, to) : VALID;
    giveBack(scratch);
    if (text === undefined) return invalid < 0 ? invalid : start - at + invalid;
    called(caller, caller.handlers.text?.(text));
    return VALID;
  }
  try {
    const ascii = unmaskTo(scratch, at, bytes, start, end, key, config.maskLasting);
    const invalid = deliverWhole(config, caller, opcode, scratch.span.of(at, to), ascii);
    return invalid < 0 ? invalid : start - at + invalid;
  } finally {
    giveBack(scratch);
  }
}

function deliverText(caller: Caller, bytes: Uint8Array, start: number, end: number, ascii: boolean): number {
  const text = decodeText(bytes, start, end, lentView(bytes), ascii);
  if (text === undefined) return invalidText(bytes, start, end);
  called(caller, caller.handlers.text?.(text));
  return VALID;
}

/** Where a text that cannot be decoded is wrong, or `TOO_LONG`. */
function invalidText(bytes: Uint8Array, start: number, end: number): number {
  const invalid = invalidIndex(bytes, start, end);
  return invalid === VALID ? TOO_LONG : invalid;
}

/** A masked payload, unmasked into an array of its own. */
export function unmaskedCopy(
  { maskLasting: mask, allocateLasting }: ConnectionConfig,
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
): OwnBytes {
  const message = messageMemory(end - start, allocateLasting);
  mask(bytes, start, end, message, 0, key);
  return message;
}

// ---- Messages put together ----

/**
 * Delivers the bytes of a message in the form that the handlers take.
 *
 * @param bytes - the handler's to keep; valid UTF-8 for a text
 * @returns false if it is a text for which no string is long enough
 */
export function deliverBytes(caller: Caller, opcode: MessageOpcode, bytes: OwnBytes): boolean {
  if (caller.mode === 'borrowed') {
    called(caller, caller.handlers.message?.(opcode, new LentSlice(bytes).of(0, bytes.length)));
  } else if (caller.mode === 'bytes') {
    called(caller, caller.handlers.bytes?.(opcode, owned(bytes)));
  } else if (opcode === TEXT) {
    const text = decodeText(bytes, 0, bytes.length, null, false);
    if (text === undefined) return false;
    called(caller, caller.handlers.text?.(text));
  } else {
    called(caller, caller.handlers.binary?.(owned(bytes)));
  }
  return true;
}

/**
 * An extension may give a constant for an empty message, and the handler may transfer its memory
 * away.
 */
function owned(bytes: OwnBytes): OwnBytes {
  return bytes.length === 0 ? new Uint8Array(0) : bytes;
}
