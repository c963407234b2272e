/**
 * `(BufferSource or Blob or USVString)`.
 *
 * @returns a Blob; bytes, not copied; or a string, whose lone surrogates become U+FFFD when it is encoded
 * @throws TypeError for a symbol, an object that has no string, shared or resizable memory
 */
export declare function toMessage(data: unknown): string | Uint8Array | Blob;
/** `DOMString`. */
export declare function toText(value: unknown): string;
/** `[Clamp] unsigned short`: the nearest one, halves to the even one. */
export declare function clampToUnsignedShort(value: unknown): number;
/** An ArrayBuffer of just these bytes, nobody else's: that behind them, if they fill it. */
export declare function ownBuffer(bytes: Uint8Array): ArrayBuffer;
//# sourceMappingURL=web-idl.d.ts.map