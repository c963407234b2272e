import { describe, expect, test } from 'vitest';
import { allCases, findCases, numberedCases, prefixMatcherOf } from '../../src/cases/all.js';
import { expandPayload, payloadBytes } from '../../src/model/payload.js';

function countBy(ids: readonly string[], key: (id: string) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[key(id)] = (counts[key(id)] ?? 0) + 1;
  return counts;
}

const numbers = numberedCases.map(({ id }) => id);

describe('the numbered cases', () => {
  test('are as many as the old suite has, group by group', () => {
    expect(countBy(numbers, (id) => id.split('.')[0]!)).toEqual({
      1: 16,
      2: 11,
      3: 7,
      4: 10,
      5: 20,
      6: 145,
      7: 37,
      9: 54,
      10: 1,
      12: 90,
      13: 126,
    });
  });

  test.each([
    ['1.1.1', 1],
    ['1.2.1', 9],
    ['2.1', 17],
    ['3.1', 28],
    ['4.1.1', 35],
    ['4.2.1', 40],
    ['5.1', 45],
    ['6.1.1', 65],
    ['6.2.1', 68],
    ['6.3.1', 72],
    ['6.4.1', 74],
    ['6.5.1', 78],
    ['7.1.1', 210],
    ['7.3.1', 216],
    ['7.5.1', 222],
    ['7.7.1', 223],
    ['7.9.1', 236],
    ['7.13.1', 245],
    ['9.1.1', 247],
    ['9.7.1', 289],
    ['10.1.1', 301],
    ['12.1.1', 302],
    ['13.1.1', 392],
    ['13.7.18', 517],
  ])('%s is number %d', (id, number) => {
    expect(numbers[number - 1]).toBe(id);
  });
});

describe('every case', () => {
  test('has an id of its own', () => {
    expect(new Set(allCases.map(({ id }) => id)).size).toBe(allCases.length);
  });

  test('there are at least as many more as were numbered', () => {
    expect(allCases.length - numberedCases.length).toBeGreaterThanOrEqual(numberedCases.length);
  });

  test('is data: it survives JSON', () => {
    expect(JSON.parse(JSON.stringify(allCases))).toEqual(allCases);
  });

  test.each(allCases.map((each) => [each.id, each] as const))('%s says what it is about', (_, each) => {
    for (const words of [each.sentence, each.sent, each.right, each.wrong]) expect(words.trim()).not.toBe('');
    expect(each.section).toMatch(/^(?:RFC\d+ )?\d+(?:\.\d+)*$/);
    expect(each.roles.length).toBeGreaterThan(0);
    expect(each.outcomes.length).toBeGreaterThan(0);
    // The best outcome is what `right` says; the others need a reason.
    for (const { verdict, because } of each.outcomes.slice(1)) {
      if (verdict !== 'OK') expect(because ?? each.tolerated).toBeDefined();
    }
  });
});

describe('selection', () => {
  test('by section takes what is below it', () => {
    const found = findCases({ sections: ['5.5'] });
    expect(new Set(found.map(({ section }) => section))).toEqual(new Set(['5.5', '5.5.1', '5.5.2', '5.5.3']));
    expect(findCases({ sections: ['RFC7692'] }).every(({ section }) => section.startsWith('RFC7692'))).toBe(
      true,
    );
  });

  test('by glob matches whole ids', () => {
    expect(findCases({ patterns: ['1.1.*'] }).length).toBe(8);
    expect(findCases({ patterns: ['1*'], exclude: ['12.*', '13.*'] }).length).toBe(17);
    expect(findCases({ patterns: ['7.9.1'] }).map(({ id }) => id)).toEqual(['7.9.1']);
  });

  test('quick leaves out what is slow, role what is for the other', () => {
    expect(findCases({ quick: true }).some(({ isSlow }) => isSlow)).toBe(false);
    expect(findCases({ role: 'client' }).every(({ roles }) => roles.includes('client'))).toBe(true);
  });

  test.each([
    ['1.*', '1.1.1', true],
    ['1.*', '12.1.1', false],
    ['1*', '12.1.1', true],
    ['9.1*', '9.1.6', true],
    ['9.1', '9.1.6', false],
    ['*', '13.7.18', true],
    ['7.1.1', '7.1.1', true],
  ])('as the old files mean it, %s and %s: %s', (pattern, id, wanted) => {
    expect(prefixMatcherOf([pattern])(id)).toBe(wanted);
  });
});

describe('a payload', () => {
  test('has as many octets as it says without making them', () => {
    const payload = { parts: [{ text: 'ä' }, { hex: 'ff 00' }, { repeat: '010203', bytes: 7 }] };
    expect([...expandPayload(payload)]).toEqual([0xc3, 0xa4, 0xff, 0, 1, 2, 3, 1, 2, 3, 1]);
    expect(payloadBytes(payload)).toBe(11);
    expect([...expandPayload({ repeat: '', bytes: 0 })]).toEqual([]);
  });

  test.each(['f', 'xx', '0 x'])('is no hexadecimal: %s', (digits) => {
    expect(() => expandPayload({ hex: digits })).toThrow(RangeError);
  });
});
