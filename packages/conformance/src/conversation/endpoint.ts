/**
 * The suite's half of a connection: writes as it is told, right or wrong, reads with the judge,
 * answers Pings, and records every event. It decides nothing; steps and verdicts are made of it.
 */
import { type FaultCode, faultAt } from '../judge/faults.js';
import type { ReadFrame } from '../judge/frame-reader.js';
import { type DeflateDirection, MessageReader } from '../judge/message-reader.js';
import type { FrameSpec, Pace, Role } from '../model/case.js';
import { sameBytes } from '../model/payload.js';
import type { ObservedEvent, PeerFault } from '../model/result.js';
import { CLOSE, closeBody, PING, PONG, type WrittenFrame, writeFrame, writeOctets } from '../wire/frames.js';
import { type Link, piecesOf } from '../wire/link.js';
import { firstOf, Recorder } from './record.js';

/** An event with all of its payload. */
export interface WholeEvent extends ObservedEvent {
  readonly payload: Uint8Array;
}

/** How the transport came to its end. */
export type TransportEnd = 'endpoint-end' | 'endpoint-reset' | 'suite-end' | 'suite-dropped';

/** Takes messages out of the record while an exchange runs. Returns whether it took it. */
export type MessageTaker = (type: 'text' | 'binary', bytes: Uint8Array) => boolean;

/**
 * Octets beside those of a case: an endpoint may send twice the octets that are sent and expected,
 * and so many more.
 */
const SPARE_BYTES = 1024 * 1024;
/** No case has a tenth of these; exchanges are not counted. */
const MOST_EVENTS = 1000;
const MOST_PINGS = 10_000;

/** One end of one connection. */
export class Endpoint {
  readonly underTest: Role;
  readonly events: WholeEvent[] = [];
  readonly faults: PeerFault[] = [];
  /** The side of the first Close, or end of the transport. */
  closedBy: 'suite' | 'endpoint' | 'nobody' = 'nobody';
  localClose: { readonly code: number | undefined; readonly reason: Uint8Array } | undefined;
  remoteClose: { readonly code: number | undefined; readonly reason: string } | undefined;
  /** The peer ended its side. */
  hasEnded = false;
  transportEnd: TransportEnd | undefined;
  /** A write found the transport broken, and the peer's last words may be lost with it. */
  mayHaveLost = false;
  taker: MessageTaker | undefined;
  /** Whether the peer sent a frame that is no Close: it takes the connection for open. */
  hasSpoken = false;
  /** Of the peer's frames, the first few. */
  readonly maskingKeys: number[] = [];
  readonly #link: Link;
  readonly #record: Recorder;
  readonly #reader: MessageReader;
  readonly #waiting = new Set<() => void>();
  /** Those that were sent and not answered. */
  readonly #pings: Uint8Array[] = [];
  /** Of a frame only a part was written: a Pong would stand within it. */
  #isInsideFrame = false;
  #unansweredPing: Uint8Array | undefined;
  #pingsHeard = 0;
  readonly #mostBytes: number;
  #eventBytes = 0;
  #sentBytes = 0;
  #endedFirst: 'suite' | 'endpoint' | undefined;

  /**
   * @param link - opened; `rest` has the octets that were read too far
   * @param underTest - the peer's role
   * @param record - where everything is written down
   * @param deflate - the peer's direction, if permessage-deflate was agreed
   * @param octets - of all messages that there is reason for
   */
  constructor(
    link: Link,
    underTest: Role,
    record: Recorder,
    deflate: DeflateDirection | undefined,
    rest: Uint8Array,
    octets = 0,
  ) {
    this.#mostBytes = 2 * octets + SPARE_BYTES;
    this.#link = link;
    this.underTest = underTest;
    this.#record = record;
    this.#reader = new MessageReader(
      {
        frame: (frame) => this.#frame(frame),
        message: (type, bytes) => this.#message(type, bytes),
        ping: (payload) => this.#ping(payload),
        pong: (payload) => this.#pong(payload),
        close: (code, reason) => this.#close(code, reason),
        fault: (fault) => this.#fault(fault),
      },
      underTest === 'client',
      deflate,
      this.#mostBytes,
    );
    link.listen(
      { data: (chunk) => this.#data(chunk), end: () => this.#end(), gone: (error) => this.#gone(error) },
      (size) => record.octets('sent', size),
    );
    if (rest.length > 0) this.#data(rest);
    link.resume();
  }

  /** Whether nothing more can be sent or read. */
  get isGone(): boolean {
    return this.transportEnd !== undefined;
  }

  /**
   * Whether the peer has begun to close, or has gone, or has broken a rule: steps make no sense any
   * more.
   */
  get isOver(): boolean {
    return this.isGone || this.hasEnded || this.remoteClose !== undefined || this.faults.length > 0;
  }

  /** Sends frames as they are described. */
  async send(frames: readonly FrameSpec[], pace: Pace = 'whole'): Promise<void> {
    const written = frames.map((spec) => writeFrame(spec, this.underTest));
    for (const [nth, spec] of frames.entries()) {
      const { payload } = written[nth]!.record;
      if (spec.opcode === CLOSE) this.#sentClose(payload);
    }
    await this.write(written, pace);
  }

