/**
 * Finds the end of an HTTP/1.1 head and the fields in it, in one pass over the bytes however they
 * are cut. From each state, by the kind of the byte, to the next state or to the fault:
 *
 * ```
 * FIRST     CR: EMPTY_LF, LF: LINE_END_INVALID, control: START_LINE_INVALID, else: START
 * EMPTY_LF  LF: BEGIN, else: LINE_END_INVALID
 * BEGIN     CR: START_LINE_INVALID, LF: LINE_END_INVALID, control: START_LINE_INVALID, else: START
 * START     CR: START_LF, LF: LINE_END_INVALID, control: START_LINE_INVALID, else: START
 * START_LF  LF: LINE, else: LINE_END_INVALID
 * LINE      CR: END_LF, LF: LINE_END_INVALID, blank: HEADER_FOLDED, token: NAME, else: HEADER_NAME_INVALID
 * NAME      LF: LINE_END_INVALID, colon: VALUE, token: NAME, else: HEADER_NAME_INVALID
 * VALUE     CR: VALUE_LF, LF: LINE_END_INVALID, control: HEADER_VALUE_INVALID, else: VALUE
 * VALUE_LF  LF: LINE, else: LINE_END_INVALID
 * END_LF    LF: DONE, else: LINE_END_INVALID
 * ```
 *
 * A reader begins with FIRST where an empty line may come before the head, otherwise with BEGIN. Only
 * CR LF ends a line and only CR LF CR LF ends the head (RFC 9112 2.2 lets a recipient be laxer;
 * requests are smuggled by heads that two parsers read differently).
 */

import { checkedLimit } from './errors.js';
import { type HandshakeFault, type HeadFaultCode, headFault } from './faults.js';
import { addField, createFields, type Fields, NOTHING, slotOf } from './head-writer.js';
import { append, CLASSES, decodeLatin1, FIELD, isBlank, type OwnBytes, TOKEN, trimmed } from './syntax.js';

const FIRST = 0;

const EMPTY_LF = 1;

const BEGIN = 2;

const START = 3;

const START_LF = 4;

const LINE = 5;

const NAME = 6;

const VALUE = 7;

const VALUE_LF = 8;

const END_LF = 9;

const DONE = 10;

/** The faults of a byte; a state is below the first of them. */
const FAULTS: readonly HeadFaultCode[] = [
  'START_LINE_INVALID',
  'LINE_END_INVALID',
  'HEADER_FOLDED',
  'HEADER_NAME_INVALID',
  'HEADER_VALUE_INVALID',
];

const BAD_START = 11;

const BAD_END = 12;

const FOLDED = 13;

const BAD_NAME = 14;

const BAD_VALUE = 15;

// Kinds of bytes: those above `CONTROL` may stand in a value.
const CR = 0;

const LF = 1;

const CONTROL = 2;

const BLANK = 3;

const COLON = 4;

const TOKEN_BYTE = 5;

const ELSE = 6;

/** By state and kind of byte: the next state, or the fault. A reader makes no other transition. */
export const HEAD_TRANSITIONS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [FIRST]: { [CR]: EMPTY_LF, [LF]: BAD_END, [CONTROL]: BAD_START, [ELSE]: START },
  [EMPTY_LF]: { [LF]: BEGIN, [ELSE]: BAD_END },
  [BEGIN]: { [CR]: BAD_START, [LF]: BAD_END, [CONTROL]: BAD_START, [ELSE]: START },
  [START]: { [CR]: START_LF, [LF]: BAD_END, [CONTROL]: BAD_START, [ELSE]: START },
  [START_LF]: { [LF]: LINE, [ELSE]: BAD_END },
  [LINE]: { [CR]: END_LF, [LF]: BAD_END, [BLANK]: FOLDED, [TOKEN_BYTE]: NAME, [ELSE]: BAD_NAME },
  [NAME]: { [LF]: BAD_END, [COLON]: VALUE, [TOKEN_BYTE]: NAME, [ELSE]: BAD_NAME },
  [VALUE]: { [CR]: VALUE_LF, [LF]: BAD_END, [CONTROL]: BAD_VALUE, [ELSE]: VALUE },
  [VALUE_LF]: { [LF]: LINE, [ELSE]: BAD_END },
  [END_LF]: { [LF]: DONE, [ELSE]: BAD_END },
};

