/** A queue of bytes that is never empty holds what waits, however much has gone through it. */
import { expect, it } from 'vitest';
import { ByteQueue } from '../../src/memory/queue.js';
import { held } from './heap.js';

it('places of what has been read are given up, although something always waits', () => {
  const bytes = new Uint8Array(64);
  const queue = new ByteQueue();
  const cycle = (rounds: number): void => {
    for (let i = 0; i < rounds; i++) {
      queue.push(bytes, 0, 64);
      queue.take(64);
    }
  };
  queue.push(bytes, 0, 64);
  cycle(1000);
  expect(
    held(() => {
      cycle(300_000);
      return queue;
    }),
  ).toBeLessThan(500_000);
  expect(queue.bytes).toBe(64);
});
