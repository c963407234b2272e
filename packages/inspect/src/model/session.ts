/**
 * The state that all connections of an inspection share: the receiver of events, counts, and the
 * memory that unfinished things may hold together.
 */

import type { DeflateEngine } from '@sanssocket/deflate';
import type { InspectEvent, Note, NoteCode } from './event.js';
import type { Decoders, HeaderDecoder } from './platform.js';

/** Bytes of unfinished frames, messages and segments of one inspection. */
const DEFAULT_HELD_BYTES = 64 * 1024 * 1024;

/** Bytes of one message, on the wire and inflated. */
const DEFAULT_MESSAGE_BYTES = 16 * 1024 * 1024;

/** An object that remembers a place or a time, as {@link Session.hold} counts it. */
export const SMALL_OBJECT_BYTES = 64;

/** Limits of an inspection. */
export interface InspectLimits {
  /** Longer messages are counted and shown in part; 16 MiB by default. */
  readonly maxMessageBytes?: number;
  /** Bytes that all unfinished things hold together: frames, messages, segments, heads; 64 MiB by default. */
  readonly maxHeldBytes?: number;
}

export class Session {
  readonly maxMessageBytes: number;
  readonly engine: DeflateEngine;
  readonly createHeaderDecoder: (() => HeaderDecoder) | undefined;
  readonly #maxHeldBytes: number;
  readonly #receive: (event: InspectEvent) => void;
  #heldBytes = 0;
  connections = 0;
  frames = 0;
  messages = 0;
  faults = 0;
  packets = 0;
  streams = 0;

  constructor(receive: (event: InspectEvent) => void, decoders: Decoders, limits: InspectLimits = {}) {
    this.#receive = receive;
    this.engine = decoders.engine;
    this.createHeaderDecoder = decoders.createHeaderDecoder;
    this.maxMessageBytes = limits.maxMessageBytes ?? DEFAULT_MESSAGE_BYTES;
    this.#maxHeldBytes = limits.maxHeldBytes ?? DEFAULT_HELD_BYTES;
  }

  emit(event: InspectEvent): void {
    if (event.type === 'frame') this.frames++;
    if (event.type === 'message') this.messages++;
    if (event.type === 'fault') this.faults++;
    this.#receive(event);
  }

  note(code: NoteCode, message: string, place: Omit<Note, 'type' | 'code' | 'message'> = {}): void {
    this.emit({ type: 'note', code, message, ...place });
  }

  /** Asks for memory; what is granted is given back by {@link Session.release}. */
  hold(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#maxHeldBytes) return false;
    this.#heldBytes += bytes;
    return true;
  }

  /** Bytes that unfinished things hold now: none at the end of an input. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}
