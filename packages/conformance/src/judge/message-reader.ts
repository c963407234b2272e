/**
 * Frames to messages: sequence, compression, UTF-8 and Close, judged as RFC 6455 5.4, 5.5.1, 8.1
 * and RFC 7692 say.
 */
import { isUtf8 } from 'node:buffer';
import { concat } from '../model/payload.js';
import type { PeerFault } from '../model/result.js';
import { closeCodeFault, type FaultCode, faultAt } from './faults.js';
import { FrameReader, MOST_BYTES, type ReadFrame } from './frame-reader.js';
import { Inflater } from './inflater.js';

/** The meaning of permessage-deflate for the octets of one direction. */
export interface DeflateDirection {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** Told of all that an endpoint said. */
export interface JudgeSink {
  /** Each frame, before its meaning. */
  frame(frame: ReadFrame): void;
  message(type: 'text' | 'binary', bytes: Uint8Array): void;
  ping(payload: Uint8Array): void;
  pong(payload: Uint8Array): void;
  /** A Close; no code if its body is empty. */
  close(code: number | undefined, reason: string): void;
  fault(fault: PeerFault): void;
}

/** An unfinished message: its frames' payloads, and where each stood. */
interface OpenMessage {
  readonly opcode: number;
  readonly isCompressed: boolean;
  readonly pieces: { readonly payload: Uint8Array; readonly offset: number }[];
  bytes: number;
}

const RSV1 = 4;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The judge of one endpoint's octets. */
export class MessageReader {
  readonly #sink: JudgeSink;
  readonly #frames: FrameReader;
  readonly #inflater: Inflater | undefined;
  readonly #most: number;
  #message: OpenMessage | undefined;
  #hasClosed = false;
  /** Payload octets of data frames, and of the messages they made. */
  wirePayload = 0;
  messagePayload = 0;

  /**
   * @param sink - is told of everything, in order
   * @param isFromClient - whether the octets are a client's
   * @param deflate - the endpoint's direction, if permessage-deflate was agreed
   * @param most - octets of a message, inflated or not; behind a longer one nothing is read
   */
  constructor(
    sink: JudgeSink,
    isFromClient: boolean,
    deflate: DeflateDirection | undefined,
    most: number = MOST_BYTES,
  ) {
    this.#sink = sink;
    this.#most = most;
    this.#frames = new FrameReader(
      { frame: (frame) => this.#frame(frame), fault: (fault) => sink.fault(fault) },
      isFromClient,
      most,
    );
    if (deflate !== undefined) this.#inflater = new Inflater(deflate.windowBits, deflate.takeover, most);
  }

  /** Reads a chunk, which is the judge's from then on. */
  read(chunk: Uint8Array): void {
    this.#frames.read(chunk);
  }

  /** The octets of an unfinished frame, and where it begins. */
  unfinished(): { readonly offset: number; readonly octets: Uint8Array } {
    return this.#frames.unfinished();
  }

  #frame(frame: ReadFrame): void {
    this.#sink.frame(frame);
    const { opcode, offset, payload } = frame;
    this.#checkReservedBits(frame);
    if (opcode <= 2) this.#data(frame);
    else if (opcode === 8 && this.#hasClosed) this.#fault('SECOND_CLOSE', offset);
    else if (opcode === 8) this.#close(frame);
    else if (opcode === 9) this.#sink.ping(payload);
    else if (opcode === 10) this.#sink.pong(payload);
  }

  #checkReservedBits({ rsv, opcode, offset }: ReadFrame): void {
    if (rsv === 0) return;
    if (this.#inflater === undefined || rsv !== RSV1) this.#fault('RESERVED_BITS', offset);
    else if (opcode !== 1 && opcode !== 2) this.#fault('RSV1_MISPLACED', offset);
  }

