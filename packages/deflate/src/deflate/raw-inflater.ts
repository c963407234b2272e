/**
 * An inflater in JavaScript, with takeover: for engines whose own half does not look at everything. fflate passes over the
 * complement of a stored block's length and does not tell where a stream ended; functions that take it all at once do not tell
 * a message that is cut; a `DecompressionStream` does not go on behind BFINAL.
 */
import type { Inflated, Inflater, InflaterOptions } from './engine.js';
import { inflateMessage } from './raw-inflate.js';
import { Window } from './window.js';

/** zlib cannot stay in a window of 256 bytes (advisory S22), so peers that agreed to one may use 512. */
const MIN_WINDOW_BITS = 9;

/** See the top of the file. */
export class RawInflater implements Inflater {
  /** What was inflated last, by whomever; empty without takeover. */
  readonly window: Window;

  constructor({ windowBits, takeover }: InflaterOptions) {
    this.window = new Window(takeover ? 1 << Math.max(windowBits, MIN_WINDOW_BITS) : 0);
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    const message = inflateMessage(payload, this.window, maxBytes);
    if (typeof message !== 'string') this.window.push(message);
    return message;
  }

  reset(): void {
    this.window.clear();
  }

  close(): void {
    this.window.clear();
  }
}
