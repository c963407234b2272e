import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { UnwrittenMessages } from '../../src/websocket/session.js';

test('a message counts until all of its output has been written, whatever comes between', () => {
  const step = fc.oneof(
    fc.record({ bytes: fc.nat(50), output: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ written: fc.nat(90) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const unwritten = new UnwrittenMessages();
      // The model: where each message ends in the output, and how far that has been written.
      const ends: { bytes: number; end: number }[] = [];
      let [produced, written] = [0, 0];
      for (const one of steps) {
        if ('written' in one) {
          written = Math.min(produced, written + one.written);
          unwritten.settle(produced - written);
        } else {
          produced += one.output;
          ends.push({ bytes: one.bytes, end: produced });
          unwritten.add(one.bytes, one.output);
        }
        const expected = ends.filter(({ end }) => end > written).reduce((sum, { bytes }) => sum + bytes, 0);
        expect(unwritten.bytes).toBe(expected);
      }
    }),
  );
});

test('with pongs among the output the sum is never too low, and 0 when all is written', () => {
  const step = fc.oneof(
    fc.record({ bytes: fc.nat(50), output: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ pong: fc.integer({ min: 2, max: 20 }) }),
    fc.record({ written: fc.nat(90) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const unwritten = new UnwrittenMessages();
      const ends: { bytes: number; end: number }[] = [];
      let [produced, written] = [0, 0];
      for (const one of steps) {
        if ('written' in one) {
          written = Math.min(produced, written + one.written);
          unwritten.settle(produced - written);
        } else if ('pong' in one) {
          produced += one.pong;
        } else {
          produced += one.output;
          ends.push({ bytes: one.bytes, end: produced });
          unwritten.add(one.bytes, one.output);
        }
        const least = ends.filter(({ end }) => end > written).reduce((sum, { bytes }) => sum + bytes, 0);
        expect(unwritten.bytes).toBeGreaterThanOrEqual(least);
      }
      unwritten.settle(0);
      expect(unwritten.bytes).toBe(0);
    }),
  );
});

test('a long queue that is written message by message moves each message a fixed number of times', () => {
  const moved = (count: number): number => {
    const unwritten = new UnwrittenMessages();
    for (let i = 0; i < count; i++) unwritten.add(1, 7);
    let total = 0;
    const native = Array.prototype.slice;
    const spy = vi.spyOn(Array.prototype, 'slice').mockImplementation(function (this: unknown[], ...args) {
      const copy = native.apply(this, args) as unknown[];
      total += copy.length;
      return copy;
    });
    // As many come as go: a queue that never runs dry.
    for (let i = 0; i < 4 * count; i++) {
      unwritten.add(1, 7);
      unwritten.settle(7 * count);
    }
    spy.mockRestore();
    expect(unwritten.bytes).toBe(count);
    return total;
  };
  const [one, sixteen] = [moved(500), moved(8_000)];
  expect(sixteen).toBeGreaterThan(0);
  expect(sixteen).toBeLessThan(20 * one);
});
