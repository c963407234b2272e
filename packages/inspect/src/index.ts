/**
 * `@sanssocket/inspect`: WebSocket traffic out of captures, dumps and exports, as events.
 *
 * @packageDocumentation
 */

export { InputError } from './formats/reader.js';
export type { RecordedChunk } from './formats/recording.js';
export type { ReadOptions, Source } from './inspection/inspect.js';
export { type InspectOptions, inspectFile, inspectStream } from './inspection/node.js';
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
export { type Proxy, type ProxyOptions, startProxy } from './proxy/proxy.js';
