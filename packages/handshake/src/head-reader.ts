// Finds the end of an HTTP/1.1 head and the fields in it, in one pass over the bytes however they are cut.
//
//   state       stays while byte is   leaves on   to          any other byte is
//   START       FIELD                 CR          START_LF    START_LINE_INVALID
//   START_LF    -                     LF          LINE        LINE_END_INVALID
//   LINE        -                     CR          END_LF      SP, HTAB: HEADER_FOLDED; else the first of a NAME
//   NAME        TOKEN                 :           VALUE       HEADER_NAME_INVALID
//   VALUE       FIELD                 CR          VALUE_LF    HEADER_VALUE_INVALID
//   VALUE_LF    -                     LF          LINE        LINE_END_INVALID
//   END_LF      -                     LF          (done)      LINE_END_INVALID
//
// A bare LF is LINE_END_INVALID everywhere.
//
// Only CR LF ends a line and only CR LF CR LF ends the head (RFC 9112 2.2 lets a recipient be laxer; what two parsers
// read differently is how requests are smuggled).

import { ByteStore } from './byte-store.js';
import { CLASSES, FIELD, HIGH, isBlank, TOKEN, trimmed } from './characters.js';
import { describeFault, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
import { decodeLatin1 } from './latin1.js';

const START = 0;
const START_LF = 1;
const LINE = 2;
const NAME = 3;
const VALUE = 4;
const VALUE_LF = 5;
const END_LF = 6;

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;

const STAYS: Uint8Array = /* @__PURE__ */ Uint8Array.of(FIELD, 0, 0, TOKEN, FIELD, 0, 0);
const LEAVES: Uint8Array = /* @__PURE__ */ Uint8Array.of(CR, LF, CR, COLON, CR, LF, LF);
const NEXT: Uint8Array = /* @__PURE__ */ Uint8Array.of(START_LF, LINE, END_LF, VALUE, VALUE_LF, LINE, START);
const FAULTS: readonly HandshakeFaultCode[] = [
  'START_LINE_INVALID',
  'LINE_END_INVALID',
  'HEADER_FOLDED',
  'HEADER_NAME_INVALID',
  'HEADER_VALUE_INVALID',
  'LINE_END_INVALID',
  'LINE_END_INVALID',
];

/**
 * How much of a head is read before it is refused (RFC 6455 10.4).
 */
export interface HeadLimits {
  /** Bytes of the head, its last CR LF CR LF included. 16384 unless given, at least 1. */
  readonly maxHeadBytes?: number | undefined;
  /** Header lines. 100 unless given, at least 1. */
  readonly maxHeaders?: number | undefined;
}

/** A limit a caller gave, or `fallback`; throws RangeError for one that is not a finite whole number from 1. */
export function checkedLimit(limit: number | undefined, fallback: number): number {
  const value = limit ?? fallback;
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`not a limit: ${value}`);
  return value;
}

/** Reads heads until one is complete; a fault is final. */
export class HeadReader {
  readonly #maxHeaders: number;
  /** Bytes that may still come, over all heads read. */
  #allowance: number;
  /** Where in the input the head being read started. */
  #offset = 0;
  /** Bytes of the head scanned so far; those of earlier chunks are in `#kept`. */
  #length = 0;
  readonly #kept: ByteStore = new ByteStore();
  #state: number = START;
  /** The classes of all bytes seen: without HIGH in it the text is ASCII. */
  #seen = 0;
  /** End of the start line, then start, colon and end of each header line, as offsets in the head. */
  #marks: number[] = [];

  /** The first line, once the head is complete. */
  startLine = '';
  /** Names and values in turn, once the head is complete. */
  headers: string[] = [];
  /** Set when the head is refused. */
  fault: HandshakeFault | undefined;

  constructor({ maxHeadBytes, maxHeaders }: HeadLimits) {
    this.#allowance = checkedLimit(maxHeadBytes, 16384);
    this.#maxHeaders = checkedLimit(maxHeaders, 100);
  }

  /** Offset of the next byte in the whole input. */
  get offset(): number {
    return this.#offset + this.#length;
  }

  /**
   * Takes bytes. Returns the index in `chunk` just past the head, or -1: more is needed, or `fault` is set. A head that
   * came whole is read where it lies; only an unfinished one is copied.
   */
  push(chunk: Uint8Array): number {
    // A byte alone that changes nothing, from a peer that dribbles: a third of the cost of the general way, as this
    // much is inlined into the caller.
    if (chunk.length === 1) {
      const bits = CLASSES[chunk[0]!]!;
      if ((bits & STAYS[this.#state]!) !== 0 && this.#kept.put(chunk[0]!)) {
        this.#seen |= bits;
        this.#length++;
        return -1;
      }
    }
    return this.#scan(chunk);
  }

  #scan(chunk: Uint8Array): number {
    const base = this.#length;
    const end = Math.min(chunk.length, this.#allowance - base);
    let state = this.#state;
    let seen = this.#seen;
    let i = 0;
    while (i < end) {
      const stays = STAYS[state]!;
      let bits = 0;
      while (i < end) {
        bits = CLASSES[chunk[i]!]!;
        if ((bits & stays) === 0) break;
        seen |= bits;
        i++;
      }
      if (i === end) break;
      const byte = chunk[i]!;
      if (byte === LEAVES[state]) {
        if (state === END_LF) return this.#complete(chunk, i + 1, seen);
        if (state !== LINE && byte !== LF) {
          // An empty name leaves NAME where it entered it. RFC 9112 5.1.
          if (state === NAME && this.#marks[this.#marks.length - 1] === base + i)
            return this.#fail('HEADER_NAME_INVALID', i);
          this.#marks.push(base + i);
        }
        state = NEXT[state]!;
        i++;
      } else if (state === LINE && !isBlank(byte)) {
        // Header lines are counted before anything of them is kept. RFC 6455 10.4.
        if (this.#marks.length === this.#maxHeaders * 3 + 1) return this.#fail('TOO_MANY_HEADERS', i);
        this.#marks.push(base + i);
        state = NAME;
      } else {
        return this.#fail(byte === LF ? 'LINE_END_INVALID' : FAULTS[state]!, i);
      }
    }
    if (end < chunk.length) return this.#fail('HEAD_TOO_LARGE', end);
    this.#state = state;
    this.#seen = seen;
    this.#kept.append(chunk, end, this.#allowance);
    this.#length += end;
    return -1;
  }

  /** Starts on another head within the same allowance: what follows a 1xx response (RFC 9110 15.2). */
  restart(): void {
    this.#offset += this.#length;
    this.#allowance -= this.#length;
    this.#length = 0;
    this.#state = START;
    this.#seen = 0;
    this.#marks = [];
  }

  #fail(code: HandshakeFaultCode, at: number): number {
    this.fault = describeFault(code, this.offset + at);
    this.#kept.take();
    return -1;
  }

  #complete(chunk: Uint8Array, end: number, seen: number): number {
    let head = chunk.subarray(0, end);
    if (this.#length > 0) {
      this.#kept.append(chunk, end, this.#allowance);
      head = this.#kept.take();
    }
    this.#length += end;
    const text = decodeLatin1(head, (seen & HIGH) === 0);
    const marks = this.#marks;
    this.startLine = text.slice(0, marks[0]);
    this.headers = [];
    for (let i = 1; i < marks.length; i += 3) {
      const colon = marks[i + 1]!;
      this.headers.push(text.slice(marks[i], colon), trimmed(text, colon + 1, marks[i + 2]!));
    }
    return end;
  }
}
