/**
 * Looking after a peer that may say nothing: the keepalive of a host, and the one timer that it needs of the transport. The timer
 * is set anew only where a deadline has become earlier; where it has become later it rings in vain once.
 *
 * A Ping, and a Close, is a question. The time limit of its answer runs from when the peer has come
 * to read it at the latest:
 *
 * - As long as the question waits with us, from each time that something before it has left: the
 *   peer reads. The next such time is due when the batch under way, and what lies before it on the
 *   way, has been read at the lowest rate allowed (`UnreadBytes`).
 * - Once it has left, from when what lies before it on the way has been read at that rate. Bytes
 *   that leave behind it say nothing.
 * - Any byte of the peer answers a Ping. A Close is answered by a Close only, and a connection that
 *   has failed waits for nothing: its limit is `closeTimeoutMs`, whatever waits.
 */

import { requireTime } from '../wire/errors.js';
import { Keepalive, type KeepaliveAction, type KeepaliveOptions } from './keepalive.js';
import type { OutputBatches } from './output-batches.js';

// How much a peer may still have to read of what has left us, if it reads no slower than it must.
//
// Bytes that the transport has let through lie in kernels and proxies, and nobody tells how many
// are left there. A peer that reads at the lowest rate allowed has read so many in the time gone
// by; one that reads faster has fewer before it. So what is counted here is never less than what
// such a peer has before it, and a limit that begins when it would have read everything does not
// end a peer that reads.
//
// - Bounded: what kernels and proxies hold counts up to `MAX_UNREAD_BYTES`, so that a peer that
//   reads nothing is given up in bounded time: 18 minutes at 240 bytes a second, and 23 more for a
//   batch of 320 KiB under way. Where more lies there, a peer must read it all in that time.
// - Sends cost nothing: what has left since the last look counts as if it had left now, which is
//   later than it did.
// - A Pong that has come shows that everything before its Ping has been read.

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
   * @param bytesPerSecond - the lowest rate allowed
   * @param now - the clock
   */
  constructor(bytesPerSecond: number, now: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#at = now;
  }

  /** How many bytes had left when it was last counted. */
  get left(): number {
    return this.#left;
  }

  /** Counts anew, at a time when so many bytes have left in all. */
  count(now: number, left: number): void {
    const read = (Math.max(0, now - this.#at) / 1000) * this.#bytesPerSecond;
    const bytes = Math.max(0, this.#bytes - read) + left - this.#left;
    this.#bytes = Math.min(MAX_UNREAD_BYTES, bytes);
    this.#at = now;
    this.#left = left;
  }

  /** The peer has read everything that had left when so many bytes had. */
  readTo(position: number): void {
    this.#bytes = Math.min(this.#bytes, Math.max(0, this.#left - position));
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

/** Whether a question is out, and where. */
const NONE = 0;

/** It waits in the connection, or in a batch that is not through. */
const WAITS = 1;

const LEFT = 2;

/** The watch of one host. */
export class PeerWatch {
  readonly keepalive: Keepalive;
  readonly #bytesPerSecond: number;
  readonly #output: OutputBatches;
  readonly #wakeAtTime: (time: number) => void;
  /** The time told last. */
  #now: number;
  /** When the transport will ring. */
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Whether a ping is out that nothing has been heard since. */
  #pinged = false;
  /** Whether a pong that is late has been looked for once more. */
  #lookedTwice = false;
  /** Whether the closing handshake's time limit runs, and whether what waits is allowed time. */
  #closing = false;
  #patient = true;
  #question: typeof NONE | typeof WAITS | typeof LEFT = NONE;
  /** How much will have left when the question has. */
  #position = 0;
  /** How many pings there were. */
  #pings = 0;
  /** The bytes that may lie on the way; null until a question is asked. */
  #unread: UnreadBytes | null = null;

  /** @param wakeAt - asks the transport to ring */
  constructor(
    times: KeepaliveOptions,
    bytesPerSecond: number,
    output: OutputBatches,
    now: number,
    wakeAt: (time: number) => void,
  ) {
    this.keepalive = new Keepalive(times, now);
    this.#bytesPerSecond = bytesPerSecond;
    this.#output = output;
    this.#now = now;
    this.#wakeAtTime = wakeAt;
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
    this.watch(); // the next ping may be due before the pong was
  }

  /** The transport has rung. Throws RangeError if `now` is not a finite number. */
  rang(now: number): void {
    this.tell(now);
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  /**
   * Tells what is due, as `Keepalive.check` does.
   *
   * @param deaf - whether the peer is not read from, for reasons of our own: its silence says nothing then
   * @returns `'later'` too: a pong is late, and what the transport holds is to be read before it is
   * given up; `'unread'` in place of `'pong-timeout'` for a ping that has not even left
   */
  check(now: number, deaf: boolean): KeepaliveAction | 'later' | 'unread' {
    if (this.#pinged && now >= this.keepalive.answerDeadline) {
      if (deaf) {
        this.heard(now);
      } else if (!this.#lookedTwice) {
        // The event loop may have stood still, with the pong in what the transport holds.
        this.#lookedTwice = true;
        this.#set(now);
        return 'later';
      }
    }
    const action = this.keepalive.check(now);
    // Behind a ping that has not left another one says nothing.
    if (action === 'ping' && this.#question === WAITS) {
      this.watch();
      return 'later';
    }
    return action === 'pong-timeout' && this.#question === WAITS ? 'unread' : action;
  }

  /**
   * A Ping has been made, at the time told last, and not been written yet. If one is out already it
   * is that one that counts.
   *
   * @param waiting - how many bytes wait in the connection, it included
   * @param pongs - how many have come
   */
  pinged(waiting: number, pongs: number): void {
    const answered = pongs >= this.#pings++;
    if (this.#pinged) return;
    this.#pinged = true;
    // All pings have been answered, and so has been read what was before the last question.
    if (answered) this.#count().readTo(this.#position);
    this.#ask(waiting);
  }

  /**
   * Output has moved on, at the time told last.
   *
   * @param held - whether the peer is not read from as answers wait: then it cannot be heard, and
   * its reading is all there is
   */
  moved(held: boolean): void {
    if (this.#question === NONE || !this.#patient || (this.#question === LEFT && !held)) return;
    const { through, busy } = this.#output;
    const hasLeft = this.#question === LEFT || through >= this.#position || !busy;
    const leaves = hasLeft && this.#question === WAITS;
    // Where nothing has left, the time that has gone by says nothing.
    if (leaves || through !== this.#unread?.left) this.#allow(hasLeft);
  }

  /**
   * The closing handshake has begun: its time limit runs from here on.
   *
   * @param timed - whether the time told last is the present; if not, the limit runs from the next call that tells it, which is
   * asked for at once
   * @param failed - whether the connection has failed
   * @param waiting - how many bytes wait in the connection
   */
  beginClosing(timed: boolean, failed: boolean, waiting: number): void {
    if (this.#closing && (!failed || !this.#patient)) return;
    if (timed) {
      const begins = !this.#closing;
      this.#closing = true;
      this.#patient = !failed;
      this.#pinged = false;
      this.keepalive.closing(this.#now);
      if (begins && !failed) this.#ask(waiting);
      this.watch();
    } else if (this.#wakeAt > this.#now) {
      this.#set(this.#now);
    }
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

  /** Allows for what lies before the question. */
  #allow(hasLeft: boolean): void {
    this.#question = hasLeft ? LEFT : WAITS;
    this.#lookedTwice = false;
    this.keepalive.awaitFrom(this.#count().readBy(this.#output.underWay));
  }

  #set(time: number): void {
    this.#wakeAt = time;
    this.#wakeAtTime(time);
  }
}
