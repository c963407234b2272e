/**
 * Recordings: a line of JSON for each chunk that passed a proxy, with its connection, side, time
 * and bytes. `sanssocket-inspect proxy --save` writes them.
 *
 * ```
 * {"recording":"sanssocket","version":1}
 * {"connection":1,"from":"client","at":1796046251150.123,"bytes":"R0VUIC8g..."}
 * {"connection":1,"from":"client","at":1796046252000.5,"end":true}
 * ```
 */

import { parseBase64 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Conversation } from '../protocol/conversation.js';
import { type Json, textOf } from './json.js';
import { InputError, Lines, type Reader } from './reader.js';

/** The first line of a recording. */
export const RECORDING_HEADER = { recording: 'sanssocket', version: 1 } as const;

/** A line of a recording behind the first one. */
export interface RecordedChunk {
  readonly connection: number;
  readonly from: 'client' | 'server';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In Base64; left out where the side has ended. */
  readonly bytes?: string;
  readonly end?: true;
}

export function recording(session: Session): Reader {
  const conversations = new Map<string, Conversation>();
  return new Lines(
    (line, number) => {
      if (line.trim() === '') return;
      const entry = parseLine(line, number);
      if (textOf(entry, 'recording') !== undefined) return;
      const key = textOf(entry, 'connection');
      const from = textOf(entry, 'from');
      if (key === undefined || (from !== 'client' && from !== 'server'))
        throw new InputError(`line ${number} is no chunk of a recording: it has no connection and no side`);
      let conversation = conversations.get(key);
      if (conversation === undefined) {
        conversation = new Conversation(session, { opened: true, client: 0 });
        conversations.set(key, conversation);
      }
      const end = from === 'client' ? 0 : 1;
      const bytes = parseBase64(textOf(entry, 'bytes') ?? '');
      const at = Number(textOf(entry, 'at'));
      conversation.receive(end, bytes, Number.isNaN(at) ? undefined : at);
      if (textOf(entry, 'end') !== undefined) conversation.finish(end);
    },
    () => {
      for (const conversation of conversations.values()) conversation.finish();
      if (session.connections === 0) {
        const many = `${conversations.size} connections`;
        session.note('no-websocket', `no WebSocket traffic in the recording: ${many}`);
      }
    },
  );
}

function parseLine(line: string, number: number): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    throw new InputError(`line ${number} is no JSON`);
  }
}
