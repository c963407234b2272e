/** What of an endpoint's answers is compared with a vector. */
import { expandSegments, toHex } from './bytes.js';
import { readFrames } from './frames.js';
import type { ObservedEvent, Segment } from './types.js';

/**
 * What is compared. Everything, if nothing is said. The RFC leaves names and offsets to the implementation, and some answers
 * too: turn off what yours does not have, or answers otherwise.
 */
export interface Comparison {
  /** The types of events; others are left out on both sides. All by default. */
  readonly events?: readonly ObservedEvent['type'][];
  /** The names of faults. True by default. */
  readonly faultCodes?: boolean;
  /** The offsets of faults. True by default. */
  readonly faultOffsets?: boolean;
  /** Whether an end without a Close frame came inside of a frame or message. True by default. */
  readonly truncated?: boolean;
  /** That every event has been reported when the bytes that decide it have come (`consumed`), not only at the end. True by default. */
  readonly prompt?: boolean;
  /**
   * The output byte for byte, which needs masking keys of zero; or as frames, unmasked; or not at all. `'bytes'` by default.
   */
  readonly output?: 'bytes' | 'frames' | 'none';
  /** The reasons of Close frames in the output, which vectors expect to be empty; only with `'frames'`. True by default. */
  readonly closeReasons?: boolean;
}

/**
 * What RFC 6455 requires of everybody: which messages and control frames come out, when the connection fails and with which status
 * code, what is answered. No names, no offsets, no reasons, and not how early a fault is seen.
 */
export const RFC_ONLY: Comparison = {
  faultCodes: false,
  faultOffsets: false,
  truncated: false,
  prompt: false,
  output: 'frames',
  closeReasons: false,
};

/** A list that differs, and from where on. */
export interface Difference<T> {
  readonly expected: T;
  readonly observed: T;
  /** Index of the first event, byte or frame that differs. */
  readonly at: number;
}

function dataOf(data: Uint8Array | readonly Segment[]): string {
  const bytes = data instanceof Uint8Array ? data : expandSegments(data);
  return toHex(bytes, bytes.length);
}

function textOf(segments: readonly Segment[]): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(expandSegments(segments));
}

/** An event as one line; equal events, however they are written, give equal lines. */
export function describeEvent(event: ObservedEvent): string {
  switch (event.type) {
    case 'text':
      return `text ${JSON.stringify('bytes' in event ? textOf(event.bytes) : event.data)}`;
    case 'binary':
    case 'ping':
    case 'pong':
      return `${event.type} ${dataOf(event.data)}`.trimEnd();
    case 'close':
      return `close ${event.code} ${JSON.stringify(event.reason)}`;
    case 'fail': {
      const code = event.code === undefined ? '' : ` ${event.code}`;
      const offset = event.offset === undefined ? '' : ` at byte ${event.offset}`;
      return `fail${code} (close code ${event.closeCode})${offset}`;
    }
    case 'end': {
      if (event.clean) return `end, clean, ${event.code}`;
      return `end, not clean, ${event.code}${event.truncated === undefined ? '' : `, truncated: ${event.truncated}`}`;
    }
  }
}

/** An event without what is not compared of it. */
function reduceEvent(event: ObservedEvent, compared: Comparison): ObservedEvent {
  if (event.type === 'fail') {
    const { code, closeCode, offset } = event;
    return {
      type: 'fail',
      closeCode,
      ...(compared.faultCodes !== false && code !== undefined && { code }),
      ...(compared.faultOffsets !== false && offset !== undefined && { offset }),
    };
  }
  if (event.type === 'end' && !event.clean && compared.truncated === false) {
    return { type: 'end', clean: false, code: event.code };
  }
  return event;
}

/** Where two lists of events differ, with what is compared of them; undefined if they do not. */
export function compareEvents(
  expected: readonly ObservedEvent[],
  observed: readonly ObservedEvent[],
  compared: Comparison,
): Difference<readonly ObservedEvent[]> | undefined {
  const reduced = (events: readonly ObservedEvent[]): ObservedEvent[] =>
    events
      .filter(({ type }) => compared.events?.includes(type) ?? true)
      .map((event) => reduceEvent(event, compared));
  const [wanted, got] = [reduced(expected), reduced(observed)];
  const at = firstDifference(wanted.map(describeEvent), got.map(describeEvent));
  return at === undefined ? undefined : { expected: wanted, observed: got, at };
}

/** Where two outputs differ, as byte or as frame; undefined if they do not. */
export function compareOutput(
  expected: Uint8Array,
  observed: Uint8Array,
  { output = 'bytes', closeReasons = true }: Comparison,
): Difference<Uint8Array> | undefined {
  if (output === 'none') return undefined;
  const at =
    output === 'bytes'
      ? firstDifference(expected, observed)
      : firstDifference(readFrames(expected, closeReasons), readFrames(observed, closeReasons));
  return at === undefined ? undefined : { expected, observed, at };
}

function firstDifference(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) if (i >= a.length || i >= b.length || a[i] !== b[i]) return i;
  return undefined;
}
