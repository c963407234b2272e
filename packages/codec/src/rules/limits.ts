/** Limits on what a peer may make this side hold (RFC 6455 10.4). Finite by default; none can be switched off by a 0. */
import { positiveInteger } from './options.js';

/** The limits of a frame parser or a connection. */
export interface Limits {
  /** The longest payload of one frame, in bytes; 16 MiB by default. More is `FRAME_TOO_LARGE`, at its header. */
  readonly maxFrameBytes: number;
  /**
   * The longest message, in bytes; 16 MiB by default. More is `MESSAGE_TOO_LARGE`, at the header of the frame that
   * announces it; for a message that an extension inflates, when the inflated bytes pass it. Such a message may come in a
   * sixteenth and 64 bytes more, in one frame or in many, because what cannot be compressed becomes longer.
   */
  readonly maxMessageBytes: number;
  /**
   * The most frames of one message, empty ones included; 1,048,576 by default. More is `TOO_MANY_FRAGMENTS`. Fragments are
   * merged as they come, so this bounds work without progress, not memory.
   */
  readonly maxFragments: number;
}

const DEFAULTS: Limits = { maxFrameBytes: 0x100_0000, maxMessageBytes: 0x100_0000, maxFragments: 0x10_0000 };

/**
 * Completes and checks limits.
 *
 * @throws RangeError for a limit that is not an integer from 1 to 2^53 - 1
 */
export function resolveLimits(limits: Partial<Limits>): Limits {
  return {
    maxFrameBytes: limit('maxFrameBytes', limits.maxFrameBytes),
    maxMessageBytes: limit('maxMessageBytes', limits.maxMessageBytes),
    maxFragments: limit('maxFragments', limits.maxFragments),
  };
}

/** How many bytes a message, or a frame, may have on the wire that an extension has marked (RFC 6455 9.2). */
export function encodedLimit(bytes: number): number {
  return bytes + Math.floor(bytes / 16) + 64;
}

function limit(name: keyof Limits, value: number | undefined): number {
  return value === undefined ? DEFAULTS[name] : positiveInteger(name, value);
}
