/**
 * The record of a case as a list of events: frames as pictures, loose octets, notes and faults,
 * with their times.
 */
import { sectionName } from '../conversation/verdict.js';
import { octets, toHex } from '../model/payload.js';
import type { CaseResult, FrameRecord, LogEntry, PeerFault } from '../model/result.js';
import { keyOctet, type WireEntry, type WrongOctet } from './wrong-octet.js';

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

// ---- Frames as pictures ----
// A frame as the fields of RFC 6455 5.2's picture: rows of 32 bits, each field as wide as it is on
// the wire.

/** A drawing. */
export interface FrameDrawing {
  /** The same in words, for readers who cannot see it. */
  readonly words: string;
  readonly fields: readonly Field[];
  /** The payload in a line. */
  readonly caption: string;
}

/** One box of the picture: a field, or the part of it that stands in one row. */
interface Field {
  readonly kind: 'flag' | 'opcode' | 'mask' | 'length' | 'key' | 'payload' | 'rest';
  /** How many of the 32 columns. */
  readonly bits: number;
  readonly name: string;
  readonly value: string;
  /** An octet of payload: its digits, and those that were on the wire where it is masked. */
  readonly hex: string;
  readonly wire: string;
  readonly isWrong: boolean;
}

/** An octet that breaks a rule: which of the frame's, and the judge's name for the fault. */
export interface Mark {
  readonly at: number;
  readonly code: string | undefined;
}

const ROW_BITS = 32;
/** Rows of payload; the RFC does not draw all of it either. */
const PAYLOAD_ROWS = 4;
/** Octets of payload in the caption. */
const CAPTION = 256;

/** Names of opcodes (11.8). */
const OPCODES = new Map([
  [0x0, 'continuation'],
  [0x1, 'text'],
  [0x2, 'binary'],
  [0x8, 'Close'],
  [0x9, 'Ping'],
  [0xa, 'Pong'],
]);

/** The name of an opcode. */
function opcodeName(opcode: number): string {
  return OPCODES.get(opcode) ?? `reserved 0x${opcode.toString(16)}`;
}

/**
 * Draws a frame.
 *
 * @param marks - its wrong octets
 */
export function drawFrame(frame: FrameRecord, marks: readonly Mark[]): FrameDrawing {
  const header = headerFields(frame, marks);
  const used = header.reduce((sum, { bits }) => sum + bits, 0);
  return {
    words: describe(frame),
    fields: [...header, ...payloadFields(frame, marks, used)],
    caption: caption(frame),
  };
}

/** Fields that are a part of an octet, which tells their fault. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  RESERVED_BITS: ['RSV1', 'RSV2', 'RSV3'],
  RSV1_MISPLACED: ['RSV1'],
  RESERVED_OPCODE: ['opcode'],
  UNEXPECTED_CONTINUATION: ['opcode'],
  EXPECTED_CONTINUATION: ['opcode'],
  DATA_AFTER_CLOSE: ['opcode'],
  SECOND_CLOSE: ['opcode'],
  CONTROL_FRAGMENTED: ['FIN'],
  MASK_MISSING: ['MASK'],
  MASK_FORBIDDEN: ['MASK'],
  CONTROL_TOO_LONG: ['Payload len'],
  CLOSE_BODY_OF_ONE: ['Payload len'],
};

function headerFields(frame: FrameRecord, marks: readonly Mark[]): Field[] {
  const { header, fin, rsv, opcode, maskingKey, length } = frame;
  const fields: Field[] = [];
  let at = 0;
  const add = (kind: Field['kind'], bits: number, name: string, value: string, isSet = true): void => {
    const [first, last] = [Math.floor(at / 8), Math.floor((at + bits - 1) / 8)];
    const isWrong = marks.some((mark) => {
      const parts = mark.code === undefined ? undefined : PARTS[mark.code];
      return mark.at >= first && mark.at <= last && (parts === undefined || (parts.includes(name) && isSet));
    });
    fields.push(...rowsOf({ kind, bits, name, value, hex: '', wire: '', isWrong }, at));
    at += bits;
  };
  const form = header[1]! & 127;
  add('flag', 1, 'FIN', bit(fin));
  for (const [nth, name] of ['RSV1', 'RSV2', 'RSV3'].entries()) {
    const isSet = (rsv & (4 >> nth)) !== 0;
    add('flag', 1, name, bit(isSet), isSet);
  }
  add('opcode', 4, 'opcode', `0x${opcode.toString(16)}`);
  add('mask', 1, 'MASK', bit(maskingKey !== undefined));
  add('length', 7, 'Payload len', String(form));
  if (form === 126) add('length', 16, 'Extended payload length', String(length));
  if (form === 127) add('length', 64, 'Extended payload length', String(length));
  if (maskingKey !== undefined) add('key', 32, 'Masking-key', spaced(header.subarray(header.length - 4)));
  return fields;
}

/**
 * A field in as many parts as it has rows. A masking key's digits are shared out, another value
 * stands in the first.
 */
