import { describe, expect, it } from 'vitest';
import { Feed, makeFrame, makeTraffic, withoutKeys } from '../src/frames.mjs';
import { documentedServer } from '../src/outside/programs.mjs';

describe('the documented servers', () => {
  it.each([
    ['node', 'serve'],
    ['bun', 'serve'],
    ['deno', 'serve'],
  ] as const)('for %s is JavaScript at a port of its own', async (runtime, adapter) => {
    const code = await documentedServer(runtime, 12_345);
    expect(code).toContain('12345');
    expect(code).not.toContain('8080');
    expect(code).toContain(`${adapter}(`);
    expect(code).not.toContain(': ConnectionDriver');
  });
});

describe('inputs', () => {
  it('come whole at each pass, though a reader writes to its chunks', () => {
    const { frames } = makeTraffic({ count: 3, bytes: 70_000 });
    for (const feed of [
      Feed.ofFrames(frames),
      Feed.ofStream(Buffer.concat(frames)),
      Feed.ofStream(Buffer.concat(frames), 1000),
    ]) {
      for (let pass = 0; pass < 2; pass++) {
        const got: Buffer[] = [];
        feed.restore();
        feed.pass((chunk: Buffer) => {
          got.push(Buffer.from(chunk));
          chunk.fill(0);
        });
        expect(Buffer.concat(got).equals(Buffer.concat(frames))).toBe(true);
      }
    }
  });

  it('are compared without their keys', () => {
    const payload = Buffer.from('hello');
    const keyed = makeFrame(0x81, payload, Buffer.from([1, 2, 3, 4]));
    expect(withoutKeys(keyed)).toEqual(makeFrame(0x81, payload, Buffer.alloc(4)));
  });
});
