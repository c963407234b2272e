/**
 * Looking after a peer that may say nothing: the keepalive of a host, and the one timer that it needs of the transport. The timer
 * is set anew only where a deadline has become earlier; where it has become later it rings in vain once.
 */
import { requireTime } from '../rules/options.js';
import { Keepalive, type KeepaliveAction, type KeepaliveOptions } from '../time/keepalive.js';

/** The watch of one host. */
export class PeerWatch {
  readonly keepalive: Keepalive;
  readonly #wakeAtTime: (time: number) => void;
  /** The time told last. */
  #now: number;
  /** When the transport will ring. */
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Whether a ping is out that nothing has been heard since. */
  #pinged = false;
  /** Whether a pong that is late has been looked for once more. */
  #lookedTwice = false;
  /** Whether the closing handshake's time limit runs. */
  #closing = false;

  /** @param wakeAt - asks the transport to ring */
  constructor(times: KeepaliveOptions, now: number, wakeAt: (time: number) => void) {
    this.keepalive = new Keepalive(times, now);
    this.#now = now;
    this.#wakeAtTime = wakeAt;
  }

  /** Takes note of the time. Throws RangeError if it is not a finite number. */
  tell(now: number): void {
    this.#now = requireTime('now', now);
  }

  /** Something has come from the peer, or it has read something. Throws RangeError if `now` is not a finite number. */
  heard(now: number): void {
    this.keepalive.received(now);
    this.#now = now;
    if (!this.#pinged) return;
    this.#pinged = false;
    this.#lookedTwice = false;
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
   * @returns `'later'` too: a pong is late, and what the transport holds is to be read before it is given up
   */
  check(now: number, deaf: boolean): KeepaliveAction | 'later' {
    if (this.#pinged && now >= this.keepalive.deadline) {
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
    if (action === 'ping') this.#pinged = true;
    return action;
  }

  /**
   * The closing handshake has begun: its time limit runs from here on.
   *
   * @param timed - whether the time told last is the present; if not, the limit runs from the next call that tells it, which is
   * asked for at once
   */
  beginClosing(timed: boolean): void {
    if (this.#closing) return;
    if (timed) {
      this.#closing = true;
      this.#pinged = false;
      this.keepalive.closing(this.#now);
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

  #set(time: number): void {
    this.#wakeAt = time;
    this.#wakeAtTime(time);
  }
}
