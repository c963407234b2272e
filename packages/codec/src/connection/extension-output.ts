/**
 * Outgoing messages on their way through the extensions (RFC 6455 section 9), in order: first the
 * line of fragments, packed, then the pipeline that empties it. While an asynchronous extension is
 * at work, fragments, and a Close behind them, wait in line. Pings and pongs do not come here and
 * may overtake them.
 *
 * Extensions get memory of the pipeline's own, never a caller's bytes: one that takes its time
 * reads them after `send` has returned.
 */

import { ByteQueue, Fifo } from '../memory/queue.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import { type EncodedFragment, type ExtensionChain, type FragmentInfo, isPromise } from './extension.js';
import type { PreparedMessage } from './prepared-message.js';

// ---- The line ----
// Fragments that wait for an extension, packed: a peer that has a server answer one-byte messages
// makes it hold three bytes for each, and not the 300 of the objects that they become.
//
// - Written by the connection's pipeline, behind the fragments already there; it holds copies of
//   the caller's bytes.
// - Seen by the extension, a fragment at a time, in memory of its own.
// - Bounded by the caller, which looks at `bufferedAmount`: at most three times the bytes of the
//   fragments, and 4 KiB.

/** The opcode: text or binary. */
const OPCODE = 0x03;

const FIRST = 0x04;

const LAST = 0x08;

/** The fragment is the payload of a prepared message, which other connections hold as well. */
const PREPARED = 0x10;

/** The caller asked for compression, or for none. */
const COMPRESS = 0x20;

const PLAIN = 0x40;

/** A length of less than this takes one byte; of more, a byte of this value and four. */
const LONG = 0x80;

/** A fragment, and its place in its message. */
export interface Piece {
  readonly payload: Uint8Array;
  readonly position: FragmentInfo;
}

/** A queue of fragments. */
export class PieceLine {
  readonly #queue: ByteQueue = new ByteQueue();
  readonly #prepared: Fifo<PreparedMessage> = new Fifo();

  /** Puts a fragment in line; its bytes are copied. */
  push(payload: Uint8Array, { opcode, first, last, prepared, compress }: FragmentInfo): void {
    const { length } = payload;
    const asked = compress === undefined ? 0 : compress ? COMPRESS : PLAIN;
    const flags = opcode | (first ? FIRST : 0) | (last ? LAST : 0) | asked;
    if (prepared !== undefined) {
      this.#pushBytes(flags | PREPARED);
      this.#prepared.push(prepared);
      return;
    }
    if (length < LONG) this.#pushBytes(flags, length);
    else this.#pushBytes(flags, LONG, length >>> 24, length >>> 16, length >>> 8, length);
    this.#queue.push(payload, 0, length);
  }

  /** Takes the fragment that has waited longest; undefined if none waits. */
  take(): Piece | undefined {
    const queue = this.#queue;
    if (queue.bytes === 0) return undefined;
    const flags = queue.take(1)[0]!;
    const position = {
      opcode: (flags & OPCODE) as MessageOpcode,
      first: (flags & FIRST) !== 0,
      last: (flags & LAST) !== 0,
      compress: (flags & (COMPRESS | PLAIN)) === 0 ? undefined : (flags & COMPRESS) !== 0,
    };
    if ((flags & PREPARED) !== 0) {
      const prepared = this.#prepared.shift()!;
      return { payload: prepared.payload, position: { ...position, prepared } };
    }
    const short = queue.take(1)[0]!;
    const length = short < LONG ? short : queue.take(4).reduce((sum, byte) => 256 * sum + byte, 0);
    return { payload: queue.take(length), position };
  }

  #pushBytes(...bytes: number[]): void {
    this.#queue.push(Uint8Array.from(bytes), 0, bytes.length);
  }
}

// ---- The pipeline ----

/** The end of the pipeline: it takes the encoded fragments and the Close. */
export interface PipelineTarget {
  /**
   * A masking key for the next fragment. It is drawn before the fragment is encoded: an exception
   * then leaves the extensions as they were.
   */
  key(): number | undefined;
  writeFragment(fragment: EncodedFragment, position: FragmentInfo, key: number | undefined): void;
  writeClose(body: Uint8Array): void;
}

/** The connection's reactions to events outside of any call of the caller's. */
export interface PipelineEvents {
  /** Makes a call in which handlers may be called: no caller is there to get their exceptions. */
  outside(call: () => void): void;
  /**
   * A fragment could not be encoded or written: the connection cannot keep the order of messages.
   */
  failed(error: unknown): void;
  /** Fails the connection: the peer could not decode the next fragment. */
  abort(): void;
}

