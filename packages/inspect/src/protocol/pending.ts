/** Bytes of one direction that cannot be read yet, with the times at which they came. */

import { copyOf } from '../model/bytes.js';
import { KeptBytes } from '../model/kept-bytes.js';
import { type Session, SMALL_OBJECT_BYTES } from '../model/session.js';

export class Pending {
  readonly #session: Session;
  readonly #kept: KeptBytes;
  /** Offset in the direction of the first byte that is kept. */
  offset = 0;
  /** The ends of runs of bytes that came at one time. */
  #times: { end: number; timeMs: number | undefined }[] = [];

  constructor(session: Session) {
    this.#session = session;
    this.#kept = new KeptBytes(session);
  }

  get length(): number {
    return this.#kept.length;
  }

  /** A view, valid until the next change. */
  get bytes(): Uint8Array {
    return this.#kept.bytes;
  }

  /** @returns false, and nothing is added, if the session grants no memory */
  append(bytes: Uint8Array, timeMs: number | undefined): boolean {
    let last = this.#times.at(-1);
    const another = last === undefined || last.timeMs !== timeMs;
    if (another && !this.#session.hold(SMALL_OBJECT_BYTES)) return false;
    if (last === undefined || another) {
      last = { end: this.length, timeMs };
      this.#times.push(last);
    }
    const added = this.#kept.add(this.length === 0 ? copyOf(bytes) : bytes, Number.POSITIVE_INFINITY);
    // A time without bytes does no harm.
    last.end = this.length;
    return added;
  }

  /** The time at which a byte came. */
  timeAt(index: number): number | undefined {
    return (this.#times.find(({ end }) => index < end) ?? this.#times.at(-1))?.timeMs;
  }

  /** Forgets the first bytes. */
  drop(length: number): void {
    if (length === 0) return;
    this.#kept.drop(length);
    this.offset += length;
    for (const time of this.#times) time.end -= length;
    this.#keepTimes(this.#times.filter(({ end }) => end > 0));
  }

  /** Bytes that are not there, or not kept. */
  skip(length: number): void {
    this.clear();
    this.offset += length;
  }

  clear(): void {
    this.offset += this.length;
    this.#kept.clear();
    this.#keepTimes([]);
  }

  /** Takes all bytes out, in runs that came at one time. */
  take(): { bytes: Uint8Array; timeMs: number | undefined }[] {
    const times = this.#times;
    this.offset += this.length;
    const bytes = this.#kept.take();
    this.#keepTimes([]);
    let start = 0;
    return times.map(({ end, timeMs }) => {
      const run = { bytes: bytes.subarray(start, end), timeMs };
      start = end;
      return run;
    });
  }

  #keepTimes(times: { end: number; timeMs: number | undefined }[]): void {
    this.#session.release((this.#times.length - times.length) * SMALL_OBJECT_BYTES);
    this.#times = times;
  }
}
