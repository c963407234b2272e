/**
 * The memory of this package that is used more than once: what a call needs and gives back before it returns, shared by all
 * connections, as zlib calls nobody back and fresh memory is dear (64 KiB cost 17 us, the codes 7, where a message of 128 bytes takes 1). What
 * lives longer belongs to one connection: its `Window`, and the memory of its compressor and decompressor.
 *
 * | what                  | who may write       | until      | who may look afterwards    | bound             |
 * | --------------------- | ------------------- | ---------- | -------------------------- | ----------------- |
 * | {@link outputScratch} | who has borrowed it | `giveBack` | nobody: results are copies | 64 KiB, one spare |
 * | {@link codesScratch}  | who has borrowed it | `giveBack` | nobody                     | 5 KiB, one spare  |
 *
 * Who borrows owns alone: should a call ever begin within another, the inner one gets memory of its own. A call that throws may
 * keep what it borrowed; the next one makes it anew.
 */
import { BlockCodes } from './huffman.js';

/** How much output one call of zlib may give. */
const SCRATCH_BYTES = 0x1_0000;

/** One thing to be borrowed, made when it is first needed and when it is in use. */
export class Scratch<Thing> {
  /** For tests: what is given back is spoilt, so that nobody can have kept a part of it. */
  static spoils = false;

  readonly #make: () => Thing;
  readonly #spoil: (thing: Thing) => void;
  #spare: Thing | null = null;

  /**
   * @param make - how to make one
   * @param spoil - overwrites all of it
   */
  constructor(make: () => Thing, spoil: (thing: Thing) => void) {
    this.#make = make;
    this.#spoil = spoil;
  }

  /** Borrows it: the caller's alone until given back. What is in it means nothing. */
  borrow(): Thing {
    const spare = this.#spare;
    this.#spare = null;
    return spare ?? this.#make();
  }

  /**
   * Gives it back: nobody may touch it any more.
   *
   * @throws Error if it has been given back already
   */
  giveBack(thing: Thing): void {
    if (this.#spare === thing) throw new Error('given back twice');
    if (Scratch.spoils) this.#spoil(thing);
    this.#spare = thing;
  }
}

const SPOILT = 0xdb;

/** Where output stands until it is copied to an array of its size. */
export const outputScratch: Scratch<Uint8Array<ArrayBuffer>> = /* @__PURE__ */ new Scratch(
  () => new Uint8Array(SCRATCH_BYTES),
  (bytes) => bytes.fill(SPOILT),
);

/** The codes of the block that is being inflated. */
export const codesScratch: Scratch<BlockCodes> = /* @__PURE__ */ new Scratch(
  () => new BlockCodes(),
  (codes) => codes.fill(SPOILT),
);
