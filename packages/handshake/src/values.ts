/**
 * `@sanssocket/handshake/values`: what stands in the headers of a handshake, read and written: keys, extensions, subprotocols, URIs,
 * origins.
 *
 * @packageDocumentation
 */

export { flattenHeaders, type HeaderPairs, headerValues, type RawHeaders } from './syntax/header-fields.js';
export type { OwnBytes } from './syntax/own-bytes.js';
export { acceptKey, generateKey, isKey, type RandomSource } from './values/accept-key.js';
export {
  type ExtensionOffer,
  type ExtensionParameter,
  formatExtensions,
  parseExtensions,
} from './values/extensions.js';
export type { HandshakeFault, HandshakeFaultCode } from './values/faults.js';
export { isSameOrigin } from './values/origin.js';
export { parseProtocols, selectProtocol } from './values/subprotocol.js';
export { parseWebSocketUri, type WebSocketUri } from './values/uri.js';
