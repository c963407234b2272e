/** Frames of one side while somebody changes their bytes: what the codec says of them, and the field that each byte is in. */
import { inspectFrames } from '@sanssocket/inspect/browser';
import { lengthBytesOf } from './wire.js';

/**
 * Reads bytes of one side.
 *
 * @param {Uint8Array} bytes - from the first byte of a frame on
 * @param {Uint8Array} before - frames of the same side before them, whose texts later ones may refer to when they are compressed
 * @param {{ from: 'client' | 'server', extensions: string }} options
 * @returns {{ frames: object[], messages: object[], faults: object[], notes: object[] }} with offsets in `bytes`; each frame has
 * the message that it ends
 */
export function readFrames(bytes, before, options) {
  const all = new Uint8Array(before.length + bytes.length);
  all.set(before);
  all.set(bytes, before.length);
  const events = inspectFrames(all, options);
  const start = events.findIndex((event) => offsetOf(event) >= before.length);
  // Notes are about the end of the bytes, and come before their last frame.
  const notes = events.filter(({ type }) => type === 'note');
  const list = { frames: [], messages: [], faults: [], notes };
  for (const event of start < 0 ? [] : events.slice(start)) {
    const offset = offsetOf(event) - before.length;
    if (event.type === 'frame') list.frames.push({ ...event, offset, message: undefined });
    else if (event.type === 'fault') list.faults.push({ ...event.fault, offset });
    else if (event.type === 'message') {
      list.messages.push(event);
      const last = list.frames.findLast(({ opcode }) => opcode < 8);
      if (last !== undefined) last.message = event;
    }
  }
  return list;
}

/** The place of an event; before all bytes for those that have none. */
function offsetOf(event) {
  const offset =
    event.type === 'fault' ? event.fault.offset : event.type === 'frame' ? event.offset : undefined;
  return offset ?? -1;
}

const FIRST_BITS = ['FIN', 'RSV1', 'RSV2', 'RSV3', 'opcode 8', 'opcode 4', 'opcode 2', 'opcode 1'];
const SECOND_BITS = ['MASK', ...[64, 32, 16, 8, 4, 2, 1].map((value) => `length ${value}`)];
const VALUE_BITS = [128, 64, 32, 16, 8, 4, 2, 1].map(String);

/**
 * The field of each byte.
 *
 * @param {readonly object[]} frames
 * @param {number} length - of all bytes
 * @returns {{ kind: string, name: string, bits: readonly string[], starts: boolean }[]}
 */
export function fieldsOf(frames, length) {
  const none = { kind: 'none', name: 'no whole frame', bits: VALUE_BITS, starts: false };
  const fields = new Array(length).fill(none);
  for (const frame of frames) {
    const extended = 2 + lengthBytesOf(frame);
    const end = Math.min(length, frame.offset + frame.headerBytes + frame.payloadLength);
    for (let at = frame.offset; at < end; at++)
      fields[at] = fieldAt(at - frame.offset, extended, frame.headerBytes);
  }
  return fields;
}

function fieldAt(index, extended, headerBytes) {
  if (index === 0)
    return { kind: 'opcode', name: 'FIN, RSV1 to RSV3, opcode', bits: FIRST_BITS, starts: true };
  if (index === 1) return { kind: 'length', name: 'MASK, payload length', bits: SECOND_BITS, starts: false };
  if (index < extended)
    return { kind: 'length', name: 'extended payload length', bits: VALUE_BITS, starts: false };
  if (index < headerBytes) return { kind: 'key', name: 'masking key', bits: VALUE_BITS, starts: false };
  return { kind: 'payload', name: `payload byte ${index - headerBytes}`, bits: VALUE_BITS, starts: false };
}

/** The field of the drawing in which a fault lies. */
export function drawnFieldOf(code) {
  if (code === 'RESERVED_OPCODE' || code.endsWith('_CONTINUATION')) return '[data-field^="opcode"]';
  if (code === 'RESERVED_BITS') return '[data-field^="rsv"]';
  if (code.startsWith('MASK_')) return '[data-field="mask"]';
  if (code === 'CONTROL_FRAGMENTED') return '[data-field="fin"]';
  if (/LENGTH|TOO_LONG|TOO_SHORT|TOO_LARGE/.test(code)) return '[data-field="length"]';
  return '[data-field="payload"]';
}
