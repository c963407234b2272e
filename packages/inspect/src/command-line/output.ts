/** Lines to the standard output, no faster than it takes them; and a line of progress. */

import { statSync } from 'node:fs';
import type { InspectEvent } from '../model/event.js';
import { escapeJson } from './text.js';

/** Characters that are written at once. */
const BATCH = 65_536;

/** Files from this size on show their progress. */
const LARGE_BYTES = 32 * 1024 * 1024;

const PROGRESS_MS = 500;

export class Output {
  readonly #stream: NodeJS.WritableStream;
  #batch = '';

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  async write(text: string): Promise<void> {
    this.#batch += text;
    if (this.#batch.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = '';
    if (batch !== '' && !this.#stream.write(batch)) {
      await new Promise<void>((resolve) => this.#stream.once('drain', resolve));
    }
  }
}

/** An event as a line of JSON: bytes in Base64, and no character that a terminal acts on. */
export function jsonLine(event: InspectEvent): string {
  const line = JSON.stringify(event, (name, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    // The text of a message is its payload.
    if (name === 'payload' && event.type === 'message' && event.text !== undefined) return undefined;
    return Buffer.from(value).toString('base64');
  });
  return `${escapeJson(line)}\n`;
}

/** A line on the standard error that tells how much of a large file is read. */
export function progressOf(
  path: string | undefined,
  stream: NodeJS.WriteStream,
): { onProgress(bytes: number): void; clear(): void } | undefined {
  const size = path === undefined ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  if (!stream.isTTY || size < LARGE_BYTES) return undefined;
  let last = Date.now();
  return {
    onProgress(bytes) {
      if (Date.now() - last < PROGRESS_MS) return;
      last = Date.now();
      // Inflated bytes of gzip may be more than the file has.
      const share = Math.min(99, Math.floor((100 * bytes) / size));
      stream.write(`\r\x1b[K${share} % of ${Math.round(size / 1e6)} MB`);
    },
    clear() {
      stream.write('\r\x1b[K');
    },
  };
}
