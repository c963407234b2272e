/** What is expected of a stream of frames: options of a parser, completed, checked and tabulated once for many streams. */
import { type MaskKernel } from '@sanssocket/mask';
import { type ReceiverRole } from './frame-rules.js';
import { type Limits } from './limits.js';
/** What a {@link FrameParser} expects, and what it does with masked payloads. */
export interface FrameParserOptions extends Partial<Limits> {
    /** Of the endpoint that receives the frames; `'either'` for one that only looks on. */
    readonly role: ReceiverRole;
    /** Reserved bits that agreed extensions gave a meaning: a sum of `RSV1`, `RSV2` and `RSV3`; 0 by default. */
    readonly rsv?: number;
    /**
     * What `payload` gets of a masked frame: `'copy'` (the default) fresh unmasked bytes; `'in-place'` the caller's chunk,
     * unmasked there; `'none'` the chunk as it is, and the key.
     */
    readonly unmask?: 'copy' | 'in-place' | 'none';
    /** The kernel that unmasks; by default `mask` of `@sanssocket/mask`. */
    readonly mask?: MaskKernel;
}
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
export declare class FrameRules implements Limits {
    readonly role: ReceiverRole;
    readonly rsv: number;
    readonly unmask: 'copy' | 'in-place' | 'none';
    readonly mask: MaskKernel;
    readonly maxFrameBytes: number;
    readonly maxMessageBytes: number;
    readonly maxFragments: number;
    /** @throws TypeError or RangeError for options that make no sense */
    constructor(options: FrameParserOptions);
}
/** A frame that is a whole message. */
export declare const MESSAGE = 4;
/** A frame of a fragmented message. */
export declare const FRAGMENT = 8;
/** A Close, Ping or Pong. */
export declare const CONTROL = 16;
//# sourceMappingURL=parser-rules.d.ts.map