/**
 * A connection's input, in order: what arrives is read at once, or waits while reading is paused, an extension is at work, or an
 * event that threw has not been gone on with.
 *
 * ```
 *   receive(chunk) --- nothing waits ---> read ---- all read ----> nothing waits
 *         |                                 |
 *         | something waits                 | stopped at a byte: the rest waits
 *         v                                 v
 *      BACKLOG <------------------------- BACKLOG --- resume, the next receive, an extension is done ---> read
 * ```
 *
 * A subclass of the reader it feeds, because one object less for each connection is 40 bytes less.
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import { MessageReader } from '../receiving/message-reader.js';
import type { MessageSender } from '../sending/message-sender.js';
/** Internal: a part of `Connection`, whose methods say what these do. */
export declare class ConnectionInput extends MessageReader {
    #private;
    constructor(config: ConnectionConfig<Delivery>, sink: AnySink, sender: MessageSender, rsv: number);
    /** Whether the transport has ended. */
    get ended(): boolean;
    receive(bytes: Uint8Array): void;
    receiveEnd(): void;
    pauseInput(): void;
    resumeInput(): void;
    get paused(): boolean;
    /** What waits is not wanted any more: the connection has failed. */
    dropBacklog(): void;
    /** Reads what waits, as far as it may: an asynchronous extension has finished, and no call of the host's is under way. */
    continueOutside(guarded: (call: () => void) => boolean): void;
    private failBacklog;
    /** No further call will come behind which reading could go on: of several exceptions the first is thrown. */
    private continueToEnd;
    /**
     * Reads a range. What is not read of it waits.
     *
     * @param backlog - what the bytes are the next ones of; null for a chunk of the host's
     */
    private read;
    /** Reads what waits, as far as it may. */
    private continue;
    private wait;
}
//# sourceMappingURL=connection-input.d.ts.map