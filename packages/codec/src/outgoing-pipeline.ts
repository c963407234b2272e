/**
 * Outgoing messages on their way through the extensions (RFC 6455 section 9), in order: while an asynchronous one is at
 * work, messages, and a Close behind them, wait in line. Pings and pongs do not come here and may overtake them.
 *
 * Pieces are the pipeline's own, never a caller's bytes: an extension that takes its time reads them after `send` has returned.
 */
import { type EncodedPiece, type ExtensionChain, isPromise, type PiecePosition } from './extension.js';

/** A piece of a message, or a Close, that waits for an extension to finish with those before it. */
type Job =
  | { readonly piece: Uint8Array; readonly position: PiecePosition; readonly closeBody?: never }
  | { readonly closeBody: Uint8Array; readonly piece?: never; readonly position?: never };

/** Where encoded pieces and the Close go. */
export interface PipelineTarget {
  /** A masking key for the next piece. Drawn before a piece is encoded: what it throws then leaves the extensions as they were. */
  key(): number | undefined;
  writePiece(piece: EncodedPiece, position: PiecePosition, key: number | undefined): void;
  writeClose(body: Uint8Array): void;
}

/** What the connection does about what happens outside of any call of the host. */
export interface PipelineEvents {
  /** Makes a call in which a sink may be called: what it throws there is nobody to throw at. */
  outside(call: () => void): void;
  /** A piece could not be encoded or written: the connection cannot keep its word on the order of messages. */
  failed(error: unknown): void;
  /** Fails the connection: the next piece could not be understood. */
  abort(): void;
}

/** The line of one connection; a connection without extensions has none. */
export class OutgoingPipeline {
  readonly #chain: ExtensionChain;
  readonly #target: PipelineTarget;
  readonly #events: PipelineEvents;
  /** What waits behind the piece an extension is at work on, from `#next` on, behind empty places; null while none is. */
  #jobs: (Job | null)[] | null = null;
  #next = 0;
  #bytes = 0;
  /** Whether the Close is in line. */
  #closing = false;

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

  /** Whether a Close is in line. */
  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Sends a piece. What an extension, or the source of keys, throws at once passes through, and nothing was sent. If another
   * extension has encoded the piece by then, the connection fails.
   */
  send(piece: Uint8Array, position: PiecePosition): void {
    if (this.#jobs !== null) {
      this.#jobs.push({ piece, position });
      this.#bytes += piece.length;
      return;
    }
    const key = this.#target.key();
    const encoded = this.#encode(piece, position);
    if (isPromise(encoded)) {
      this.#jobs = [];
      this.#bytes += piece.length;
      this.#await(encoded, piece, position, key);
    } else {
      this.#target.writePiece(encoded, position, key);
    }
  }

  #encode(piece: Uint8Array, position: PiecePosition): EncodedPiece | PromiseLike<EncodedPiece> {
    try {
      return this.#chain.encode(piece, position);
    } catch (error) {
      if (this.#chain.halfEncoded) this.#events.abort();
      throw error;
    }
  }

  /** Sends a Close behind what is in line. */
  close(body: Uint8Array): void {
    if (this.#jobs === null) {
      this.#target.writeClose(body);
    } else {
      this.#jobs.push({ closeBody: body });
      this.#closing = true;
    }
  }

  /** Drops what is in line. */
  abort(): void {
    this.#jobs = null;
    this.#next = 0;
    this.#bytes = 0;
    this.#closing = false;
    this.onClosed = null;
  }

  #await(
    encoded: PromiseLike<EncodedPiece>,
    piece: Uint8Array,
    position: PiecePosition,
    key: number | undefined,
  ): void {
    encoded.then(
      (result) => {
        this.#goOn(() => {
          this.#bytes -= piece.length;
          this.#target.writePiece(result, position, key);
        });
      },
      (error) => {
        this.#goOn(() => {
          throw error;
        });
      },
    );
  }

  /** Writes the piece that an extension has finished with, and goes on with what is in line. */
  #goOn(write: () => void): void {
    if (this.#jobs === null) return; // aborted meanwhile
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
   * Goes on with what is in line until an extension takes its time again.
   *
   * @returns what to call once the Close that was in line has been written; null if it has not
   */
  #work(): (() => void) | null {
    for (;;) {
      const job = this.#take();
      if (job === undefined) break;
      if (job.closeBody !== undefined) {
        this.#target.writeClose(job.closeBody);
        const { onClosed } = this;
        this.abort();
        return onClosed;
      }
      const { piece, position } = job;
      const key = this.#target.key();
      const encoded = this.#chain.encode(piece, position);
      if (isPromise(encoded)) {
        this.#await(encoded, piece, position, key);
        return null;
      }
      this.#bytes -= piece.length;
      this.#target.writePiece(encoded, position, key);
    }
    this.abort();
    return null;
  }

  /** The next job in line. Empty places are given up when they are half of all: in time linear in the jobs. */
  #take(): Job | undefined {
    const jobs = this.#jobs!;
    const job = jobs[this.#next];
    if (job == null) return undefined;
    jobs[this.#next++] = null;
    if (2 * this.#next >= jobs.length) {
      jobs.splice(0, this.#next);
      this.#next = 0;
    }
    return job;
  }
}
