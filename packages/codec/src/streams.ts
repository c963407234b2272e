/**
 * `@sanssocket/codec/streams`: a connection as two pairs of web streams.
 *
 * @packageDocumentation
 */

export { type ConnectionStreams, connectionStreams } from './sugar/streams.js';
