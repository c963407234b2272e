// Heads are latin1: a byte is a character, as Node's and fetch's header strings have it. TextDecoder has no such encoding
// (its "latin1" is windows-1252), but is ten times faster than String.fromCharCode where the bytes are known to be ASCII.

// UTF-8, of which ASCII is a part.
const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder();

const SLICE = 4096; // arguments of one call, well below any engine's limit

/** Bytes as text, one character a byte. */
export function decodeLatin1(bytes: Uint8Array, isAscii: boolean): string {
  if (isAscii) return decoder.decode(bytes);
  let text = '';
  for (let start = 0; start < bytes.length; start += SLICE) {
    text += String.fromCharCode(...bytes.subarray(start, start + SLICE));
  }
  return text;
}
