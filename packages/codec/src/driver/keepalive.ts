/**
 * Keepalive and time limits as a machine over an argument `now` (RFC 6455 5.5.2, 7.1.1): no timer,
 * no clock.
 *
 * ```
 * alive   -- received --------> alive
 * alive   -- ping ------------> pinged
 * alive   -- idle-timeout ----> expired
 * alive   -- closing ---------> closing
 * pinged  -- received --------> alive
 * pinged  -- ping ------------> pinged
 * pinged  -- pong-timeout ----> expired
 * pinged  -- idle-timeout ----> expired
 * pinged  -- closing ---------> closing
 * expired -- closing ---------> closing
 * closing -- closing ---------> closing
 * closing -- close-timeout ---> done
 * ```
 *
 * - received, closing: the methods of these names.
 * - ping: quiet for `pingIntervalMs`.
 * - pong-timeout: silent for `pongTimeoutMs` after the Ping, or after `awaitFrom()`.
 * - idle-timeout: no `active()` for `idleTimeoutMs`.
 * - close-timeout: `closeTimeoutMs` after `closing()`, or after `awaitFrom()`.
 */

import { positiveInteger, requireKnown, requireTime, requireType } from '../wire/errors.js';

/** Times of a {@link Keepalive}, in whole milliseconds; a time that is left out is not watched. */
export interface KeepaliveOptions {
  /** After so long without any byte from the peer it is pinged. */
  readonly pingIntervalMs?: number;
  /**
   * After so long without any byte since a ping the peer counts as gone; see {@link
   * Keepalive.awaitFrom}.
   */
  readonly pongTimeoutMs?: number;
  /**
   * Whether a peer that talks is pinged too: each `pingIntervalMs`, whatever comes from it. For a
   * proxy that watches each direction alone, and cuts off a peer that only sends; and for a server
   * that sends much to peers that talk, whose Pongs show how much they have read. False by default.
   */
  readonly pingsWhileTalking?: boolean;
  /**
   * After so long without a message, in or out, the connection has had its time; Pings and Pongs do
   * not count.
   */
  readonly idleTimeoutMs?: number;
  /**
   * After so long the closing handshake, and the wait for the peer to end the transport, is over.
   */
  readonly closeTimeoutMs?: number;
}

const OPTIONS: readonly (keyof KeepaliveOptions)[] = [
  'pingIntervalMs',
  'pongTimeoutMs',
  'pingsWhileTalking',
  'idleTimeoutMs',
  'closeTimeoutMs',
];

/**
 * Times completed and checked. Make one and give it to every keepalive of a kind; a keepalive given
 * plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Keepalive, KeepaliveTimes } from '@sanssocket/codec';
 *
 * const times = new KeepaliveTimes({ pingIntervalMs: 30_000 });
 * const keepalives = Array.from({ length: 3 }, () => new Keepalive(times, 0));
 * assert.equal(keepalives[0]!.deadline, 30_000);
 * assert.equal(times.idleTimeoutMs, Infinity); // not watched
 * ```
 */
export class KeepaliveTimes implements KeepaliveOptions {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly pingsWhileTalking: boolean;
  readonly idleTimeoutMs: number;
  readonly closeTimeoutMs: number;

  /**
   * @throws TypeError for a time that there is not (`OPTION_UNKNOWN`), RangeError for one that is
   * not a positive integer (`OPTION_INVALID`)
   */
  constructor(options: KeepaliveOptions) {
    requireKnown(options, OPTIONS);
    const { pingsWhileTalking = false } = options;
    requireType('pingsWhileTalking', pingsWhileTalking, 'boolean');
    this.pingsWhileTalking = pingsWhileTalking;
    this.pingIntervalMs = time('pingIntervalMs', options.pingIntervalMs);
    this.pongTimeoutMs = time('pongTimeoutMs', options.pongTimeoutMs);
    this.idleTimeoutMs = time('idleTimeoutMs', options.idleTimeoutMs);
    this.closeTimeoutMs = time('closeTimeoutMs', options.closeTimeoutMs);
  }
}

/** A time that is left out never comes. */
function time(name: string, value: number | undefined): number {
  return value === undefined ? Number.POSITIVE_INFINITY : positiveInteger(name, value);
}

/** The action that is due, as {@link Keepalive.check} answers. */
export type KeepaliveAction = 'none' | 'ping' | 'pong-timeout' | 'idle-timeout' | 'close-timeout';

type State = 'alive' | 'pinged' | 'expired' | 'closing' | 'done';

type Event = 'received' | 'closing' | Exclude<KeepaliveAction, 'none'>;

/** The next state, by state and event; no other transition is made. */
export const KEEPALIVE_TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>> = {
  alive: { received: 'alive', ping: 'pinged', 'idle-timeout': 'expired', closing: 'closing' },
  pinged: {
    received: 'alive',
    ping: 'pinged',
    'pong-timeout': 'expired',
    'idle-timeout': 'expired',
    closing: 'closing',
  },
  expired: { closing: 'closing' },
  closing: { closing: 'closing', 'close-timeout': 'done' },
  done: {},
};

