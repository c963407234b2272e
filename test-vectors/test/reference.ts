/**
 * A second opinion: the smallest endpoint that obeys the rules, a byte at a time, without a thought for speed. It shares
 * nothing with the generator of the vectors, so a vector it fails has a mistake in its description, or it has one itself.
 */
import type { Endpoint, EndpointOptions, ObservedEvent, Role } from '../src/index.js';

class Fault extends Error {
  readonly code: string;
  readonly closeCode: number;
  readonly offset: number;

  constructor(code: string, closeCode: number, offset: number) {
    super(code);
    this.code = code;
    this.closeCode = closeCode;
    this.offset = offset;
  }
}

const MIB = 1024 * 1024;

/** Bytes to code points the way RFC 3629 describes it: collect, then ask whether the value may be written so. */
class Utf8 {
  #value = 0;
  #missing = 0;
  #length = 0;

  get complete(): boolean {
    return this.#missing === 0;
  }

  /** False when no text goes on with this byte. */
  push(byte: number): boolean {
    if (this.#missing === 0) {
      if (byte < 0x80) return true;
      if (byte < 0xc0 || byte > 0xf7) return false;
      this.#length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      this.#missing = this.#length - 1;
      this.#value = byte & (0x7f >> this.#length);
    } else {
      if ((byte & 0xc0) !== 0x80) return false;
      this.#value = this.#value * 64 + (byte & 0x3f);
      this.#missing--;
    }
    // The code points the sequence can still become.
    const unit = 64 ** this.#missing;
    const low = this.#value * unit;
    const high = low + unit - 1;
    const shortest = { 2: 0x80, 3: 0x800, 4: 0x10000 }[this.#length] ?? 0;
    return high >= shortest && low <= 0x10ffff && !(low >= 0xd800 && high <= 0xdfff);
  }
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

export class Reference implements Endpoint {
  readonly #role: Role;
  readonly #maxFrame: number;
  readonly #maxMessage: number;
  readonly #maxFragments: number;
  readonly #claimed: number;
  readonly #events: ObservedEvent[] = [];
  readonly #output: number[] = [];
  #over = false;
  #offset = 0;
  #header: number[] = [];
  #payload: number[] = [];
  #inPayload = false;
  #payloadLength = 0;
  #messageOpcode = 0;
  #message: number[] = [];
  #messageBytes = 0;
  #fragments = 0;
  #utf8 = new Utf8();

  constructor(role: Role, options: EndpointOptions) {
    this.#role = role;
    this.#maxFrame = options.maxFrameBytes ?? 16 * MIB;
    this.#maxMessage = options.maxMessageBytes ?? 16 * MIB;
    this.#maxFragments = options.maxFragments ?? MIB;
    this.#claimed = options.rsv ?? 0;
  }

  events(): readonly ObservedEvent[] {
    return this.#events;
  }

  output(): Uint8Array {
    return Uint8Array.from(this.#output);
  }

  receive(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#over) return;
      try {
        this.#byte(byte);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const { code, closeCode, offset } = error;
        this.#events.push({ type: 'fail', code, closeCode, offset });
        this.#send(8, [closeCode >> 8, closeCode & 0xff]);
        this.#over = true;
      }
    }
  }

  eof(): void {
    if (this.#over) return;
    this.#over = true;
    const truncated = this.#header.length > 0 || this.#messageOpcode !== 0;
    this.#events.push({ type: 'end', clean: false, code: 1006, truncated });
  }

  #send(opcode: number, payload: readonly number[]): void {
    const client = this.#role === 'client';
    this.#output.push(0x80 | opcode, (client ? 0x80 : 0) | payload.length);
    if (client) this.#output.push(0, 0, 0, 0);
    this.#output.push(...payload);
  }

  get #opcode(): number {
    return this.#header[0]! & 0x0f;
  }

  get #isControl(): boolean {
    return this.#opcode >= 8;
  }

