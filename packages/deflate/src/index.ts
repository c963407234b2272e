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
} from './engine.js';
export type { ShouldCompress } from './messages.js';
export type { DeclinedWishes, DeflateWishes } from './negotiation.js';
export { type DeflateParameters, formatDeflateParameters, parseDeflateParameters } from './parameters.js';
export { type PermessageDeflateOptions, permessageDeflate } from './permessage-deflate.js';
