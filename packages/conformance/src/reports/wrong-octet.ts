/**
 * Where the first wrong octet stands: the judge's fault, or the place where a message differs from
 * the one sent.
 */
import type { Case, ExpectedEvent } from '../model/case.js';
import { expandPayload, firstDifference, toHex } from '../model/payload.js';
import type { CaseResult, FrameRecord, LogEntry } from '../model/result.js';

/** One octet of the endpoint's. */
export interface WrongOctet {
  /**
   * The entry of the log that holds it, a frame or loose octets; undefined if the log has it no
   * more.
   */
  readonly entry: WireEntry | undefined;
  /** Counted from the first octet after the endpoint's handshake. */
  readonly offset: number;
  /** The judge's name for the fault; undefined where the content differs. */
  readonly code: string | undefined;
}

/** The octets on the wire. */
export type WireEntry = Extract<LogEntry, { readonly way: string }>;
type FrameEntry = Extract<LogEntry, { readonly kind: 'frame' }>;

/**
 * Finds the first wrong octet.
 *
 * @returns undefined if no octet is to blame: something is missing, or the way of closing is wrong
 */
export function findWrongOctet(test: Case | undefined, result: CaseResult): WrongOctet | undefined {
  const { fault } = result;
  if (fault !== undefined) {
    const { offset, code } = fault;
    return { entry: entryAt(result.log, offset), offset, code };
  }
  return result.verdict === 'FAILED' && test !== undefined ? differingOctet(test, result) : undefined;
}

/** The octets of an entry as they were on the wire, as many as the log kept. */
export function wireOctets(entry: WireEntry): Uint8Array {
  if (entry.kind === 'octets') return entry.bytes;
  const whole = new Uint8Array(entry.header.length + entry.payload.length);
  whole.set(entry.header);
  for (const [at, octet] of entry.payload.entries())
    whole[entry.header.length + at] = octet ^ keyOctet(entry, at);
  return whole;
}

/** The octet of a frame's masking key that is for the nth of its payload (5.3); 0 without a key. */
export function keyOctet({ header, maskingKey }: FrameRecord, nth: number): number {
  return maskingKey === undefined ? 0 : header[header.length - 4 + (nth % 4)]!;
}

/** Octets around an offset in two lines, the second with a mark below the wrong one. */
export function excerpt({ entry, offset }: WrongOctet): [string, string] | undefined {
  if (entry === undefined) return undefined;
  const octets = wireOctets(entry);
  const at = offset - entry.offset;
  if (at >= octets.length) return undefined;
  const from = Math.max(0, at - 8);
  const shown = octets.subarray(from, from + 24);
  const digits = [...shown].map((octet) => toHex(Uint8Array.of(octet)));
  const before = from > 0 ? '... ' : '';
  const after = from + shown.length < octets.length ? ' ...' : '';
  return [`${before}${digits.join(' ')}${after}`, `${' '.repeat(before.length + (at - from) * 3)}^^`];
}

function entryAt(log: readonly LogEntry[], offset: number): WireEntry | undefined {
  return log.find(
    (entry): entry is WireEntry =>
      (entry.kind === 'frame' || entry.kind === 'octets') &&
      entry.way === 'received' &&
      offset >= entry.offset &&
      offset < entry.offset + sizeOf(entry),
  );
}

function sizeOf(entry: WireEntry): number {
  return entry.kind === 'octets' ? entry.length : entry.header.length + entry.length;
}

/**
 * Holds the events against the best outcome's, and finds the first octet that differs in a message
 * that was not compressed.
 */
function differingOctet(test: Case, { events, log }: CaseResult): WrongOctet | undefined {
  const expected = test.outcomes[0]?.events;
  if (!Array.isArray(expected)) return undefined;
  for (const [nth, event] of events.entries()) {
    const wanted = expected[nth] as ExpectedEvent | undefined;
    if (wanted === undefined || wanted.type !== event.type || wanted.type === 'mark') return undefined;
    const payload = expandPayload(wanted.payload);
    const at = firstDifference(payload.subarray(0, event.bytes.length), event.bytes);
    if (at < 0 && payload.length === event.length) continue;
    const octet = at < 0 ? Math.min(payload.length, event.length) : at;
    const kind = event.type === 'pong' ? 'pong' : 'data';
    const earlier = events.slice(0, nth).filter(({ type }) => (type === 'pong') === (kind === 'pong'));
    const marks = earlier.filter(({ type }) => type !== 'mark').length;
    return locate(messageFrames(log, kind, marks), octet);
  }
  return undefined;
}

/** The received frames of the nth message or Pong. */
function messageFrames(log: readonly LogEntry[], kind: 'data' | 'pong', nth: number): FrameEntry[] {
  const frames: FrameEntry[] = [];
  let seen = 0;
  for (const entry of log) {
    if (entry.kind !== 'frame' || entry.way !== 'received') continue;
    if (kind === 'pong' ? entry.opcode !== 10 : entry.opcode > 2) continue;
    if (seen === nth) frames.push(entry);
    if (entry.fin) seen++;
  }
  return frames;
}

function locate(frames: readonly FrameEntry[], octet: number): WrongOctet | undefined {
  if (frames.some(({ rsv }) => rsv !== 0)) return undefined;
  let left = octet;
  for (const frame of frames) {
    if (left < frame.length) {
      const offset = frame.offset + frame.header.length + left;
      return { entry: frame, offset, code: undefined };
    }
    left -= frame.length;
  }
  return undefined;
}