  /** Sends frames that stand already. */
  async write(frames: readonly WrittenFrame[], pace: Pace): Promise<void> {
    for (const frame of frames) this.#recordSent(frame);
    if (pace === 'frames') return this.#link.writePieces(frames.map(({ octets }) => octets));
    const whole = frames.length === 1 ? frames[0]!.octets : joined(frames);
    if (pace === 'whole') this.#link.write(whole);
    else {
      this.#isInsideFrame = true;
      await this.#link.writePieces(piecesOf(whole, pace));
    }
    this.#wrote(frames.every(isWhole));
  }

  /** Writes a frame down that goes out, or has gone out, by other means. */
  recordSent(frames: readonly WrittenFrame[]): void {
    for (const frame of frames) this.#recordSent(frame);
  }

  /**
   * Sends octets as they stand.
   *
   * @param endsFrame - whether a frame is whole with them
   */
  octets(bytes: Uint8Array, endsFrame = false): void {
    this.#record.loose('sent', this.#sentBytes, bytes);
    this.#sentBytes += bytes.length;
    this.#link.write(bytes);
    this.#wrote(endsFrame);
  }

  /** Sends a Close, the first one only. */
  async sendClose(code: number | undefined, reason = ''): Promise<void> {
    if (this.localClose !== undefined || this.isGone) return;
    const body = closeBody(code, new TextEncoder().encode(reason));
    this.#sentClose(body);
    await this.write([writeOctets({ opcode: CLOSE }, body, this.underTest)], 'whole');
  }

  /** Ends the suite's side of the transport. */
  end(): void {
    this.#endedFirst ??= 'suite';
    this.#closeFirst('suite');
    this.#link.end();
  }

  /** Drops the transport. */
  drop(): void {
    this.transportEnd ??= 'suite-dropped';
    this.#link.drop();
    this.#changed();
  }

  /** Resets the transport. */
  reset(): void {
    this.transportEnd = 'suite-dropped';
    this.#closeFirst('suite');
    this.#link.reset();
    this.#changed();
  }

  /** Notes a mark as an event. */
  mark(tag: string): void {
    this.#event({ type: 'mark', tag }, new Uint8Array(0));
    this.#record.note(`still open: ${tag}`);
  }

  /** Stops reading, or goes on. */
  setReading(on: boolean): void {
    if (on) this.#link.resume();
    else this.#link.pause();
  }

  /** Octets of a frame that the peer did not finish, and where it begins. */
  unfinished(): { readonly offset: number; readonly octets: Uint8Array } {
    return this.#reader.unfinished();
  }

