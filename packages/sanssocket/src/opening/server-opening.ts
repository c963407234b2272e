/**
 * The server's half of an opening handshake over a transport (RFC 6455 4.2): over bytes, or behind
 * an HTTP parser, which has read the head already.
 *
 * ```
 * reading   -- request --> deciding
 * reading   -- reject ---> rejecting
 * reading   -- end ------> done
 * deciding  -- accept ---> accepting
 * deciding  -- reject ---> rejecting
 * deciding  -- end ------> done
 * accepting -- end ------> done
 * rejecting -- end ------> done
 * ```
 *
 * - request: the head is whole and right. Somebody decides on it, now or later.
 * - accept, reject: the methods of these names; a wrong head and the deadline reject too.
 * - end: the response is through and the transport handed over to the connection's driver; or the
 *   transport is gone.
 *
 * A rejection is written and our side ended. Further bytes are read and dropped, so that the end of
 * the peer's side is seen and no reset takes the response away before it is read (RFC 9112 9.6); a peer
 * that does not end its side within a time limit, or goes on sending, is cut off.
 */

import type { MessageExtension } from '@sanssocket/codec';
import type { ReceivedTransport, TransportReceiver } from '@sanssocket/codec/driver';
import {
  type AcceptOptions,
  type NegotiatedExtension,
  type OpeningRequest,
  type RejectOptions,
  rejectRequest,
} from '@sanssocket/handshake';
import { Opening } from './opening.js';

/** Where a {@link ServerOpening} is. */
export type ServerOpeningState = 'reading' | 'deciding' | 'accepting' | 'rejecting' | 'done';

type Event = 'request' | 'accept' | 'reject' | 'end';

/** The next state, by state and event; no other transition is made. */
export const SERVER_OPENING_TRANSITIONS: Readonly<
  Record<ServerOpeningState, Readonly<Partial<Record<Event, ServerOpeningState>>>>
> = {
  reading: { request: 'deciding', reject: 'rejecting', end: 'done' },
  deciding: { accept: 'accepting', reject: 'rejecting', end: 'done' },
  accepting: { end: 'done' },
  rejecting: { end: 'done' },
  done: {},
};

/** Bytes that are read behind a rejection. */
const MAX_DROPPED_BYTES = 0x10_0000;

/** Where a request comes from, and how it is answered: a `ServerHandshake`, or a head that was parsed. */
export interface RequestSource {
  /** Not of a parsed head, nor `receiveEof`: its bytes are the connection's. */
  receive?(bytes: Uint8Array): RequestEvent | undefined;
  receiveEof?(): RequestEvent | undefined;
  /** @returns bytes to write before the first frame, perhaps none; and the agreement */
  accept(options: AcceptOptions<MessageExtension>): ServerAgreement;
  /** @returns bytes to write before our side is ended */
  reject(options: RejectOptions): RequestRejected;
}

/** A request whose head was parsed. */
export interface ParsedSource extends RequestSource {
  /** For {@link ServerOpening.take}. */
  readonly event: RequestEvent;
}

/** A right request, with the bytes behind its head; or a rejection. */
export type RequestEvent =
  | { readonly kind: 'request'; readonly request: OpeningRequest; readonly remaining: Uint8Array }
  | RequestRejected;

/** A response that rejects. */
export interface RequestRejected {
  readonly kind: 'rejected';
  readonly bytes: Uint8Array;
}

/** The agreement of an accepted request, and the response. */
export interface ServerAgreement {
  readonly bytes: Uint8Array;
  readonly protocol: string | undefined;
  readonly extensions: readonly NegotiatedExtension<MessageExtension>[];
}

/** Time limits of a {@link ServerOpening}, in milliseconds. */
export interface ServerOpeningTimes {
  /** From the first byte, or the transport, to the end of the response. */
  readonly openingTimeoutMs: number;
  /** From a rejection to the end of the peer's side. */
  readonly lingerTimeoutMs: number;
}

/** The functions that a {@link ServerOpening} calls. */
export interface ServerOpeningHandlers {
  /** A right request: `accept` or `reject` answers it, from inside of this or later. */
  request(opening: ServerOpening, request: OpeningRequest): void;
  /**
   * There will be no connection: the transport is gone. Called once, unless the transport was handed
   * over.
   *
   */
  end(opening: ServerOpening): void;
}

