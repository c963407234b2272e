/**
 * TCP streams put together by sequence number (RFC 9293 3.4): retransmissions and packets that a
 * capture has twice are dropped, packets out of order wait, and bytes that do not come are gaps.
 */

import type { Session } from '../model/session.js';
import { Conversation, type End } from '../protocol/conversation.js';
import type { Segment } from './packet.js';

/** Streams that are known at a time; beyond it the oldest is taken to be over. */
const MAX_STREAMS = 65_536;

/** Streams that are remembered when they are over. */
const MAX_OVER = 1024;

/** A segment is waited for until its successors take so much memory: no window of TCP is often larger. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** An array and an object for each segment that waits. */
const WAITING_BYTES = 256;

/** An acknowledged segment is not sent again: if the capture has it, it is among the next packets. */
const MAX_ACKNOWLEDGED_WAITING = 16;

interface Waiting {
  readonly seq: number;
  readonly payload: Uint8Array;
  readonly cut: number;
  readonly timeMs: number | undefined;
}

/** The bytes of one end. */
class Half {
  /** The next sequence number; undefined before the first segment. */
  next: number | undefined;
  /** Segments that came too early, in order. */
  readonly waiting: Waiting[] = [];
  waitingBytes = 0;
  /** The number behind the last byte. */
  finAt: number | undefined;
  /** Up to where the other end has acknowledged. */
  acknowledged: number | undefined;
  finished = false;
}

class Stream {
  readonly halves: readonly [Half, Half] = [new Half(), new Half()];
  readonly conversation: Conversation;
  readonly keys: readonly [string, string];
  constructor(conversation: Conversation, keys: readonly [string, string]) {
    this.conversation = conversation;
    this.keys = keys;
  }
}

export class TcpStreams {
  readonly #session: Session;
  readonly #streams = new Map<string, { readonly stream: Stream; readonly end: End }>();
  /** Streams that both ends have ended, the oldest first. */
  readonly #over: Stream[] = [];
  #encrypted = 0;
  #http2 = 0;
  constructor(session: Session) {
    this.#session = session;
  }

  /** Streams that begin with TLS. */
  get encrypted(): number {
    return this.#encrypted;
  }

  /** Streams that are HTTP/2 without a WebSocket. */
  get http2(): number {
    return this.#http2;
  }

  add(segment: Segment): void {
    const { key, syn, ack, rst, payload } = segment;
    let found = this.#streams.get(key);
    if (found !== undefined && syn && isAnother(found.stream.halves[found.end], segment)) {
      this.#end(found.stream);
      found = undefined;
    }
    if (found === undefined) {
      // Acknowledgements alone, and the last words of a stream that is over, begin none.
      if (!syn && payload.length === 0) return;
      found = this.#create(segment);
    }
    const { stream, end } = found;
    const half = stream.halves[end];
    // A SYN that comes twice changes nothing.
    if (syn) half.next ??= (segment.seq + 1) >>> 0;
    if (ack !== undefined) this.#acknowledge(stream, end === 0 ? 1 : 0, ack);
    // Behind a SYN is what TCP Fast Open sends with it (RFC 7413); the SYN itself has a number.
    if (payload.length + segment.cut > 0)
      this.#place(stream, end, syn ? { ...segment, seq: (segment.seq + 1) >>> 0 } : segment);
    if (segment.fin) half.finAt = (segment.seq + payload.length + segment.cut + (syn ? 1 : 0)) >>> 0;
    this.#finishHalf(stream, end);
    if (rst) this.#end(stream);
  }

