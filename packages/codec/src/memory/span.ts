/** Borrowed bytes: what a sink is shown of memory that is not its own. */
import { inWords, isBytes, misuse, requireRange } from '../rules/misuse.js';
import type { OwnBytes } from '../rules/own-bytes.js';
import { copyOf } from './bytes.js';

/** A range of bytes: `bytes[start]` to `bytes[end - 1]`. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  /** Index of the first byte. */
  readonly start: number;
  /** Index after the last; equal to `start` if there is none. */
  readonly end: number;
}

/**
 * Bytes that are lent until the method that got them returns: neither the span nor its bytes are to be kept or changed, and
 * `bytes` holds others' beside them. To keep them, {@link Span.copy}; to send them, `Connection.sendSpan` or
 * `OutgoingMessage.write`.
 */
export interface Span extends ByteRange {
  /** How many bytes. */
  readonly length: number;
  /** The bytes as an array of their own, to keep. */
  copy(): OwnBytes;
}

/** A span that its owner sets anew for each payload, so that none is made for a short one. */
export class LentSpan implements Span {
  readonly bytes: Uint8Array;
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.end - this.start;
  }

  copy(): OwnBytes {
    return copyOf(this.bytes, this.start, this.end);
  }

  /** @returns itself, showing another range */
  of(start: number, end: number): this {
    this.start = start;
    this.end = end;
    return this;
  }
}

/**
 * @returns the range, read once
 * @throws TypeError for what is none (`NOT_BYTES`), RangeError for one that does not lie within its bytes (`RANGE_INVALID`)
 */
export function requireByteRange(range: unknown): ByteRange {
  const { bytes, start, end } = Object(range) as ByteRange;
  if (!isBytes(bytes)) {
    throw misuse(
      TypeError,
      'NOT_BYTES',
      `a range is { bytes, start, end } with a Uint8Array, not ${inWords(range)}`,
    );
  }
  requireRange(bytes, start, end);
  return { bytes, start, end };
}
