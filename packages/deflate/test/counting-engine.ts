import type {
  DeflateEngine,
  Deflater,
  DeflaterOptions,
  Inflated,
  Inflater,
  InflaterOptions,
} from '@sanssocket/deflate';

/** An engine that counts what another one is asked for, and notices what must not be. */
export class CountingEngine implements DeflateEngine {
  readonly #engine: DeflateEngine;
  readonly minWindowBits: number;
  readonly deflateTakeover: boolean;
  readonly inflateTakeover: boolean;
  created = 0;
  closed = 0;
  deflated = 0;
  inflated = 0;
  resets = 0;
  mostOpen = 0;
  readonly deflaters: DeflaterOptions[] = [];
  readonly inflaters: InflaterOptions[] = [];

  constructor(engine: DeflateEngine) {
    this.#engine = engine;
    this.minWindowBits = engine.minWindowBits;
    this.deflateTakeover = engine.deflateTakeover;
    this.inflateTakeover = engine.inflateTakeover;
  }

  get open(): number {
    return this.created - this.closed;
  }

  createDeflater(options: DeflaterOptions): Deflater {
    this.deflaters.push(options);
    const deflater = this.#engine.createDeflater(options);
    const context = this.#count(deflater);
    const deflate = (piece: Uint8Array): Uint8Array | PromiseLike<Uint8Array> => {
      context.use();
      if (piece.length === 0) throw new Error('an empty piece');
      this.deflated++;
      return deflater.deflate(piece);
    };
    return { deflate, reset: context.reset, close: context.close };
  }

  createInflater(options: InflaterOptions): Inflater {
    this.inflaters.push(options);
    const inflater = this.#engine.createInflater(options);
    const context = this.#count(inflater);
    const inflate = (payload: Uint8Array, maxBytes: number): Inflated | PromiseLike<Inflated> => {
      context.use();
      if (payload.length === 0) throw new Error('an empty payload');
      this.inflated++;
      return inflater.inflate(payload, maxBytes);
    };
    return { inflate, reset: context.reset, close: context.close };
  }

  #count(context: Deflater | Inflater): { use(): void; reset(): void; close(): void } {
    let closed = false;
    this.created++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    const use = (): void => {
      if (closed) throw new Error('used after it was closed');
    };
    return {
      use,
      reset: () => {
        use();
        this.resets++;
        context.reset();
      },
      close: () => {
        if (closed) throw new Error('closed twice');
        closed = true;
        this.closed++;
        context.close();
      },
    };
  }
}
