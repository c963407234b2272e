/**
 * Outgoing messages on their way through the extensions (RFC 6455 section 9), in order: while an asynchronous one is at
 * work, messages, and a Close behind them, wait in line. Pings and pongs do not come here and may overtake them.
 */
import type { ConnectionSink } from './connection-sink.js';
import { type EncodedPiece, type ExtensionChain, isPromise, type PiecePosition } from './extension.js';

/** A piece of a message, or a Close, that waits for an extension to finish with those before it. */
type Job =
  | { readonly piece: Uint8Array; readonly position: PiecePosition; readonly closeBody?: never }
  | { readonly closeBody: Uint8Array; readonly piece?: never; readonly position?: never };

/** Where encoded pieces and the Close go. */
export interface PipelineTarget {
  writePiece(piece: EncodedPiece, position: PiecePosition): void;
  writeClose(body: Uint8Array): void;
}

/** The line of one connection; a connection without extensions has none. */
export class OutgoingPipeline {
  readonly #chain: ExtensionChain;
  readonly #target: PipelineTarget;
  readonly #sink: ConnectionSink;
  readonly #onFailure: () => void;
  /** What waits behind the piece an extension is at work on; null while none is. */
  #jobs: Job[] | null = null;
  #bytes = 0;

  /**
   * @param sink - its `output` tells the host of what comes about outside of its calls
   * @param onFailure - an extension failed behind the caller's back: the connection cannot keep its word on the order
   */
  constructor(chain: ExtensionChain, target: PipelineTarget, sink: ConnectionSink, onFailure: () => void) {
    this.#chain = chain;
    this.#target = target;
    this.#sink = sink;
    this.#onFailure = onFailure;
  }

  /** Called when the Close that is in line has been written. */
  onClosed: (() => void) | null = null;

  /** Payload bytes in line, before encoding. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a Close is in line. */
  get closing(): boolean {
    return this.#jobs?.at(-1)?.closeBody !== undefined;
  }

  /** Sends a piece. What an extension throws at once passes through, and nothing was sent. */
  send(piece: Uint8Array, position: PiecePosition): void {
    if (this.#jobs !== null) {
      this.#jobs.push({ piece, position });
      this.#bytes += piece.length;
      return;
    }
    const encoded = this.#chain.encode(piece, position);
    if (isPromise(encoded)) {
      this.#jobs = [];
      this.#bytes += piece.length;
      this.#await(encoded, piece, position);
    } else {
      this.#target.writePiece(encoded, position);
    }
  }

  /** Sends a Close behind what is in line. */
  close(body: Uint8Array): void {
    if (this.#jobs === null) this.#target.writeClose(body);
    else this.#jobs.push({ closeBody: body });
  }

  /** Drops what is in line. */
  abort(): void {
    this.#jobs = null;
    this.#bytes = 0;
    this.onClosed = null;
  }

  #await(encoded: PromiseLike<EncodedPiece>, piece: Uint8Array, position: PiecePosition): void {
    encoded.then(
      (result) => {
        if (this.#jobs === null) return; // aborted meanwhile
        this.#bytes -= piece.length;
        this.#target.writePiece(result, position);
        this.#work();
        this.#sink.output?.();
      },
      () => this.#fail(),
    );
  }

  /** Goes on with what is in line until an extension takes its time again. */
  #work(): void {
    for (let job = this.#jobs!.shift(); job !== undefined; job = this.#jobs!.shift()) {
      if (job.closeBody !== undefined) {
        this.#jobs = null;
        this.#target.writeClose(job.closeBody);
        this.onClosed?.();
        return;
      }
      const { piece, position } = job;
      let encoded: EncodedPiece | PromiseLike<EncodedPiece>;
      try {
        encoded = this.#chain.encode(piece, position);
      } catch {
        this.#fail();
        return;
      }
      if (isPromise(encoded)) {
        this.#await(encoded, piece, position);
        return;
      }
      this.#bytes -= piece.length;
      this.#target.writePiece(encoded, position);
    }
    this.#jobs = null;
  }

  #fail(): void {
    if (this.#jobs === null) return;
    this.#onFailure();
    this.#sink.output?.();
  }
}
