import { describe, expect, it, vi } from 'vitest';
import { createMaskingKeyGenerator, randomMaskingKey } from '../src/index.js';

describe('createMaskingKeyGenerator', () => {
  it.each([5, null, 'crypto', {}])('takes a function that fills bytes, which %o is not', (fill) => {
    expect(() => createMaskingKeyGenerator(fill as never)).toThrow(
      expect.objectContaining({ code: 'NO_RANDOM' }),
    );
  });

  it('hands out each four bytes of a block once, then draws the next', () => {
    let value = 0;
    const next = createMaskingKeyGenerator((bytes) => {
      const words = new DataView(bytes.buffer);
      for (let i = 0; i < bytes.length; i += 4) words.setInt32(i, ++value, true);
    });
    const drawn = Array.from({ length: 1000 }, () => next());
    expect(new Set(drawn).size).toBe(1000);
    expect(Math.min(...drawn)).toBe(1);
  });

  it('hands out no used key when the source of bytes fails', () => {
    let calls = 0;
    const next = createMaskingKeyGenerator((bytes) => {
      if (++calls > 1) throw new Error('no entropy');
      bytes.fill(7);
    });
    for (let i = 0; i < 256; i++) next();
    expect(() => next()).toThrow('no entropy');
    expect(() => next()).toThrow('no entropy');
  });

  it('wipes each key of the block as it hands it out, and no other', () => {
    let block: Uint8Array = new Uint8Array(0);
    let calls = 0;
    const next = createMaskingKeyGenerator((bytes) => {
      // Nothing of the block before is left for a source that fills only a part.
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      block = bytes;
      calls++;
      bytes.fill(0x5a);
    });
    for (let drawn = 1; drawn <= 600; drawn++) {
      expect(next()).toBe(0x5a5a5a5a);
      const used = drawn - (calls - 1) * (block.length / 4);
      expect(block.subarray(0, used * 4).every((byte) => byte === 0)).toBe(true);
      expect(block.subarray(used * 4).every((byte) => byte === 0x5a)).toBe(true);
    }
    expect(calls).toBe(3);
  });

  it('has a block of its own: what one source draws and wipes is nothing of another', () => {
    const blocks: ArrayBufferLike[] = [];
    const fill = (bytes: Uint8Array): void => {
      blocks.push(bytes.buffer);
      bytes.fill(blocks.length);
    };
    const [a, b] = [createMaskingKeyGenerator(fill), createMaskingKeyGenerator(fill)];
    expect([a(), b(), a(), b()]).toEqual([0x01010101, 0x02020202, 0x01010101, 0x02020202]);
    expect(blocks[0]).not.toBe(blocks[1]);
  });

  it('refuses a runtime without a CSPRNG instead of falling back (advisory K18)', () => {
    vi.stubGlobal('crypto', undefined);
    try {
      expect(() => createMaskingKeyGenerator()).toThrow(TypeError);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('randomMaskingKey', () => {
  it('wipes the block that all callers share', async () => {
    vi.resetModules(); // a realm's first key
    const fresh = await import('../src/key.js');
    const spy = vi.spyOn(crypto, 'getRandomValues');
    try {
      const keys = [fresh.randomMaskingKey(), fresh.randomMaskingKey()];
      expect(spy).toHaveBeenCalledTimes(1);
      const bytes = spy.mock.calls[0]![0] as Uint8Array;
      const words = new Int32Array(bytes.buffer);
      expect([words[0], words[1]]).toEqual([0, 0]);
      expect(words.subarray(2).some((word) => keys.includes(word))).toBe(false);
      expect(words.subarray(2).filter((word) => word !== 0).length).toBeGreaterThan(250);
    } finally {
      spy.mockRestore();
    }
  });

  it('gives keys that differ (advisory K01) and whose every byte varies (advisory K02)', () => {
    const drawn = Array.from({ length: 4096 }, randomMaskingKey);
    expect(new Set(drawn).size).toBeGreaterThan(4090);
    for (const shift of [0, 8, 16, 24]) {
      expect(new Set(drawn.map((key) => (key >>> shift) & 0xff)).size).toBeGreaterThan(200);
    }
  });
});
