/** Limits and times of a {@link ConnectionHost}, completed and checked: one object for all connections of a kind. */

import { positiveInteger, requireKnown, requireOneOf } from '../wire/errors.js';
import { type KeepaliveOptions, KeepaliveTimes } from './keepalive.js';

/** Options of a {@link ConnectionHost}. All have a finite default. */
export interface HostOptions extends KeepaliveOptions {
  /**
   * After so long without any byte from the peer it is pinged, see also `pingsWhileTalking`; 30
   * seconds by default.
   */
  readonly pingIntervalMs?: number;
  /**
   * After so long without any byte since a peer can have read a ping the connection is failed with
   * 1008; 10 seconds by default. It can have read it when the ping has left, and what lay before it
   * has been read at `minReadBytesPerSecond`.
   */
  readonly pongTimeoutMs?: number;
  /**
   * After so long the closing handshake, and the wait for the peer to end the transport, is over,
   * counted as for a ping: what waited before our Close is still written as long as the peer reads
   * it. For a connection that has failed the limit runs from there, whatever waits. 10 seconds by
   * default.
   */
  readonly closeTimeoutMs?: number;
  /**
   * How fast a peer must go on reading not to be given up; 240 bytes a second by default, as
   * Kestrel and http.sys ask for. The higher it is, the sooner a peer is given up that has stopped
   * to read what is sent to it: with 240 after 41 minutes at the latest.
   */
  readonly minReadBytesPerSecond?: number;
  /**
   * So many bytes of answers, which are what is sent from inside of the sink's methods, may wait until the peer is not read from:
   * who does not read what it asked for must not ask for more. Two ends that both answer each other with more than this at once, and
   * read nothing meanwhile, would wait for each other until a ping is not answered: one of them answers outside of its sink then. From the same number on {@link ConnectionHost.full} is true.
   * 64 KiB by default.
   */
  readonly highWaterBytes?: number;
  /** While more than this waits nothing can be sent, see {@link HostOptions.whenOver}; 16 MiB by default. */
  readonly maxWaitingBytes?: number;
  /**
   * What becomes of a message that is sent while more than {@link HostOptions.maxWaitingBytes} wait. `'fail'` (the default) fails
   * the connection with 1008: its peer does not read. `'refuse'` only does not send it, and the method returns false.
   */
  readonly whenOver?: 'fail' | 'refuse';
}

const OPTIONS: readonly (keyof HostOptions)[] = [
  'pingIntervalMs',
  'pongTimeoutMs',
  'closeTimeoutMs',
  'idleTimeoutMs',
  'pingsWhileTalking',
  'minReadBytesPerSecond',
  'highWaterBytes',
  'maxWaitingBytes',
  'whenOver',
];

/**
 * Options completed and checked. Make one and give it to every host of a kind; a host given plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { HostConfig } from '@sanssocket/codec/driver';
 *
 * const config = new HostConfig({ maxWaitingBytes: 1_000_000 });
 * assert.equal(config.times.pingIntervalMs, 30_000);
 * assert.throws(() => new HostConfig({ maxWaitingBytes: 0 }), RangeError);
 * ```
 */
export class HostConfig {
  /** For the `Keepalive` of each host. */
  readonly times: KeepaliveTimes;
  readonly minReadBytesPerSecond: number;
  readonly highWaterBytes: number;
  readonly maxWaitingBytes: number;
  readonly whenOver: 'fail' | 'refuse';

  /** @throws RangeError for a limit or a time that is not a positive integer, TypeError for an unknown option or `whenOver` */
  constructor(options: HostOptions = {}) {
    requireKnown(options, OPTIONS);
    const {
      pingIntervalMs = 30_000,
      pongTimeoutMs = 10_000,
      closeTimeoutMs = 10_000,
      idleTimeoutMs,
      pingsWhileTalking = false,
      minReadBytesPerSecond = 240,
      highWaterBytes = 0x1_0000,
      maxWaitingBytes = 0x100_0000,
      whenOver = 'fail',
    } = options;
    requireOneOf('whenOver', whenOver, ['fail', 'refuse']);
    this.times = new KeepaliveTimes({
      pingIntervalMs,
      pongTimeoutMs,
      closeTimeoutMs,
      pingsWhileTalking,
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    });
    this.minReadBytesPerSecond = positiveInteger('minReadBytesPerSecond', minReadBytesPerSecond);
    this.highWaterBytes = positiveInteger('highWaterBytes', highWaterBytes);
    this.maxWaitingBytes = positiveInteger('maxWaitingBytes', maxWaitingBytes);
    this.whenOver = whenOver;
  }
}
