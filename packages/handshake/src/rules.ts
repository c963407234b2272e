/**
 * `@sanssocket/handshake/rules`: what a server allows, as rules over requests; the negotiation of extensions alone; and the table of
 * a peer's faults.
 *
 * @packageDocumentation
 */

export type { RejectOptions } from './rules/answer.js';
export {
  confirmExtensions,
  type NegotiableExtension,
  type NegotiatedExtension,
  negotiateExtensions,
} from './rules/negotiate.js';
export type { OpeningRequest } from './rules/request.js';
export {
  allowOrigins,
  allowPaths,
  findRefusal,
  type RequestRule,
  requireHeader,
  requireProtocol,
} from './rules/rules.js';
export type { HeaderPairs, RawHeaders } from './syntax/header-fields.js';
export type { ExtensionOffer, ExtensionParameter } from './values/extensions.js';
export {
  createFault,
  FAULTS,
  type HandshakeFault,
  type HandshakeFaultCode,
  type HandshakeFaultRule,
} from './values/faults.js';
