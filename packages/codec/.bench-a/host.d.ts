/**
 * `@sanssocket/codec/host`: the loop between a connection and a transport, with back-pressure both ways, limits and time.
 *
 * @packageDocumentation
 */
export { ConnectionHost } from './host/connection-host.js';
export { HostConfig, type HostOptions } from './host/host-config.js';
export type { Transport } from './host/transport.js';
//# sourceMappingURL=host.d.ts.map