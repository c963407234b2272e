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
export { type RequestReceived, ServerHandshake, type ServerHandshakeState } from './machines/server.js';
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
export { type ConnectRequest, checkConnectResponse, createConnect } from './rules/connect-client.js';
export {
  acceptConnect,
  type ConnectAcceptance,
  type ConnectRejection,
  checkConnect,
  rejectConnect,
  rejectConnectFault,
} from './rules/connect-server.js';
export {
  confirmExtensions,
  type NegotiableExtension,
  type NegotiatedExtension,
  negotiateExtensions,
} from './rules/negotiate.js';
export { checkRequest, type OpeningRequest, type UpgradeRequest } from './rules/request.js';
export {
  allowOrigins,
  allowPaths,
  findRefusal,
  type RequestRule,
  requireHeader,
  requireProtocol,
} from './rules/rules.js';
export { flattenHeaders, type HeaderPairs, headerValues, type RawHeaders } from './syntax/header-fields.js';
export { acceptKey, generateKey, isKey, type RandomSource } from './values/accept-key.js';
export {
  type ExtensionOffer,
  type ExtensionParameter,
  formatExtensions,
  parseExtensions,
} from './values/extensions.js';
export {
  describeFault,
  HANDSHAKE_FAULTS,
  type HandshakeFault,
  type HandshakeFaultCode,
} from './values/faults.js';
export { isSameOrigin } from './values/origin.js';
export { parseProtocols, selectProtocol } from './values/subprotocol.js';
export { parseWebSocketUri, type WebSocketUri } from './values/uri.js';
