/** What is expected of a stream of frames: options of a parser, completed, checked and tabulated once for many streams. */
import { mask as defaultMask } from '@sanssocket/mask';
import { frameStartFault, requireRsv } from './frame-rules.js';
import { encodedLimit, resolveLimits } from './limits.js';
import { CONTINUATION, FIN, isControl, MASK } from './opcodes.js';
import { requireOneOf } from './options.js';
/**
 * Options completed and checked. Make one and share it: a parser given plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameRules } from '@sanssocket/codec/frames';
 *
 * const rules = new FrameRules({ role: 'server', maxFrameBytes: 65536 });
 * assert.equal(rules.maxMessageBytes, 16777216);
 * assert.throws(() => new FrameRules({ role: 'server', maxFrameBytes: 0 }), RangeError);
 * ```
 */
export class FrameRules {
    role;
    rsv;
    unmask;
    mask;
    maxFrameBytes;
    maxMessageBytes;
    maxFragments;
    /**
     * By first byte: what kind of frame begins with it, {@link MESSAGE}, {@link FRAGMENT} or {@link CONTROL}; and 1 if such a
     * frame may be unmasked, 2 if masked, 3 if both. The truth table of frame-rules.ts, tabulated for the scan and the short cut.
     *
     * @internal
     */
    kinds;
    /**
     * The longest payload that a scan takes: what `limitFault` allows at most, and 16 bits can say.
     *
     * @internal
     */
    maxScannedBytes;
    /** @throws TypeError or RangeError for options that make no sense */
    constructor(options) {
        const { role, rsv = 0, unmask = 'copy', mask = defaultMask } = options;
        requireOneOf('role', role, ['server', 'client', 'either']);
        requireRsv(rsv);
        requireOneOf('unmask', unmask, ['copy', 'in-place', 'none']);
        const limits = resolveLimits(options);
        this.role = role;
        this.rsv = rsv;
        this.unmask = unmask;
        this.mask = mask;
        this.maxFrameBytes = limits.maxFrameBytes;
        this.maxMessageBytes = limits.maxMessageBytes;
        this.maxFragments = limits.maxFragments;
        this.kinds = kindsOf(role, rsv);
        this.maxScannedBytes = Math.min(encodedLimit(Math.min(limits.maxFrameBytes, limits.maxMessageBytes)), 0xffff);
    }
}
/** A frame that is a whole message. */
export const MESSAGE = 4;
/** A frame of a fragmented message. */
export const FRAGMENT = 8;
/** A Close, Ping or Pong. */
export const CONTROL = 16;
function kindOf(first) {
    const opcode = first & 0x0f;
    if (isControl(opcode))
        return CONTROL;
    return opcode === CONTINUATION || (first & FIN) === 0 ? FRAGMENT : MESSAGE;
}
/** A table for each role and set of reserved bits, 24 at most. Without them a connection of plain options takes 20 us in place of 3. */
const tables = new Map();
function kindsOf(role, rsv) {
    const key = `${role} ${rsv}`;
    let kinds = tables.get(key);
    if (kinds === undefined) {
        kinds = tabulate(role, rsv);
        tables.set(key, kinds);
    }
    return kinds;
}
function tabulate(role, rsv) {
    return Uint8Array.from({ length: 256 }, (_, first) => {
        const unmasked = frameStartFault(first, 0, role, rsv) === undefined ? 1 : 0;
        return kindOf(first) | unmasked | (frameStartFault(first, MASK, role, rsv) === undefined ? 2 : 0);
    });
}
//# sourceMappingURL=parser-rules.js.map