/**
 * Looks on at one connection and takes its frames apart, both ways, for its watchers. It
 * parses the bytes a second time, so only a connection that asked for it has one.
 */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { constants, inflateRawSync } from 'node:zlib';
import type { Fault } from '@sanssocket/codec';
import { FIN, type FrameHandlers, FrameParser, RSV1, RSV2, RSV3 } from '@sanssocket/codec/frames';

/** How much of a payload is shown. */
const EXCERPT_BYTES = 256;
/** A longer message is not inflated to be shown. */
const MAX_INFLATED_BYTES = 65_536;
/** How many frames are kept for a watcher that comes later. */
const KEPT_REPORTS = 16;

/** Which way a frame went, as the server sees it. */
export type Direction = 'received' | 'sent';

/** A frame as RFC 6455 5.2 draws it. */
export interface FrameReport {
  readonly type: 'frame';
  readonly direction: Direction;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  /** Its four bytes in hexadecimal, as on the wire; null when the frame is not masked. */
  readonly maskingKey: string | null;
  readonly payloadLength: number;
  /** The first bytes of the payload, unmasked, in hexadecimal. */
  readonly payload: string;
  /**
   * Of a message that stands compressed in one frame: its inflated form, in bytes and as text;
   * null of others.
   */
  readonly inflated: { readonly length: number; readonly text: string } | null;
}

/** The place where a stream of frames broke a rule; nothing behind it can be read. */
interface FaultReport {
  readonly type: 'fault';
  readonly direction: Direction;
  readonly at: number;
  readonly code: string;
  readonly message: string;
  readonly section: string;
}

/** The reports that watchers get. */
export type Report = FrameReport | FaultReport;

/** A watcher of the frames of a connection. */
export interface Watcher {
  report(report: Report): void;
  /** The connection is gone. */
  end(): void;
}

/** A connection's frames, for its owner to watch. */
export class FrameTap {
  /** Knowledge of the key is the right to watch: the frames are as private as the connection. */
  readonly key: string = randomUUID();
  readonly #watchers = new Set<Watcher>();
  readonly #recent: Report[] = [];
  readonly #received: FrameParser = this.#parser('received');
  readonly #sent: FrameParser = this.#parser('sent');

  /**
   * Looks on from now on. Must be called before anyone else reads from the socket, and before the
   * opening handshake is answered: the answer is the first chunk that is written, and no frame.
   */
  attach(socket: Duplex): void {
    socket.on('data', (bytes: Uint8Array) => this.received(bytes));
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    let answered = false;
    socket.write = (bytes: Uint8Array, ...rest: unknown[]): boolean => {
      if (answered) this.sent(bytes);
      answered = true;
      return write(bytes, ...rest);
    };
  }

  received(bytes: Uint8Array): void {
    this.#received.receive(bytes);
  }

  sent(bytes: Uint8Array): void {
    this.#sent.receive(bytes);
  }

  /** Lets someone watch, beginning with the frames just gone by. */
  watch(watcher: Watcher): void {
    for (const report of this.#recent) watcher.report(report);
    this.#watchers.add(watcher);
  }

  /** Ends what {@link FrameTap.watch} began. */
  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Tells the watchers that there will be no more. */
  end(): void {
    for (const watcher of this.#watchers) watcher.end();
  }

  /**
   * Frames to the server are masked and those from it are not, as the parser for each role
   * demands (RFC 6455 5.1).
   */
  #parser(direction: Direction): FrameParser {
    const handlers = new FrameDescriber(direction, (report) => this.#tell(report));
    // RSV1 may be set: permessage-deflate marks compressed messages with it (RFC 7692 6).
    const role = direction === 'received' ? 'server' : 'client';
    return new FrameParser(handlers, { role, rsv: RSV1, unmask: 'copy' });
  }

  #tell(report: Report): void {
    this.#recent.push(report);
    if (this.#recent.length > KEPT_REPORTS) this.#recent.shift();
    for (const watcher of this.#watchers) watcher.report(report);
  }
}

/** Puts the calls of a {@link FrameParser} together to one report a frame. */
class FrameDescriber implements FrameHandlers {
  readonly #direction: Direction;
  readonly #tell: (report: Report) => void;
  #first = 0;
  #payloadLength = 0;
  #maskingKey: string | null = null;
  #payload = '';
  /** The payload of a frame that is a whole compressed message. */
  #compressed: Buffer[] | null = null;

  constructor(direction: Direction, tell: (report: Report) => void) {
    this.#direction = direction;
    this.#tell = tell;
  }

  header(first: number, payloadLength: number, masked: boolean, maskingKey: number): void {
    this.#first = first;
    this.#payloadLength = payloadLength;
    this.#maskingKey = masked ? keyHex(maskingKey) : null;
    this.#payload = '';
    this.#compressed = (first & (FIN | RSV1)) === (FIN | RSV1) ? [] : null;
  }

  payload(bytes: Uint8Array, start: number, end: number): void {
    this.#compressed?.push(Buffer.from(bytes.subarray(start, end)));
    const room = EXCERPT_BYTES - this.#payload.length / 2;
    this.#payload += Buffer.from(bytes.subarray(start, Math.min(end, start + room))).toString('hex');
  }

  end(): void {
    const first = this.#first;
    this.#tell({
      type: 'frame',
      direction: this.#direction,
      at: Date.now(),
      fin: (first & FIN) !== 0,
      rsv1: (first & RSV1) !== 0,
      rsv2: (first & RSV2) !== 0,
      rsv3: (first & RSV3) !== 0,
      opcode: first & 0x0f,
      masked: this.#maskingKey !== null,
      maskingKey: this.#maskingKey,
      payloadLength: this.#payloadLength,
      payload: this.#payload,
      inflated: this.#compressed === null ? null : inflate(Buffer.concat(this.#compressed)),
    });
  }

  fail({ code, message, section }: Fault): void {
    this.#tell({ type: 'fault', direction: this.#direction, at: Date.now(), code, message, section });
  }
}

/**
 * A message compressed without context takeover (RFC 7692 7.2.2); null if it is not, or longer
 * than the chat's are.
 */
function inflate(compressed: Buffer): FrameReport['inflated'] {
  const whole = Buffer.concat([compressed, Uint8Array.of(0, 0, 0xff, 0xff)]);
  try {
    const message = inflateRawSync(whole, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MAX_INFLATED_BYTES,
    });
    return { length: message.length, text: message.toString('utf8', 0, EXCERPT_BYTES) };
  } catch {
    return null;
  }
}

/** The codec carries a masking key as a number, the low byte of which is the first on the wire. */
function keyHex(key: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(key | 0);
  return bytes.toString('hex');
}
