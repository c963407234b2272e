/**
 * Memory for what is long and soon gone: the bytes of a text while it is decoded, and output. To
 * write 1 MiB takes 20 us here and 250 to 500 in fresh memory (Node 24), most of them in the kernel,
 * and fresh memory brings on the next collection of the whole heap.
 *
 * - Written by its taker, until it is given back; nobody else can take it meanwhile, and gets fresh
 *   memory.
 * - Seen by the driver that output is lent to, until it gives that back; bytes of a text by nobody.
 * - Bounded: one array of 1 MiB a realm.
 */

import type { OwnBytes } from '../wire/errors.js';
import { noteLent, noteReturned, poison } from './ownership.js';

/** The bytes beside a payload of 1 MiB. */
const HEADER_BYTES = 64;

const MAX_BYTES = 0x10_0000 + HEADER_BYTES;

let spare: OwnBytes | null = null;

/** At least so many bytes, and at most four times as many; null if there are none to be used again. */
export function takeLong(bytes: number): OwnBytes | null {
  if (spare === null || spare.length < bytes || spare.length > 4 * bytes) return null;
  const memory = spare;
  spare = null;
  noteLent(memory);
  return memory;
}

/** Nobody looks at the memory any more. */
export function keepLong(memory: OwnBytes): void {
  noteReturned(memory);
  poison(memory, memory.length);
  if (memory.length <= MAX_BYTES) spare = memory;
}
