/** The record of a case as the rows of the old suite's `wirelog`. */
import { toHex } from '../../model/payload.js';
import type { LogEntry } from '../../model/result.js';
import { wireOctets } from '../wrong-octet.js';
import { oldHex, oldText } from './event.js';

/** One row: its kind, then the parts of that kind. */
export type OldLogRow = readonly [kind: string, ...rest: unknown[]];

/**
 * Makes the rows. A frame gives two: its octets (`TO` or `RO`), and their meaning (`TF` or `RF`). A
 * note of the suite's has no counterpart there and is left out.
 */
export function oldWireLog(log: readonly LogEntry[]): OldLogRow[] {
  return log.flatMap((entry): OldLogRow[] => {
    if (entry.kind === 'note' || entry.kind === 'fault') return [];
    const octets = wireOctets(entry);
    const length = entry.kind === 'octets' ? entry.length : entry.header.length + entry.length;
    const isSent = entry.way === 'sent';
    const raw: OldLogRow = isSent
      ? ['TO', [length, oldHex(octets)], false]
      : ['RO', [length, oldHex(octets)]];
    if (entry.kind === 'octets') return [raw];
    const payload = [entry.length, oldText(entry.payload)];
    const { opcode, fin, rsv, maskingKey } = entry;
    const key = maskingKey === undefined ? null : hexKey(maskingKey);
    const meaning: OldLogRow = isSent
      ? ['TF', payload, opcode, fin, rsv, key, null, null, false]
      : ['RF', payload, opcode, fin, rsv, key !== null, key];
    return isSent ? [meaning, raw] : [raw, meaning];
  });
}

function hexKey(key: number): string {
  return toHex(Uint8Array.of(key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255));
}
