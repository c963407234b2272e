export type { HeadLimits } from './heads/head-reader.js';
export { type FetchRequest, type RequestHead, type ResponseHead, requestHeadOf } from './heads/heads.js';
export {
  ClientHandshake,
  type ClientHandshakeOptions,
  type ClientHandshakeState,
  type ClientOutcome,
  type ConnectionAccepted,
  type ConnectionRefused,
} from './machines/client.js';
export {
  type RequestReceived,
  ServerHandshake,
  type ServerHandshakeOptions,
  type ServerHandshakeState,
} from './machines/server.js';
export {
  type Acceptance,
  type AcceptOptions,
  acceptRequest,
  type Rejection,
  type RejectOptions,
  rejectFault,
  rejectRequest,
} from './rules/answer.js';
export { type ClientRequest, type ClientRequestOptions, createRequest } from './rules/client-request.js';
export { type ClientAcceptance, type ClientRefusal, checkResponse } from './rules/client-response.js';
export type { NegotiableExtension, NegotiatedExtension } from './rules/negotiate.js';
export {
  checkRequest,
  type OpeningRequest,
  type RequestOptions,
  type UpgradeRequest,
} from './rules/request.js';
export type { HeaderPairs, RawHeaders } from './syntax/header-fields.js';
export type { MisuseCode, MisuseError } from './syntax/misuse.js';
export type { OwnBytes } from './syntax/own-bytes.js';
export type { RandomSource } from './values/accept-key.js';
export type { ExtensionOffer, ExtensionParameter } from './values/extensions.js';
export type { HandshakeFault, HandshakeFaultCode } from './values/faults.js';
export { isSameOrigin } from './values/origin.js';
export type { WebSocketUri } from './values/uri.js';
