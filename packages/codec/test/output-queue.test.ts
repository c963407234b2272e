import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputMemory } from '../src/output-memory.js';
import { OutputQueue } from '../src/output-queue.js';
import { characters, concat } from './frames.js';

function write(queue: OutputQueue, bytes: Uint8Array): void {
  const slab = queue.reserve(bytes.length + 9);
  slab.set(bytes, queue.used);
  queue.advance(queue.used + bytes.length);
}

const allocate = (bytes: number): Uint8Array => new Uint8Array(bytes);

describe('OutputQueue', () => {
  const operations = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('write', 'append'),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
      }),
      fc.record({ kind: fc.constant('write'), bytes: fc.constantFrom(1000, 40_000, 66_000).map(allocate) }),
      fc.record({ kind: fc.constant('take'), bytes: fc.constant(allocate(0)) }),
    ),
  );

  it('gives everything back in order, counts it, and never touches what it gave', () => {
    fc.assert(
      fc.property(operations, (list) => {
        const queue = new OutputQueue(new OutputMemory(allocate));
        const put: Uint8Array[] = [];
        const taken: Uint8Array[] = [];
        const asTaken: string[] = [];
        let queued = 0;
        const take = (): boolean => {
          const chunk = queue.take();
          if (chunk === undefined) return false;
          taken.push(chunk);
          asTaken.push(characters(chunk));
          queued -= chunk.length;
          return true;
        };
        for (const { kind, bytes } of list) {
          if (kind === 'take') take();
          else if (kind === 'write') write(queue, bytes);
          else queue.append(bytes);
          if (kind !== 'take') {
            put.push(bytes);
            queued += bytes.length;
          }
          expect(queue.bytes).toBe(queued);
        }
        while (take());
        expect(queue.bytes).toBe(0);
        expect(asTaken.join('')).toBe(characters(concat(...put)));
        expect(taken.map(characters)).toEqual(asTaken);
      }),
    );
  });

  it('makes one chunk of what is small, up to 64 KiB', () => {
    const queue = new OutputQueue(new OutputMemory(allocate));
    for (let i = 0; i < 2000; i++) write(queue, new Uint8Array(100));
    const lengths: number[] = [];
    for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take()) lengths.push(chunk.length);
    expect(lengths.length).toBeLessThan(6);
    expect(lengths.slice(0, -1).every((length) => length > 60_000)).toBe(true);
  });

  it('hands out the very chunk that was appended', () => {
    const queue = new OutputQueue(new OutputMemory(allocate));
    const chunk = allocate(5);
    queue.append(chunk);
    expect(queue.take()).toBe(chunk);
    expect(queue.take()).toBe(undefined);
  });
});
