/** The part of `hpack.js` that is used here; it has no types of its own. */
declare module 'hpack.js' {
  /** A stream of header blocks in, headers out. Both ends work at once, without a turn of the event loop. */
  interface Decompressor {
    write(block: Uint8Array): boolean;
    /** Decodes what was written; a block that is not well-formed is an `error`. */
    execute(): void;
    read(): { readonly name: string; readonly value: string } | null;
    updateTableSize(bytes: number): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }
  const hpack: {
    readonly decompressor: {
      create(options: { readonly table: { readonly maxSize: number } }): Decompressor;
    };
  };
  export default hpack;
}