  #data({ opcode, rsv, fin, offset, payload, payloadOffset }: ReadFrame): void {
    // 5.5.1: "The application MUST NOT send any more data frames after sending a Close frame."
    if (this.#hasClosed) {
      this.#fault('DATA_AFTER_CLOSE', offset);
      return;
    }
    this.wirePayload += payload.length;
    if (opcode !== 0) {
      if (this.#message !== undefined) this.#fault('EXPECTED_CONTINUATION', offset);
      const isCompressed = this.#inflater !== undefined && (rsv & RSV1) !== 0;
      this.#message = { opcode, isCompressed, pieces: [], bytes: 0 };
    }
    if (this.#message === undefined) {
      this.#fault('UNEXPECTED_CONTINUATION', offset);
      return;
    }
    this.#message.bytes += payload.length;
    if (this.#message.bytes > this.#most) {
      this.#message = undefined;
      this.#fault('MESSAGE_BEYOND_SUITE', offset);
      this.#frames.stop();
      return;
    }
    // An empty fragment has no octet that could be wrong, and there may be any number of them.
    if (payload.length > 0 || fin || this.#message.pieces.length === 0)
      this.#message.pieces.push({ payload, offset: payloadOffset });
    if (fin) this.#finish(this.#message);
  }

  #finish({ opcode, isCompressed, pieces }: OpenMessage): void {
    this.#message = undefined;
    const wire = pieces.length === 1 ? pieces[0]!.payload : concat(pieces.map(({ payload }) => payload));
    /** Where the octet stood that is the nth of the message. */
    const offsetOf = (nth: number): number => {
      let before = 0;
      for (const { payload, offset } of pieces) {
        if (nth < before + payload.length) return offset + nth - before;
        before += payload.length;
      }
      const last = pieces[pieces.length - 1]!;
      return last.offset + last.payload.length;
    };
    let bytes = wire;
    if (isCompressed) {
      const inflated = this.#inflater!.inflate(wire);
      if (!(inflated instanceof Uint8Array)) {
        this.#fault(inflated.code, offsetOf(inflated.at));
        if (inflated.code === 'MESSAGE_BEYOND_SUITE') this.#frames.stop();
        return;
      }
      bytes = inflated;
    }
    if (opcode === 1) {
      const wrong = firstInvalidUtf8(bytes);
      // Of a compressed text the first octet of the message is named: the wrong one stands nowhere
      // on the wire.
      if (wrong >= 0) {
        this.#fault('INVALID_UTF8', offsetOf(isCompressed ? 0 : wrong));
        return;
      }
    }
    this.messagePayload += bytes.length;
    this.#sink.message(opcode === 1 ? 'text' : 'binary', bytes);
  }

  #close({ payload, payloadOffset }: ReadFrame): void {
    this.#hasClosed = true;
    if (payload.length < 2) {
      this.#sink.close(undefined, '');
      return;
    }
    const code = payload[0]! * 256 + payload[1]!;
    const codeFault = closeCodeFault(code);
    if (codeFault !== undefined) this.#fault(codeFault, payloadOffset);
    const reason = payload.subarray(2);
    const wrong = firstInvalidUtf8(reason);
    if (wrong >= 0) this.#fault('REASON_NOT_UTF8', payloadOffset + 2 + wrong);
    this.#sink.close(code, decoder.decode(reason));
  }

  #fault(code: FaultCode, offset: number): void {
    this.#sink.fault(faultAt(code, offset));
  }
}

// ---- UTF-8 ----
// UTF-8 as Unicode's table 3-7 has it, read at the judge's leisure: no tricks, so that it can be
// compared with the table.

/**
 * Texts from this length on are first shown to the runtime, which is 50 times as fast, and knows
 * only right or wrong.
 */
const LONG = 256;

/**
 * Finds the first octet that cannot be right.
 *
 * @param bytes - the whole text
 * @returns its index; the length, if the text ends inside a character; -1 if all is well
 *
 * RFC 3629 section 4, RFC 6455 8.1.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  if (bytes.length >= LONG && isUtf8(bytes)) return -1;
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const range = secondOctet(lead);
    if (range === undefined) return at;
    const [continuations, least, most] = range;
    for (let nth = 1; nth <= continuations; nth++) {
      if (at + nth >= bytes.length) return bytes.length;
      const octet = bytes[at + nth]!;
      if (octet < (nth === 1 ? least : 0x80) || octet > (nth === 1 ? most : 0xbf)) return at + nth;
    }
    at += continuations + 1;
  }
  return -1;
}

/**
 * How many octets continue a character, and the range of the first of them; undefined for an octet
 * that begins none.
 */
function secondOctet(lead: number): readonly [number, number, number] | undefined {
  if (lead < 0xc2 || lead > 0xf4) return undefined;
  if (lead < 0xe0) return [1, 0x80, 0xbf];
  if (lead === 0xe0) return [2, 0xa0, 0xbf];
  if (lead === 0xed) return [2, 0x80, 0x9f];
  if (lead < 0xf0) return [2, 0x80, 0xbf];
  if (lead === 0xf0) return [3, 0x90, 0xbf];
  if (lead === 0xf4) return [3, 0x80, 0x8f];
  return [3, 0x80, 0xbf];
}
