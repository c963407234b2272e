// The headers a handshake looks at, found in one pass over a head, whether it came as bytes or parsed.

import { consistsOf, lowerCodes, TOKEN } from '../syntax/characters.js';
import type { RawHeaders } from '../syntax/header-fields.js';
import type { HandshakeFaultCode } from '../values/faults.js';

export const HOST = 0;
export const UPGRADE = 1;
export const CONNECTION = 2;
export const CONTENT_LENGTH = 3;
export const TRANSFER_ENCODING = 4;
export const ORIGIN = 5;
export const KEY = 6;
export const VERSION = 7;
export const PROTOCOL = 8;
export const EXTENSIONS = 9;
export const ACCEPT = 10;
/** Either of the two keys of the drafts before masking. */
export const DRAFT_KEY = 11;

const NAMES: readonly Uint8Array[] = /* @__PURE__ */ [
  'host',
  'upgrade',
  'connection',
  'content-length',
  'transfer-encoding',
  'origin',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
  'sec-websocket-accept',
  'sec-websocket-key1',
  'sec-websocket-key2',
].map(lowerCodes);

/** What Upgrade holds. */
export const WEBSOCKET: Uint8Array = /* @__PURE__ */ lowerCodes('websocket');
/** What Connection holds. */
export const UPGRADE_TOKEN: Uint8Array = /* @__PURE__ */ lowerCodes('upgrade');

/** Slots by the length of their names, at most two each: most headers of a request are passed over by their length. */
const BY_LENGTH: readonly (readonly number[] | undefined)[] = /* @__PURE__ */ byLength();

function byLength(): number[][] {
  const table: number[][] = [];
  for (const [slot, { length }] of NAMES.entries()) {
    table[length] ??= [];
    table[length].push(slot);
  }
  return table;
}

/** The value of each header a handshake looks at, by the constants above. Never keyed by a peer's names (H01). */
export class Fields {
  /** Lines of a repeated header are joined with a comma, which for a list is the same (RFC 9110 5.3). */
  readonly values: (string | undefined)[] = new Array(12);
  /** A bit for each header that came more than once. */
  repeated = 0;

  /**
   * Which header a name is, if it is one to look at, otherwise -1.
   *
   * @param bytes - the name from `start` to `end`, which is a token: then setting bit 20 makes letters lower case, and makes
   *   no character one of `NAMES` that was not
   */
  static slotOf(bytes: Uint8Array, start: number, end: number): number {
    const slots = BY_LENGTH[end - start];
    if (slots === undefined) return -1;
    next: for (let k = 0; k < slots.length; k++) {
      const name = NAMES[slots[k]!]!;
      for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name[i]) continue next;
      return Math.min(slots[k]!, DRAFT_KEY);
    }
    return -1;
  }

  /** Those of a parsed head. */
  static of(headers: RawHeaders): Fields {
    const fields = new Fields();
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i]!;
      if (BY_LENGTH[name.length] === undefined || !consistsOf(name, TOKEN)) continue;
      const slot = Fields.slotOf(lowerCodes(name), 0, name.length);
      if (slot >= 0) fields.add(slot, headers[i + 1]!);
    }
    return fields;
  }

  /** Adds a line. */
  add(slot: number, value: string): void {
    const before = this.values[slot];
    if (before !== undefined) this.repeated |= 1 << slot;
    this.values[slot] = before === undefined ? value : `${before},${value}`;
  }

  /** Whether a header came more than once. */
  isRepeated(slot: number): boolean {
    return (this.repeated & (1 << slot)) !== 0;
  }

  /** What is wrong with a header that has to be there exactly once. */
  fault(slot: number, name: 'HOST' | 'VERSION' | 'KEY' | 'ACCEPT'): HandshakeFaultCode | undefined {
    if (this.values[slot] === undefined) return `${name}_MISSING`;
    return this.isRepeated(slot) ? `${name}_REPEATED` : undefined;
  }

  /** The value of a list, as the lines it came on. */
  lines(slot: number): string[] {
    const value = this.values[slot];
    return value === undefined ? [] : [value];
  }
}