  get #final(): boolean {
    return this.#header[0]! >= 0x80;
  }

  #byte(byte: number): void {
    const at = this.#offset++;
    if (this.#inPayload) {
      const key = this.#role === 'server' ? this.#header.at(-4 + (this.#payload.length & 3))! : 0;
      this.#payload.push(byte ^ key);
      this.#check(byte ^ key, at);
    } else {
      this.#header.push(byte);
      const start = at + 1 - this.#header.length;
      if (this.#header.length === 2) this.#judgeTwoBytes(start);
      const seven = this.#header.length < 2 ? 0 : this.#header[1]! & 0x7f;
      const lengthEnd = 2 + (seven === 127 ? 8 : seven === 126 ? 2 : 0);
      if (this.#header.length === lengthEnd) this.#judgeLength(start, lengthEnd);
      if (this.#header.length < lengthEnd + (this.#role === 'server' ? 4 : 0)) return;
      this.#inPayload = true;
    }
    if (this.#payload.length === this.#payloadLength) this.#endOfFrame(at + 1);
  }

  /** Payload as it comes: text is judged at once, a Close body at its end. */
  #check(byte: number, at: number): void {
    if (!this.#isControl && this.#messageOpcode === 1 && !this.#utf8.push(byte)) {
      throw new Fault('INVALID_UTF8', 1007, at);
    }
  }

  #judgeTwoBytes(start: number): void {
    const [first, second] = [this.#header[0]!, this.#header[1]!];
    const opcode = first & 0x0f;
    const length = second & 0x7f;
    const claimed = opcode === 1 || opcode === 2 ? this.#claimed : 0;
    if (first & 0x70 & ~claimed) throw new Fault('RESERVED_BITS', 1002, start);
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) throw new Fault('RESERVED_OPCODE', 1002, start);
    if (opcode >= 8 && first < 0x80) throw new Fault('CONTROL_FRAGMENTED', 1002, start);
    if (second < 0x80 && this.#role === 'server') throw new Fault('MASK_REQUIRED', 1002, start + 1);
    if (second >= 0x80 && this.#role === 'client') throw new Fault('MASK_FORBIDDEN', 1002, start + 1);
    if (opcode >= 8 && length > 125) throw new Fault('CONTROL_TOO_LONG', 1002, start + 1);
    if (opcode === 0 && this.#messageOpcode === 0) throw new Fault('UNEXPECTED_CONTINUATION', 1002, start);
    if ((opcode === 1 || opcode === 2) && this.#messageOpcode !== 0) {
      throw new Fault('EXPECTED_CONTINUATION', 1002, start);
    }
    if (opcode < 8 && this.#fragments >= this.#maxFragments)
      throw new Fault('TOO_MANY_FRAGMENTS', 1008, start);
    if (opcode === 8 && length === 1) throw new Fault('CLOSE_BODY_TOO_SHORT', 1002, start + 1);
  }

  #judgeLength(start: number, lengthEnd: number): void {
    const digits = lengthEnd === 2 ? [this.#header[1]! & 0x7f] : this.#header.slice(2);
    const length = digits.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    if ((lengthEnd === 4 && length < 126n) || (lengthEnd === 10 && length < 65536n)) {
      throw new Fault('LENGTH_NOT_MINIMAL', 1002, start + 2);
    }
    if (length >= 2n ** 63n) throw new Fault('LENGTH_TOP_BIT', 1002, start + 2);
    if (!this.#isControl) {
      if (length >= 2n ** 53n || length > BigInt(this.#maxFrame))
        throw new Fault('FRAME_TOO_LARGE', 1009, start + 1);
      if (BigInt(this.#messageBytes) + length > BigInt(this.#maxMessage)) {
        throw new Fault('MESSAGE_TOO_LARGE', 1009, start + 1);
      }
      this.#messageBytes += Number(length);
      this.#fragments++;
      if (this.#opcode !== 0) this.#messageOpcode = this.#opcode;
    }
    this.#payloadLength = Number(length);
  }

  #endOfFrame(end: number): void {
    const payload = this.#payload;
    if (this.#opcode === 9) {
      this.#events.push({ type: 'ping', data: Uint8Array.from(payload) });
      this.#send(10, payload);
    } else if (this.#opcode === 10) this.#events.push({ type: 'pong', data: Uint8Array.from(payload) });
    else if (this.#opcode === 8) this.#close(payload, end);
    else this.#endOfDataFrame(payload, end);
    this.#header = [];
    this.#payload = [];
    this.#inPayload = false;
  }

  #endOfDataFrame(payload: readonly number[], end: number): void {
    for (const byte of payload) this.#message.push(byte);
    if (!this.#final) return;
    if (this.#messageOpcode === 2)
      this.#events.push({ type: 'binary', data: Uint8Array.from(this.#message) });
    else {
      if (!this.#utf8.complete) throw new Fault('INVALID_UTF8', 1007, end);
      this.#events.push({ type: 'text', data: decode(this.#message) });
    }
    this.#messageOpcode = 0;
    this.#message = [];
    this.#messageBytes = 0;
    this.#fragments = 0;
    this.#utf8 = new Utf8();
  }

  #close(payload: readonly number[], end: number): void {
    const start = end - payload.length;
    let code = 1005;
    if (payload.length > 0) {
      code = payload[0]! * 256 + payload[1]!;
      const onTheWire = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
      if (!onTheWire && !(code >= 3000 && code <= 4999)) throw new Fault('CLOSE_CODE_INVALID', 1002, start);
      const utf8 = new Utf8();
      for (let i = 2; i < payload.length; i++) {
        if (!utf8.push(payload[i]!)) throw new Fault('INVALID_UTF8', 1007, start + i);
      }
      if (!utf8.complete) throw new Fault('INVALID_UTF8', 1007, end);
    }
    this.#events.push({ type: 'close', code, reason: decode(payload.slice(2)) });
    this.#send(8, payload.slice(0, 2));
    this.#events.push({ type: 'end', clean: true, code });
    this.#over = true;
  }
}
