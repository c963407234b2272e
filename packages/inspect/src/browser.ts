/**
 * `@sanssocket/inspect/browser`: the same readers without Node's modules, for a page to which a file
 * is given, and frames that change while somebody looks at them.
 *
 * @packageDocumentation
 */

export { InputError } from './formats/reader.js';
export {
  type BrowserOptions,
  type FramesOptions,
  inspectFrames,
  inspectStream,
} from './inspection/browser.js';
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
export type { HeaderDecoder } from './model/platform.js';
export type { InspectLimits } from './model/session.js';
