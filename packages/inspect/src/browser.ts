/**
 * `@sanssocket/inspect/browser`: the same readers without Node's modules, for a page to which a file
 * is given, and frames that change while somebody looks at them.
 *
 * @packageDocumentation
 */

export * from './common.js';
export {
  type BrowserOptions,
  type FramesOptions,
  inspectFrames,
  inspectStream,
} from './inspection/browser.js';
export type { HeaderDecoder } from './model/platform.js';
