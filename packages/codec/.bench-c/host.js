/**
 * `@sanssocket/codec/host`: the loop between a connection and a transport, with back-pressure both ways, limits and time.
 *
 * @packageDocumentation
 */
export { ConnectionHost } from './host/connection-host.js';
export { HostConfig } from './host/host-config.js';
//# sourceMappingURL=host.js.map