/**
 * `@sanssocket/inspect`: WebSocket traffic out of captures, dumps and exports, as events.
 *
 * @packageDocumentation
 */

export * from './common.js';
export type { RecordedChunk } from './formats/recording.js';
export { type InspectOptions, inspectFile, inspectStream } from './inspection/node.js';
export { type Proxy, type ProxyOptions, startProxy } from './proxy/proxy.js';
