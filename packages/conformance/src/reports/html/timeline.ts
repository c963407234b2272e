/**
 * The record of a case as a list of events: frames as pictures, loose octets, notes and faults,
 * with their times.
 */
import { sectionName } from '../../conversation/verdict.js';
import { octets } from '../../model/payload.js';
import type { CaseResult, LogEntry, PeerFault } from '../../model/result.js';
import type { WireEntry, WrongOctet } from '../wrong-octet.js';
import { drawFrame, type FrameDrawing, type Mark, opcodeName, spaced } from './frame-drawing.js';

/** One thing that happened. */
export type TimelineItem =
  | {
      readonly kind: 'frame';
      readonly way: 'sent' | 'received';
      readonly from: string;
      readonly title: string;
      readonly time: string;
      /** Undefined for one of many: its octets in a line stand for it. */
      readonly drawing: FrameDrawing | undefined;
      readonly line: string;
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: 'octets';
      readonly way: 'sent' | 'received';
      readonly from: string;
      readonly title: string;
      readonly time: string;
      /** Digits before, at and after the wrong octet; all in the first where there is none. */
      readonly digits: readonly [string, string, string];
      readonly remarks: readonly string[];
    }
  | { readonly kind: 'note'; readonly text: string; readonly time: string }
  | { readonly kind: 'fault'; readonly text: string; readonly time: string };

/** So many frames are drawn; of a longer record then those at its end and around the fault. */
const DRAWN = 60;
const DRAWN_AT_END = 4;
const DRAWN_AROUND = 2;
const DIGITS = 256;

/**
 * Makes the list.
 *
 * @param wrong - the endpoint's first wrong octet
 * @param onPurpose - the suite's own wrong octets
 */
export function timeline(
  { log, role }: CaseResult,
  wrong: WrongOctet | undefined,
  onPurpose: readonly PeerFault[],
): TimelineItem[] {
  const endpoint = role === 'server' ? 'Server' : 'Client';
  const marked = log.map((entry) => (isWire(entry) ? marksOf(entry, wrong, onPurpose) : []));
  const isDrawn = (nth: number): boolean =>
    nth < DRAWN ||
    nth >= log.length - DRAWN_AT_END ||
    marked.slice(Math.max(0, nth - DRAWN_AROUND), nth + DRAWN_AROUND + 1).some(({ length }) => length > 0);
  return log.map((entry, nth): TimelineItem => {
    const time = `${entry.atMs.toFixed(1)} ms`;
    if (entry.kind === 'note') return { kind: 'note', text: entry.text, time };
    if (entry.kind === 'fault') return { kind: 'fault', text: faultText(entry.fault), time };
    const marks = marked[nth]!;
    const head = {
      way: entry.way,
      from: entry.way === 'sent' ? `Suite → ${endpoint.toLowerCase()}` : `${endpoint} → suite`,
      time,
      remarks: marks.map(({ remark }) => remark),
    };
    if (entry.kind === 'octets') {
      return {
        ...head,
        kind: 'octets',
        title: `${octets(entry.length)}, no whole frame`,
        digits: splitDigits(entry.bytes, marks[0]?.at),
      };
    }
    return {
      ...head,
      kind: 'frame',
      title: `${opcodeName(entry.opcode)}, ${octets(entry.length)}`,
      drawing: isDrawn(nth) ? drawFrame(entry, marks) : undefined,
      line: `${spaced(entry.header)} | ${spaced(entry.payload.subarray(0, 8))}${entry.length > 8 ? ' …' : ''}`,
    };
  });
}

function marksOf(
  entry: WireEntry,
  wrong: WrongOctet | undefined,
  onPurpose: readonly PeerFault[],
): (Mark & { readonly remark: string })[] {
  if (entry.way === 'received') {
    if (wrong?.entry !== entry) return [];
    const at = wrong.offset - entry.offset;
    return [{ at, code: wrong.code, remark: `Octet ${at} of this frame is the first wrong one.` }];
  }
  const size = entry.kind === 'octets' ? entry.length : entry.header.length + entry.length;
  return onPurpose
    .filter(({ offset }) => offset >= entry.offset && offset < entry.offset + Math.max(size, 1))
    .map((fault) => ({
      at: fault.offset - entry.offset,
      code: fault.code,
      remark: `Wrong on purpose: ${faultText(fault)}.`,
    }));
}

function faultText({ message, section }: PeerFault): string {
  return `${message} (${sectionName(section)})`;
}

function splitDigits(bytes: Uint8Array, at: number | undefined): [string, string, string] {
  const kept = bytes.subarray(0, DIGITS);
  if (at === undefined || at >= kept.length) return [spaced(kept), '', ''];
  return [spaced(kept.subarray(0, at)), spaced(kept.subarray(at, at + 1)), spaced(kept.subarray(at + 1))];
}

function isWire(entry: LogEntry): entry is WireEntry {
  return entry.kind === 'frame' || entry.kind === 'octets';
}
