/**
 * Sizes of the messages of a case: the largest echo there can be, and the sizes that an endpoint
 * may find too large.
 */
import type { Case } from './case.js';
import { NOTHING, payloadBytes } from './payload.js';

/** Octets of the largest message that a case sends or expects, fragments put together. */
export function largestMessage(test: Case): number {
  return Math.max(0, ...messageSizes(test));
}

/**
 * Octets of all messages that a case sends or expects at a time: those of an exchange come one
 * after the other.
 */
export function octetsInAll(test: Case): number {
  return messageSizes(test).reduce((sum, size) => sum + size, 0);
}

function messageSizes({ steps, outcomes }: Case): number[] {
  const sizes: number[] = [];
  let isOpen = false;
  for (const step of steps) {
    if (step.do === 'exchange') sizes.push(step.size);
    if (step.do === 'drip') sizes.push(payloadBytes(step.frame.payload ?? NOTHING));
    if (step.do !== 'send') continue;
    for (const { opcode, payload = NOTHING, fin = true } of step.frames) {
      const bytes = payloadBytes(payload);
      if (opcode >= 8 || !isOpen) sizes.push(bytes);
      else sizes[sizes.length - 1]! += bytes;
      if (opcode < 8) isOpen = !fin;
    }
  }
  // The length of a compressed message, inflated, stands in the outcomes only.
  const expected = outcomes.flatMap(({ events }) => (Array.isArray(events) ? events : []));
  return [...sizes, ...expected.map((event) => ('payload' in event ? payloadBytes(event.payload) : 0))];
}

/** A number of octets in words. */
export function octets(count: number): string {
  return count === 1 ? '1 octet' : `${count} octets`;
}
