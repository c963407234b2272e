/**
 * Limits and times of a `ConnectionDriver`, completed and checked: one object for all
 * connections of a kind.
 */

import { positiveInteger, requireKnown, requireType } from '../wire/errors.js';
import { type KeepaliveOptions, KeepaliveTimes } from './keepalive.js';

/** Options of a `ConnectionDriver`. All have a finite default. */
export interface DriverOptions extends KeepaliveOptions {
  /**
   * After so long without any byte from the peer it is pinged, see also `pingsWhileTalking`; 30
   * seconds by default. Infinity: never, for an application that looks after its peers by itself;
   * a connection without traffic then has no timer.
   */
  readonly pingIntervalMs?: number;
  /**
   * After so long without any byte since a peer can have read a ping the connection is failed with
   * 1008; 10 seconds by default. It can have read it when the ping has left, and the bytes before
   * it have been read at `minReadBytesPerSecond`.
   */
  readonly pongTimeoutMs?: number;
  /**
   * After so long the closing handshake, and the wait for the peer to end the transport, is over,
   * counted as for a ping: output that waited before our Close is still written as long as the peer
   * reads it. Once the peer's Close has come, and ours has left, the limit runs from there; for a
   * connection that has failed from the failure, whatever waits. 10 seconds by default.
   */
  readonly closeTimeoutMs?: number;
  /**
   * How fast a peer must go on reading not to be given up; 240 bytes a second by default, as
   * Kestrel and http.sys ask for. The higher it is, the sooner a peer is given up that has stopped
   * to read: with 240 after 41 minutes at the latest.
   */
  readonly minReadBytesPerSecond?: number;
  /**
   * So many bytes of answers, sent from inside of the handlers, may wait until the peer is not read
   * from: a peer that does not read the answers that it asked for must not ask for more. Two ends
   * that both answer each other with more than this at once, and read nothing meanwhile, would wait
   * for each other until a ping is not answered: one of them answers outside of its handlers then.
   * From the same number on `ConnectionDriver.needDrain` is true. 64 KiB by default.
   */
  readonly highWaterMark?: number;
  /**
   * While more than this waits nothing can be sent, see
   * {@link DriverOptions.closeOnBackpressureLimit}; 16 MiB by default.
   */
  readonly backpressureLimit?: number;
  /**
   * Whether a message that is sent while more than {@link DriverOptions.backpressureLimit} bytes
   * wait fails the connection with 1008, as its peer does not read. True by default. With false the
   * message is not sent, and the method returns false.
   */
  readonly closeOnBackpressureLimit?: boolean;
}

/** The names of all options of a driver. */
export const DRIVER_OPTIONS: readonly (keyof DriverOptions)[] = [
  'pingIntervalMs',
  'pongTimeoutMs',
  'closeTimeoutMs',
  'idleTimeoutMs',
  'pingsWhileTalking',
  'minReadBytesPerSecond',
  'highWaterMark',
  'backpressureLimit',
  'closeOnBackpressureLimit',
];

/**
 * Options completed and checked. Make one and give it to every driver of a kind; a driver given
 * plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { DriverConfig } from '@sanssocket/codec/driver';
 *
 * const config = new DriverConfig({ backpressureLimit: 1_000_000 });
 * assert.equal(config.times.pingIntervalMs, 30_000);
 * assert.throws(() => new DriverConfig({ backpressureLimit: 0 }), RangeError);
 * ```
 */
export class DriverConfig {
  /** For the `Keepalive` of each driver. */
  readonly times: KeepaliveTimes;
  readonly minReadBytesPerSecond: number;
  readonly highWaterMark: number;
  readonly backpressureLimit: number;
  readonly closeOnBackpressureLimit: boolean;

  /**
   * @throws RangeError for a limit or a time that is not a positive integer, TypeError for an
   * unknown option or a `closeOnBackpressureLimit` that is no boolean
   */
  constructor(options: DriverOptions = {}) {
    requireKnown(options, DRIVER_OPTIONS);
    const {
      pingIntervalMs = 30_000,
      pongTimeoutMs = 10_000,
      closeTimeoutMs = 10_000,
      idleTimeoutMs,
      pingsWhileTalking = false,
      minReadBytesPerSecond = 240,
      highWaterMark = 0x1_0000,
      backpressureLimit = 0x100_0000,
      closeOnBackpressureLimit = true,
    } = options;
    requireType('closeOnBackpressureLimit', closeOnBackpressureLimit, 'boolean');
    this.times = new KeepaliveTimes({
      ...(pingIntervalMs === Number.POSITIVE_INFINITY ? {} : { pingIntervalMs }),
      pongTimeoutMs,
      closeTimeoutMs,
      pingsWhileTalking,
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    });
    this.minReadBytesPerSecond = positiveInteger('minReadBytesPerSecond', minReadBytesPerSecond);
    this.highWaterMark = positiveInteger('highWaterMark', highWaterMark);
    this.backpressureLimit = positiveInteger('backpressureLimit', backpressureLimit);
    this.closeOnBackpressureLimit = closeOnBackpressureLimit;
  }
}
