/**
 * Finds the end of an HTTP/1.1 head and the fields in it, in one pass over the bytes however they
 * are cut. In LINE a blank is HEADER_FOLDED and a colon HEADER_NAME_INVALID; any other byte than CR
 * begins a NAME.
 *
 * ```
 * state      stays while byte is  leaves on   to        any other byte is
 * START      FIELD                CR          START_LF  START_LINE_INVALID
 *                                 CR, empty   EMPTY_LF  (once, where an empty line may come first)
 * EMPTY_LF   -                    LF          START     LINE_END_INVALID
 * START_LF   -                    LF          LINE      LINE_END_INVALID
 * LINE       -                    CR          END_LF    see above
 * NAME       TOKEN                :           VALUE     HEADER_NAME_INVALID
 * VALUE      FIELD                CR          VALUE_LF  HEADER_VALUE_INVALID
 * VALUE_LF   -                    LF          LINE      LINE_END_INVALID
 * END_LF     -                    LF          (done)    LINE_END_INVALID
 * ```
 *
 * A bare LF is LINE_END_INVALID everywhere. The start line is never empty. Only CR LF ends a line and
 * only CR LF CR LF ends the head (RFC 9112 2.2 lets a recipient be laxer; requests are smuggled by
 * heads that two parsers read differently).
 */

import { checkedLimit } from './errors.js';
import { createHandshakeFault, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
import { Fields, NOTHING } from './head-writer.js';
import {
  append,
  CLASSES,
  decodeLatin1,
  FIELD,
  isBlank,
  isField,
  type OwnBytes,
  TOKEN,
  trimmed,
} from './syntax.js';

const START = 0;

const START_LF = 1;

const LINE = 2;

const NAME = 3;

const VALUE = 4;

const VALUE_LF = 5;

const END_LF = 6;

const EMPTY_LF = 7;

const CR = 0x0d;

const LF = 0x0a;

const COLON = 0x3a;

const STAYS: Uint8Array = /* @__PURE__ */ Uint8Array.of(FIELD, 0, 0, TOKEN, FIELD, 0, 0, 0);

const LEAVES: Uint8Array = /* @__PURE__ */ Uint8Array.of(CR, LF, CR, COLON, CR, LF, LF, LF);

const NEXT: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  START_LF,
  LINE,
  END_LF,
  VALUE,
  VALUE_LF,
  LINE,
  START,
  START,
);

const FAULTS: readonly HandshakeFaultCode[] = [
  'START_LINE_INVALID',
  'LINE_END_INVALID',
  'HEADER_FOLDED',
  'HEADER_NAME_INVALID',
  'HEADER_VALUE_INVALID',
  'LINE_END_INVALID',
  'LINE_END_INVALID',
  'LINE_END_INVALID',
];

/**
 * How much of a head is read before it is rejected (RFC 6455 10.4).
 */
export interface HeadLimits {
  /**
   * Bytes of the head, its last CR LF CR LF included; and of the trailers of a rejection in chunks.
   * 16384 unless given, at least 1.
   */
  readonly maxHeadBytes?: number | undefined;
  /** Header lines. 100 unless given, at least 1. */
  readonly maxHeaders?: number | undefined;
}

/** The names of these limits. */
export const HEAD_LIMITS: readonly (keyof HeadLimits)[] = ['maxHeadBytes', 'maxHeaders'];

// Where the start line ends, then start, colon and end of each header line, of the head being
// scanned: kept between calls, as a head read whole is also used up in the same call. 0.2 us less
// than an array for each head.
const marks: number[] = [];

/** Reads heads until one is complete; a fault is final. */
export class HeadReader {
  readonly #maxHeaders: number;
  /** Bytes that may still come, over all heads read. */
  #allowance: number;
  /** Where in the input the head being read started. */
  #offset = 0;
  /** Bytes of the head scanned so far; those of earlier chunks are in `#kept`. */
  #length = 0;
  #kept: OwnBytes = NOTHING;
  #state: number = START;
  /** Whether an empty line may still come before the start line. */
  #mayBeEmpty: boolean;
  /** Header lines begun. */
  #count = 0;

  /** The whole head, once it is complete. */
  text = '';
  /** The first line, once the head is complete. */
  startLine = '';
  /** The headers of the handshake, once the head is complete. */
  fields: Fields | undefined;
  /** Set when the head is rejected. */
  fault: HandshakeFault | undefined;

  /**
   * @param ignoresEmptyLine - RFC 9112 2.2: a server "SHOULD ignore at least one empty line (CRLF)
   * received prior to the request-line". One it is, and it counts among the bytes of the head.
   * Nothing of the kind is said of a status line.
   */
  constructor({ maxHeadBytes, maxHeaders }: HeadLimits, ignoresEmptyLine = false) {
    this.#mayBeEmpty = ignoresEmptyLine;
    this.#allowance = checkedLimit('maxHeadBytes', maxHeadBytes, 16384);
    this.#maxHeaders = checkedLimit('maxHeaders', maxHeaders, 100);
  }

  /** Offset of the head's first byte in the whole input. */
  get start(): number {
    return this.#offset;
  }

  /** Offset of the next byte in the whole input. */
  get offset(): number {
    return this.#offset + this.#length;
  }

