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
import { Keepalive, type KeepaliveAction } from './keepalive.js';
import type { DriverConfig } from './options.js';
import type { OutputBatches } from './output-batches.js';
import { pingPayload, pingsBehind, UnreadBytes } from './unread-bytes.js';

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

/** All that is known of a peer that has been asked: an idle connection has none of it at first. */
class Questions extends UnreadBytes {
  /** Whether a Ping is out that nothing has been heard since. */
  pinged = false;
  /** Whether a Pong that is late has been looked for once more. */
  lookedTwice = false;
  closing: typeof OPEN | typeof CLOSING | typeof ANSWERED | typeof FAILED = OPEN;
  question: typeof NONE | typeof WAITS | typeof LEFT = NONE;
  /** How many bytes will have left when the question has. */
  position = 0;
  /** How many had left when the question was last allowed time. */
  through = 0;
  /** How many Pings there were, and so the number of the newest. */
  pings = 0;
}

/** The loop of a driver, as its watch sees it. */
export interface Watched extends Pick<OutputBatches, 'taken' | 'through' | 'underWay' | 'busy'> {
  readonly config: DriverConfig;
  /** Asks the transport to ring at a time, in place of the time before. */
  setAlarm(time: number): void;
}

/** The transport has not been asked to ring. No Infinity, which takes 16 bytes of its own. */
const NEVER = -1;

/**
 * The watch of one driver: a keepalive, as one object less for each connection is 32 bytes less.
 */
export class PeerWatch extends Keepalive {
  readonly #loop: Watched;
  /** The time told last. */
  #now: number;
  /** When the transport will ring. */
  #wakeAt = NEVER;
  /** Null until the first one. */
  #questions: Questions | null = null;

  constructor(loop: Watched, now: number) {
    super(loop.config.times, now);
    this.#loop = loop;
    this.#now = now;
  }

  /** Takes note of the time. Throws RangeError if it is not a finite number. */
  tell(now: number): void {
    this.#now = requireTime('now', now);
  }

  /** Something has come from the peer. Throws RangeError if `now` is not a finite number. */
  heard(now: number): void {
    this.received(now);
    this.#now = now;
    const questions = this.#questions;
    if (questions === null || !questions.pinged) return;
    questions.pinged = false;
    questions.question = NONE;
    this.watch(); // the next Ping may be due before the Pong was
  }

  /** The transport has rung. Throws RangeError if `now` is not a finite number. */
  rang(now: number): void {
    this.tell(now);
    this.#wakeAt = NEVER;
    // From here on, and not from the next question, the time counts in which these bytes are read.
    if (this.#loop.through > 0) this.count();
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
  look(now: number, deaf: boolean): KeepaliveAction | 'later' | 'unread' {
    const questions = this.#questions;
    if (questions?.pinged && now >= this.answerDeadline) {
      if (deaf) {
        this.heard(now);
      } else if (!questions.lookedTwice) {
        // The event loop may have stood still, with the Pong in bytes that the transport holds.
        questions.lookedTwice = true;
        this.set(now);
        return 'later';
      }
    }
    const action = this.check(now);
    if (questions?.question !== WAITS) return action;
    // Behind a Ping that has not left another one says nothing.
    if (action === 'ping') {
      this.watch();
      return 'later';
    }
    return action === 'pong-timeout' ? 'unread' : action;
  }

  /** The payload of the Ping that is due. */
  nextPing(): Uint8Array {
    return pingPayload(++this.asked().pings);
  }

  /**
   * That Ping has been made, at the time told last, and not been written yet. If one is out already
   * the time limit is that one's.
   *
   * @param waiting - how many bytes wait in the connection, it included
   */
  pinged(waiting: number): void {
    const questions = this.count();
    questions.made(questions.pings, this.#loop.taken + waiting);
    if (questions.pinged) return;
    questions.pinged = true;
    this.ask(questions, waiting);
  }

  /** A Pong has come with a range of bytes as its payload, to one of our Pings or not. */
  ponged(bytes: Uint8Array, start: number, end: number): void {
    const pings = this.#questions?.pings ?? 0;
    const behind = pingsBehind(pings, bytes, start, end);
    if (behind >= 0) this.count().answered(pings - behind);
  }

  /**
   * Output has moved on, at the time told last.
   *
   * @param held - whether the peer is not read from as answers wait: then it cannot be heard, and
   * its reading is all there is
   */
  moved(held: boolean): void {
    const questions = this.#questions;
    if (questions === null) return;
    const { question, closing } = questions;
    if (question === NONE || closing === FAILED) return;
    if (question === LEFT && (!held || closing === ANSWERED)) return;
    const { through, busy } = this.#loop;
    const hasLeft = question === LEFT || through >= questions.position || !busy;
    const leaves = hasLeft && question === WAITS;
    // Where nothing has left, the time that has gone by says nothing.
    if (!leaves && through === questions.through) return;
    this.allow(questions, hasLeft);
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
    const questions = this.asked();
    if (reached <= questions.closing) return;
    if (!timed) {
      if (this.#wakeAt === NEVER || this.#wakeAt > this.#now) this.set(this.#now);
      return;
    }
    questions.closing = reached;
    questions.pinged = false;
    this.limitFromNow();
    if (reached !== FAILED) this.ask(questions, waiting);
    this.watch();
  }

  /** Sets the timer, if it would ring too late. */
  watch(): void {
    const { deadline } = this;
    if (this.#wakeAt === NEVER ? deadline < Number.POSITIVE_INFINITY : deadline < this.#wakeAt) {
      this.set(deadline);
    }
  }

  private asked(): Questions {
    this.#questions ??= new Questions(this.#loop.config.minReadBytesPerSecond, this.#now);
    return this.#questions;
  }

  private count(): Questions {
    const questions = this.asked();
    questions.count(this.#now, this.#loop.through);
    return questions;
  }

  private ask(questions: Questions, waiting: number): void {
    questions.position = this.#loop.taken + waiting;
    this.allow(questions, waiting === 0 && !this.#loop.busy);
  }

  /** Allows for the bytes that lie before the question. */
  private allow(questions: Questions, hasLeft: boolean): void {
    questions.question = hasLeft ? LEFT : WAITS;
    questions.through = this.#loop.through;
    questions.lookedTwice = false;
    if (hasLeft && questions.closing === ANSWERED) this.limitFromNow();
    else this.awaitFrom(this.count().readBy(this.#loop.underWay));
  }

  /** The closing's time limit runs from here, and not from a time before or allowed for. */
  private limitFromNow(): void {
    this.closing(this.#now);
    this.awaitFrom(this.#now);
  }

  private set(time: number): void {
    this.#wakeAt = time;
    this.#loop.setAlarm(time);
  }
}
