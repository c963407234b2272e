/**
 * A host of one connection: everything between a `Connection` and a transport, as a machine of its own. No I/O, no timer, no
 * clock: the transport does the one, and the others come as an argument.
 *
 * ```
 *   RUNNING --- the connection has ended, and all is written ---> ENDING --- the transport is gone ---> GONE
 *      |        the transport is told to end                        what comes is read and dropped       ^
 *      `------- no pong, closing took too long, the transport failed: it is destroyed -------------------'
 * ```
 *
 * Back-pressure, both ways:
 *
 * - Whoever does not read the answers to what it sends is not read from, and the connection is paused behind the very event whose
 *   answer was one too many. Only answers count: an end that stopped reading because the other does not read *its* messages would
 *   hold up both for ever.
 * - What the application sends by itself is its own affair up to a limit; `full` and `onDrained` tell it when to wait.
 */
import type { SendOptions } from '../agreed/send-options.js';
import type { Connection } from '../connection/connection.js';
import type { PreparedMessage } from '../frames/prepared-message.js';
import type { ByteRange } from '../memory/span.js';
import type { MessageOpcode } from '../rules/opcodes.js';
import type { Keepalive } from '../time/keepalive.js';
import { HostConfig, type HostOptions } from './host-config.js';
import type { Transport } from './transport.js';
/**
 * Runs a connection over a transport until both have ended, whatever the peer does or leaves undone.
 *
 * An application gives the connection its sink, and sends by the methods of this class, which also write. After other calls to the
 * connection (`beginText`, `pong`) it calls {@link ConnectionHost.flush}.
 *
 * What the connection's sink throws is reported as `Connection` reports what there is nobody to throw at (the sink's `error`, or as
 * uncaught), and the connection is failed with 1011: one client's misfortune is nobody else's, and nobody is left waiting.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { ConnectionHost, type Transport } from '@sanssocket/codec/host';
 *
 * const written: Uint8Array[] = [];
 * const transport: Transport = {
 *   write(chunks) {
 *     written.push(...chunks);
 *     return chunks.reduce((bytes, { length }) => bytes + length, 0); // all of them
 *   },
 *   pause() {}, resume() {}, end() {}, destroy() {}, wakeAt() {},
 * };
 * const connection = new Connection({ role: 'server' }, { text: (text) => host.sendText(text.toUpperCase()) });
 * const host: ConnectionHost = new ConnectionHost(connection, transport, {}, 0);
 * host.receive(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69), 10);
 * assert.deepEqual([...written[0]!], [0x81, 2, 0x48, 0x49]);
 * ```
 */
export declare class ConnectionHost {
    #private;
    /** What is hosted. Never give it input, nor take its output. */
    readonly connection: Connection;
    /**
     * When the peer is pinged and given up. The host tells it of bytes and of the closing; with `idleTimeoutMs` the application calls
     * its `active(now)` at each message that counts.
     */
    get keepalive(): Keepalive;
    /**
     * Called when {@link ConnectionHost.full} has been true, and half of `highWaterBytes` or less wait again; also when the transport is
     * gone, as nothing waits then: {@link ConnectionHost.gone} tells, and methods that send return false.
     */
    onDrained: (() => void) | undefined;
    /**
     * Called once, when the transport is gone; last, behind `onDrained`. The connection's sink has heard `closed` by then, unless it is
     * paused.
     */
    onGone: (() => void) | undefined;
    /**
     * @param connection - with a sink of the application's; of its own, no other host's
     * @param transport - behind the opening handshake
     * @param config - limits and times; to be shared by many hosts, make a {@link HostConfig}
     * @param now - the clock, in milliseconds, that does not run backwards (`performance.now()`)
     * @throws TypeError or RangeError for options that make no sense, RangeError if `now` is not a finite number
     */
    constructor(connection: Connection, transport: Transport, config: HostOptions | HostConfig, now: number);
    /**
     * Takes what the transport has read, in chunks of any size. What followed the opening handshake comes first.
     *
     * @param bytes - as for `Connection.receive`
     * @param now - the clock
     * @throws TypeError for anything but a Uint8Array, RangeError if `now` is not a finite number, Error when called by the sink
     */
    receive(bytes: Uint8Array, now: number): void;
    /** Tells that the peer has ended its side: nothing more will be read. Throws RangeError if `now` is not a finite number. */
    receiveEnd(now: number): void;
    /** Tells that all of a batch is through that was held back. Throws RangeError if `now` is not a finite number. */
    written(now: number): void;
    /** Tells that the transport takes more of the batch it did not take all of. Throws RangeError if `now` is not a finite number. */
    writable(now: number): void;
    /**
     * Tells that the transport is gone: both sides have ended, or it has failed. Nothing is called on it any more.
     *
     * @param error - why, if it failed; see {@link ConnectionHost.transportError}
     */
    closed(error?: unknown): void;
    /** The time has come that the transport was asked to wake the host at. Throws RangeError if `now` is not a finite number. */
    wake(now: number): void;
    /**
     * As `Connection.sendText`. It is written together with what else is sent in one go: behind the call of the sink that it is made
     * from, or else as a microtask; {@link ConnectionHost.flush} writes it at once.
     *
     * @returns false too if more than `maxWaitingBytes` wait: nothing was sent then, see `whenOver`
     */
    sendText(text: string | Uint8Array, options?: SendOptions): boolean;
    /** As `Connection.sendBinary`; see {@link ConnectionHost.sendText}. */
    sendBinary(bytes: Uint8Array, options?: SendOptions): boolean;
    /** As `Connection.sendSpan`; see {@link ConnectionHost.sendText}. */
    sendSpan(opcode: MessageOpcode, range: ByteRange, options?: SendOptions): boolean;
    /** As `Connection.sendByReference`; see {@link ConnectionHost.sendText}. */
    sendByReference(opcode: MessageOpcode, bytes: Uint8Array, options?: SendOptions): boolean;
    /** As `Connection.sendPrepared`; see {@link ConnectionHost.sendText}. */
    sendPrepared(message: PreparedMessage): boolean;
    /** As `Connection.ping`, and written. */
    ping(payload?: Uint8Array): boolean;
    /** As `Connection.close`, and written. From now on `closeTimeoutMs` runs. */
    close(code?: number, reason?: string): boolean;
    /** As `Connection.fail`, and written, if the peer reads that far; then the transport is ended. */
    fail(code?: number, reason?: string): void;
    /**
     * Writes what commands given to {@link ConnectionHost.connection} have made. Inside of the sink's methods it only counts them as
     * answers, as the methods that send do: they are written when the call has returned.
     */
    flush(): void;
    /** Reads no more behind the current event, at that very byte: neither the connection nor the transport. */
    pause(): void;
    /** Reads again. Not from inside of the sink's methods do events follow at once. */
    resume(): void;
    /** How many bytes wait: in the connection, and in a batch that is not through. None do once the transport is gone. */
    get waitingBytes(): number;
    /** Whether more than `highWaterBytes` wait: what is not urgent had better wait for {@link ConnectionHost.onDrained}. */
    get full(): boolean;
    /** Whether the transport is gone: nothing is called on it any more. */
    get gone(): boolean;
    /** What the transport failed with; undefined if it did not. */
    get transportError(): unknown;
}
//# sourceMappingURL=connection-host.d.ts.map