/** The line of one connection; a connection without extensions has none. */
export class OutgoingPipeline {
  readonly #chain: ExtensionChain;
  readonly #target: PipelineTarget;
  readonly #events: PipelineEvents;
  /** The fragments that wait behind the one that an extension is at work on; null while none is. */
  #line: PieceLine | null = null;
  #bytes = 0;
  /** The body of the Close that is in line, behind all fragments. */
  #closeBody: Uint8Array | null = null;

  constructor(chain: ExtensionChain, target: PipelineTarget, events: PipelineEvents) {
    this.#chain = chain;
    this.#target = target;
    this.#events = events;
  }

  /** Called when the Close that is in line has been written. */
  onClosed: (() => void) | null = null;

  /** Payload bytes in line, before encoding. */
  get bytes(): number {
    return this.#bytes;
  }

  /** As `ExtensionChain.sharedEncodingKey`. */
  get scope(): object | undefined {
    return this.#chain.sharedEncodingKey;
  }

  /** Whether an extension is at work, and messages have to wait. */
  get busy(): boolean {
    return this.#line !== null;
  }

  /** Whether a Close is in line. */
  get closing(): boolean {
    return this.#closeBody !== null;
  }

  /**
   * Sends a fragment. An exception of an extension, or of the source of keys, passes through, and
   * nothing was sent. If another extension has encoded the fragment by then, the connection fails.
   *
   * @param payload - of the fragment; must not change, as extensions may take their time
   */
  send(payload: Uint8Array, position: FragmentInfo): void {
    if (this.#line !== null) {
      this.#line.push(payload, position);
      this.#bytes += payload.length;
      return;
    }
    const key = this.#target.key();
    const encoded = this.#encode(payload, position);
    if (isPromise(encoded)) {
      this.#line = new PieceLine();
      this.#bytes += payload.length;
      this.#await(encoded, payload, position, key);
    } else {
      this.#target.writeFragment(encoded, position, key);
    }
  }

  #encode(payload: Uint8Array, position: FragmentInfo): EncodedFragment | PromiseLike<EncodedFragment> {
    try {
      return this.#chain.encode(payload, position);
    } catch (error) {
      if (this.#chain.halfEncoded) this.#events.abort();
      throw error;
    }
  }

  /** Sends a Close behind the fragments in line. */
  close(body: Uint8Array): void {
    if (this.#line === null) this.#target.writeClose(body);
    else this.#closeBody = body;
  }

  /** Drops the fragments and the Close in line. */
  abort(): void {
    this.#line = null;
    this.#bytes = 0;
    this.#closeBody = null;
    this.onClosed = null;
  }

  #await(
    encoded: PromiseLike<EncodedFragment>,
    payload: Uint8Array,
    position: FragmentInfo,
    key: number | undefined,
  ): void {
    encoded.then(
      (result) => {
        this.#goOn(() => {
          this.#bytes -= payload.length;
          this.#target.writeFragment(result, position, key);
        });
      },
      (error) => {
        this.#goOn(() => {
          throw error;
        });
      },
    );
  }

  /** Writes the fragment that an extension has finished, and goes on with the line. */
  #goOn(write: () => void): void {
    if (this.#line === null) return; // aborted meanwhile
    this.#events.outside(() => {
      let onClosed: (() => void) | null = null;
      try {
        write();
        onClosed = this.#work();
      } catch (error) {
        this.#events.failed(error);
      }
      onClosed?.();
    });
  }

  /**
   * Goes on with the line until an extension takes its time again.
   *
   * @returns the callback for after the Close in line, once that has been written; null if it has
   * not
   */
  #work(): (() => void) | null {
    for (let job = this.#line!.take(); job !== undefined; job = this.#line!.take()) {
      const { payload, position } = job;
      const key = this.#target.key();
      const encoded = this.#chain.encode(payload, position);
      if (isPromise(encoded)) {
        this.#await(encoded, payload, position, key);
        return null;
      }
      this.#bytes -= payload.length;
      this.#target.writeFragment(encoded, position, key);
      // An extension has ended the connection while it encoded.
      if (this.#line === null) return null;
    }
    const { onClosed } = this;
    const closeBody = this.#closeBody;
    this.abort();
    if (closeBody === null) return null;
    this.#target.writeClose(closeBody);
    return onClosed;
  }
}
