/**
 * One direction of a connection behind its handshake: frames become events, and data frames
 * messages (RFC 6455 5.4), which are inflated (RFC 7692) and, if they are text, decoded (8.1).
 */

import {
  BINARY,
  CLOSE,
  CONTINUATION,
  createFault,
  decodeUtf8,
  type Fault,
  type FaultCode,
  isControl,
  isReserved,
  isValidCloseCode,
  RSV1,
  TEXT,
  UTF8_BOUNDARY,
  validateUtf8,
} from '@sanssocket/codec/frames';
import type { InspectedFrame, InspectedMessage, MessageProblem, Side } from '../model/event.js';
import { KeptBytes } from '../model/kept-bytes.js';
import type { Session } from '../model/session.js';
import { type FrameReceiver, FrameStream, type ReadFrame } from './frame-stream.js';
import type { Inflating } from './inflating.js';
import type { MaskWitness } from './mask-witness.js';

/** A message under way. */
interface Joined {
  readonly opcode: number;
  readonly compressed: boolean;
  readonly timeMs: number | undefined;
  readonly payload: KeptBytes;
  bytes: number;
  frames: number;
  problem: MessageProblem | undefined;
  /** Offset of the first byte of its payload, and of the one behind the last. */
  readonly start: number;
  end: number;
  /** Of a text that is not compressed: the state of its validation, and the offset of the byte that breaks it. */
  utf8: number;
  invalidAt: number | undefined;
}

export class Direction implements FrameReceiver {
  readonly #session: Session;
  readonly #connection: number;
  readonly from: Side;
  readonly #inflating: Inflating;
  readonly frames: FrameStream;
  #message: Joined | undefined;
  /** Whether frames before the next one are missing, so that a continuation is no fault. */
  #beginsBefore: boolean;
  #closed = false;
  readonly #witness: MaskWitness | undefined;

  constructor(
    session: Session,
    connection: number,
    { from, offset, inflating, beginsBefore, extensionsUnknown = false, witness }: DirectionStart,
  ) {
    this.#session = session;
    this.#connection = connection;
    this.from = from;
    this.#inflating = inflating;
    this.#beginsBefore = beginsBefore;
    this.#witness = witness;
    this.frames = new FrameStream(session, this, offset);
    this.frames.role = from === 'client' ? 'server' : from === 'server' ? 'client' : 'either';
    // Where no response was read, RSV1 is the only sign of an extension.
    this.frames.rsv = inflating.agreed || extensionsUnknown ? RSV1 : 0;
  }

  frame(read: ReadFrame): void {
    const { header, payload, missing, offset, startMs } = read;
    const { fin, rsv, opcode, masked, headerBytes, payloadLength } = header;
    const maskingKey = masked ? header.maskingKey : undefined;
    const close = opcode === CLOSE ? this.#closeOf(read) : {};
    const event: InspectedFrame = {
      type: 'frame',
      ...this.#place(startMs),
      from: this.from,
      offset,
      fin,
      rsv,
      opcode,
      masked,
      maskingKey,
      headerBytes,
      payloadLength,
      payload,
      missing,
      ...close,
    };
    this.#session.emit(event);
    this.#witness?.see(this.from, masked, startMs);
    if (opcode === CLOSE) {
      this.#judgeClose(read);
      this.#closed = true;
    }
    if (isControl(opcode) || isReserved(opcode)) return;
    if (this.#closed)
      this.#session.note('unread-bytes', 'a data frame behind the Close frame', this.#noted(startMs));
    this.#join(read);
  }

  fault(fault: Fault, timeMs: number | undefined): void {
    this.#session.emit({ type: 'fault', ...this.#place(timeMs), from: this.from, fault });
  }

  lost(timeMs: number | undefined): void {
    this.#endMessage(timeMs, 'missing-bytes');
    this.#inflating.lose();
    this.#beginsBefore = true;
  }

  /** Nothing more comes. */
  finish(timeMs: number | undefined): void {
    const { unfinished } = this.frames;
    if (unfinished !== undefined) {
      const { offset, missingBytes } = unfinished;
      const length = missingBytes === undefined ? 'an unknown number of' : `${missingBytes}`;
      this.#session.note(
        'damaged',
        `the ${this.#who} ends inside of the frame at byte ${offset}: ${length} bytes of it are missing`,
        this.#noted(timeMs),
      );
    }
    this.frames.finish(timeMs);
    this.#endMessage(timeMs, 'unfinished');
    this.#inflating.close();
  }

