/**
 * A client that connects again when its connection is lost:
 *
 * ```
 * connecting -- opened --> open
 * connecting -- failed --> waiting
 * connecting -- stop ----> stopped
 * open       -- lost ----> waiting
 * open       -- stop ----> stopped
 * waiting    -- retry ---> connecting
 * waiting    -- stop ----> stopped
 * ```
 *
 * There is one attempt, one connection or one wait at any time, never two.
 */

import type { CloseInfo } from '@sanssocket/codec';
import { now } from '@sanssocket/codec/driver';
import { inWords, requireType, usageError } from '@sanssocket/codec/options';
import type { WebSocketConnection } from '../connection.js';
import { delayOf } from '../options.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import { OpeningError } from './open.js';

/** Where a {@link ReconnectingConnection} is. */
export type ReconnectingState = 'connecting' | 'open' | 'waiting' | 'stopped';

type Event = 'opened' | 'failed' | 'lost' | 'retry' | 'stop';

/** The next state, by state and event; no other transition is made. */
export const RECONNECTING_TRANSITIONS: Readonly<
  Record<ReconnectingState, Readonly<Partial<Record<Event, ReconnectingState>>>>
> = {
  connecting: { opened: 'open', failed: 'waiting', stop: 'stopped' },
  open: { lost: 'waiting', stop: 'stopped' },
  waiting: { retry: 'connecting', stop: 'stopped' },
  stopped: {},
};

/** The loss of a connection, or an attempt that failed, and the next wait. */
export interface Loss {
  /** How the connection ended; undefined if there was none, as the attempt failed. */
  readonly closeInfo: CloseInfo | undefined;
  /** Why an attempt failed: an `OpeningError`, mostly. */
  readonly error: unknown;
  /**
   * Messages sent by `sendText` and `sendBinary` of the {@link ReconnectingConnection} that had not
   * left when the connection went, in order; a part of the first may have left. A message that has left was not
   * certainly read: where that matters the application has to acknowledge messages.
   */
  readonly unsent: readonly (string | Uint8Array)[];
  /** The wait before the next attempt, in milliseconds; undefined if there is none. */
  readonly retryInMs: number | undefined;
}

/** Options of `reconnect`, beside those of `connect`. */
export interface ReconnectOptions {
  /** The waits between attempts. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * Whether there is another attempt. By default there is one but where the server has rejected the
   * request for good: with a status of 400 to 499 other than 408, 425 and 429.
   */
  readonly retries?: ((loss: Omit<Loss, 'retryInMs'>) => boolean) | undefined;
  /** Called each time that a connection was lost, and that an attempt failed. */
  readonly onLost?: ((loss: Loss) => void) | undefined;
}

/** The names of these options. */
export const RECONNECT_OPTIONS: readonly (keyof ReconnectOptions)[] = ['backoff', 'retries', 'onLost'];

/** Rejections that may be none a moment later (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4). */
const PASSING = [408, 425, 429];

function retriesByDefault({ error }: Omit<Loss, 'retryInMs'>): boolean {
  if (error === undefined) return true;
  // A caller's fault would be the same the next time.
  if (!(error instanceof OpeningError)) return false;
  const { status = 0 } = error;
  return status < 400 || status > 499 || PASSING.includes(status);
}

/** Messages that have not left, oldest first. */
class Unsent {
  #messages: (string | Uint8Array)[] = [];
  #first = 0;

  add(message: string | Uint8Array): void {
    this.#messages.push(message);
  }

  /** The oldest one has left. */
  leave(): void {
    this.#first++;
    // Each message is moved at most once for each that has left.
    if (2 * this.#first < this.#messages.length) return;
    this.#messages = this.#messages.slice(this.#first);
    this.#first = 0;
  }

  take(): (string | Uint8Array)[] {
    const messages = this.#messages.slice(this.#first);
    this.#messages = [];
    this.#first = 0;
    return messages;
  }
}

/**
 * Why a link of `reconnect` has stopped, where `retries` has said no behind a connection that was lost.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ConnectionLostError } from 'sanssocket';
 *
 * const closeInfo = { wasClean: true, code: 4001, reason: 'go', fault: undefined, truncated: false };
 * assert.equal(new ConnectionLostError(closeInfo).code, 'CONNECTION_LOST');
 * ```
 */
export class ConnectionLostError extends Error {
  readonly code = 'CONNECTION_LOST';
  /** How the connection ended. */
  readonly closeInfo: CloseInfo;

  constructor(closeInfo: CloseInfo) {
    super(`the connection was lost: ${closeInfo.code} ${closeInfo.reason}`.trimEnd());
    this.name = 'ConnectionLostError';
    this.closeInfo = closeInfo;
  }
}

/**
 * A connection that comes back: `reconnect` makes one. Each time it is open the handlers are made anew,
 * as with `connect`.
 *
 * @example
 * ```ts node
 * import { reconnect, serve } from 'sanssocket';
 *
 * const server = await serve({ port: 0 }, (connection) => ({ text: (text) => connection.sendText(text) }));
 * const link = reconnect(`ws://localhost:${server.port}/`, { text: (text) => console.log(text) }, {
 *   onLost: ({ retryInMs, unsent }) => console.log('lost', unsent.length, 'again in', retryInMs),
 * });
 * await link.connected();
 * link.sendText('hello');
 * await link.close();
 * await server.close();
 * ```
 */
export class ReconnectingConnection {
  readonly #open: (signal: AbortSignal) => Promise<WebSocketConnection>;
  readonly #retries: (loss: Omit<Loss, 'retryInMs'>) => boolean;
  readonly #onLost: ((loss: Loss) => void) | undefined;
  readonly #backoff: Backoff;
  /** Of the connection that is open. */
  #unsent = new Unsent();
  #state: ReconnectingState = 'connecting';
  #connection: WebSocketConnection | undefined;
  #attempt: AbortController | undefined;
  #forgetSignal: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why there are no more attempts. */
  #reason: unknown;
  #waiting: { resolve(connection: WebSocketConnection): void; reject(reason: unknown): void }[] = [];

