/** Output as frames, so that endpoints may use masking keys of their own (RFC 6455 section 5.2). */
import { toHex } from './bytes.js';

const CLOSE = 8;
/** A Close body is its code, then its reason (5.5.1). */
const CODE_BYTES = 2;

/**
 * The frames of an output as one line each: first byte and unmasked payload. The rest of a frame
 * that is not whole is one, too.
 *
 * @param closeReasons - whether the reason of a Close is part of its line
 */
export function readFrames(bytes: Uint8Array, closeReasons: boolean): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const second = bytes[at + 1] ?? 0;
    const length7 = second & 0x7f;
    const width = length7 === 126 ? 2 : length7 === 127 ? 8 : 0;
    let length = width === 0 ? length7 : 0;
    for (let i = 0; i < width; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const keyAt = at + 2 + width;
    const start = keyAt + (second >= 0x80 ? 4 : 0);
    const end = start + length;
    if (end > bytes.length) {
      frames.push(`cut: ${toHex(bytes.subarray(at), 64)}`);
      break;
    }
    const payload = Uint8Array.from(bytes.subarray(start, end));
    if (start > keyAt) for (let i = 0; i < length; i++) payload[i]! ^= bytes[keyAt + (i & 3)]!;
    const shown = (first & 0x0f) === CLOSE && !closeReasons ? payload.subarray(0, CODE_BYTES) : payload;
    frames.push(`${toHex(Uint8Array.of(first), 1)} ${toHex(shown, shown.length)}`);
    at = end;
  }
  return frames;
}
