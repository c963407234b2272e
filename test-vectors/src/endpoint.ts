/** What the runner drives: an implementation, wrapped in four calls. */
import type { EndpointOptions, ObservedEvent, Role } from './types.js';

/** A result, at once or later. */
export type MaybePromise<T> = T | PromiseLike<T>;

/**
 * The endpoint under test. A few lines wrap most implementations. Each call may answer with a promise; the next one is made when
 * it has resolved, so an implementation that needs turns of the event loop can take them in `events`.
 */
export interface Endpoint {
  /** Takes the next bytes, never none. Called also after the endpoint has failed or closed. */
  receive(chunk: Uint8Array): MaybePromise<void>;
  /** Takes note that the input has ended. */
  eof(): MaybePromise<void>;
  /**
   * All events so far, in order, when whatever the bytes so far decide has been reported. Messages are whole; pieces of a
   * streaming interface must be put together.
   */
  events(): MaybePromise<readonly ObservedEvent[]>;
  /** All bytes produced so far, in order. A client uses masking keys of zero if output is compared as `'bytes'`. */
  output(): MaybePromise<Uint8Array>;
  /** The split is over: ends what runs on behind the endpoint. Called once, also after a mismatch or an exception. */
  dispose?(): MaybePromise<void>;
}

/** Makes a fresh endpoint whose opening handshake is over. */
export type EndpointFactory = (role: Role, options: EndpointOptions) => MaybePromise<Endpoint>;
