/**
 * `@sanssocket/deflate`: permessage-deflate (RFC 7692) over an injected DEFLATE. Engines are
 * subpaths of this package: `/node-zlib`, `/pako`, `/fflate`, `/streams`.
 *
 * @packageDocumentation
 */

export type { ShouldCompress } from './extension/messages.js';
export type { NegotiationOptions, RejectedOffers } from './extension/negotiation.js';
export {
  type DeflateParameters,
  formatDeflateParameters,
  parseDeflateParameters,
} from './extension/negotiation.js';
export { type ObserveDeflateOptions, type ObservedDeflate, observeDeflate } from './extension/observe.js';
export { type PermessageDeflateOptions, permessageDeflate } from './extension/permessage-deflate.js';
export type {
  DeflateContext,
  DeflateEngine,
  Deflater,
  DeflaterOptions,
  Inflated,
  InflateFault,
  Inflater,
  InflaterOptions,
} from './inflate/engine.js';
