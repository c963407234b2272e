/**
 * Bytes that are not shared: `Uint8Array<ArrayBuffer>`, which `Blob`, `Response`, `fetch` and `crypto.subtle` take; written so that
 * TypeScript before 5.7, where `Uint8Array` is not generic, understands it.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/** Whether memory is shared with other threads, of whichever realm it is: the platform takes no view of it for bytes. */
export function isShared(memory: ArrayBufferLike): memory is SharedArrayBuffer {
  return memory[Symbol.toStringTag] === 'SharedArrayBuffer';
}
