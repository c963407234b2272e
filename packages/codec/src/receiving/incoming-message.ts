/** A message that arrives in parts (RFC 6455 5.4), and how far its text has been validated (8.1). */
import { type MaskKernel, rotateKey } from '@sanssocket/mask';
import type { Caller } from '../agreed/report.js';
import type { MessageBuffer } from '../memory/message-buffer.js';
import { isLentUtf8 } from '../memory/scratch.js';
import { type MessageOpcode, TEXT } from '../rules/opcodes.js';
import { UTF8_BOUNDARY, unfinishedUtf8Bytes, VALID, validateUtf8 } from '../rules/utf8.js';

/** The unfinished message of a connection: what becomes of its pieces is a subclass each. */
export abstract class IncomingMessage {
  readonly opcode: MessageOpcode;
  /** First byte of its first frame: the reserved bits tell which extensions changed it (RFC 6455 5.4, advisory S24). */
  readonly first: number;
  /** Whether what arrives is the text itself, so that it can be validated as it comes. */
  protected readonly validates: boolean;
  /** The validator's state behind the last byte. */
  protected utf8: number = UTF8_BOUNDARY;

  constructor(opcode: MessageOpcode, first: number, encoded: boolean) {
    this.opcode = opcode;
    this.first = first;
    this.validates = opcode === TEXT && !encoded;
  }

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
  abstract deliver(caller: Caller): boolean;

  /** It will not be whole any more, or has been delivered. */
  abstract release(): void;

  /** Whether what has come ends with a whole character. */
  get wholeCharacters(): boolean {
    return this.utf8 === UTF8_BOUNDARY;
  }

  /** Collects a piece of text, validating it where it is then; takes and gives back what {@link IncomingMessage.add} does. */
  protected collect(
    buffer: MessageBuffer,
    bytes: Uint8Array,
    start: number,
    end: number,
    mask: MaskKernel,
    key: number,
    atMost: number,
  ): number {
    let left = atMost;
    for (let at = start; at < end; ) {
      const length = buffer.append(bytes, at, end, mask, rotateKey(key, at - start), left);
      const { tail, tailBytes } = buffer;
      const invalid = this.validate(tail, tailBytes - length, tailBytes, false);
      if (invalid !== VALID) return at + invalid - (tailBytes - length);
      at += length;
      left -= length;
    }
    return VALID;
  }

  /**
   * Validates the next bytes if they are text.
   *
   * @param ascii - whether they are known to be all ASCII
   * @returns `VALID`, or the index of the first byte that cannot be right
   */
  protected validate(bytes: Uint8Array, start: number, end: number, ascii: boolean): number {
    if (!this.validates || (ascii && this.utf8 === UTF8_BOUNDARY)) return VALID;
    const whole = end - unfinishedUtf8Bytes(bytes, start, end);
    const known = this.utf8 === UTF8_BOUNDARY && isLentUtf8(bytes, start, whole);
    const state = validateUtf8(bytes, known ? whole : start, end, this.utf8);
    if (state < 0) return ~state;
    this.utf8 = state;
    return VALID;
  }
}
