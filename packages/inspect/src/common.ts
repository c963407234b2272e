/** The exports of both entries, of Node's and of browsers'. */

export { InputError } from './formats/reader.js';
export type { ReadOptions, Source } from './inspection/inspect.js';
export type {
  ByteRange,
  Compression,
  ConnectionFound,
  EventPlace,
  FaultFound,
  HandshakeHead,
  InspectEvent,
  InspectedFrame,
  InspectedMessage,
  MessageProblem,
  Note,
  NoteCode,
  Side,
  Summary,
} from './model/event.js';
export type { InspectLimits } from './model/session.js';
