/**
 * A connection's output on its way to the transport: one batch at a time.
 *
 * While a batch is under way what follows stays in the connection, where `bufferedAmount` counts it, and the next batch takes all
 * of it: many small messages are one write. A batch is bounded, so that a peer that reads slowly is seen to be reading.
 */
import type { Connection } from '../connection/connection.js';
import type { Transport } from './transport.js';
/** Output that a connection has given and a transport has not let through. */
export declare class OutputBatches {
    #private;
    /** How many bytes have been taken from the connection in all. */
    taken: number;
    /**
     * @param batchBytes - a batch that has as much takes no further chunk; a chunk of more than four times as much goes in parts of
     * that length
     */
    constructor(connection: Connection, transport: Transport, batchBytes: number);
    /** Whether a batch is under way. */
    get busy(): boolean;
    /** How many bytes were taken from the connection and are not through. */
    get bytes(): number;
    /** How many bytes the transport has let through in all. */
    get through(): number;
    /** How many bytes of the batch under way are not through. */
    get underWay(): number;
    /**
     * Writes until the transport holds something back, or there is no more. Throws what the connection's `takeOutput` and the
     * transport throw.
     */
    flush(): void;
    /** The transport has let all of the batch through. */
    written(): void;
    /** The transport takes more: it is offered what it has not let through. */
    offerAgain(): void;
    /** Forgets everything: the transport is gone. */
    drop(): void;
}
//# sourceMappingURL=output-batches.d.ts.map