/** Bytes as they are: of one direction, or of both in two files. */

import type { Session } from '../model/session.js';
import { Conversation, type End } from '../protocol/conversation.js';
import type { Reader } from './reader.js';

/** Bytes of one direction. */
export function raw(session: Session): Reader {
  const conversation = new Conversation(session, { opened: false, certain: true });
  return readerOf(conversation, 0, () => conversation.finish());
}

/** Both directions, one reader each; their chunks come in any order. */
export function rawPair(session: Session): readonly [Reader, Reader] {
  const conversation = new Conversation(session, { opened: true, ordered: false, certain: true });
  let open = 2;
  const finish = (): void => {
    if (--open === 0) conversation.finish();
  };
  return [readerOf(conversation, 0, finish), readerOf(conversation, 1, finish)];
}

function readerOf(conversation: Conversation, end: End, finish: () => void): Reader {
  return { push: (chunk) => conversation.receive(end, chunk, undefined), end: finish };
}