  /** The capture is over. */
  finish(): void {
    for (const { stream, end } of this.#streams.values()) if (end === 0) this.#flush(stream);
    this.#streams.clear();
  }

  #create({ key, reverseKey, peers, syn, ack }: Segment): { stream: Stream; end: End } {
    if (this.#streams.size >= 2 * MAX_STREAMS) this.#end(this.#streams.values().next().value!.stream);
    this.#session.streams++;
    const conversation = new Conversation(this.#session, { peers: peers(), opened: syn });
    const stream = new Stream(conversation, [key, reverseKey]);
    this.#streams.set(key, { stream, end: 0 });
    this.#streams.set(reverseKey, { stream, end: 1 });
    // The sender of a SYN with ACK has been asked for the connection: the first half has begun.
    if (syn && ack !== undefined) stream.halves[1].next = ack;
    return { stream, end: 0 };
  }

  #place(stream: Stream, end: End, { seq, payload, cut, timeMs }: Segment): void {
    const half = stream.halves[end];
    half.next ??= seq;
    const ahead = (seq - half.next) | 0;
    if (ahead > 0) {
      const bytes = payload.length + WAITING_BYTES;
      if (!this.#session.hold(bytes)) {
        this.#session.note('not-kept', 'segments that wait for an earlier one are more than is kept');
        this.#skipTo(stream, end, seq);
        this.#deliver(stream, end, { seq, payload, cut, timeMs });
        return;
      }
      let at = half.waiting.length;
      while (at > 0 && ((seq - half.waiting[at - 1]!.seq) | 0) < 0) at--;
      half.waiting.splice(at, 0, { seq, payload: new Uint8Array(payload), cut, timeMs });
      half.waitingBytes += bytes;
      this.#giveUp(stream, end);
      return;
    }
    this.#deliver(stream, end, { seq, payload, cut, timeMs });
    this.#drain(stream, end);
  }

  /** A segment whose first byte has its turn, or had it before. */
  #deliver(stream: Stream, end: End, { seq, payload, cut, timeMs }: Waiting): void {
    const half = stream.halves[end];
    const known = (half.next! - seq) | 0;
    if (known >= payload.length + cut) return;
    const fresh = payload.subarray(Math.min(known, payload.length));
    half.next = (seq + payload.length + cut) >>> 0;
    stream.conversation.receive(end, fresh, timeMs);
    const missing = cut - Math.max(0, known - payload.length);
    if (missing > 0) stream.conversation.gap(end, missing, timeMs);
  }

  #drain(stream: Stream, end: End): void {
    const half = stream.halves[end];
    while (half.waiting.length > 0 && ((half.waiting[0]!.seq - half.next!) | 0) <= 0) {
      const segment = half.waiting.shift()!;
      const bytes = segment.payload.length + WAITING_BYTES;
      half.waitingBytes -= bytes;
      this.#session.release(bytes);
      this.#deliver(stream, end, segment);
    }
  }

  #acknowledge(stream: Stream, end: End, ack: number): void {
    const half = stream.halves[end];
    if (half.acknowledged === undefined || ((ack - half.acknowledged) | 0) > 0) half.acknowledged = ack;
    this.#giveUp(stream, end);
  }

  /** Stops to wait for a segment that is not in the capture. */
  #giveUp(stream: Stream, end: End): void {
    const half = stream.halves[end];
    const { waiting, next, acknowledged, waitingBytes } = half;
    if (waiting.length === 0) return;
    const seen = acknowledged !== undefined && ((acknowledged - next!) | 0) > 0;
    if (waitingBytes <= MAX_WAITING_BYTES && !(seen && waiting.length > MAX_ACKNOWLEDGED_WAITING)) return;
    this.#skipTo(stream, end, waiting[0]!.seq);
    this.#drain(stream, end);
  }

  #skipTo(stream: Stream, end: End, seq: number): void {
    const half = stream.halves[end];
    const missing = (seq - half.next!) | 0;
    half.next = seq;
    if (missing > 0) stream.conversation.gap(end, missing, half.waiting[0]?.timeMs);
  }

  #finishHalf(stream: Stream, end: End): void {
    const half = stream.halves[end];
    if (half.finAt === undefined || half.finished || half.next !== half.finAt) return;
    half.finished = true;
    stream.conversation.finish(end);
    if (!stream.halves.every(({ finished }) => finished)) return;
    // Segments that come late, or twice, are still known to be theirs.
    this.#over.push(stream);
    if (this.#over.length > MAX_OVER) this.#end(this.#over.shift()!);
  }

  #flush(stream: Stream): void {
    for (const end of [0, 1] as const) {
      const half = stream.halves[end];
      while (half.waiting.length > 0) {
        this.#skipTo(stream, end, half.waiting[0]!.seq);
        this.#drain(stream, end);
      }
      const { acknowledged, next, finAt } = half;
      if (next === undefined) continue;
      // Bytes before a FIN were sent, and acknowledged ones, of which a FIN may be one.
      const last = finAt ?? (acknowledged === undefined ? next : acknowledged - 1);
      const missing = (last - next) | 0;
      if (missing > 0) stream.conversation.gap(end, missing + (finAt === undefined ? 1 : 0), undefined);
    }
    stream.conversation.finish();
    if (stream.conversation.encrypted) this.#encrypted++;
    if (stream.conversation.isOtherHttp2) this.#http2++;
  }

  #end(stream: Stream): void {
    this.#flush(stream);
    // Another stream may have the same ports by now.
    for (const key of stream.keys) if (this.#streams.get(key)?.stream === stream) this.#streams.delete(key);
  }
}

/** Whether a SYN is another connection's, of the same ports, and not the one that began this one again. */
function isAnother(half: Half, { seq }: Segment): boolean {
  if (half.next === undefined) return false;
  return half.finished || ((seq + 1 - half.next) | 0) > 0 || ((half.next - seq - 1) | 0) > 0x1000_0000;
}