  /**
   * Takes bytes. Returns the index in `chunk` just past the head, or -1: more is needed, or `fault`
   * is set. A head that came whole is read where it lies; only an unfinished one is copied.
   */
  push(chunk: Uint8Array): number {
    // A byte alone, from a peer that dribbles, if it neither begins a header line nor ends the
    // head: a third of the cost of the general way, as this much is inlined into the caller.
    if (chunk.length === 1 && this.#length < this.#kept.length) {
      const state = this.#state;
      const byte = chunk[0]!;
      const stays = (CLASSES[byte]! & STAYS[state]!) !== 0;
      if (stays || (byte === LEAVES[state] && state < END_LF)) {
        if (!stays) this.#state = NEXT[state]!;
        this.#kept[this.#length++] = byte;
        return -1;
      }
    }
    return this.#scan(chunk);
  }

  #scan(chunk: Uint8Array): number {
    const base = this.#length;
    const end = Math.min(chunk.length, this.#allowance - base);
    let state = this.#state;
    let mark = this.#count * 3 + 1;
    let i = 0;
    while (i < end) {
      // The two long loops say STAYS in their own way: a fifth less than one loop over the table.
      if (state === VALUE || state === START) {
        while (i < end && isField(chunk[i]!)) i++;
      } else {
        const stays = STAYS[state]!;
        while (i < end && (CLASSES[chunk[i]!]! & stays) !== 0) i++;
      }
      if (i === end) break;
      const byte = chunk[i]!;
      if (byte === LEAVES[state]) {
        if (state === END_LF) return this.#complete(chunk, i + 1);
        if (state === NAME) marks[mark - 2] = i;
        else if (state === VALUE) marks[mark - 1] = i;
        else if (state === EMPTY_LF) return this.#skip(chunk, i + 1);
        else if (state === START) {
          if (base + i === 0) {
            if (!this.#mayBeEmpty) return this.#fail('START_LINE_INVALID', i);
            this.#mayBeEmpty = false;
            state = EMPTY_LF;
            i++;
            continue;
          }
          marks[0] = i;
        }
        state = NEXT[state]!;
        i++;
        // The LF that mostly follows, without another turn.
        if (byte === CR && state !== END_LF && i < end && chunk[i] === LF) {
          state = LINE;
          i++;
        }
      } else if (state === LINE && !isBlank(byte)) {
        // Header lines are counted before anything of them is kept. RFC 6455 10.4.
        if (this.#count === this.#maxHeaders) return this.#fail('TOO_MANY_HEADERS', i);
        // Where a name is to begin a colon would end it. RFC 9112 5.1.
        if (byte === COLON) return this.#fail('HEADER_NAME_INVALID', i);
        this.#count++;
        marks[mark] = i;
        mark += 3;
        state = NAME;
      } else {
        return this.#fail(byte === LF ? 'LINE_END_INVALID' : FAULTS[state]!, i);
      }
    }
    if (end < chunk.length) return this.#fail('HEAD_TOO_LARGE', end);
    this.#state = state;
    this.#kept = append(this.#kept, base, chunk, end, this.#allowance);
    this.#length += end;
    return -1;
  }

  /**
   * Starts on another head within the same allowance: the one behind a 1xx response (RFC 9110
   * 15.2).
   */
  restart(): void {
    this.#offset += this.#length;
    this.#allowance -= this.#length;
    this.#begin();
  }

  /** Passes over an empty line, which is not part of the head, and reads the rest of the chunk. */
  #skip(chunk: Uint8Array, from: number): number {
    this.#length += from;
    this.restart();
    this.#kept = NOTHING; // the byte alone of `push` is never a head's first
    const end = this.#scan(chunk.subarray(from));
    return end < 0 ? -1 : end + from;
  }

  /** Lets go of the head. */
  forget(): void {
    this.text = '';
    this.startLine = '';
    this.fields = undefined;
  }

  #begin(): void {
    this.#length = 0;
    this.#state = START;
    this.#count = 0;
  }

  #fail(code: HandshakeFaultCode, at: number): number {
    this.fault = createHandshakeFault(code, this.offset + at);
    this.#kept = NOTHING;
    return -1;
  }

  #complete(chunk: Uint8Array, end: number): number {
    if (this.#length > 0) {
      const head = append(this.#kept, this.#length, chunk, end, this.#allowance).subarray(
        0,
        this.#length + end,
      );
      this.#kept = NOTHING;
      this.#begin();
      this.#scan(head); // once more, now that it lies in one piece
      return end;
    }
    this.#length = end;
    const text = decodeLatin1(end < chunk.length ? chunk.subarray(0, end) : chunk);
    const fields = new Fields();
    for (let i = 1, stop = this.#count * 3; i < stop; i += 3) {
      const colon = marks[i + 1]!;
      const slot = Fields.slotOf(chunk, marks[i]!, colon);
      if (slot >= 0) fields.add(slot, trimmed(text, colon + 1, marks[i + 2]!));
    }
    this.text = text;
    this.startLine = text.slice(0, marks[0]);
    this.fields = fields;
    return end;
  }
}

/** The headers of a head that was read, as a flat array of names and values. */
export function headersOf(text: string): string[] {
  const headers: string[] = [];
  for (const line of text.split('\r\n').slice(1, -2)) {
    const colon = line.indexOf(':');
    headers.push(line.slice(0, colon), trimmed(line, colon + 1, line.length));
  }
  return headers;
}
