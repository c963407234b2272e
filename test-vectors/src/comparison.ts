/** The parts of an endpoint's answers that are compared with a vector, and the comparison. */
import { expandSegments, toHex } from './bytes.js';
import { readFrames } from './frames.js';
import type { ExpectedEvent, ObservedEvent, Segment, TextEvent } from './types.js';

/**
 * The parts that are compared: everything, if nothing is said. The RFC leaves names and offsets
 * to the implementation, and some answers too: turn off those that yours does not have, or gives
 * otherwise.
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
  /**
   * That every event has been reported when the bytes that decide it have come (`consumed`), not
   * only at the end. True by default.
   */
  readonly prompt?: boolean;
  /**
   * The output byte for byte, which needs masking keys of zero; or as frames, unmasked; or not at
   * all. `'bytes'` by default.
   */
  readonly output?: 'bytes' | 'frames' | 'none';
  /**
   * The reasons of Close frames in the output, which vectors expect to be empty; only with
   * `'frames'`. True by default.
   */
  readonly closeReasons?: boolean;
}

/**
 * The demands of RFC 6455 on every endpoint: the messages and control frames that come out, the
 * failure of the connection and its status code, the answers. No names, no offsets, no reasons,
 * and not how early a fault is seen.
 */
export const RFC_ONLY: Comparison = {
  faultCodes: false,
  faultOffsets: false,
  truncated: false,
  prompt: false,
  output: 'frames',
  closeReasons: false,
};

/** A list that differs, and the place from which it does. */
export interface Difference<T> {
  readonly expected: T;
  readonly observed: T;
  /** Index of the first event, byte or frame that differs. */
  readonly at: number;
}

function bytesOf(data: Uint8Array | readonly Segment[]): Uint8Array {
  return data instanceof Uint8Array ? data : expandSegments(data);
}

function textOf(event: TextEvent): string {
  if (!('bytes' in event)) return event.data;
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(expandSegments(event.bytes));
}

/**
 * An event with its bytes in place of segments: a vector is compared with hundreds of splits, and
 * unpacked once.
 */
export function unpackEvent(event: ExpectedEvent): ObservedEvent {
  if (event.type === 'text') return { type: 'text', data: textOf(event) };
  return 'data' in event ? { type: event.type, data: bytesOf(event.data) } : event;
}

/** An event as one line; equal events, however they are written, give equal lines. */
export function describeEvent(event: ObservedEvent): string {
  switch (event.type) {
    case 'text':
      return `text ${JSON.stringify(textOf(event))}`;
    case 'binary':
    case 'ping':
    case 'pong': {
      const bytes = bytesOf(event.data);
      return `${event.type} ${toHex(bytes, bytes.length)}`.trimEnd();
    }
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

/** An event without the parts that are not compared. */
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

/**
 * The place where two lists of events differ in the parts that are compared; undefined if they do
 * not.
 */
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
  const at = firstDifference(wanted, got, isSameEvent);
  return at === undefined ? undefined : { expected: wanted, observed: got, at };
}

/**
 * Whether two events are equal, however they are written. Payloads are not described for it: that
 * took half of a run's time.
 */
function isSameEvent(a: ObservedEvent, b: ObservedEvent): boolean {
  if (a.type === 'text' && b.type === 'text') return textOf(a) === textOf(b);
  if (a.type !== b.type) return false;
  if ('data' in a && a.type !== 'text' && 'data' in b && b.type !== 'text') {
    return firstDifference(bytesOf(a.data), bytesOf(b.data)) === undefined;
  }
  return describeEvent(a) === describeEvent(b);
}

/** The place where two outputs differ, as byte or as frame; undefined if they do not. */
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

function firstDifference<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  isSame: (a: T, b: T) => boolean = Object.is,
): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (!isSame(a[i]!, b[i]!)) return i;
  return a.length === b.length ? undefined : length;
}
