/**
 * Compressed messages of a thousandth of their inflated size, as data: the same 13 octets over and
 * over.
 */
import { type Payload, toHex } from '../model/payload.js';

/**
 * RFC 1951 3.2.6: a match of 258 octets at distance 1 takes 8 bits and 5, so that eight of them
 * take 13 octets.
 */
const MATCH_BYTES = 258;
const CYCLE_MATCHES = 8;
const CYCLE_OCTETS = 13;

/** A bomb: the octets sent, and the inflated ones. */
export interface Bomb {
  readonly compressed: Payload;
  readonly message: Payload;
}

/**
 * Makes one: a fixed block with one letter and many matches, then the header of an empty block (RFC
 * 7692 7.2.1).
 *
 * @param leastBytes - the message is at least so long, and at most 2 KiB longer
 */
export function bombOf(leastBytes: number): Bomb {
  const cycles = Math.ceil((leastBytes - 1) / (MATCH_BYTES * CYCLE_MATCHES));
  const one = stream(CYCLE_MATCHES);
  const cycle = stream(2 * CYCLE_MATCHES).subarray(2, 2 + CYCLE_OCTETS);
  return {
    compressed: {
      parts: [
        { hex: toHex(one.subarray(0, 2)) },
        { repeat: toHex(cycle), bytes: CYCLE_OCTETS * (cycles - 1) },
        { hex: toHex(one.subarray(2)) },
      ],
    },
    message: { repeat: '61', bytes: 1 + cycles * MATCH_BYTES * CYCLE_MATCHES },
  };
}

/**
 * The whole stream of a letter and some matches. Huffman codes go in with their first bit first,
 * everything else with its lowest.
 */
function stream(matches: number): Uint8Array {
  const match = '11000101' + '00000';
  const letter = (0x30 + 0x61).toString(2);
  const bits = `010${letter}${match.repeat(matches)}0000000000`;
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  for (let at = 0; at < bits.length; at++) if (bits[at] === '1') octets[at >> 3]! |= 1 << (at & 7);
  return octets;
}
