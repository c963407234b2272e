/** What is expected of a stream of frames: options of a parser, completed, checked and tabulated once for many streams. */
import { mask as defaultMask, type MaskKernel } from '@sanssocket/mask';
import { frameStartFault, type ReceiverRole, requireRsv } from './frame-rules.js';
import { encodedLimit, type Limits, resolveLimits } from './limits.js';
import { CONTINUATION, FIN, isControl, MASK } from './opcodes.js';
import { requireKnown, requireOneOf, requireType } from './options.js';

const OPTIONS: readonly (keyof FrameParserOptions)[] = [
  'role',
  'rsv',
  'unmask',
  'mask',
  'maxFrameBytes',
  'maxMessageBytes',
  'maxFragments',
];

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
export class FrameRules implements Limits {
  readonly role: ReceiverRole;
  readonly rsv: number;
  readonly unmask: 'copy' | 'in-place' | 'none';
  readonly mask: MaskKernel;
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /**
   * By first byte: what kind of frame begins with it, {@link MESSAGE}, {@link FRAGMENT} or {@link CONTROL}; and 1 if such a
   * frame may be unmasked, 2 if masked, 3 if both. The truth table of frame-rules.ts, tabulated for the scan and the short cut.
   *
   * @internal
   */
  readonly kinds: Uint8Array;
  /**
   * The longest payload that a scan takes: what `limitFault` allows at most, and 16 bits can say.
   *
   * @internal
   */
  readonly maxScannedBytes: number;

  /**
   * @throws TypeError for an option, a role or a word that there is not (`OPTION_UNKNOWN`,
   * `OPTION_INVALID`), RangeError for a limit that is not a positive integer, or for bits that are
   * not reserved ones (`OPTION_INVALID`)
   */
  constructor(options: FrameParserOptions) {
    requireKnown(options, OPTIONS);
    const { role, rsv = 0, unmask = 'copy', mask = defaultMask } = options;
    requireOneOf('role', role, ['server', 'client', 'either']);
    requireRsv(rsv);
    requireOneOf('unmask', unmask, ['copy', 'in-place', 'none']);
    requireType('mask', mask, 'function');
    const limits = resolveLimits(options);
    this.role = role;
    this.rsv = rsv;
    this.unmask = unmask;
    this.mask = mask;
    this.maxFrameBytes = limits.maxFrameBytes;
    this.maxMessageBytes = limits.maxMessageBytes;
    this.maxFragments = limits.maxFragments;
    this.kinds = kindsOf(role, rsv);
    this.maxScannedBytes = Math.min(
      encodedLimit(Math.min(limits.maxFrameBytes, limits.maxMessageBytes)),
      0xffff,
    );
  }

  /**
   * The same rules where other reserved bits are in use.
   *
   * @param rsv - a sum of `RSV1`, `RSV2` and `RSV3`
   * @internal
   */
  withBits(rsv: number): FrameRules {
    const { role, unmask, mask, maxFrameBytes, maxMessageBytes, maxFragments } = this;
    return new FrameRules({ role, rsv, unmask, mask, maxFrameBytes, maxMessageBytes, maxFragments });
  }
}

/** A frame that is a whole message. */
export const MESSAGE = 4;
/** A frame of a fragmented message. */
export const FRAGMENT = 8;
/** A Close, Ping or Pong. */
export const CONTROL = 16;

function kindOf(first: number): typeof MESSAGE | typeof FRAGMENT | typeof CONTROL {
  const opcode = first & 0x0f;
  if (isControl(opcode)) return CONTROL;
  return opcode === CONTINUATION || (first & FIN) === 0 ? FRAGMENT : MESSAGE;
}

/** A table for each role and set of reserved bits, 24 at most. Without them a connection of plain options takes 20 us in place of 3. */
const tables = new Map<string, Uint8Array>();

function kindsOf(role: ReceiverRole, rsv: number): Uint8Array {
  const key = `${role} ${rsv}`;
  let kinds = tables.get(key);
  if (kinds === undefined) {
    kinds = tabulate(role, rsv);
    tables.set(key, kinds);
  }
  return kinds;
}

function tabulate(role: ReceiverRole, rsv: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, first) => {
    const unmasked = frameStartFault(first, 0, role, rsv) === undefined ? 1 : 0;
    return kindOf(first) | unmasked | (frameStartFault(first, MASK, role, rsv) === undefined ? 2 : 0);
  });
}
