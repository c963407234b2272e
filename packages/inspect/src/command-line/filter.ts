/** The choice of events that are shown. */

import { BINARY, CLOSE, CONTINUATION, isControl, PING, PONG, TEXT } from '@sanssocket/codec/frames';
import { latin1 } from '../model/bytes.js';
import type { InspectEvent, InspectedFrame, InspectedMessage } from '../model/event.js';

/** Opcodes by their names on the command line. */
export const OPCODES: Readonly<Record<string, number>> = {
  continuation: CONTINUATION,
  text: TEXT,
  binary: BINARY,
  close: CLOSE,
  ping: PING,
  pong: PONG,
};

export interface FilterOptions {
  readonly from?: 'client' | 'server';
  readonly opcode?: readonly number[];
  readonly connection?: readonly number[];
  readonly grep?: RegExp;
  /** Frames; messages and control frames; both where they differ; all. */
  readonly view: 'frames' | 'messages' | 'both' | 'all';
}

/** Whether an event is to be shown. */
export function matches(event: InspectEvent, options: FilterOptions): boolean {
  const { from, opcode, connection, grep, view } = options;
  if (event.type === 'summary') return true;
  if (connection !== undefined && event.connection !== undefined && !connection.includes(event.connection))
    return false;
  if (from !== undefined && 'from' in event && event.from !== undefined && event.from !== from) return false;
  if (event.type === 'handshake') {
    const head = [event.startLine, ...event.rawHeaders].join('\n');
    return opcode === undefined && (grep === undefined || grep.test(head));
  }
  if (event.type !== 'frame' && event.type !== 'message') return true;
  if (opcode !== undefined && !opcode.includes(event.opcode)) return false;
  if (view === 'frames' && event.type === 'message') return false;
  if (view === 'messages' && event.type === 'frame' && !isControl(event.opcode)) return false;
  if (view === 'both' && event.type === 'message' && isFrame(event)) return false;
  return grep === undefined || grep.test(searched(event));
}

/** Whether a message says no more than its only frame. */
function isFrame({ frames, compression, problem }: InspectedMessage): boolean {
  return frames === 1 && compression === 'none' && problem === undefined;
}

function searched(event: InspectedFrame | InspectedMessage): string {
  if (event.type === 'message') return event.text ?? latin1(event.payload);
  if (event.closeReason !== undefined) return `${event.closeCode} ${event.closeReason}`;
  return Buffer.from(event.payload).toString('utf8');
}
