/** The record of a case as lines of text, as it is written. */
import { octets, toHex } from '../model/payload.js';
import type { HandshakeReport, LogEntry } from '../model/result.js';
import { printable } from '../reports/report.js';
import type { RunOptions } from '../runners/options.js';

const NAMES = ['continuation', 'text', 'binary', '', '', '', '', '', 'Close', 'Ping', 'Pong'];
const SHOWN = 32;

/** Options that print each event. */
export const REPLAY: Pick<RunOptions, 'onHandshake' | 'onLog'> = {
  onHandshake: (handshake) => console.log(formatHandshake(handshake)),
  onLog: (entry) => console.log(formatEntry(entry)),
};

/** Both heads, a line each of theirs; `>` is the request, `<` the response. */
function formatHandshake({ request, response }: HandshakeReport): string {
  const lines = (head: string, sign: string): string[] =>
    head === ''
      ? [`${sign} nothing`]
      : head
          .replace(/(?:\r?\n)+$/, '')
          .split(/\r?\n/)
          .map((line) => `${sign} ${printable(line)}`);
  return [...lines(request, '>'), ...lines(response, '<')].join('\n');
}

/**
 * Formats one entry.
 *
 * @returns one line: time, direction, and the thing itself
 */
export function formatEntry(entry: LogEntry): string {
  const at = `${entry.atMs.toFixed(1).padStart(9)} ms`;
  switch (entry.kind) {
    case 'note':
      return `${at}  .. ${printable(entry.text)}`;
    case 'fault':
      return `${at}  !! ${printable(entry.fault.message)} (${entry.fault.section}, octet ${entry.fault.offset})`;
    case 'octets':
      return `${at}  ${arrow(entry.way)} ${octets(entry.length)}  ${digits(entry.bytes, entry.length)}`;
    case 'frame': {
      const bits = [
        entry.fin ? 'FIN' : '',
        ...['RSV1', 'RSV2', 'RSV3'].filter((_, nth) => (entry.rsv & (4 >> nth)) !== 0),
      ];
      const name = NAMES[entry.opcode] || `opcode ${entry.opcode}`;
      const flags = bits.filter((bit) => bit !== '').join(' ');
      const header = toHex(entry.header);
      return `${at}  ${arrow(entry.way)} ${name} ${flags} ${entry.length}  ${header} | ${digits(entry.payload, entry.length)}`;
    }
  }
}

function arrow(way: 'sent' | 'received'): string {
  return way === 'sent' ? '->' : '<-';
}

function digits(bytes: Uint8Array, length: number): string {
  return toHex(bytes.subarray(0, SHOWN)) + (length > SHOWN ? '...' : '');
}
