/** A message that arrives in parts (RFC 6455 5.4), and how far its text has been validated (8.1). */
import { type MaskKernel } from '@sanssocket/mask';
import type { AnySink } from '../agreed/connection-sink.js';
import type { MessageBuffer } from '../memory/message-buffer.js';
import { type MessageOpcode } from '../rules/opcodes.js';
/** The unfinished message of a connection: what becomes of its pieces is a subclass each. */
export declare abstract class IncomingMessage {
    readonly opcode: MessageOpcode;
    /** First byte of its first frame: the reserved bits tell which extensions changed it (RFC 6455 5.4, advisory S24). */
    readonly first: number;
    /** Whether what arrives is the text itself, so that it can be validated as it comes. */
    protected readonly validates: boolean;
    /** The validator's state behind the last byte. */
    protected utf8: number;
    constructor(opcode: MessageOpcode, first: number, encoded: boolean);
    /**
     * Takes a piece.
     *
     * @param key - of its first byte
     * @param atMost - how many bytes will come in all, this piece included, if that is certain
     * @returns `VALID`; or the index in `bytes` of the first byte that cannot be right; or `TOO_LONG`
     */
    abstract add(bytes: Uint8Array, start: number, end: number, key: number, atMost: number): number;
    /**
     * It is whole, and its text is known to be valid: tells the sink.
     *
     * @returns false if it is a text for which no string is long enough
     */
    abstract deliver(sink: AnySink): boolean;
    /** It will not be whole any more, or has been delivered. */
    abstract release(): void;
    /** Whether what has come ends with a whole character. */
    get wholeCharacters(): boolean;
    /** Collects a piece of text, validating it where it is then; takes and gives back what {@link IncomingMessage.add} does. */
    protected collect(buffer: MessageBuffer, bytes: Uint8Array, start: number, end: number, mask: MaskKernel, key: number, atMost: number): number;
    /**
     * Validates the next bytes if they are text.
     *
     * @param ascii - whether they are known to be all ASCII
     * @returns `VALID`, or the index of the first byte that cannot be right
     */
    protected validate(bytes: Uint8Array, start: number, end: number, ascii: boolean): number;
}
//# sourceMappingURL=incoming-message.d.ts.map