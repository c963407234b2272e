import { describe, expect, it, vi } from 'vitest';
import { createMaskingKeySource, randomMaskingKey } from '../src/index.js';

describe('createMaskingKeySource', () => {
  it('hands out each four bytes of a block once, then draws the next', () => {
    let value = 0;
    const next = createMaskingKeySource((bytes) => {
      const words = new DataView(bytes.buffer);
      for (let i = 0; i < bytes.length; i += 4) words.setInt32(i, ++value, true);
    });
    const drawn = Array.from({ length: 1000 }, () => next());
    expect(new Set(drawn).size).toBe(1000);
    expect(Math.min(...drawn)).toBe(1);
  });

  it('hands out no used key when the source of bytes fails', () => {
    let calls = 0;
    const next = createMaskingKeySource((bytes) => {
      if (++calls > 1) throw new Error('no entropy');
      bytes.fill(7);
    });
    for (let i = 0; i < 256; i++) next();
    expect(() => next()).toThrow('no entropy');
    expect(() => next()).toThrow('no entropy');
  });

  it('refuses a runtime without a CSPRNG instead of falling back (advisory K18)', () => {
    vi.stubGlobal('crypto', undefined);
    try {
      expect(() => createMaskingKeySource()).toThrow(TypeError);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('randomMaskingKey', () => {
  it('gives keys that differ (advisory K01) and whose every byte varies (advisory K02)', () => {
    const drawn = Array.from({ length: 4096 }, randomMaskingKey);
    expect(new Set(drawn).size).toBeGreaterThan(4090);
    for (const shift of [0, 8, 16, 24]) {
      expect(new Set(drawn.map((key) => (key >>> shift) & 0xff)).size).toBeGreaterThan(200);
    }
  });
});
