/** Everything about a connection that does not change and can be shared: one object for a million connections. */
import { mask as defaultMask, randomMaskingKey, } from '@sanssocket/mask';
import { allocateCleared, checkedAllocate, lastingAllocate } from '../memory/allocate.js';
import { OutputMemory } from '../memory/output-memory.js';
import { positiveInteger, requireKnown, requireOneOf, requireType } from '../rules/options.js';
import { FrameRules } from '../rules/parser-rules.js';
/** From here on a payload that was given away is queued by reference; below, copying it costs less than a chunk of its own. */
export const BY_REFERENCE_BYTES = 4096;
const OPTIONS = [
    'role',
    'delivery',
    'handOver',
    'autoPong',
    'maxQueuedPongs',
    'maxBacklogBytes',
    'maskingKeys',
    'mask',
    'allocate',
    'maxFrameBytes',
    'maxMessageBytes',
    'maxFragments',
];
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
export class ConnectionConfig {
    role;
    delivery;
    /**
     * Whether frames are read by a scan, see `FrameScan`: of masked chunks, whose frames are not passed on in pieces, and with the
     * kernel of this package.
     *
     * @internal
     */
    scans;
    handOver;
    autoPong;
    maxQueuedPongs;
    maskingKeys;
    mask;
    /**
     * The same, for what would be lost if it threw: for masking from one memory to another.
     *
     * @internal
     */
    maskLasting;
    allocate;
    /**
     * The same, for what would be lost if the host had no memory to give.
     *
     * @internal
     */
    allocateLasting;
    maxBacklogBytes;
    maxMessageBytes;
    /**
     * What the output of all connections without extensions is put together in.
     *
     * @internal
     */
    output;
    /**
     * The same, of those with extensions.
     *
     * @internal
     */
    lastingOutput;
    #options;
    /** Rules by the reserved bits in use: at most eight. */
    #rules = [];
    /**
     * @throws TypeError for an option, a role or a delivery that there is not (`OPTION_UNKNOWN`, `OPTION_INVALID`), RangeError for a
     * limit that is not a positive integer (`OPTION_INVALID`)
     */
    constructor(options) {
        requireKnown(options, OPTIONS);
        const { role, delivery = 'messages', handOver = false, autoPong = true, maxQueuedPongs = 64, maxBacklogBytes = 0x100_0000, } = options;
        requireOneOf('role', role, ['server', 'client']);
        requireOneOf('delivery', delivery, ['messages', 'spans', 'pieces']);
        requireType('handOver', handOver, 'boolean');
        requireType('autoPong', autoPong, 'boolean');
        for (const name of ['maskingKeys', 'mask', 'allocate']) {
            if (options[name] !== undefined)
                requireType(name, options[name], 'function');
        }
        this.role = role;
        this.delivery = delivery;
        this.handOver = handOver;
        this.autoPong = autoPong;
        this.maxQueuedPongs = positiveInteger('maxQueuedPongs', maxQueuedPongs);
        this.maskingKeys = options.maskingKeys ?? randomMaskingKey;
        this.mask = options.mask ?? defaultMask;
        this.maskLasting = this.mask === defaultMask ? defaultMask : lastingMask(this.mask);
        this.scans = role === 'server' && this.mask === defaultMask && delivery !== 'pieces';
        this.allocate = options.allocate === undefined ? allocateCleared : checkedAllocate(options.allocate);
        this.allocateLasting = options.allocate === undefined ? allocateCleared : lastingAllocate(this.allocate);
        this.output = new OutputMemory(this.allocate);
        this.lastingOutput = new OutputMemory(this.allocateLasting);
        this.maxBacklogBytes = positiveInteger('maxBacklogBytes', maxBacklogBytes);
        this.#options = options;
        this.maxMessageBytes = this.rules(0).maxMessageBytes;
    }
    /**
     * The rules for frames when extensions claim these reserved bits.
     *
     * @param rsv - a sum of `RSV1`, `RSV2` and `RSV3`
     * @internal
     */
    rules(rsv) {
        const { role, mask } = this;
        let rules = this.#rules[rsv];
        if (rules === undefined) {
            rules = new FrameRules({ ...this.#options, role, mask, rsv, unmask: 'none' });
            this.#rules[rsv] = rules;
        }
        return rules;
    }
}
/** Where a kernel throws, the default does its work: it writes all of the target, whatever has been written there. */
function lastingMask(kernel) {
    return (source, start, end, target, at, key) => {
        try {
            kernel(source, start, end, target, at, key);
        }
        catch {
            defaultMask(source, start, end, target, at, key);
        }
    };
}
/** For the objects of the kept ones, see `Frame.kept`. */
export const keptConfig = /* @__PURE__ */ new ConnectionConfig({ role: 'server' });
//# sourceMappingURL=connection-config.js.map