const KINDS: Uint8Array = /* @__PURE__ */ CLASSES.map((bits, byte) => {
  if (byte === 0x0d) return CR;
  if (byte === 0x0a) return LF;
  if (byte === 0x3a) return COLON;
  if ((bits & FIELD) === 0) return CONTROL;
  if (isBlank(byte)) return BLANK;
  return (bits & TOKEN) !== 0 ? TOKEN_BYTE : ELSE;
});

/** The table for the machine: eight entries a state. */
const NEXT: Uint8Array = /* @__PURE__ */ Uint8Array.from(
  { length: 8 * DONE },
  (_, at) => HEAD_TRANSITIONS[at >> 3]![at & 7] ?? HEAD_TRANSITIONS[at >> 3]![ELSE]!,
);

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

// Behind the CR of the start line, then for each header line its start, behind its colon and behind
// its CR, of the head being scanned: kept between calls, as a head read whole is also used up in the
// same call. 0.2 us less than an array for each head.
const marks: number[] = [];

/** Reads heads until one is complete; a fault is final. */
export class HeadReader {
  /**
   * One object is kept of every class with short-lived objects. V8 forgets the shape of objects
   * when a full collection finds none of them, and throws away the optimised code for it: the
   * handshakes after it then take three to eight times as long. It stands in a list, as TypeScript
   * drops the mark by which bundlers drop an unused class right behind the equals sign.
   */
  static readonly kept: readonly HeadReader[] = [/* @__PURE__ */ new HeadReader({})];

  readonly #maxHeaders: number;
  /** Bytes that may still come, over all heads read. */
  #allowance: number;
  /** Where in the input the head being read started. */
  #offset = 0;
  /** Bytes of the head scanned so far; those of earlier chunks are in `#kept`. */
  #length = 0;
  #kept: OwnBytes = NOTHING;
  #state: number;
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
    this.#state = ignoresEmptyLine ? FIRST : BEGIN;
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
      const byte = chunk[0]!;
      const next = NEXT[(this.#state << 3) | KINDS[byte]!]!;
      if (next > BEGIN && next < DONE && (next !== NAME || this.#state === NAME)) {
        this.#state = next;
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
      // The states that many bytes stay in have loops of their own.
      if (state === VALUE || state === START) while (i < end && KINDS[chunk[i]!]! > CONTROL) i++;
      else if (state === NAME) while (i < end && KINDS[chunk[i]!] === TOKEN_BYTE) i++;
      if (i === end) break;
      const next = NEXT[(state << 3) | KINDS[chunk[i]!]!]!;
      // Header lines are counted before anything of them is kept. RFC 6455 10.4.
      if (state === LINE && (next === NAME || next === BAD_NAME)) {
        if (this.#count === this.#maxHeaders) return this.#fail('TOO_MANY_HEADERS', i);
        this.#count++;
        marks[mark] = i;
        mark += 3;
      }
      if (next > DONE) return this.#fail(FAULTS[next - BAD_START]!, i);
      i++;
      state = next;
      if (next === VALUE) marks[mark - 2] = i;
      else if (next === VALUE_LF || next === START_LF) {
        marks[next === VALUE_LF ? mark - 1 : 0] = i;
        // The LF that mostly follows, without another turn.
        if (i < end && KINDS[chunk[i]!] === LF) {
          state = LINE;
          i++;
        }
      }
      if (next === DONE) return this.#complete(chunk, i);
      if (next === BEGIN) return this.#skip(chunk, i);
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
    this.#state = BEGIN;
    this.#count = 0;
  }

  #fail(code: HeadFaultCode, at: number): number {
    this.fault = headFault(code, this.offset + at);
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
    const fields = createFields();
    for (let i = 1, stop = this.#count * 3; i < stop; i += 3) {
      const colon = marks[i + 1]!;
      const slot = slotOf(text, marks[i]!, colon - 1);
      if (slot >= 0) addField(fields, slot, trimmed(text, colon, marks[i + 2]! - 1));
    }
    this.text = text;
    this.startLine = text.slice(0, marks[0]! - 1);
    this.fields = fields;
    return end;
  }
}

/** The headers of a head that was read, as a flat array of names and values. */
export function headersOf(text: string): string[] {
  const headers: string[] = [];
  for (let start = text.indexOf('\n') + 1; ; ) {
    const end = text.indexOf('\r', start);
    if (end === start) return headers;
    const colon = text.indexOf(':', start);
    headers.push(text.slice(start, colon), trimmed(text, colon + 1, end));
    start = end + 2;
  }
}
