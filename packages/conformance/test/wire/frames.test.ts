import { expect, test } from 'vitest';
import { FrameReader } from '../../src/judge/frame-reader.js';
import { toHex } from '../../src/model/payload.js';
import { writeFrame } from '../../src/wire/frames.js';

test("a masking key has its octets in the wire's order, in cases and in records of both directions (5.3)", () => {
  const { octets, record } = writeFrame(
    { opcode: 1, payload: { text: 'Hello' }, mask: 0x37fa213d },
    'server',
  );
  // The example of 5.7.
  expect(toHex(octets)).toBe('818537fa213d7f9f4d5158');
  expect(record.maskingKey).toBe(0x37fa213d);
  const keys: (number | undefined)[] = [];
  new FrameReader({ frame: ({ maskingKey }) => keys.push(maskingKey), fault: () => {} }, true).read(octets);
  expect(keys).toEqual([0x37fa213d]);
});

test('a key with the highest bit is a positive number', () => {
  const { octets, record } = writeFrame({ opcode: 1, payload: { text: 'a' }, mask: 0x80fffe01 }, 'server');
  expect(toHex(octets)).toBe(`818180fffe01${(0x61 ^ 0x80).toString(16)}`);
  expect(record.maskingKey).toBe(0x80fffe01);
});
