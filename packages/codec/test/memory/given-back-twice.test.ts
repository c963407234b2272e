/** As published, where nothing throws: a chunk that is given back for the second time, or that is not the last one, changes nothing. */
import { expect, it, vi } from 'vitest';
import { Connection, ConnectionConfig } from '../../src/index.js';
import { characters } from '../frames.js';

vi.mock('../../src/memory/ownership.js', () => {
  const nothing = (): void => {};
  return {
    declareOwn: nothing,
    poisonOwn: nothing,
    poison: nothing,
    noteLent: nothing,
    noteReturned: nothing,
    refuseReturned: nothing,
  };
});

it.each([100, 2000, 10_000, 60_000])(
  '%i bytes waiting or held stay what they are, whatever is given back',
  (length) => {
    const config = new ConnectionConfig({ role: 'server' });
    const ends = [0, 1, 2].map(() => new Connection(config, {}));
    /** So many bytes of one value, in messages of which each is copied. */
    const send = (end: Connection, value: number): void => {
      for (let left = length; left > 0; left -= 3000)
        end.sendBinary(new Uint8Array(Math.min(left, 3000)).fill(value));
    };
    const given: Uint8Array[] = [];
    const giveAllBack = (): void => {
      for (const chunk of given) ends[0]!.recycleOutput(chunk);
    };
    const held: { readonly chunk: Uint8Array; readonly was: string }[] = [];
    for (let i = 0; i < 12; i++) {
      // What each has begun to put together is its own, though chunks are given back meanwhile that were before.
      ends.forEach((end, j) => {
        send(end, 16 * i + j + 1);
        giveAllBack();
      });
      ends.forEach((end, j) => {
        const chunk = end.dataToSend()!;
        expect(end.dataToSend()).toBe(undefined);
        const values = new Set(chunk.subarray(4, 90));
        expect([...values]).toEqual([16 * i + j + 1]);
        if (i % 3 === 2) held.push({ chunk, was: characters(chunk) });
        else {
          end.recycleOutput(chunk);
          given.push(chunk);
        }
        giveAllBack();
      });
      for (const { chunk, was } of held) expect(characters(chunk)).toBe(was);
    }
  },
);
