/** Transports that are asked for bytes, and answer with promises: web streams, Deno's connections. */
import type { Connection } from '../connection/connection.js';
import { ConnectionHost } from './connection-host.js';
import type { HostConfig, HostOptions } from './host-config.js';
/** Where bytes are pulled from and pushed to. What any of these throws or rejects with means that the transport has failed. */
export interface PulledBytes {
    /** The next bytes; undefined when the peer has ended its side. Not called before the one before has been answered. */
    read(): Promise<Uint8Array | undefined>;
    /** Writes all of a chunk. */
    write(chunk: Uint8Array): Promise<unknown>;
    /** Ends our side. */
    end(): Promise<unknown>;
    /** Gives up whatever is left, also behind both ends. */
    destroy(): void;
    /** As `Transport.copies`. */
    readonly copies: boolean;
}
/** Runs a connection over bytes that are pulled and pushed; as `hostStreams`, which is made of it. */
export declare function hostPulled(bytes: PulledBytes, connection: Connection, config: HostOptions | HostConfig, head: Uint8Array): ConnectionHost;
//# sourceMappingURL=pulled.d.ts.map