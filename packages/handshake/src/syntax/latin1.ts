// Heads are latin1: a byte is a character, as Node's and fetch's header strings have it. TextDecoder has no such encoding
// (its "latin1" is windows-1252), but is ten times faster than String.fromCharCode where the bytes are ASCII, as mostly.

// UTF-8, of which ASCII is a part. Not every engine has one.
const decoder: TextDecoder | undefined = /* @__PURE__ */ createDecoder();

function createDecoder(): TextDecoder | undefined {
  return typeof TextDecoder === 'function' ? new TextDecoder() : undefined;
}

const SLICE = 4096; // arguments of one call, well below any engine's limit

/** Bytes as text, one character a byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = decoder?.decode(bytes);
  // Bytes past ASCII make fewer characters than bytes, or the replacement character.
  if (text?.length === bytes.length && !text.includes('\ufffd')) return text;
  text = '';
  for (let start = 0; start < bytes.length; start += SLICE) {
    text += String.fromCharCode(...bytes.subarray(start, start + SLICE));
  }
  return text;
}
