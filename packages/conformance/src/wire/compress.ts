/**
 * The suite's side of permessage-deflate. A message's octets depend on nothing but the message and
 * the window before it, and messages of a corpus come round again: compressed octets are kept, for
 * a while.
 */
import { constants, deflateRawSync } from 'node:zlib';
import type { Corpus } from './corpus.js';

/** The agreement for the suite's direction. */
export interface CompressOptions {
  readonly windowBits: number;
  readonly takeover: boolean;
}

const KEPT_BYTES = 64 * 1024 * 1024;
const kept = new Map<string, Uint8Array>();
let keptBytes = 0;

/**
 * Compresses one message.
 *
 * @param message - its octets
 * @param window - the octets sent before it, at most 32 KiB; empty without takeover
 * @param windowBits - the agreed window, 8 to 15
 * @returns the payload, without the four octets that RFC 7692 7.2.1 takes away
 */
function compress(message: Uint8Array, window: Uint8Array, windowBits: number): Uint8Array {
  const whole = deflateRawSync(message, {
    // zlib makes 9 of 8. Without matches no window is needed.
    windowBits: Math.max(windowBits, 9),
    ...(windowBits < 9 ? { strategy: constants.Z_HUFFMAN_ONLY } : {}),
    ...(window.length > 0 && windowBits >= 9 ? { dictionary: window } : {}),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return whole.subarray(0, whole.length - 4);
}

/**
 * Compresses the nth message of an exchange.
 *
 * @param corpus - the source of the messages
 * @param nth - which message
 * @param size - of each, in the corpus's units
 * @param options - the agreement
 */
export function compressSlice(
  corpus: Corpus,
  nth: number,
  size: number,
  options: CompressOptions,
): Uint8Array {
  const before = options.takeover ? corpus.before(nth, size, 1 << options.windowBits) : new Uint8Array(0);
  const key = `${corpus.name} ${corpus.offsetOf(nth, size)} ${size} ${options.windowBits} ${before.length}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const payload = compress(corpus.slice(nth, size), before, options.windowBits);
  if (keptBytes + payload.length > KEPT_BYTES) {
    kept.clear();
    keptBytes = 0;
  }
  kept.set(key, payload);
  keptBytes += payload.length;
  return payload;
}