  get #who(): string {
    return this.from === undefined ? 'input' : `${this.from}'s stream`;
  }

  #place(timeMs: number | undefined): { connection: number; timeMs: number | undefined } {
    return { connection: this.#connection, timeMs };
  }

  #noted(timeMs: number | undefined): { connection: number; timeMs: number | undefined; from: Side } {
    return { ...this.#place(timeMs), from: this.from };
  }

  #fault(code: FaultCode, offset: number, timeMs: number | undefined): void {
    this.fault(createFault(code, offset), timeMs);
  }

  #closeOf({ payload, missing }: ReadFrame): Pick<InspectedFrame, 'closeCode' | 'closeReason'> {
    if (payload.length < 2 || missing.some(({ start }) => start < 2)) return {};
    const closeCode = payload[0]! * 256 + payload[1]!;
    const closeReason = decodeUtf8(payload, 2, payload.length);
    return closeReason === undefined ? { closeCode } : { closeCode, closeReason };
  }

  /** RFC 6455 7.4, 5.5.1. A body of one byte is a fault of the header. */
  #judgeClose({ header, payload, missing, offset, endMs }: ReadFrame): void {
    if (payload.length < 2 || missing.length > 0) return;
    const body = offset + header.headerBytes;
    const code = payload[0]! * 256 + payload[1]!;
    if (!isValidCloseCode(code)) this.#fault('CLOSE_CODE_INVALID', body, endMs);
    const bad = firstInvalid(payload, 2);
    if (bad !== undefined) this.#fault('INVALID_UTF8', body + bad, endMs);
  }

  /** RFC 6455 5.4: frames of a message follow each other, control frames aside. */
  #join(read: ReadFrame): void {
    const { header, offset, endMs } = read;
    const { opcode, fin } = header;
    if (opcode === CONTINUATION && this.#message === undefined) {
      if (!this.#beginsBefore) this.#fault('UNEXPECTED_CONTINUATION', offset, endMs);
      this.#begin(read, BINARY, this.#beginsBefore ? 'begins-before' : undefined);
    } else if (opcode !== CONTINUATION) {
      if (this.#message !== undefined) {
        this.#fault('EXPECTED_CONTINUATION', offset, endMs);
        this.#endMessage(endMs, 'unfinished');
      }
      this.#begin(read, opcode, undefined);
    }
    this.#add(read);
    if (fin) this.#endMessage(endMs, undefined);
    if (opcode !== CONTINUATION || fin) this.#beginsBefore = false;
  }

  #begin({ header, offset, startMs }: ReadFrame, opcode: number, problem: MessageProblem | undefined): void {
    const start = offset + header.headerBytes;
    this.#message = {
      opcode,
      compressed: (header.rsv & RSV1) !== 0,
      timeMs: startMs,
      payload: new KeptBytes(this.#session),
      bytes: 0,
      frames: 0,
      problem,
      start,
      end: start,
      utf8: UTF8_BOUNDARY,
      invalidAt: undefined,
    };
  }

  #add({ header, payload, missing, kept, offset }: ReadFrame): void {
    const message = this.#message!;
    const start = offset + header.headerBytes;
    message.frames++;
    message.bytes += header.payloadLength;
    message.end = start + header.payloadLength;
    if (missing.length > 0) message.problem ??= 'missing-bytes';
    const { maxMessageBytes } = this.#session;
    const fits = message.payload.length + payload.length <= maxMessageBytes;
    if (!(kept && fits && message.payload.add(payload, maxMessageBytes))) message.problem ??= 'too-long';
    else if (message.opcode === TEXT && !message.compressed) validate(message, payload, start);
  }

  #endMessage(timeMs: number | undefined, problem: MessageProblem | undefined): void {
    const message = this.#message;
    if (message === undefined) return;
    this.#message = undefined;
    message.problem ??= problem;
    const { opcode, compressed, frames, bytes: wireBytes } = message;
    const joined = message.payload.take();
    let payload = joined;
    let unsure = false;
    if (compressed && message.problem === undefined) {
      const inflated = this.#inflate(joined, opcode);
      if (inflated instanceof Uint8Array) payload = inflated;
      else message.problem = inflated;
      unsure = this.#inflating.unsure;
    } else if (compressed) {
      this.#inflating.lose();
    }
    const readable = opcode === TEXT && (!compressed || message.problem === undefined);
    const text = readable ? decodeUtf8(payload, 0, payload.length) : undefined;
    const event: InspectedMessage = {
      type: 'message',
      ...this.#place(message.timeMs),
      from: this.from,
      opcode,
      payload,
      frames,
      wireBytes,
      compression: !compressed ? 'none' : this.#inflating.agreed ? 'agreed' : 'not-seen',
      ...(text === undefined ? {} : { text }),
      ...(message.problem === undefined ? {} : { problem: message.problem }),
      ...(unsure ? { unsure } : {}),
    };
    this.#session.emit(event);
    if (message.problem === 'not-deflate') this.#fault('EXTENSION_DATA', message.start, timeMs);
    if (readable && text === undefined && message.problem === undefined) {
      // A place in the inflated text is none in the stream.
      const place = compressed ? message.start : (message.invalidAt ?? message.end);
      this.#fault('INVALID_UTF8', place, timeMs);
    }
  }

  #inflate(joined: Uint8Array, opcode: number): Uint8Array | MessageProblem {
    const type = opcode === TEXT ? TEXT : BINARY;
    const inflated = this.#inflating.inflate(joined, type, this.#session.maxMessageBytes);
    return inflated;
  }
}

/** The beginning of a direction. */
export interface DirectionStart {
  readonly from: Side;
  /** Offset of the first byte behind the handshake. */
  readonly offset: number;
  readonly inflating: Inflating;
  /** Whether frames were sent before the input begins. */
  readonly beginsBefore: boolean;
  /** Whether no response tells the extensions. */
  readonly extensionsUnknown?: boolean;
  /** Hears of the mask bits of both sides. */
  readonly witness?: MaskWitness;
}

/** The index of the first byte that makes a text invalid; undefined for a valid one. */
function firstInvalid(bytes: Uint8Array, start: number): number | undefined {
  const state = validateUtf8(bytes, start, bytes.length, UTF8_BOUNDARY);
  return state < 0 ? ~state : state === UTF8_BOUNDARY ? undefined : bytes.length;
}

/** Validates a piece of a text, which may begin and end inside of a character. */
function validate(message: Joined, piece: Uint8Array, start: number): void {
  if (message.invalidAt !== undefined) return;
  message.utf8 = validateUtf8(piece, 0, piece.length, message.utf8);
  if (message.utf8 < 0) message.invalidAt = start + ~message.utf8;
}
