/**
 * The part of `node:zlib` that `node-zlib.ts` uses, so that no other file of this package sees
 * Node's types.
 */
declare module 'node:zlib' {
  export interface ZlibOptions {
    readonly flush?: number;
    readonly finishFlush?: number;
    readonly chunkSize?: number;
    readonly windowBits?: number;
    readonly level?: number;
    readonly memLevel?: number;
    readonly dictionary?: Uint8Array;
    readonly maxOutputLength?: number;
  }
  type Callback<Result> = (error: { readonly code?: string } | null, result: Result) => void;

  export function createDeflateRaw(options: ZlibOptions): object;
  export function createInflateRaw(options: ZlibOptions): object;
  export function deflateRaw(input: Uint8Array, options: ZlibOptions, callback: Callback<Uint8Array>): void;
  export function inflateRaw(input: Uint8Array, options: ZlibOptions, callback: Callback<Uint8Array>): void;
  export function deflateRawSync(input: Uint8Array, options: ZlibOptions): Uint8Array;
}
