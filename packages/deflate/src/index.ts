/**
 * `@sanssocket/deflate`: permessage-deflate (RFC 7692) over an injected DEFLATE. Engines are subpaths of this package:
 * `/node-zlib`, `/pako`, `/fflate`, `/streams`.
 *
 * @packageDocumentation
 */
export type {
  DeflateContext,
  DeflateEngine,
  Deflater,
  DeflaterOptions,
  Inflated,
  InflateFault,
  Inflater,
  InflaterOptions,
} from './deflate/engine.js';
export type { ShouldCompress } from './extension/messages.js';
export type { DeclinedWishes, DeflateWishes } from './extension/negotiation.js';
export {
  type DeflateParameters,
  formatDeflateParameters,
  parseDeflateParameters,
} from './extension/parameters.js';
export { type PermessageDeflateOptions, permessageDeflate } from './extension/permessage-deflate.js';
