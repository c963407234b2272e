/** Everything about a connection that does not change and can be shared: one object for a million connections. */
import { type MaskingKeySource, type MaskKernel } from '@sanssocket/mask';
import type { Limits } from '../rules/limits.js';
import type { Delivery } from './connection-sink.js';
/** From here on a payload that was given away is queued by reference; below, copying it costs less than a chunk of its own. */
export declare const BY_REFERENCE_BYTES = 4096;
/** Options of a {@link Connection}. */
export interface ConnectionOptions<D extends Delivery = Delivery> extends Partial<Limits> {
    /** Which side this is. A server receives masked frames and sends unmasked ones, a client the reverse (RFC 6455 5.1). */
    readonly role: 'server' | 'client';
    /** How messages reach the sink, and which methods it has: `'messages'` by default, see {@link Delivery}. */
    readonly delivery?: D;
    /**
     * Whether chunks given to `receive` are given away, for good: binary messages of more than 64 bytes that stand whole in one
     * may be views of it, unmasked where they stand, and keep it alive; longer ones may be put together from it. For hosts whose transport never uses a chunk again (Node's
     * sockets) and sinks that do not keep messages for long. False by default.
     */
    readonly handOver?: boolean;
    /** Whether pings are answered without asking. True by default. */
    readonly autoPong?: boolean;
    /**
     * How many automatic pongs may wait in the output; beyond, only the newest ping is answered, once the output has been
     * taken (RFC 6455 5.5.3 allows it). 64 by default.
     */
    readonly maxQueuedPongs?: number;
    /**
     * How many bytes may wait while the connection is paused (`Connection.pause`, or an asynchronous extension at work); 16 MiB by
     * default. With more, `receive` fails the connection (`BACKLOG_TOO_LARGE`, 1008): a host that stops reading from its transport
     * while `Connection.paused` never comes to that, and for one that does not, a lost connection is better than an exception that
     * a peer can cause. One chunk alone always has room. What waits because the sink threw counts too, once it has been gone on with.
     */
    readonly maxBacklogBytes?: number;
    /** Where a client's masking keys come from; by default the runtime's CSPRNG. */
    readonly maskingKeys?: MaskingKeySource;
    /**
     * The kernel that masks and unmasks; by default `mask` of `@sanssocket/mask`. What it throws passes through the call that sends,
     * and nothing was sent; where a message would be lost instead, the default serves.
     */
    readonly mask?: MaskKernel;
    /**
     * Where memory for output and for whole messages comes from: gives as many bytes as asked, which need not be zero,
     * because each is written before anyone sees it. By default `new Uint8Array(bytes)`, which clears them; on Node,
     * `(bytes) => Buffer.allocUnsafe(bytes)` saves half the time of whole messages from 4 KiB on, and of sending as a client.
     * What it throws passes through the call that sends, and nothing was sent; where a message would be lost instead, as it has
     * been received, or an extension has encoded it, the default serves.
     */
    readonly allocate?: (bytes: number) => Uint8Array;
}
/**
 * Options completed and checked. Make one and give it to every connection of a kind; a connection given plain options makes
 * its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, ConnectionConfig } from '@sanssocket/codec';
 *
 * const config = new ConnectionConfig({ role: 'server', maxMessageBytes: 65536 });
 * const connections = Array.from({ length: 3 }, () => new Connection(config, {}));
 * assert.equal(connections[0]!.state, 'open');
 * assert.throws(() => new ConnectionConfig({ role: 'server', maxMessageBytes: 0 }), RangeError);
 * ```
 */
export declare class ConnectionConfig<D extends Delivery = 'messages'> {
    #private;
    readonly role: 'server' | 'client';
    readonly delivery: D;
    readonly handOver: boolean;
    readonly autoPong: boolean;
    readonly maxQueuedPongs: number;
    readonly maskingKeys: MaskingKeySource;
    readonly mask: MaskKernel;
    readonly allocate: (bytes: number) => Uint8Array;
    readonly maxBacklogBytes: number;
    readonly maxMessageBytes: number;
    /**
     * @throws TypeError for an option, a role or a delivery that there is not (`OPTION_UNKNOWN`, `OPTION_INVALID`), RangeError for a
     * limit that is not a positive integer (`OPTION_INVALID`)
     */
    constructor(options: ConnectionOptions<D>);
}
/** For the objects of the kept ones, see `Frame.kept`. */
export declare const keptConfig: ConnectionConfig;
//# sourceMappingURL=connection-config.d.ts.map