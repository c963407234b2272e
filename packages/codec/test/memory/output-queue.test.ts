import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateCleared } from '../../src/memory/bytes.js';
import { OutputMemory, OutputQueue } from '../../src/memory/output.js';
import * as checked from '../../src/memory/ownership.js';
import type { OwnBytes } from '../../src/wire/errors.js';
import { characters, concat } from '../frames.js';
import { gc } from './heap.js';
import { POISON } from './ownership.js';

function write(queue: OutputQueue, bytes: Uint8Array): void {
  const slab = queue.reserve(bytes.length + 9);
  slab.set(bytes, queue.used);
  queue.advance(queue.used + bytes.length);
}

const allocate = (bytes: number): OwnBytes => new Uint8Array(bytes);

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

describe('OutputMemory', () => {
  const operations = fc.array(
    fc.record({
      queue: fc.nat(1),
      kind: fc.constantFrom('write', 'write', 'append', 'take', 'reuse', 'reuse'),
      bytes: fc.oneof(fc.nat(100), fc.constantFrom(1000, 40_000, 66_000, 140_000)),
    }),
    { maxLength: 60 },
  );

  it('is used again only for what was given back, whoever shares it', () => {
    fc.assert(
      fc.property(operations, fc.constantFrom(allocate, allocateCleared), (list, given) => {
        const memory = new OutputMemory(given);
        const queues = [new OutputQueue(memory), new OutputQueue(memory)];
        const put: string[] = ['', ''];
        const got: string[] = ['', ''];
        // What somebody still holds, and as it was when it was taken.
        const held = new Map<Uint8Array, string>();
        list.forEach(({ queue: q, kind, bytes }, i) => {
          const queue = queues[q]!;
          const data = new Uint8Array(bytes + 1).fill(i + 1);
          if (kind === 'write') write(queue, data);
          else if (kind === 'append') queue.append(data);
          else {
            const chunk = queue.take();
            if (chunk === undefined) return;
            got[q] += characters(chunk);
            if (kind === 'take') held.set(chunk, characters(chunk));
            else memory.reuse(chunk);
            return;
          }
          put[q] += characters(data);
        });
        for (const [chunk, was] of held) expect(characters(chunk)).toBe(was);
        queues.forEach((queue, q) => {
          for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take())
            got[q] += characters(chunk);
        });
        expect(got).toEqual(put);
      }),
      { numRuns: 200 },
    );
  });

  /** Sends through a queue of its own and gives the chunk back. */
  function send(memory: OutputMemory, bytes: number): Uint8Array {
    const queue = new OutputQueue(memory);
    write(queue, new Uint8Array(bytes));
    const chunk = queue.take()!;
    memory.reuse(chunk);
    return chunk;
  }

  it('serves again, as a chunk of its own each time: what was given back before is not taken for it', () => {
    const memory = new OutputMemory(allocate);
    send(memory, 5000); // from now on it is known that chunks come back
    const chunk = send(memory, 5000);
    const again = send(memory, 5000);
    expect(again.buffer).toBe(chunk.buffer);
    expect(again).not.toBe(chunk);
    expect(send(memory, 4200).buffer).toBe(chunk.buffer);
    expect(() => memory.reuse(chunk)).toThrow('twice');
  });

  it('is poisoned when it is given back, where ownership is checked: the tests are run that way', () => {
    expect(checked).toHaveProperty('CHECKED', true);
    const memory = new OutputMemory(allocate);
    send(memory, 5000);
    expect([...send(memory, 5000)].every((byte) => byte === POISON)).toBe(true);
  });

  it('stays what it is while somebody holds it, whatever else is given back', () => {
    const memory = new OutputMemory(allocate);
    send(memory, 500);
    const queue = new OutputQueue(memory);
    write(queue, new Uint8Array(500).fill(7));
    queue.append(Uint8Array.of(1, 2, 3));
    const held = queue.take()!;
    memory.reuse(queue.take()!);
    send(memory, 500);
    expect(held.every((byte) => byte === 7)).toBe(true);
  });

  it('is one for long output of all configurations, if it is the runtime’s own', () => {
    const [one, another] = [new OutputMemory(allocateCleared), new OutputMemory(allocateCleared)];
    send(one, 5000);
    send(another, 5000); // from now on it is known that chunks come back
    const long = send(one, 1_000_000);
    expect(send(another, 500_000).buffer).toBe(long.buffer);
    expect(send(one, 300_000).buffer).toBe(long.buffer);
    send(one, 2_000_000);
    expect(send(one, 2_000_000).buffer.byteLength).toBeGreaterThan(2_000_000); // too long to be kept
    expect(send(another, 300_000).buffer).toBe(long.buffer);
  });

  it('is not kept for a host that gives nothing back, nor when it is large', () => {
    const memory = new OutputMemory(allocate);
    const first = send(memory, 5000);
    expect(send(memory, 5000).buffer).not.toBe(first.buffer);
    const large = send(memory, 200_000);
    expect(send(memory, 200_000).buffer).not.toBe(large.buffer);
  });

  it('is at most four times the bytes that wait or 4 KiB, and four times those that have left, or 1 KiB once chunks come back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.nat(4), fc.oneof(fc.nat(300), fc.integer({ min: 300, max: 70_000 })), fc.boolean()),
        ),
        (list) => {
          const memory = new OutputMemory(allocate);
          const queues = Array.from({ length: 5 }, () => new OutputQueue(memory));
          let reused = false;
          for (const [q, bytes, reuse] of list) {
            const queue = queues[q]!;
            write(queue, new Uint8Array(bytes + 1));
            expect(queue.view.byteLength).toBeLessThanOrEqual(4 * queue.bytes + 4096);
            if (bytes % 3 === 0) continue;
            for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take()) {
              expect(chunk.buffer.byteLength).toBeLessThanOrEqual(
                Math.max(4 * chunk.length, reused ? 1024 : 0),
              );
              if (reuse) memory.reuse(chunk);
              reused ||= reuse;
            }
          }
        },
      ),
    );
  });

  it('lets the queue go on where it was when the allocator throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(10, 700, 5000, 66_000), fc.boolean(), fc.boolean())),
        (list) => {
          let throws = false;
          const queue = new OutputQueue(
            new OutputMemory((bytes) => {
              if (throws) throw new Error('no memory');
              return new Uint8Array(bytes);
            }),
          );
          let expected = '';
          let got = '';
          const attempt = (call: () => void): void => {
            throws = true;
            try {
              call();
            } catch {
              throws = false;
              call();
            }
            throws = false;
          };
          list.forEach(([bytes, byReference, take], i) => {
            const data = new Uint8Array(bytes).fill(i + 1);
            attempt(() => (byReference ? queue.append(data) : write(queue, data)));
            expected += characters(data);
            expect(queue.bytes).toBe(expected.length - got.length);
            if (take) attempt(() => (got += characters(queue.take()!)));
          });
          for (let chunk = queue.take(); chunk !== undefined; chunk = queue.take()) got += characters(chunk);
          expect(got).toBe(expected);
        },
      ),
    );
  });

  it('holds nothing that has been taken while more waits, and its list does not grow with what has passed', () => {
    const queue = new OutputQueue(new OutputMemory(allocate));
    const taken: WeakRef<Uint8Array>[] = [];
    for (let i = 0; i < 10; i++) queue.append(new Uint8Array(5000));
    for (let i = 0; i < 1000; i++) {
      queue.append(new Uint8Array(5000));
      taken.push(new WeakRef(queue.take()!));
    }
    return new Promise<void>((done) => setTimeout(done, 0)).then(() => {
      gc();
      expect(taken.filter((chunk) => chunk.deref() !== undefined).length).toBeLessThan(3);
      expect(queue.bytes).toBe(50_000);
    });
  });
});