  /** @internal Made by `reconnect`. */
  constructor(
    open: (signal: AbortSignal) => Promise<WebSocketConnection>,
    { backoff, retries = retriesByDefault, onLost }: ReconnectOptions,
  ) {
    requireType('retries', retries, 'function');
    if (onLost !== undefined) requireType('onLost', onLost, 'function');
    this.#open = open;
    this.#retries = retries;
    this.#onLost = onLost;
    this.#backoff = new Backoff(backoff);
    void this.#connect();
  }

  /** Where it is. */
  get state(): ReconnectingState {
    return this.#state;
  }

  /** The open connection; undefined while there is none. */
  get connection(): WebSocketConnection | undefined {
    return this.#connection;
  }

  /**
   * Sends a text over the open connection.
   *
   * @returns false if there is none, or it takes nothing: nothing was sent or kept then
   */
  sendText(text: string): boolean {
    return this.#send(text, (connection) => connection.sendText(text));
  }

  /**
   * Sends bytes, which must not change before they have left; see
   * {@link ReconnectingConnection.sendText}.
   */
  sendBinary(bytes: Uint8Array): boolean {
    return this.#send(bytes, (connection) => connection.sendBinary(bytes));
  }

  /**
   * Waits for an open connection: this one, or the next. Rejects when there are no more attempts, with
   * the reason.
   */
  connected(): Promise<WebSocketConnection> {
    if (this.#state === 'open') return Promise.resolve(this.#connection!);
    return new Promise((resolve, reject) => {
      if (this.#state === 'stopped') reject(this.#reason);
      else this.#waiting.push({ resolve, reject });
    });
  }

  /** Ends the wait: the network is back, say, as the event `online` of a browser tells. */
  retry(): void {
    if (!this.#go('retry')) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  /**
   * Closes the connection, or gives up the attempt or the wait, for good.
   *
   * @param code - as for `WebSocketConnection.close`; 1000 by default
   * @returns a promise of the end of the transport
   */
  async close(code = 1000, reason = ''): Promise<void> {
    const connection = this.#connection;
    connection?.close(code, reason);
    this.#stop(usageError(Error, 'CONNECTION_CLOSING', 'the connection was closed by the caller'));
    await connection?.finished();
  }

  /** @internal Ends it with a signal. */
  stopOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const stop = (): void => {
      this.#connection?.close(1000);
      this.#stop(signal.reason);
    };
    if (signal.aborted) stop();
    else {
      signal.addEventListener('abort', stop);
      this.#forgetSignal = () => signal.removeEventListener('abort', stop);
    }
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    let connection: WebSocketConnection;
    try {
      connection = await this.#open(attempt.signal);
    } catch (error) {
      if (this.#state === 'connecting') this.#lose('failed', undefined, error);
      return;
    }
    if (!this.#go('opened')) {
      connection.close(1000);
      return;
    }
    this.#connection = connection;
    this.#backoff.opened(now());
    for (const { resolve } of this.#waiting.splice(0)) resolve(connection);
    const closeInfo = await connection.finished();
    this.#connection = undefined;
    if (this.#state !== 'open') return;
    this.#backoff.lost(now());
    this.#lose('lost', closeInfo, undefined);
  }

  #lose(event: 'failed' | 'lost', closeInfo: CloseInfo | undefined, error: unknown): void {
    const loss = { closeInfo, error, unsent: this.#unsent.take() };
    this.#unsent = new Unsent();
    this.#go(event);
    let retries = false;
    try {
      retries = this.#retries(loss);
    } finally {
      // A function that throws leaves nothing that waits for ever.
      if (!retries) this.#stop(closeInfo === undefined ? error : new ConnectionLostError(closeInfo));
    }
    let retryInMs: number | undefined;
    if (this.#state === 'waiting') {
      retryInMs = this.#backoff.next(chance());
      this.#timer = setTimeout(() => this.retry(), delayOf(retryInMs));
    }
    this.#onLost?.({ ...loss, retryInMs });
  }

  #stop(reason: unknown): void {
    if (!this.#go('stop')) return;
    this.#reason = reason;
    this.#forgetSignal?.();
    clearTimeout(this.#timer);
    this.#attempt?.abort(reason);
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }

  #send(message: string | Uint8Array, send: (connection: WebSocketConnection) => boolean): boolean {
    const connection = this.#connection;
    if (connection === undefined) return false;
    if (!send(connection)) return false;
    const unsent = this.#unsent;
    unsent.add(message);
    connection.whenWritten((written) => {
      if (written) unsent.leave();
    });
    return true;
  }

  /** Makes a transition, if there is one. */
  #go(event: Event): boolean {
    const next = RECONNECTING_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}

/** From 0 to 1. */
function chance(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 0xffff_ffff;
}

/** The URL of an attempt: the same each time, or from a function, for tokens that expire. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>);

/** @throws TypeError (`OPTION_INVALID`) for anything but a source of URLs */
export function requireUrlSource(url: UrlSource): void {
  if (typeof url === 'string' || typeof url === 'function' || typeof url?.href === 'string') return;
  throw usageError(
    TypeError,
    'OPTION_INVALID',
    `a URL, or a function that gives it, is wanted, not ${inWords(url)}`,
  );
}

/** An attempt's URL. */
export async function urlOf(url: UrlSource): Promise<string | URL> {
  return typeof url === 'function' ? url() : url;
}
