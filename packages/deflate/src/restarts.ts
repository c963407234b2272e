/**
 * How often a stream may end inside of a message and another begin (BFINAL, RFC 7692 7.2.3.4): a new stream costs 20 to 40 us
 * and takes two bytes, so a message of nothing but ends would keep a processor busy for a long time.
 */

/** Ends that every message may have. */
const FREE_RESTARTS = 8;

/**
 * Bytes, compressed or not, that pay for one more: streams of at least so many bytes each are always fine. A sender that
 * cannot flush, see `streams.ts`, makes no shorter ones.
 */
export const BYTES_PER_RESTART = 32;

/** Whether a payload has ended with a stream: what is left is nothing, or the header of an empty block (7.2.3.4). */
export function endsWithStream(payload: Uint8Array, at: number, payloadBytes: number): boolean {
  return at === payloadBytes || (at === payloadBytes - 1 && payload[at] === 0);
}

/**
 * Whether a message may have so many streams behind its first.
 *
 * @param restarts - how many, this one included
 * @param payloadBytes - of the whole compressed message
 * @param messageBytes - inflated so far
 */
export function mayRestart(restarts: number, payloadBytes: number, messageBytes: number): boolean {
  return restarts <= FREE_RESTARTS + (payloadBytes + messageBytes) / BYTES_PER_RESTART;
}