  /** Payload octets of the peer's data frames, and of its messages. */
  get receivedPayload(): readonly [wire: number, message: number] {
    return [this.#reader.wirePayload, this.#reader.messagePayload];
  }

  /**
   * Waits until something holds.
   *
   * @param holds - asked now, and after everything that happens
   * @param signal - ends the waiting
   * @param timeoutMs - how long at most
   * @returns whether it held
   */
  until(holds: () => boolean, signal: AbortSignal, timeoutMs?: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (value: boolean): void => {
        this.#waiting.delete(check);
        signal.removeEventListener('abort', abort);
        clearTimeout(timer);
        resolve(value);
      };
      const check = (): void => {
        if (holds()) finish(true);
      };
      const abort = (): void => finish(false);
      const timer = timeoutMs === undefined ? undefined : setTimeout(abort, timeoutMs);
      this.#waiting.add(check);
      signal.addEventListener('abort', abort);
    });
  }

  #recordSent({ octets, record }: WrittenFrame): void {
    if (record.opcode === PING) this.#pings.push(record.payload);
    if (isWhole({ octets, record })) this.#record.frame('sent', this.#sentBytes, record);
    else this.#record.loose('sent', this.#sentBytes, octets);
    this.#sentBytes += octets.length;
  }

  #sentClose(body: Uint8Array): void {
    if (this.localClose !== undefined) return;
    const code = body.length >= 2 ? body[0]! * 256 + body[1]! : undefined;
    this.localClose = { code, reason: body.subarray(2) };
    this.#closeFirst('suite');
  }

  #closeFirst(side: 'suite' | 'endpoint'): void {
    if (this.closedBy === 'nobody') this.closedBy = side;
  }

  #data(chunk: Uint8Array): void {
    this.#record.octets('received', chunk.length);
    this.#reader.read(chunk);
    this.#changed();
  }

  #frame(frame: ReadFrame): void {
    if (frame.opcode !== CLOSE) this.hasSpoken = true;
    if (frame.maskingKey !== undefined && this.maskingKeys.length < 64)
      this.maskingKeys.push(frame.maskingKey);
    this.#record.frame('received', frame.offset, { ...frame, length: frame.payload.length });
  }

  #message(type: 'text' | 'binary', bytes: Uint8Array): void {
    // A connection that was failed over a fault has no messages any more.
    if (this.faults.length > 0) return;
    if (this.taker?.(type, bytes) === true) return;
    // Inflated messages are views of memory that is used again.
    this.#event({ type }, new Uint8Array(bytes));
  }

  #ping(payload: Uint8Array): void {
    this.#bound(++this.#pingsHeard, MOST_PINGS, `more than ${MOST_PINGS} Pings`);
    if (this.localClose !== undefined || this.isOver) return;
    if (this.#isInsideFrame) {
      this.#unansweredPing = payload;
      return;
    }
    // 5.5.2: "MUST send a Pong frame in response". Of a Ping that breaks a rule nothing is owed,
    // but it does not matter either.
    void this.write([writeOctets({ opcode: PONG }, new Uint8Array(payload), this.underTest)], 'whole');
  }

  /**
   * When a frame of ours is whole, the last Ping that came within it is answered, which is enough
   * (5.5.3).
   */
  #wrote(endsFrame: boolean): void {
    this.#isInsideFrame = !endsFrame;
    if (!endsFrame) return;
    const ping = this.#unansweredPing;
    this.#unansweredPing = undefined;
    if (ping !== undefined) this.#ping(ping);
  }

  #pong(payload: Uint8Array): void {
    // 5.5.3: "A Pong frame MAY be sent unsolicited." Such a one says nothing, nor does a second one
    // for the same Ping.
    const nth = this.#pings.findIndex((sent) => sameBytes(sent, payload));
    if (nth < 0) {
      this.#record.note('a Pong that answers no Ping: allowed, and not counted');
      return;
    }
    this.#pings.splice(nth, 1);
    this.#event({ type: 'pong' }, payload);
  }

  #close(code: number | undefined, reason: string): void {
    this.remoteClose = { code, reason };
    this.#closeFirst('endpoint');
  }

  #fault(fault: PeerFault): void {
    this.faults.push(fault);
    this.#record.fault(fault);
  }

  /** Something that breaks a rule beyond the judge's reach. */
  addFault(code: FaultCode, offset: number): void {
    this.#fault(faultAt(code, offset));
    this.#changed();
  }

  /** A peer that sends without end is read no further; its octets are wrong already. */
  #bound(count: number, most: number, what: string): void {
    if (count <= most || this.isGone) return;
    this.#record.note(`${what}: nothing more is read`);
    this.drop();
  }

  #event(event: Pick<ObservedEvent, 'type' | 'tag'>, payload: Uint8Array): void {
    const { length } = payload;
    this.#bound(this.events.length, MOST_EVENTS, `more than ${MOST_EVENTS} messages and Pongs`);
    this.#eventBytes += length;
    this.#bound(this.#eventBytes, this.#mostBytes, `more than ${this.#mostBytes} octets of messages`);
    if (this.isGone) return;
    this.events.push({ ...event, atMs: this.#record.atMs, bytes: firstOf(payload), length, payload });
  }

  #end(): void {
    this.hasEnded = true;
    this.#endedFirst ??= 'endpoint';
    this.#closeFirst('endpoint');
    this.#record.note('the endpoint ended its side of the transport');
    this.#changed();
  }

  #gone(error: { readonly isReset: boolean; readonly code: string } | undefined): void {
    if (error !== undefined && this.transportEnd === undefined) {
      this.#record.note(`the transport broke: ${error.code}`);
      this.mayHaveLost = !error.isReset;
    }
    this.#closeFirst('endpoint');
    this.transportEnd ??=
      error !== undefined ? 'endpoint-reset' : this.#endedFirst === 'suite' ? 'suite-end' : 'endpoint-end';
    this.#changed();
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }
}

function isWhole({ octets, record }: WrittenFrame): boolean {
  return octets.length === record.header.length + record.payload.length;
}

function joined(frames: readonly WrittenFrame[]): Uint8Array {
  const whole = new Uint8Array(frames.reduce((sum, { octets }) => sum + octets.length, 0));
  let at = 0;
  for (const { octets } of frames) {
    whole.set(octets, at);
    at += octets.length;
  }
  return whole;
}

// ---- Connections without a case ----
// Connections that carry no case: a message or two, and an orderly end.

const ANSWER_MS = 1000;

/**
 * Sends frames, then closes, and sees the transport to its end.
 *
 * @param link - opened
 * @param underTest - the peer's role
 * @param frames - sent before the Close
 * @param code - of the Close; none: its body is empty
 */
export async function sayGoodbye(
  link: Link,
  underTest: Role,
  rest: Uint8Array,
  frames: readonly FrameSpec[] = [],
  code?: number,
): Promise<void> {
  const endpoint = new Endpoint(link, underTest, new Recorder(), undefined, rest);
  const { signal } = new AbortController();
  await endpoint.send(frames);
  await endpoint.sendClose(code);
  const isAnswered = () => endpoint.remoteClose !== undefined || endpoint.hasEnded || endpoint.isGone;
  await endpoint.until(isAnswered, signal, ANSWER_MS);
  endpoint.end();
  if (!(await endpoint.until(() => endpoint.isGone, signal, ANSWER_MS))) endpoint.drop();
}