/**
 * Says when to ping a peer and when to give up on it. Tell it what happens, ask {@link
 * Keepalive.check} at {@link Keepalive.deadline} or at any later time, and do what it says: send a
 * Ping on `'ping'`; close or fail the connection on `'idle-timeout'`; destroy the transport on
 * `'pong-timeout'` and `'close-timeout'`.
 *
 * A caller whose event loop stood still for long reads the bytes that its sockets hold before it
 * asks: a Pong may be waiting there.
 *
 * All times are milliseconds of one clock of the caller's that does not run backwards
 * (`performance.now()`).
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Keepalive } from '@sanssocket/codec';
 *
 * const keepalive = new Keepalive({ pingIntervalMs: 30_000, pongTimeoutMs: 5_000 }, 0);
 * assert.equal(keepalive.deadline, 30_000);
 * assert.equal(keepalive.check(29_999), 'none');
 * assert.equal(keepalive.check(30_000), 'ping'); // send one now
 * assert.equal(keepalive.deadline, 35_000);
 * keepalive.received(31_000); // any byte shows that the peer is there
 * assert.equal(keepalive.deadline, 61_000);
 * ```
 */
export class Keepalive {
  readonly #times: KeepaliveTimes;
  #state: State = 'alive';
  /** When the peer was last heard, or has begun to owe an answer. */
  #since: number;
  /** When it was last pinged. */
  #pinged: number;
  /** When a message last went either way. */
  #active: number;

  /**
   * @param times - to be shared by many, make a {@link KeepaliveTimes}
   * @param now - the connection is open since
   * @throws as the constructor of {@link KeepaliveTimes}, and RangeError for `now` if it is not a
   * finite number
   */
  constructor(times: KeepaliveOptions | KeepaliveTimes, now: number) {
    this.#times = times instanceof KeepaliveTimes ? times : new KeepaliveTimes(times);
    this.#since = requireTime('now', now);
    this.#active = now;
    this.#pinged = now;
  }

  /** Bytes arrived, of whatever kind. Throws RangeError if `now` is not a finite number. */
  received(now: number): void {
    requireTime('now', now);
    // Nearly always so, at each chunk.
    if (this.#state === 'alive' || this.go('received')) this.#since = now;
  }

  /**
   * A Ping or a Close that is to be answered was not read before some time: its time limit runs
   * from there. For a caller that knows how much lies before the frame, on its way to the peer.
   * Throws RangeError if the time is not a finite number.
   *
   * @param time - may be in the future: until then there are further pings, as a proxy on the way
   * may ask for signs of life. A time before the limit's present start changes nothing
   */
  awaitFrom(time: number): void {
    requireTime('time', time);
    if (this.#state === 'pinged' || this.#state === 'closing') this.#since = Math.max(this.#since, time);
  }

  /** A message was sent or received. Throws RangeError if `now` is not a finite number. */
  active(now: number): void {
    this.#active = requireTime('now', now);
  }

  /**
   * The closing handshake began, on either side: from now on only its time limit counts. Called
   * again it ends what {@link Keepalive.awaitFrom} has granted. Throws RangeError if `now` is not a
   * finite number.
   */
  closing(now: number): void {
    requireTime('now', now);
    const again = this.#state === 'closing';
    if (this.go('closing')) this.#since = again ? Math.min(this.#since, now) : now;
  }

  /** When {@link Keepalive.check} must next be called; Infinity if there is nothing to wait for. */
  get deadline(): number {
    const deadline = Math.min(this.pingDeadline(), this.stateDeadline());
    return this.isOpen ? Math.min(deadline, this.#active + this.#times.idleTimeoutMs) : deadline;
  }

  /**
   * When the answer awaited in the present state is late, no matter which Pings are due before.
   *
   * @internal
   */
  get answerDeadline(): number {
    return this.stateDeadline();
  }

  /**
   * Tells what is due.
   *
   * @param now - may be late: nothing is missed
   * @returns `'ping'` once for each quiet interval, also while the answer to one is not due yet; a
   * timeout once, and `'none'` ever after
   * @throws RangeError if `now` is not a finite number
   */
  check(now: number): KeepaliveAction {
    requireTime('now', now);
    const action = this.due(now);
    if (action === 'none') return action;
    if (action === 'ping') {
      this.#pinged = now;
      if (this.#state === 'alive') this.#since = now;
    }
    this.go(action);
    return action;
  }

  private due(now: number): KeepaliveAction {
    if (now >= this.pingDeadline()) return 'ping';
    if (now >= this.stateDeadline()) return this.#state === 'pinged' ? 'pong-timeout' : 'close-timeout';
    return now >= this.deadline ? 'idle-timeout' : 'none';
  }

  /** Makes a transition, if there is one. */
  private go(event: Event): boolean {
    const next = KEEPALIVE_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  private get isOpen(): boolean {
    return this.#state === 'alive' || this.#state === 'pinged';
  }

  private pingDeadline(): number {
    const { pingIntervalMs, pingsWhileTalking } = this.#times;
    if (!this.isOpen) return Number.POSITIVE_INFINITY;
    if (this.#state === 'alive') return (pingsWhileTalking ? this.#pinged : this.#since) + pingIntervalMs;
    // Behind an answer that is due no other ping is of use.
    const next = this.#pinged + pingIntervalMs;
    return next < this.#since ? next : Number.POSITIVE_INFINITY;
  }

  private stateDeadline(): number {
    const times = this.#times;
    if (this.#state === 'pinged') return this.#since + times.pongTimeoutMs;
    return this.#state === 'closing' ? this.#since + times.closeTimeoutMs : Number.POSITIVE_INFINITY;
  }
}
