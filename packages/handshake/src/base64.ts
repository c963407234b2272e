import { decodeLatin1 } from './latin1.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;

/** Base64 of RFC 4648 section 4, padded. Meant for the 16 and 20 bytes of a handshake: the text is built in one call. */
export function encodeBase64(bytes: Uint8Array): string {
  const { length } = bytes;
  const characters = new Uint8Array(Math.ceil(length / 3) * 4).fill(PAD);
  for (let i = 0, out = 0; i < length; i += 3) {
    // A read past the end is undefined, and 0 once shifted.
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    characters[out++] = ALPHABET.charCodeAt(group >> 18);
    characters[out++] = ALPHABET.charCodeAt((group >> 12) & 63);
    if (i + 1 < length) characters[out++] = ALPHABET.charCodeAt((group >> 6) & 63);
    if (i + 2 < length) characters[out++] = ALPHABET.charCodeAt(group & 63);
  }
  return decodeLatin1(characters, true);
}