/** Makes the receiver of an open connection. */
export type OpenConnection = (transport: ReceivedTransport, agreement: ServerAgreement) => TransportReceiver;

/** One opening handshake of a server. */
export class ServerOpening extends Opening {
  readonly #source: RequestSource;
  readonly #times: ServerOpeningTimes;
  readonly #handlers: ServerOpeningHandlers;
  #state: ServerOpeningState = 'reading';
  /** Called when the response is through. */
  #open: ((now: number) => void) | undefined;
  #dropped = 0;

  /**
   * @param transport - as it is accepted, or behind the head
   * @param source - a `ServerHandshake` for bytes, or the parsed head
   * @param now - the clock, in milliseconds
   */
  constructor(
    transport: ReceivedTransport,
    source: RequestSource,
    times: ServerOpeningTimes,
    handlers: ServerOpeningHandlers,
    now: number,
  ) {
    super(transport);
    this.#source = source;
    this.#times = times;
    this.#handlers = handlers;
    this.setDeadline(now + times.openingTimeoutMs);
  }

  /** Where the opening is. */
  get state(): ServerOpeningState {
    return this.#state;
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#state === 'reading') this.take(this.#source.receive?.(bytes), now);
    else if (this.#state !== 'rejecting') this.keep(bytes);
    else {
      this.#dropped += bytes.length;
      if (this.#dropped > MAX_DROPPED_BYTES) this.abort();
    }
  }

  receiveEof(now: number): void {
    if (this.#state === 'reading') this.take(this.#source.receiveEof?.(), now);
    // A peer that has ended its side cannot close a WebSocket (RFC 6455 7.1.2).
    else if (this.#state !== 'rejecting') this.abort();
  }

  /** The head is whole: from the source, or from an HTTP parser. */
  take(event: RequestEvent | undefined, now: number): void {
    if (event === undefined) return;
    if (event.kind === 'rejected') {
      this.#reject(event, now);
      return;
    }
    this.#go('request');
    this.keep(event.remaining);
    this.#handlers.request(this, event.request);
  }

  /**
   * Accepts the request; false if there is none to answer any more.
   *
   * @param options - as for `acceptRequest`
   * @param open - called when the response is through: the connection is open then
   * @throws as `acceptRequest` does; the request is still to be answered then
   */
  accept(options: AcceptOptions<MessageExtension>, open: OpenConnection, now: number): boolean {
    if (this.#state !== 'deciding') return false;
    const agreement = this.#source.accept(options);
    this.#go('accept');
    this.#open = (then) => this.handOver(() => open(this.transport, agreement), then);
    this.send(agreement.bytes, now);
    return true;
  }

  /**
   * Rejects the request; false if there is none to answer any more.
   *
   * @param options - as for `rejectRequest`
   * @throws as `rejectRequest` does; the request is still to be answered then
   */
  reject(options: RejectOptions, now: number): boolean {
    if (this.#state !== 'deciding') return false;
    this.#reject(this.#source.reject(options), now);
    return true;
  }

  /** The server ends: a whole request gets 503, an unfinished one no answer. */
  stop(now: number): void {
    if (this.#state === 'reading') this.abort();
    else this.reject({ status: 503 }, now);
  }

  /** Gives up the transport at once; nothing happens where it was handed over. */
  abort(): void {
    if (!this.#go('end')) return;
    this.destroy();
    this.#handlers.end(this);
  }

  transportClosed(): void {
    if (!this.#go('end')) return;
    this.call(() => this.transport.wakeAt(Number.POSITIVE_INFINITY));
    this.#handlers.end(this);
  }

  protected sent(now: number): void {
    const open = this.#open;
    if (this.#state === 'rejecting') this.call(() => this.transport.end());
    else if (open !== undefined && this.#go('end')) open(now);
  }

  protected late(now: number): void {
    // RFC 9110 15.5.9.
    if (this.#state === 'reading')
      this.#reject(rejectRequest({ status: 408, reason: 'Request Timeout' }), now);
    else if (this.#state === 'deciding') this.reject({ status: 503 }, now);
    else this.abort();
  }

  protected failed(): void {
    this.abort();
  }

  #reject({ bytes }: RequestRejected, now: number): void {
    this.#go('reject');
    this.setDeadline(now + this.#times.lingerTimeoutMs);
    this.send(bytes, now);
  }

  /** Makes a transition, if there is one. */
  #go(event: Event): boolean {
    const next = SERVER_OPENING_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}
