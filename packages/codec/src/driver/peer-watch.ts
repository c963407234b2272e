/**
 * Looking after a peer that may say nothing: the keepalive of a driver, and the one timer that it
 * needs of the transport. The timer is set anew only where a deadline has become earlier; where it
 * has become later it rings in vain once.
 *
 * A Ping, and a Close, is a question. The time limit of its answer runs from when the peer has come
 * to read it at the latest:
 *
 * - As long as the question waits with us, from each time that something before it has left: the
 *   peer reads. The next such time is due when the batch under way, and the bytes before it on the
 *   way, have been read at the lowest rate allowed (`UnreadBytes`).
 * - Once it has left, from when the bytes before it on the way have been read at that rate. Bytes
 *   that leave behind it say nothing.
 * - Any byte of the peer answers a Ping. A Close is answered by a Close only.
 * - A peer whose Close has come owes nothing but the end of TCP (RFC 6455 7.1.1), and need not read
 *   for it: from there on, or from when our own Close has left, it has `closeTimeoutMs`. So has a
 *   connection that has failed, whatever waits.
 */

import { requireTime } from '../wire/errors.js';
import { Keepalive, type KeepaliveAction, type KeepaliveOptions } from './keepalive.js';
import type { OutputBatches } from './output-batches.js';

// How much a peer may still have to read of the bytes that have left us, if it reads no slower than
// it must.
//
// Bytes that the transport has let through lie in kernels and proxies, and nobody tells how many
// are left there. A peer that reads at the lowest rate allowed has read so many in the time gone
// by; one that reads faster has fewer before it. So the count is never less than the bytes that
// such a peer has before it, and a limit that begins when it would have read everything does not
// end a peer that reads.
//
// - Bounded: bytes in kernels and proxies count up to `MAX_UNREAD_BYTES`, so that a peer that reads
//   nothing is given up in bounded time: 18 minutes at 240 bytes a second, and 23 more for a batch
//   of 320 KiB under way, which is the longest. Where more lies there, a peer must read it all in
//   that time.
// - Sends cost nothing: bytes that have left since the last look count as if they had left now,
//   which is later than they did. There is a look whenever the timer rings.
// - A Pong to one of our Pings shows that everything before that Ping has been read. It is known by
//   its payload, which a Pong repeats (RFC 6455 5.5.3): neither a Pong that nobody asked for nor
//   the answer to a Ping of the application's is taken for one. A peer may answer the newest Ping
//   alone, and so a Pong stands for the Pings before its own.

/**
 * As much is thought to lie between two ends at most: socket buffers of slow paths, and a
 * proxy's.
 */
const MAX_UNREAD_BYTES = 0x4_0000;

/** The count of one connection. */
export class UnreadBytes {
  readonly #bytesPerSecond: number;
  #bytes = 0;
  /** When that was counted. */
  #at: number;
  /** How many bytes had left then, in all. */
  #left = 0;
  /**
   * The first Ping that no Pong has told of, 0 if there is none, and how much will have left with
   * it.
   */
  #first = 0;
  #firstEnd = 0;
  /** The same of the newest. */
  #newest = 0;
  #newestEnd = 0;

  /**
   * @param bytesPerSecond - the lowest rate allowed
   * @param now - the clock
   */
  constructor(bytesPerSecond: number, now: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#at = now;
  }

