/**
 * `@sanssocket/handshake/heads`: reads the heads of handshakes that others make, for proxies and inspectors.
 *
 * @packageDocumentation
 */

export type { HeadLimits } from './heads/head-reader.js';
export type { RequestHead, ResponseHead } from './heads/heads.js';
export { type HeadSeen, PassiveHeadReader } from './heads/passive-head-reader.js';
export type { RawHeaders } from './syntax/header-fields.js';
export type { HandshakeFault, HandshakeFaultCode } from './values/faults.js';
