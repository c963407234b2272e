/**
 * `@sanssocket/handshake/connect`: the opening handshake over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220), an extended CONNECT. Header
 * lists in, header lists out.
 *
 * @packageDocumentation
 */

export type { Acceptance, AcceptOptions, Rejection, RejectOptions } from './rules/answer.js';
export type { ClientRequest, ClientRequestOptions } from './rules/client-request.js';
export type { ClientAcceptance, ClientRefusal } from './rules/client-response.js';
export { type ConnectRequest, checkConnectResponse, createConnect } from './rules/connect-client.js';
export {
  acceptConnect,
  type ConnectAcceptance,
  type ConnectRejection,
  checkConnect,
  rejectConnect,
  rejectConnectFault,
} from './rules/connect-server.js';
export type { NegotiableExtension, NegotiatedExtension } from './rules/negotiate.js';
export type { OpeningRequest, RequestOptions } from './rules/request.js';
export type { HeaderPairs, RawHeaders } from './syntax/header-fields.js';
export type { OwnBytes } from './syntax/own-bytes.js';
export type { RandomSource } from './values/accept-key.js';
export type { ExtensionOffer, ExtensionParameter } from './values/extensions.js';
export type { HandshakeFault, HandshakeFaultCode } from './values/faults.js';
