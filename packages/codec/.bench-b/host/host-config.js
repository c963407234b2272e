/** Limits and times of a {@link ConnectionHost}, completed and checked: one object for all connections of a kind. */
import { positiveInteger, requireKnown, requireOneOf, requireType } from '../rules/options.js';
const OPTIONS = [
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
 * import { HostConfig } from '@sanssocket/codec/host';
 *
 * const config = new HostConfig({ maxWaitingBytes: 1_000_000 });
 * assert.equal(config.times.pingIntervalMs, 30_000);
 * assert.throws(() => new HostConfig({ maxWaitingBytes: 0 }), RangeError);
 * ```
 */
export class HostConfig {
    /** For the `Keepalive` of each host. */
    times;
    minReadBytesPerSecond;
    highWaterBytes;
    maxWaitingBytes;
    whenOver;
    /** @throws RangeError for a limit or a time that is not a positive integer, TypeError for an unknown option or `whenOver` */
    constructor(options = {}) {
        const { pingIntervalMs = 30_000, pongTimeoutMs = 10_000, closeTimeoutMs = 10_000, idleTimeoutMs, pingsWhileTalking = false, minReadBytesPerSecond = 240, highWaterBytes = 0x1_0000, maxWaitingBytes = 0x100_0000, whenOver = 'fail', } = options;
        requireKnown(options, OPTIONS);
        requireType('pingsWhileTalking', pingsWhileTalking, 'boolean');
        requireOneOf('whenOver', whenOver, ['fail', 'refuse']);
        this.times = {
            pingIntervalMs: positiveInteger('pingIntervalMs', pingIntervalMs),
            pongTimeoutMs: positiveInteger('pongTimeoutMs', pongTimeoutMs),
            closeTimeoutMs: positiveInteger('closeTimeoutMs', closeTimeoutMs),
            pingsWhileTalking,
            ...(idleTimeoutMs === undefined
                ? {}
                : { idleTimeoutMs: positiveInteger('idleTimeoutMs', idleTimeoutMs) }),
        };
        this.minReadBytesPerSecond = positiveInteger('minReadBytesPerSecond', minReadBytesPerSecond);
        this.highWaterBytes = positiveInteger('highWaterBytes', highWaterBytes);
        this.maxWaitingBytes = positiveInteger('maxWaitingBytes', maxWaitingBytes);
        this.whenOver = whenOver;
    }
}
//# sourceMappingURL=host-config.js.map