/**
 * `@sanssocket/codec/streams`: a connection as two pairs of web streams.
 *
 * @packageDocumentation
 */
export { connectionStreams } from './sugar/streams.js';
//# sourceMappingURL=streams.js.map