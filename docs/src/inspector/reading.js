/**
 * An input on its way through the readers: its events, as far as they are listed. Memory is bounded: rows are counted, payloads
 * are kept up to a sum, and what is left out is said.
 */
import { InputError, inspectStream } from '@sanssocket/inspect/browser';
import { createHeaderDecoder } from '../../../packages/inspect/src/inspection/hpack.ts';

/** Rows that are listed at a time. */
export const MAX_ROWS = 500;

/** Bytes of payloads that are kept for all rows together. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Bytes that are kept of a payload beyond that: enough for its row. */
const PREVIEW_BYTES = 256;

/** Characters of a text that a row shows. */
const PREVIEW_CHARACTERS = 4096;

/** Milliseconds after which other tasks of the page have their turn. */
const SLICE_MS = 40;

/** An input that is read from its beginning each time. */
export class Reading {
  #open;
  #stopped = false;
  /** Number of the first row, from 0 on. */
  first;
  /** Events of the rows that are listed. */
  events = [];
  /** Rows that were found, also those that are not listed. */
  rows = 0;
  bytes = 0;
  summary = undefined;
  error = undefined;
  #kept = 0;

  /**
   * @param {() => AsyncIterable<Uint8Array> | Iterable<Uint8Array>} open - the input from its beginning
   * @param {number} first - rows before those that are listed
   */
  constructor(open, first) {
    this.#open = open;
    this.first = first;
  }

  stop() {
    this.#stopped = true;
  }

  get stopped() {
    return this.#stopped;
  }

  /** @param {() => void} onProgress - called now and then */
  async run(onProgress) {
    let turn = performance.now();
    const options = {
      createHeaderDecoder,
      onProgress: (bytes) => {
        this.bytes = bytes;
      },
    };
    try {
      for await (const event of inspectStream(this.#chunks(), options)) {
        this.#take(event);
        if (performance.now() - turn < SLICE_MS) continue;
        onProgress();
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
    } catch (error) {
      this.error = error instanceof InputError ? error.message : `the input cannot be read: ${error.message}`;
    }
  }

  /** Chunks until somebody stops them: the readers then end as at the end of a file. */
  async *#chunks() {
    let turn = performance.now();
    for await (const chunk of this.#open()) {
      if (this.#stopped) return;
      yield chunk;
      if (performance.now() - turn < SLICE_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      turn = performance.now();
    }
  }

  #take(event) {
    if (event.type === 'summary') {
      this.summary = event;
      return;
    }
    if (event.type === 'message' && isFrame(event)) return;
    const row = this.rows++;
    if (row < this.first || row >= this.first + MAX_ROWS) return;
    this.events.push(this.#bounded(event));
  }

  #bounded(event) {
    if (event.payload === undefined) return event;
    const { payload } = event;
    this.#kept += payload.length;
    if (this.#kept <= MAX_KEPT_BYTES) return event;
    this.#kept -= payload.length;
    const text = event.text?.slice(0, PREVIEW_CHARACTERS);
    const size = event.type === 'message' ? { size: payload.length } : {};
    return {
      ...event,
      ...size,
      payload: payload.slice(0, PREVIEW_BYTES),
      ...(text === undefined ? {} : { text }),
    };
  }
}

/** Whether a message says no more than its only frame. */
function isFrame({ frames, compression, problem }) {
  return frames === 1 && compression === 'none' && problem === undefined;
}

/** The chunks of a file; a `ReadableStream` cannot be iterated in every browser. */
export async function* chunksOf(file) {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
