/** Messages without end are bounded: memory of the judge's is not the peer's to fill. */
import { describe, expect, test } from 'vitest';
import { findCases } from '../../src/index.js';
import { Inflater } from '../../src/judge/inflater.js';
import { MessageReader } from '../../src/judge/message-reader.js';
import { expandPayload, largestMessage, octetsInAll } from '../../src/model/payload.js';
import type { PeerFault } from '../../src/model/result.js';
import { bombOf } from '../../src/wire/compressed.js';
import { writeFrame } from '../../src/wire/frames.js';

const MI = 1024 * 1024;

/** A judge of a server that takes messages of a size at most, and what it has said. */
function judgeOf(most: number, isDeflated = false) {
  const faults: PeerFault[] = [];
  let messages = 0;
  const ignore = (): void => {};
  const sink = { frame: ignore, ping: ignore, pong: ignore, close: ignore };
  const reader = new MessageReader(
    {
      ...sink,
      message: () => {
        messages++;
      },
      fault: (fault) => faults.push(fault),
    },
    false,
    isDeflated ? { windowBits: 15, takeover: true } : undefined,
    most,
  );
  return { reader, faults, count: () => messages };
}

describe('the inflater', () => {
  const { compressed, message } = bombOf(64 * MI);

  test('stops a bomb at its limit, and keeps no more than that', () => {
    const inflater = new Inflater(15, true, MI);
    expect(inflater.inflate(expandPayload(compressed))).toMatchObject({ code: 'MESSAGE_BEYOND_SUITE' });
    expect(inflater.inflatedSoFar.buffer.byteLength).toBeLessThanOrEqual(MI + 65_536);
  });

  test.each([
    [-1, 'MESSAGE_BEYOND_SUITE'],
    [0, undefined],
  ])('takes a message that is %d octets from the limit', (more, code) => {
    const { compressed: small, message: whole } = bombOf(100_000);
    const bytes = 'bytes' in whole ? whole.bytes : 0;
    const result = new Inflater(15, true, bytes + more).inflate(expandPayload(small));
    expect(result instanceof Uint8Array ? undefined : result.code).toBe(code);
  });

  test('counts what is stored as well, and not what earlier messages have left', () => {
    const stored = Uint8Array.of(0, 5, 0, 0xfa, 0xff, 1, 2, 3, 4, 5, 0);
    const inflater = new Inflater(15, true, 5);
    for (let nth = 0; nth < 10; nth++) expect(inflater.inflate(stored)).toHaveLength(5);
    expect(new Inflater(15, true, 4).inflate(stored)).toMatchObject({ code: 'MESSAGE_BEYOND_SUITE' });
  });

  test('is asked for as much as a case has reason for', () => {
    expect('bytes' in message && message.bytes).toBeGreaterThan(64 * MI);
    const [bomb] = findCases({ patterns: ['agreement.bomb-1-mib'] });
    expect(octetsInAll(bomb!)).toBeGreaterThan(MI);
    const [fragments] = findCases({ patterns: ['10.1.1'] });
    expect(largestMessage(fragments!)).toBe(65_536);
  });
});

describe('the judge', () => {
  test('reads no further than a compressed message that becomes too long', () => {
    const { reader, faults, count } = judgeOf(MI, true);
    const { octets } = writeFrame({ opcode: 2, rsv: 4, payload: bombOf(16 * MI).compressed }, 'client');
    reader.read(octets);
    reader.read(octets);
    expect(faults.map(({ code, section }) => [code, section])).toEqual([['MESSAGE_BEYOND_SUITE', '10.4']]);
    expect(count()).toBe(0);
  });

  test('reads no further than fragments without end', () => {
    const { reader, faults } = judgeOf(1000);
    const first = writeFrame(
      { opcode: 2, fin: false, payload: { repeat: '00', bytes: 400 } },
      'client',
    ).octets;
    const more = writeFrame(
      { opcode: 0, fin: false, payload: { repeat: '00', bytes: 400 } },
      'client',
    ).octets;
    for (const octets of [first, more, more, more, more]) reader.read(octets);
    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['MESSAGE_BEYOND_SUITE', 808]]);
    expect(reader.unfinished().octets).toHaveLength(0);
  });

  test('takes any number of empty fragments, and the message that they belong to', () => {
    const { reader, faults, count } = judgeOf(10);
    reader.read(writeFrame({ opcode: 2, fin: false, payload: { text: 'a' } }, 'client').octets);
    const empty = writeFrame({ opcode: 0, fin: false }, 'client').octets;
    for (let nth = 0; nth < 10_000; nth++) reader.read(empty);
    reader.read(writeFrame({ opcode: 0, payload: { text: 'b' } }, 'client').octets);
    expect([faults, count()]).toEqual([[], 1]);
  });
});
