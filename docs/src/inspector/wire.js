/** Frames as bytes: those of the events of an inspection, and the report that the drawing of the chat takes. */
import { encodeUncheckedFrame } from '@sanssocket/codec/frames';

/** Bytes of a payload that a drawing may show; it shows fewer. */
const DRAWN_BYTES = 64;

/** Characters of a text that are shown. */
export const MAX_TEXT = 400;

/** Characters that are not shown as they are: controls, formats (bidirectional ones too), separators, private use. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** A text with all that is not safe to show as an escape of JavaScript. */
export function safe(text) {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}

/** The length of the field behind the seven bits of the length: 0, 2 or 8, also where that is not the shortest form. */
export function lengthBytesOf({ headerBytes, masked }) {
  return headerBytes - 2 - (masked ? 4 : 0);
}

/**
 * A frame as it stood on the wire; of one that the input ends in, as far as it is there.
 *
 * @returns {Uint8Array | undefined} undefined if bytes within are missing, or were not kept
 */
export function bytesOf(frame) {
  const { fin, rsv, opcode, masked, maskingKey, payload, payloadLength, missing } = frame;
  const [first, second] = missing;
  const end = first?.end === payloadLength && second === undefined ? first.start : payloadLength;
  if (payload.length !== end || (first !== undefined && first.start !== end)) return undefined;
  return encodeUncheckedFrame({
    first: (fin ? 0x80 : 0) | rsv | opcode,
    payload,
    declaredLength: payloadLength,
    lengthBytes: lengthBytesOf(frame),
    ...(masked ? { maskingKey } : {}),
  });
}

/** The report on a frame that `drawFrame` of the chat takes. */
export function reportOf(frame) {
  const { fin, rsv, opcode, masked, maskingKey, payload, payloadLength } = frame;
  return {
    fin,
    rsv1: (rsv & 64) !== 0,
    rsv2: (rsv & 32) !== 0,
    rsv3: (rsv & 16) !== 0,
    opcode,
    masked,
    maskingKey: masked ? hexOf(keyOf(maskingKey)) : null,
    lengthBytes: lengthBytesOf(frame),
    payloadLength,
    payload: hexOf(payload.subarray(0, DRAWN_BYTES)),
    inflated: captionOf(frame),
  };
}

/** The words below a drawing: the message that ends with the frame, inflated; compressed bytes as bytes. */
function captionOf({ rsv, payload, message }) {
  if (message !== undefined && message.compression !== 'none' && message.problem === undefined) {
    const { text, payload } = message;
    return {
      text: text === undefined ? spaced(payload) : safe(text.slice(0, MAX_TEXT)),
      length: payload.length,
    };
  }
  return (rsv & 64) === 0 ? null : { text: `compressed: ${spaced(payload)}`, length: payload.length };
}

/** The four bytes of a masking key, the first one the lowest. */
function keyOf(key) {
  return Uint8Array.of(key, key >>> 8, key >>> 16, key >>> 24);
}

function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The beginning of bytes, as pairs of digits. */
export function spaced(bytes, max = DRAWN_BYTES) {
  const digits = hexOf(bytes.subarray(0, max)).replace(/..(?=.)/g, '$& ');
  return bytes.length > max ? `${digits} …` : digits;
}

export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
