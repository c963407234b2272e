/**
 * Bytes in memory of their own, which is not shared: `Uint8Array<ArrayBuffer>`, written so that TypeScript before 5.7, where
 * `Uint8Array` is not generic, understands it.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;
