/** A message that arrives in parts: where its pieces go, and how far its text has been validated (RFC 6455 5.4, 8.1). */
import type { ConnectionSink } from './connection-sink.js';
import { MessageBuffer } from './message-buffer.js';
import { type MessageOpcode, TEXT } from './opcodes.js';
import { UTF8_BOUNDARY, unfinishedUtf8Bytes, validateUtf8 } from './utf8.js';

/** The unfinished message of a connection. */
export class IncomingMessage {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: IncomingMessage = /* @__PURE__ */ new IncomingMessage(
    TEXT,
    0,
    false,
    MessageBuffer.kept,
  );

  readonly opcode: MessageOpcode;
  /** First byte of its first frame: the reserved bits tell which extensions changed it (RFC 6455 5.4, advisory S24). */
  readonly first: number;
  /** Where its bytes are collected, unless they are passed on in pieces. */
  readonly buffer: MessageBuffer;
  /** Whether what arrives is the text itself, so that it can be validated as it comes. */
  readonly #validates: boolean;
  #utf8 = UTF8_BOUNDARY;
  /** The bytes so far of a character that a piece cut, and how many they are. */
  #held: Uint8Array | null = null;
  #heldBytes = 0;

  constructor(opcode: MessageOpcode, first: number, encoded: boolean, buffer: MessageBuffer) {
    this.buffer = buffer;
    this.opcode = opcode;
    this.first = first;
    this.#validates = opcode === TEXT && !encoded;
  }

  /** Whether what has come ends with a whole character. */
  get wholeCharacters(): boolean {
    return this.#utf8 === UTF8_BOUNDARY;
  }

  /**
   * Validates the next bytes if they are text.
   *
   * @param ascii - whether they are known to be all ASCII
   * @returns the index of the first byte that cannot be right, -1 if there is none
   */
  validate(bytes: Uint8Array, start: number, end: number, ascii: boolean): number {
    if (!this.#validates || (ascii && this.#utf8 === UTF8_BOUNDARY)) return -1;
    const state = validateUtf8(bytes, start, end, this.#utf8);
    if (state < 0) return ~state;
    this.#utf8 = state;
    return -1;
  }

  /** How many bytes of a character are held back that the end of the last piece cut. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Passes on a validated piece as one event, together with what is held back, and holds back what it cuts in turn.
   *
   * @param bytes - written to: what is held back goes before `start`, where there must be room for it
   * @param sink - its `piece` gets borrowed bytes, never none
   */
  passWholeCharacters(bytes: Uint8Array, start: number, end: number, sink: ConnectionSink): void {
    const begin = start - this.#heldBytes;
    for (let i = 0; i < this.#heldBytes; i++) bytes[begin + i] = this.#held![i]!;
    const hold = this.opcode === TEXT ? unfinishedUtf8Bytes(bytes, begin, end) : 0;
    // Held back before the rest is passed on: the callee may change the bytes, or throw.
    if (hold > 0) this.#held ??= new Uint8Array(3);
    for (let i = 0; i < hold; i++) this.#held![i] = bytes[end - hold + i]!;
    this.#heldBytes = hold;
    if (end - hold > begin) sink.piece?.(bytes, begin, end - hold);
  }
}
