/** An input of one format, read in chunks; and lines of text out of them. */

/** Reads an input. Chunks are borrowed until the call returns. */
export interface Reader {
  push(chunk: Uint8Array): void;
  /** The input is over. */
  end(): void;
}

/**
 * An input that cannot be read, or only guessed at: the message says why, where, and another way.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { InputError, inspectStream } from '@sanssocket/inspect';
 *
 * const octal = new TextEncoder().encode('0000000 102601 175067 036441\n');
 * await assert.rejects(async () => {
 *   for await (const _ of inspectStream([octal])) {
 *   }
 * }, InputError); // bare od prints octal words
 * ```
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Longer lines are no text: 64 MiB of hexadecimal digits are a segment of 32 MiB. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;

/** Text in chunks, taken line by line, without their ends. */
export class Lines implements Reader {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #line: (line: string, number: number) => void;
  readonly #ended: () => void;
  #rest = '';
  #number = 0;

  constructor(line: (line: string, number: number) => void, ended: () => void) {
    this.#line = line;
    this.#ended = ended;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '') this.#line(this.#rest, ++this.#number);
    this.#ended();
  }

  #take(text: string): void {
    const lines = text.split('\n');
    if (lines.length === 1) {
      this.#rest += text;
      if (this.#rest.length > MAX_LINE_CHARACTERS)
        throw new InputError(`line ${this.#number + 1} is longer than 64 MiB`);
      return;
    }
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    for (const line of lines) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line, ++this.#number);
  }
}
