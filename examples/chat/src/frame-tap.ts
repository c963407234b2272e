/**
 * Looks on at one connection and takes its frames apart, both ways, for its watchers. It
 * parses the bytes a second time, so only a connection that asked for it has one. Until somebody
 * watches it keeps the last frames as they are, within the chat's own limits.
 */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Fault } from '@sanssocket/codec';
import { type FrameHandlers, FrameParser, FrameParserConfig, RSV1 } from '@sanssocket/codec/frames';
import { type Direction, keptBytes, type Report, reportOf, type SeenFrame } from './frame-report.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';

/** How many frames are kept for a watcher that comes later. */
const KEPT_FRAMES = 16;
/** As many may watch one connection. */
const MAX_WATCHERS = 4;
/** More frames of a second than anybody could look at are reported to nobody. */
const MAX_REPORTS_PER_SECOND = 200;
const NO_BYTES = new Uint8Array(0);

/**
 * Frames to the server are masked and those from it are not, as the parser for each role demands
 * (RFC 6455 5.1). RSV1 may be set: permessage-deflate marks compressed messages with it (RFC 7692
 * 6). A frame that the connection refuses for its length ends here, too: nothing of it is kept.
 */
const RECEIVED = new FrameParserConfig({
  role: 'server',
  rsv: RSV1,
  maxFrameBytes: MAX_CLIENT_MESSAGE_BYTES,
  maxMessageBytes: MAX_CLIENT_MESSAGE_BYTES,
});
const SENT = new FrameParserConfig({ role: 'client', rsv: RSV1 });

/** A watcher of the frames of a connection. */
export interface Watcher {
  report(report: Report): void;
  /** The connection is gone. */
  end(): void;
}

/** A connection's frames, for its owner to watch. */
export class FrameTap {
  /** Knowledge of the key is the right to watch: the frames are as private as the connection. */
  readonly key: string;
  readonly #watchers = new Set<Watcher>();
  readonly #recent: SeenFrame[] = [];
  readonly #received: FrameParser;
  readonly #sent: FrameParser;
  #second = 0;
  #reports = 0;

  /** @param place - the process at which the connection is: the first part of the key */
  constructor(place = '') {
    this.key = `${place}.${randomUUID()}`;
    const tell = (frame: SeenFrame): void => this.#tell(frame);
    this.#received = new FrameParser(new FrameKeeper('received', tell), RECEIVED);
    this.#sent = new FrameParser(new FrameKeeper('sent', tell), SENT);
  }

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

  /**
   * Lets someone watch, beginning with the frames just gone by.
   *
   * @returns false if too many do already
   */
  watch(watcher: Watcher): boolean {
    if (this.#watchers.size === MAX_WATCHERS) return false;
    for (const frame of this.#recent) watcher.report(reportOf(frame));
    this.#watchers.add(watcher);
    return true;
  }

  /** Ends what {@link FrameTap.watch} began. */
  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Tells the watchers that there will be no more. */
  end(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  #tell(frame: SeenFrame): void {
    this.#recent.push(frame);
    if (this.#recent.length > KEPT_FRAMES) this.#recent.shift();
    const second = Math.floor(frame.at / 1000);
    if (second !== this.#second) this.#reports = 0;
    this.#second = second;
    if (this.#watchers.size === 0 || ++this.#reports > MAX_REPORTS_PER_SECOND) return;
    const report = reportOf(frame);
    for (const watcher of this.#watchers) watcher.report(report);
  }
}

/**
 * Puts the calls of a {@link FrameParser} together to one frame, of which it keeps the beginning.
 */
class FrameKeeper implements FrameHandlers {
  readonly #direction: Direction;
  readonly #tell: (frame: SeenFrame) => void;
  #first = 0;
  #payloadLength = 0;
  #maskingKey: number | null = null;
  #payload = NO_BYTES;
  #kept = 0;

  constructor(direction: Direction, tell: (frame: SeenFrame) => void) {
    this.#direction = direction;
    this.#tell = tell;
  }

  header(first: number, payloadLength: number, masked: boolean, maskingKey: number): void {
    this.#first = first;
    this.#payloadLength = payloadLength;
    this.#maskingKey = masked ? maskingKey : null;
    this.#payload = payloadLength === 0 ? NO_BYTES : new Uint8Array(keptBytes(first, payloadLength));
    this.#kept = 0;
  }

  payload(bytes: Uint8Array, start: number, end: number): void {
    const room = this.#payload.length - this.#kept;
    const taken = Math.min(room, end - start);
    if (taken === 0) return;
    this.#payload.set(bytes.subarray(start, start + taken), this.#kept);
    this.#kept += taken;
  }

  end(): void {
    this.#tell(this.#frame());
    this.#payload = NO_BYTES;
  }

  fail(fault: Fault): void {
    this.#tell({ ...this.#frame(), fault });
  }

  #frame(): SeenFrame {
    return {
      direction: this.#direction,
      at: Date.now(),
      first: this.#first,
      payloadLength: this.#payloadLength,
      maskingKey: this.#maskingKey,
      payload: this.#payload,
    };
  }
}
