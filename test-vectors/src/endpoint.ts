/** The implementation that the runner drives, wrapped in four calls. */
import type { EndpointOptions, ObservedEvent, Role } from './types.js';

/** A result, at once or later. */
export type MaybePromise<T> = T | PromiseLike<T>;

/**
 * The endpoint under test. A few lines wrap most implementations. Each call may answer with a
 * promise; the next one is made when it has resolved, so an implementation that needs turns of
 * the event loop can take them in `events`.
 */
export interface Endpoint {
  /** Takes the next bytes, never none. Called also after the endpoint has failed or closed. */
  receive(chunk: Uint8Array): MaybePromise<void>;
  /** Takes note that the input has ended. */
  eof(): MaybePromise<void>;
  /**
   * All events so far, in order, once everything is reported that the bytes so far decide.
   * Messages are whole; a streaming interface must put their data together.
   */
  events(): MaybePromise<readonly ObservedEvent[]>;
  /**
   * All bytes produced so far, in order. A client uses masking keys of zero if output is compared
   * as `'bytes'`.
   */
  output(): MaybePromise<Uint8Array>;
  /**
   * The split is over: ends all that still runs behind the endpoint. Called once, also after a
   * mismatch or an exception.
   */
  dispose?(): MaybePromise<void>;
}

/** Makes a fresh endpoint whose opening handshake is over. */
export type EndpointFactory = (role: Role, options: EndpointOptions) => MaybePromise<Endpoint>;