function rowsOf(field: Field, at: number): Field[] {
  const parts: Field[] = [];
  for (let done = 0; done < field.bits; ) {
    const bits = Math.min(field.bits - done, ROW_BITS - ((at + done) % ROW_BITS));
    const digits = field.value.substring((done / 8) * 3, ((done + bits) / 8) * 3).trim();
    const value = field.kind === 'key' ? digits : done === 0 ? field.value : '';
    parts.push({ ...field, bits, value, name: done === 0 ? field.name : `${field.name} (continued)` });
    done += bits;
  }
  return parts;
}

/**
 * A box an octet: its character, its digits, and the octet on the wire. The rows around a wrong
 * octet are drawn, else the first ones.
 */
function payloadFields(frame: FrameRecord, marks: readonly Mark[], used: number): Field[] {
  const { header, payload, maskingKey, length } = frame;
  const wrong = new Set(marks.map(({ at }) => at - header.length));
  const room = (ROW_BITS - (used % ROW_BITS)) / 8 + (PAYLOAD_ROWS - 1) * 4;
  const first = Math.min(...[...wrong].filter((at) => at >= 0), length);
  const from = first < length && first >= room ? first - (first % 4) - 4 : 0;
  const shown = payload.subarray(from, from + (from === 0 ? room : PAYLOAD_ROWS * 4));
  const fields: Field[] = from === 0 ? [] : [rest(`Payload data: ${octets(from)} before`)];
  for (const [nth, octet] of shown.entries()) {
    const at = from + nth;
    fields.push({
      kind: 'payload',
      bits: 8,
      name: nth === 0 && from === 0 ? 'Payload data' : wrong.has(at) ? `octet ${at}` : '',
      value: character(octet),
      hex: hex(octet),
      wire: maskingKey === undefined ? '' : hex(octet ^ keyOctet(frame, at)),
      isWrong: wrong.has(at),
    });
  }
  const left = length - from - shown.length;
  if (left > 0) fields.push(rest(`Payload data (continued): ${octets(left)} more`));
  return fields;
}

function rest(name: string): Field {
  return { kind: 'rest', bits: ROW_BITS, name, value: '', hex: '', wire: '', isWrong: false };
}

function describe({ fin, rsv, opcode, maskingKey, length }: FrameRecord): string {
  const bits = [1, 2, 3].map((nth) => `RSV${nth}=${bit((rsv & (8 >> nth)) !== 0)}`);
  const key = maskingKey === undefined ? 'not masked' : 'masked';
  return `FIN=${bit(fin)}, ${bits.join(', ')}, opcode ${opcodeName(opcode)}, ${key}, payload length ${length}`;
}

/** Text as text, a Close as code and reason, other octets as digits. */
function caption({ opcode, payload, length, rsv }: FrameRecord): string {
  const kept = payload.subarray(0, CAPTION);
  const more = kept.length < length ? ' …' : '';
  if (rsv === 0 && opcode === 1) return new TextDecoder().decode(kept) + more;
  if (opcode === 8 && kept.length >= 2) {
    return `${(kept[0]! << 8) | kept[1]!} ${new TextDecoder().decode(kept.subarray(2))}`.trim();
  }
  return spaced(kept.subarray(0, 64)) + (length > 64 ? ' …' : '');
}

function character(octet: number): string {
  return octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : octet === 0x20 ? '␣' : '·';
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** Digits in pairs. */
function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?=.)/g, '$& ');
}

function bit(flag: boolean): string {
  return flag ? '1' : '0';
}
