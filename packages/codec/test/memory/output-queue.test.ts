import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputMemory } from '../../src/memory/output-memory.js';
import { OutputQueue } from '../../src/memory/output-queue.js';
import { characters, concat } from '../frames.js';

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
      fc.property(operations, (list) => {
        const memory = new OutputMemory(allocate);
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

  it('serves again, under steady load as the very same chunk', () => {
    const memory = new OutputMemory(allocate);
    send(memory, 5000); // from now on it is known that chunks come back
    const chunk = send(memory, 5000);
    expect(send(memory, 5000)).toBe(chunk);
    expect(send(memory, 4000).buffer).toBe(chunk.buffer);
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

  it('is not kept for a host that gives nothing back, nor when it is large, nor wasted on little', () => {
    const memory = new OutputMemory(allocate);
    const first = send(memory, 5000);
    expect(send(memory, 5000).buffer).not.toBe(first.buffer);
    const large = send(memory, 200_000);
    expect(send(memory, 200_000).buffer).not.toBe(large.buffer);
    const middle = send(memory, 50_000);
    send(memory, 10); // after it little is expected
    expect(send(memory, 10).buffer).not.toBe(middle.buffer);
  });
});
