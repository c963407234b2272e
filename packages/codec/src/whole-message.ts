/**
 * A message that stands whole in a chunk: it goes straight to the sink. Nothing is kept, and only what the sink gets is made.
 */
import { maskView } from '@sanssocket/mask';
import type { ConnectionConfig } from './connection-config.js';
import type { ConnectionSink } from './connection-sink.js';
import { copyInto } from './memory/bytes.js';
import { poisonOwn } from './memory/checked.js';
import { allocateMessage, messageView, TINY_BYTES } from './memory/message-slab.js';
import { borrow, giveBack, unmaskTo } from './memory/scratch.js';
import { type MessageOpcode, TEXT } from './opcodes.js';
import { decodeText } from './text.js';
import { unmaskInPlace, unmasksInPlace, viewToMask } from './unmask.js';
import { invalidIndex, TOO_LONG, VALID } from './utf8.js';

/**
 * Delivers a message, as a value or as a span.
 *
 * @param key - 0 if it is not masked
 * @param view - shows `bytes` if they are a chunk of some length
 * @param ascii - whether it is unmasked and known to be all ASCII
 * @returns `VALID`; or the index in `bytes` of the first byte that text cannot have, or after the last one where one is
 * missing; or `TOO_LONG`
 */
export function deliverWhole(
  config: ConnectionConfig,
  sink: ConnectionSink,
  opcode: MessageOpcode,
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  view: DataView | null,
  ascii: boolean,
): number {
  const { delivery, mask } = config;
  if (delivery === 'messages' && opcode !== TEXT) {
    sink.binary?.(unmasked(config, bytes, start, end, key, view));
    return VALID;
  }
  if (key === 0) return deliverSpan(delivery, sink, opcode, bytes, start, end, view, ascii);
  if (unmasksInPlace(config, end - start)) {
    unmaskInPlace(bytes, start, end, key, view, mask);
    return deliverSpan(delivery, sink, opcode, bytes, start, end, view, false);
  }
  const byView = viewToMask(view, end - start, mask);
  const scratch = borrow(end - start);
  try {
    let found = false;
    if (byView !== null) maskView(byView, start, end, scratch.view, 0, key);
    else found = unmaskTo(scratch, 0, bytes, start, end, key, mask);
    const invalid = deliverSpan(delivery, sink, opcode, scratch.bytes, 0, end - start, scratch.view, found);
    return invalid < 0 ? invalid : start + invalid;
  } finally {
    giveBack(scratch);
  }
}

/**
 * @param view - shows `bytes`, if there is one
 * @param ascii - whether text is known to be valid, because it is all ASCII
 */
function deliverSpan(
  delivery: ConnectionConfig['delivery'],
  sink: ConnectionSink,
  opcode: MessageOpcode,
  bytes: Uint8Array,
  start: number,
  end: number,
  view: DataView | null,
  ascii: boolean,
): number {
  if (opcode === TEXT && delivery === 'messages') {
    const text = decodeText(bytes, start, end, view);
    if (text === undefined) {
      const invalid = invalidIndex(bytes, start, end);
      return invalid === VALID ? TOO_LONG : invalid;
    }
    sink.text?.(text);
    return VALID;
  }
  if (opcode === TEXT && !ascii) {
    const invalid = invalidIndex(bytes, start, end);
    if (invalid !== VALID) return invalid;
  }
  sink.message?.(opcode, bytes, start, end);
  poisonOwn(bytes, start, end);
  return VALID;
}

/** The payload in memory of its own, or in the chunk if that has been handed over. */
export function unmasked(
  config: ConnectionConfig,
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  view: DataView | null,
): Uint8Array {
  const { mask } = config;
  const length = end - start;
  // What is no chunk is not the host's to give; and a chunk without a view holds little.
  if (view !== null && config.handOver && length > TINY_BYTES) {
    unmaskInPlace(bytes, start, end, key, view, mask);
    return new Uint8Array(view.buffer, view.byteOffset + start, length);
  }
  const message = allocateMessage(length, view === null ? 0 : bytes.length - end, config.allocateLasting);
  if (key === 0) {
    copyInto(bytes, start, end, message, 0);
    return message;
  }
  const byView = viewToMask(view, length, mask);
  if (byView !== null && messageView !== null) {
    maskView(byView, start, end, messageView, message.byteOffset, key);
  } else mask(bytes, start, end, message, 0, key);
  return message;
}