  /** Counts anew, at a time when so many bytes have left in all. */
  count(now: number, left: number): void {
    const read = (Math.max(0, now - this.#at) / 1000) * this.#bytesPerSecond;
    const bytes = Math.max(0, this.#bytes - read) + left - this.#left;
    this.#bytes = Math.min(MAX_UNREAD_BYTES, bytes);
    this.#at = now;
    this.#left = left;
  }

  /**
   * A Ping has been made.
   *
   * @param ping - its number
   * @param end - how many bytes will have left when it has
   */
  pinged(ping: number, end: number): void {
    if (this.#first === 0) {
      this.#first = ping;
      this.#firstEnd = end;
    }
    this.#newest = ping;
    this.#newestEnd = end;
  }

  /** The Ping of this number has been read, and all before it, at the time counted last. */
  ponged(ping: number): void {
    if (this.#first === 0 || ping < this.#first) return;
    const end = ping === this.#newest ? this.#newestEnd : this.#firstEnd;
    this.#first = 0;
    this.#bytes = Math.min(this.#bytes, Math.max(0, this.#left - end));
  }

  /**
   * When all of it will have been read at the latest. Less than a second does not count.
   *
   * @param ahead - so many bytes more are to be read before
   */
  readBy(ahead: number): number {
    return this.#at + 1000 * Math.floor((this.#bytes + ahead) / this.#bytesPerSecond);
  }
}

// Payloads of our Pings: two letters, so that a number of the application's is no answer, and the
// last 16 bits of the Ping's own number.

const PING_MARK = 0x7373;

const PING_NUMBERS = 0x1_0000;

function pingPayload(ping: number): Uint8Array {
  const number = ping % PING_NUMBERS;
  return Uint8Array.of(PING_MARK >> 8, PING_MARK & 0xff, number >> 8, number & 0xff);
}

/**
 * How many of our Pings were made behind the one with this payload; -1 if it is of no such Ping.
 */
function pingsBehind(newest: number, bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4 || uint16(bytes, start) !== PING_MARK) return -1;
  const number = uint16(bytes, start + 2);
  const behind = (newest - number + PING_NUMBERS) % PING_NUMBERS;
  return behind < newest ? behind : -1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

// Whether a question is out, and where.

const NONE = 0;

/** It waits in the connection, or in a batch that is not through. */
const WAITS = 1;

const LEFT = 2;

// How far the closing has come.

const OPEN = 0;

/** Our Close is made, and the peer's has not come. */
const CLOSING = 1;

/** The peer's Close has come. */
const ANSWERED = 2;

const FAILED = 3;

/** A way to the transport's timer. */
export interface Alarm {
  /** Asks the transport to ring at a time, in place of the time before. */
  setAlarm(time: number): void;
}

/** The watch of one driver. */
export class PeerWatch {
  readonly keepalive: Keepalive;
  readonly #bytesPerSecond: number;
  readonly #output: OutputBatches;
  readonly #alarm: Alarm;
  /** The time told last. */
  #now: number;
  /** When the transport will ring. */
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Whether a Ping is out that nothing has been heard since. */
  #pinged = false;
  /** Whether a Pong that is late has been looked for once more. */
  #lookedTwice = false;
  #closing: typeof OPEN | typeof CLOSING | typeof ANSWERED | typeof FAILED = OPEN;
  #question: typeof NONE | typeof WAITS | typeof LEFT = NONE;
  /** How many bytes will have left when the question has. */
  #position = 0;
  /** How many had left when the question was last allowed time. */
  #through = 0;
  /** How many Pings there were, and so the number of the newest. */
  #pings = 0;
  /** The bytes that may lie on the way; null until the first look. */
  #unread: UnreadBytes | null = null;

  /** @param alarm - the driver, not a function of its own: 120 bytes a connection */
  constructor(
    times: KeepaliveOptions,
    bytesPerSecond: number,
    output: OutputBatches,
    now: number,
    alarm: Alarm,
  ) {
    this.keepalive = new Keepalive(times, now);
    this.#bytesPerSecond = bytesPerSecond;
    this.#output = output;
    this.#now = now;
    this.#alarm = alarm;
  }

  /** Takes note of the time. Throws RangeError if it is not a finite number. */
  tell(now: number): void {
    this.#now = requireTime('now', now);
  }

  /** Something has come from the peer. Throws RangeError if `now` is not a finite number. */
  heard(now: number): void {
    this.keepalive.received(now);
    this.#now = now;
    if (!this.#pinged) return;
    this.#pinged = false;
    this.#question = NONE;
    this.watch(); // the next Ping may be due before the Pong was
  }

  /** The transport has rung. Throws RangeError if `now` is not a finite number. */
  rang(now: number): void {
    this.tell(now);
    this.#wakeAt = Number.POSITIVE_INFINITY;
    // From here on, and not from the next question, the time counts in which these bytes are read.
    if (this.#output.through > 0) this.#count();
  }

  /**
   * Tells what is due, as `Keepalive.check` does.
   *
   * @param deaf - whether the peer is not read from, for reasons of our own: its silence says
   * nothing then
   * @returns `'later'` too: a Pong is late, and bytes that the transport holds are to be read
   * before the peer is given up; `'unread'` in place of `'pong-timeout'` for a Ping that has not
   * even left
   */
  check(now: number, deaf: boolean): KeepaliveAction | 'later' | 'unread' {
    if (this.#pinged && now >= this.keepalive.answerDeadline) {
      if (deaf) {
        this.heard(now);
      } else if (!this.#lookedTwice) {
        // The event loop may have stood still, with the Pong in bytes that the transport holds.
        this.#lookedTwice = true;
        this.#set(now);
        return 'later';
      }
    }
    const action = this.keepalive.check(now);
    // Behind a Ping that has not left another one says nothing.
    if (action === 'ping' && this.#question === WAITS) {
      this.watch();
      return 'later';
    }
    return action === 'pong-timeout' && this.#question === WAITS ? 'unread' : action;
  }

  /** The payload of the Ping that is due. */
  nextPing(): Uint8Array {
    return pingPayload(++this.#pings);
  }

  /**
   * That Ping has been made, at the time told last, and not been written yet. If one is out already
   * the time limit is that one's.
   *
   * @param waiting - how many bytes wait in the connection, it included
   */
  pinged(waiting: number): void {
    this.#count().pinged(this.#pings, this.#output.taken + waiting);
    if (this.#pinged) return;
    this.#pinged = true;
    this.#ask(waiting);
  }

  /** A Pong has come with a range of bytes as its payload, to one of our Pings or not. */
  ponged(bytes: Uint8Array, start: number, end: number): void {
    const behind = pingsBehind(this.#pings, bytes, start, end);
    if (behind >= 0) this.#count().ponged(this.#pings - behind);
  }

  /**
   * Output has moved on, at the time told last.
   *
   * @param held - whether the peer is not read from as answers wait: then it cannot be heard, and
   * its reading is all there is
   */
  moved(held: boolean): void {
    if (this.#question === NONE || this.#closing === FAILED) return;
    if (this.#question === LEFT && (!held || this.#closing === ANSWERED)) return;
    const { through, busy } = this.#output;
    const hasLeft = this.#question === LEFT || through >= this.#position || !busy;
    const leaves = hasLeft && this.#question === WAITS;
    // Where nothing has left, the time that has gone by says nothing.
    if (!leaves && through === this.#through) return;
    this.#allow(hasLeft);
    this.watch();
  }

  /**
   * The closing handshake has begun, or gone on: its time limit runs from here on.
   *
   * @param timed - whether the time told last is the present; if not, the limit runs from the next
   * call that tells it, which is asked for at once
   * @param closeHeard - whether the peer's Close has come
   * @param failed - whether the connection has failed
   * @param waiting - how many bytes wait in the connection
   */
  beginClosing(timed: boolean, closeHeard: boolean, failed: boolean, waiting: number): void {
    const reached = failed ? FAILED : closeHeard ? ANSWERED : CLOSING;
    if (reached <= this.#closing) return;
    if (!timed) {
      if (this.#wakeAt > this.#now) this.#set(this.#now);
      return;
    }
    this.#closing = reached;
    this.#pinged = false;
    this.#limitFromNow();
    if (reached !== FAILED) this.#ask(waiting);
    this.watch();
  }

  /** Sets the timer, if it would ring too late. */
  watch(): void {
    const { deadline } = this.keepalive;
    if (deadline < this.#wakeAt) this.#set(deadline);
  }

  #count(): UnreadBytes {
    this.#unread ??= new UnreadBytes(this.#bytesPerSecond, this.#now);
    this.#unread.count(this.#now, this.#output.through);
    return this.#unread;
  }

  #ask(waiting: number): void {
    this.#position = this.#output.taken + waiting;
    this.#allow(waiting === 0 && !this.#output.busy);
  }

  /** Allows for the bytes that lie before the question. */
  #allow(hasLeft: boolean): void {
    this.#question = hasLeft ? LEFT : WAITS;
    this.#through = this.#output.through;
    this.#lookedTwice = false;
    if (hasLeft && this.#closing === ANSWERED) this.#limitFromNow();
    else this.keepalive.awaitFrom(this.#count().readBy(this.#output.underWay));
  }

  /** The closing's time limit runs from here, and not from a time before or allowed for. */
  #limitFromNow(): void {
    this.keepalive.closing(this.#now);
    this.keepalive.awaitFrom(this.#now);
  }

  #set(time: number): void {
    this.#wakeAt = time;
    this.#alarm.setAlarm(time);
  }
}
