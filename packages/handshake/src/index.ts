export { acceptKey, generateKey, isKey, type RandomSource } from './accept-key.js';
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
  ClientHandshake,
  type ClientHandshakeOptions,
  type ClientHandshakeState,
  type ClientOutcome,
  type ConnectionAccepted,
  type ConnectionRefused,
} from './client.js';
export { type ClientRequest, type ClientRequestOptions, createRequest } from './client-request.js';
export { type ClientAcceptance, type ClientRefusal, checkResponse } from './client-response.js';
export { type ConnectRequest, checkConnectResponse, createConnect } from './connect-client.js';
export {
  acceptConnect,
  type ConnectAcceptance,
  type ConnectRejection,
  checkConnect,
  rejectConnect,
  rejectConnectFault,
} from './connect-server.js';
export {
  type ExtensionOffer,
  type ExtensionParameter,
  formatExtensions,
  parseExtensions,
} from './extensions.js';
export { describeFault, HANDSHAKE_FAULTS, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
export type { HeadLimits } from './head-reader.js';
export { flattenHeaders, type HeaderPairs, headerValues, type RawHeaders } from './header-fields.js';
export { type FetchRequest, type RequestHead, type ResponseHead, requestHeadOf } from './heads.js';
export {
  confirmExtensions,
  type NegotiableExtension,
  type NegotiatedExtension,
  negotiateExtensions,
} from './negotiate.js';
export { isSameOrigin } from './origin.js';
export { checkRequest, type OpeningRequest, type UpgradeRequest } from './request.js';
export {
  allowOrigins,
  allowPaths,
  findRefusal,
  type RequestRule,
  requireHeader,
  requireProtocol,
} from './rules.js';
export { type RequestReceived, ServerHandshake, type ServerHandshakeState } from './server.js';
export { parseProtocols, selectProtocol } from './subprotocol.js';
export { parseWebSocketUri, type WebSocketUri } from './uri.js';
