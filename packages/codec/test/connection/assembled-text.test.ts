/** Long texts in parts: decoded as they come, the same as at once; what is wrong is found at its byte, and as soon as it is there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIN, TEXT, UTF8_BOUNDARY, validateUtf8 } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { chunks, concat, toward, utf8 } from '../frames.js';

const scripts = ['a', 'é', '€', '🙂', 'plain text of some length ', 'größe 連線 '];
const pieceBytes = fc.oneof(
  fc.nat(5),
  fc.integer({ min: 100, max: 300 }),
  fc.integer({ min: 4090, max: 4100 }),
  fc.integer({ min: 65530, max: 65540 }),
  fc.integer({ min: 5000, max: 140_000 }),
);
const chunkBytes = fc.constantFrom(1 << 30, 65536, 4096, 4095, 1400, 50_000);

/** A text of a length, and the fragments it is cut into. */
const texts = fc
  .tuple(
    fc.array(fc.constantFrom(...scripts), { minLength: 1, maxLength: 4 }),
    fc.array(pieceBytes, { minLength: 1, maxLength: 8 }),
  )
  .map(([units, sizes]) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const unit = units.join('');
    const text = unit.repeat(1 + Math.floor(total / utf8(unit).length));
    return { text, bytes: utf8(text), sizes };
  });

describe.each(['server', 'client'] as const)('a %s', (role) => {
  const stream = (bytes: Uint8Array, sizes: readonly number[]): { frames: Uint8Array; starts: number[] } => {
    const parts: Uint8Array[] = [];
    /** Where each byte of the message stands in the stream. */
    const starts: number[] = [];
    let at = 0;
    let offset = 0;
    for (let i = 0; i <= sizes.length; i++) {
      const end = i === sizes.length ? bytes.length : Math.min(at + sizes[i]!, bytes.length);
      const first = (i === 0 ? TEXT : 0) | (i === sizes.length ? FIN : 0);
      const frame = toward(role, first, bytes.subarray(at, end));
      offset += frame.length;
      parts.push(frame);
      for (; at < end; at++) starts.push(offset - (end - at));
    }
    return { frames: concat(...parts), starts };
  };

  it('decodes them', () => {
    fc.assert(
      fc.property(texts, chunkBytes, fc.boolean(), ({ text, bytes, sizes }, size, transferInput) => {
        const heard: string[] = [];
        const connection = new Connection(
          { role, transferInput: transferInput },
          { text: (got) => heard.push(got) },
        );
        for (const chunk of chunks(stream(bytes, sizes).frames, [size])) connection.receive(chunk.slice());
        expect(heard.length).toBe(1);
        expect(heard[0] === text).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('finds the byte that is wrong before anything behind it has come', () => {
    fc.assert(
      fc.property(texts, chunkBytes, fc.nat(), fc.nat(255), ({ bytes, sizes }, size, where, value) => {
        const broken = bytes.slice();
        broken[where % broken.length] = value;
        const state = validateUtf8(broken, 0, broken.length, UTF8_BOUNDARY);
        if (state === UTF8_BOUNDARY) return;
        const { frames, starts } = stream(broken, sizes);
        const offset = state < 0 ? starts[~state]! : frames.length;
        const connection = new Connection({ role }, {});
        let before = 0;
        for (const chunk of chunks(frames, [size])) {
          connection.receive(chunk);
          if (connection.closeInfo !== undefined) break;
          before += chunk.length;
        }
        expect(connection.closeInfo?.fault).toMatchObject({ code: 'INVALID_UTF8', offset });
        // In the chunk with that byte.
        expect(before).toBeLessThanOrEqual(offset);
        if (state < 0) expect(before + size).toBeGreaterThan(offset);
      }),
      { numRuns: 100 },
    );
  });
});
