/**
 * Faults that the suite sent on purpose, found by the judge that reads the endpoints, so that a
 * page can point at it.
 */
import { MessageReader } from '../../judge/message-reader.js';
import type { CaseResult, LogEntry, PeerFault } from '../../model/result.js';
import { type WireEntry, wireOctets } from '../wrong-octet.js';

/** Faults of a compressed stream are not looked for: the agreement does not stand in a result. */
const OF_COMPRESSION = new Set(['INVALID_UTF8', 'DEFLATE_INVALID', 'DEFLATE_CUT']);

/**
 * Finds the wrong octets of the suite's, as far as its frames were kept whole.
 *
 * @returns faults with offsets in the suite's octets
 */
export function sentFaults({ role, log, handshake }: CaseResult): PeerFault[] {
  const faults: PeerFault[] = [];
  let current: WireEntry | undefined;
  const mayCompress = /permessage-deflate/i.test(handshake.response);
  const nothing = (): void => {};
  const sink = { frame: nothing, message: nothing, ping: nothing, pong: nothing, close: nothing };
  const isMeant = ({ code }: PeerFault): boolean => {
    if (!mayCompress) return false;
    const isFirst =
      current?.kind === 'frame' && current.rsv === 4 && (current.opcode === 1 || current.opcode === 2);
    return OF_COMPRESSION.has(code) || (code === 'RESERVED_BITS' && isFirst);
  };
  const reader = new MessageReader(
    {
      ...sink,
      fault: (fault) => {
        if (!isMeant(fault)) faults.push(fault);
      },
    },
    role === 'server',
    undefined,
  );
  for (const entry of log) {
    if (!isSent(entry)) continue;
    const octets = wireOctets(entry);
    if (octets.length < (entry.kind === 'octets' ? entry.length : entry.header.length + entry.length)) break;
    current = entry;
    reader.read(octets);
  }
  return faults;
}

function isSent(entry: LogEntry): entry is WireEntry {
  return (entry.kind === 'frame' || entry.kind === 'octets') && entry.way === 'sent';
}
