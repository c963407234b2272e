/**
 * The client's half of an opening handshake over a transport that is connected (RFC 6455 4.1).
 *
 * ```
 * asking  -- accepted --> opening
 * asking  -- end -------> done
 * opening -- end -------> done
 * ```
 *
 * - accepted: a right response has come.
 * - end: the request is through and the transport handed over to the connection's driver; or there
 *   will be no connection, and the transport was given up.
 *
 * It ends once, in all cases: with an answer, a fault, its end, silence up to the
 * deadline, or an abort.
 */

import type { MessageExtension } from '@sanssocket/codec';
import type { ReceivedTransport, TransportReceiver } from '@sanssocket/codec/driver';
import type {
  ClientAcceptance,
  ClientOutcome,
  ConnectionRejected,
  HandshakeFault,
  ResponseRejection,
} from '@sanssocket/handshake';
import { Opening } from './opening.js';

/** Where a {@link ClientOpening} is. */
export type ClientOpeningState = 'asking' | 'opening' | 'done';

type Event = 'accepted' | 'end';

/** The next state, by state and event; no other transition is made. */
export const CLIENT_OPENING_TRANSITIONS: Readonly<
  Record<ClientOpeningState, Readonly<Partial<Record<Event, ClientOpeningState>>>>
> = {
  asking: { accepted: 'opening', end: 'done' },
  opening: { end: 'done' },
  done: {},
};

/** The client's machine over the head: a `ClientHandshake`, or that of a stream of HTTP/2. */
export interface ResponseSource {
  /** Bytes of the request, perhaps none. */
  readonly request: { readonly bytes: Uint8Array };
  /** The rejection, from the end of its head on. */
  readonly rejection: ResponseRejection | undefined;
  receive(bytes: Uint8Array): ClientOutcome<MessageExtension> | undefined;
  receiveEof(): ClientOutcome<MessageExtension> | undefined;
}

/** There was no answer. */
export interface OpeningFailure {
  readonly kind: 'failure';
  /**
   * `CONNECT_FAILED`: there is no transport. `TRANSPORT_FAILED`: it ended before an answer.
   * `OPENING_TIMEOUT`: the deadline came first. `OPENING_ABORTED`: the caller has ended it.
   */
  readonly code: 'CONNECT_FAILED' | 'TRANSPORT_FAILED' | 'OPENING_TIMEOUT' | 'OPENING_ABORTED';
  readonly message: string;
  /** The error of the transport, or the reason of the abort. */
  readonly cause: unknown;
}

/** How an opening ended without a connection, by `kind`. */
export type Unopened = ConnectionRejected | HandshakeFault | OpeningFailure;

/** The functions that a {@link ClientOpening} calls; one of them, once. */
export interface ClientOpeningHandlers {
  /**
   * The server has accepted, and the request is through.
   *
   * @returns the receiver of the transport from now on
   */
  open(transport: ReceivedTransport, acceptance: ClientAcceptance<MessageExtension>): TransportReceiver;
  /** There will be no connection, and the transport was given up. */
  end(unopened: Unopened): void;
}

/** One opening handshake of a client. */
export class ClientOpening extends Opening {
  readonly #source: ResponseSource;
  readonly #handlers: ClientOpeningHandlers;
  #state: ClientOpeningState = 'asking';
  #acceptance: ClientAcceptance<MessageExtension> | undefined;
  #sent = false;

  /**
   * @param transport - connected
   * @param deadline - by the clock of all `now`
   */
  constructor(
    transport: ReceivedTransport,
    source: ResponseSource,
    handlers: ClientOpeningHandlers,
    deadline: number,
  ) {
    super(transport);
    this.#source = source;
    this.#handlers = handlers;
    this.setDeadline(deadline);
  }

  /** Where the opening is. */
  get state(): ClientOpeningState {
    return this.#state;
  }

  /** Writes the request; call it when the transport is the opening's. */
  begin(now: number): void {
    if (this.#state === 'asking') this.send(this.#source.request.bytes, now);
  }

  /** An HTTP client has asked, and has the answer; in place of `begin`. */
  answered(acceptance: ClientAcceptance<MessageExtension>, now: number): void {
    this.#sent = true;
    this.#accept(acceptance, now);
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#state === 'asking') this.#take(this.#source.receive(bytes), now);
    else if (this.#state === 'opening') this.keep(bytes);
  }

  receiveEof(now: number): void {
    if (this.#state === 'asking') this.#take(this.#source.receiveEof(), now);
    else this.#fail('TRANSPORT_FAILED', 'the server ended the connection behind its response', undefined);
  }

  /** Gives up, for the caller. */
  abort(reason: unknown): void {
    this.#fail('OPENING_ABORTED', 'the opening was aborted', reason);
  }

  transportClosed(error?: unknown): void {
    this.call(() => this.transport.wakeAt(Number.POSITIVE_INFINITY));
    if (this.#state === 'asking' && error === undefined) {
      // As far as it came, the answer counts.
      const outcome = this.#source.receiveEof();
      if (outcome !== undefined && outcome.kind !== 'accepted') {
        this.#settle(outcome);
        return;
      }
    }
    const message = 'the connection was lost before the server had answered';
    this.#settle({ kind: 'failure', code: 'TRANSPORT_FAILED', message, cause: error });
  }

  protected sent(now: number): void {
    this.#sent = true;
    this.#openIfReady(now);
  }

  protected late(): void {
    const { rejection } = this.#source;
    // The answer is known; only its body has not ended.
    if (rejection !== undefined && this.#state === 'asking') {
      this.#end({ ...rejection, body: new Uint8Array(0), complete: false });
    } else this.#fail('OPENING_TIMEOUT', 'the server did not answer in time', undefined);
  }

  protected failed(error: unknown): void {
    this.#fail('TRANSPORT_FAILED', 'the transport failed', error);
  }

  #take(outcome: ClientOutcome<MessageExtension> | undefined, now: number): void {
    if (outcome === undefined) return;
    if (outcome.kind === 'accepted') {
      this.keep(outcome.remaining);
      this.#accept(outcome, now);
    } else this.#end(outcome);
  }

  #accept(acceptance: ClientAcceptance<MessageExtension>, now: number): void {
    if (!this.#go('accepted')) return;
    this.#acceptance = acceptance;
    this.#openIfReady(now);
  }

  #openIfReady(now: number): void {
    const acceptance = this.#acceptance;
    if (acceptance === undefined || !this.#sent || !this.#go('end')) return;
    this.handOver(() => this.#handlers.open(this.transport, acceptance), now);
  }

  #fail(code: OpeningFailure['code'], message: string, cause: unknown): void {
    this.#end({ kind: 'failure', code, message, cause });
  }

  #end(unopened: Unopened): void {
    if (this.#state === 'done') return;
    this.#settle(unopened);
    this.destroy();
  }

  #settle(unopened: Unopened): void {
    if (this.#go('end')) this.#handlers.end(unopened);
  }

  /** Makes a transition, if there is one. */
  #go(event: Event): boolean {
    const next = CLIENT_OPENING_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}
