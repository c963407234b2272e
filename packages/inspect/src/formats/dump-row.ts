/**
 * Rows of hex dumps: `xxd`, `hexdump -C`, `od -t x1`, Wireshark's, text2pcap's, curl's, `socat -x`,
 * `ngrep -x`. The column of text at the right may look like hexadecimal digits; so octets are
 * counted, by the offset of the next row or by the length of a row.
 */

import { InputError } from './reader.js';

/** A row as it stands in the dump. */
export interface Row {
  /** Its offset as it is written; undefined for rows without one. */
  readonly offset: string | undefined;
  /** Octets, with the length in characters of the space behind each. */
  readonly octets: readonly { readonly value: number; readonly spaceBehind: number }[];
  /** Whether a colon stands behind the offset, as `xxd` and curl write it. */
  readonly colon: boolean;
}

/** Octets of a row at most: `xxd -c 256`. */
const MAX_OCTETS = 256;

const OFFSET = /^[ \t]*(?:0x)?([0-9a-f]{4,16})(:?)(?:[ \t]+|$)(.*)$/i;

/**
 * Reads a row with an offset.
 *
 * @returns undefined for a line that is none
 * @throws InputError for rows whose octets are in another order, or no octets
 */
export function readOffsetRow(line: string, number: number): Row | undefined {
  const [, offset, colon, rest] = OFFSET.exec(line) ?? [];
  if (offset === undefined) return undefined;
  if (colon === '' && /^[0-9a-f]{4}(?: +[0-9a-f]{4})* *$/i.test(rest!) && offset.length === 7) {
    throw new InputError(
      `line ${number}: bare hexdump swaps the octets of each pair: use \`hexdump -C\` or \`xxd\``,
    );
  }
  if (colon === '' && /^[0-7]{6}(?: +[0-7]{6})*$/.test(rest!)) {
    throw new InputError(`line ${number}: bare od prints octal words: use \`od -A x -t x1\` or \`xxd\``);
  }
  return { offset, octets: readOctets(rest!), colon: colon === ':' };
}

/** Octets from the start of a text on: pairs of digits, alone or in groups. */
export function readOctets(text: string): { value: number; spaceBehind: number }[] {
  const octets: { value: number; spaceBehind: number }[] = [];
  const group = /([0-9a-f]{2,32})([ \t]*-?[ \t]*)/iy;
  while (octets.length < MAX_OCTETS) {
    const found = group.exec(text);
    if (found === null || found[1]!.length % 2 !== 0) break;
    const space = found[2]!.length;
    // A group has to end with a space, or with the line; `|` and `>` begin the text.
    if (space === 0 && group.lastIndex < text.length) break;
    for (let at = 0; at < found[1]!.length; at += 2) {
      const last = at + 2 === found[1]!.length;
      octets.push({ value: Number.parseInt(found[1]!.slice(at, at + 2), 16), spaceBehind: last ? space : 0 });
    }
  }
  return octets;
}

/**
 * The octets of a row without its text.
 *
 * @param length - of the row, if the next offset or a row before tells it
 */
export function octetsOf({ octets, colon }: Row, length: number | undefined): Uint8Array {
  let end = octets.length;
  if (length !== undefined && end > length) end = length;
  for (let index = 0; index < end; index++) {
    const space = octets[index]!.spaceBehind;
    // `hexdump -C` and others write two rows of eight side by side; `xxd` does not.
    const isMiddle = index === 7 && !colon && space <= 4;
    if (space >= 2 && !isMiddle) end = index + 1;
  }
  return Uint8Array.from(octets.slice(0, end), ({ value }) => value);
}
