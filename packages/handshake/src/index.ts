/**
 * `@sanssocket/handshake`: the opening handshake of RFC 6455 over HTTP/1.1, for both roles, over bytes
 * or over parsed heads.
 *
 * @packageDocumentation
 */

export {
  type Acceptance,
  type AcceptOptions,
  acceptRequest,
  type Rejection,
  type RejectOptions,
  rejectFault,
  rejectRequest,
} from './answer.js';
export {
  type ClientAcceptance,
  ClientHandshake,
  type ClientHandshakeOptions,
  type ClientHandshakeState,
  type ClientOutcome,
  type ConnectionAccepted,
  type ConnectionRejected,
  checkResponse,
  type ResponseRejection,
} from './client.js';
export { type ClientRequest, type ClientRequestOptions, createRequest } from './client-request.js';
export type { HandshakeUsageCode, HandshakeUsageError } from './errors.js';
export type {
  ConnectFaultCode,
  HandshakeFault,
  HandshakeFaultCode,
  HeadFaultCode,
  RequestFaultCode,
  ResponseFaultCode,
} from './faults.js';
export type { HeadLimits } from './head-reader.js';
export { type FetchRequest, type RequestHead, type ResponseHead, requestHeadOf } from './head-writer.js';
export type { ExtensionOffer, ExtensionParameter } from './header-values.js';
export { isSameOrigin } from './header-values.js';
export type { RandomSource } from './key.js';
export type { ExtensionFactory, NegotiatedExtension } from './negotiate.js';
export {
  checkRequest,
  type OpeningRequest,
  type RequestOptions,
  type UpgradeRequest,
} from './request.js';
export {
  type RequestReceived,
  ServerHandshake,
  type ServerHandshakeOptions,
  type ServerHandshakeState,
} from './server.js';
export type { HeaderPairs, OwnBytes, RawHeaders } from './syntax.js';
export type { WebSocketUri } from './uri.js';
