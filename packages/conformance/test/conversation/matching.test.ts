import { describe, expect, test } from 'vitest';
import type { WholeEvent } from '../../src/conversation/endpoint.js';
import { compareEvents, describeDifference } from '../../src/conversation/matching.js';
import { findCases } from '../../src/index.js';
import type { ExpectedEvent } from '../../src/model/case.js';
import { addressOf } from '../../src/wire/link.js';

function saw(type: WholeEvent['type'], content = ''): WholeEvent {
  const payload = type === 'mark' ? new Uint8Array(0) : new TextEncoder().encode(content);
  return {
    type,
    atMs: 0,
    bytes: payload,
    length: payload.length,
    payload,
    ...(type === 'mark' ? { tag: content } : {}),
  };
}

const text = (content: string): ExpectedEvent => ({ type: 'text', payload: { text: content } });
const pong = (content: string): ExpectedEvent => ({ type: 'pong', payload: { text: content } });
const mark = (tag: string): ExpectedEvent => ({ type: 'mark', tag });

describe('a difference in words', () => {
  test.each([
    [[], [saw('text', 'ab')], 'a text message of 2 octets (6162) came that should not have'],
    [[], [saw('mark', 'open')], 'the connection was still open'],
    [[text('ab')], [], 'the text message of 2 octets did not come'],
    [[mark('open')], [], 'the connection was no longer open'],
    [
      [text('ab')],
      [saw('pong', 'ab')],
      'a Pong of 2 octets (6162) came in place of the text message of 2 octets',
    ],
    [
      [text('ab')],
      [saw('mark', 'open')],
      'the connection was still open in place of the text message of 2 octets',
    ],
    [[mark('open')], [saw('text')], 'a text message of 0 octets came in place of the mark "open"'],
    [[mark('open')], [saw('mark', 'other')], 'the connection was still other in place of the mark "open"'],
    [
      [text('abc')],
      [saw('text', 'abX')],
      'the echo differs from octet 2 on: a text message of 3 octets (616258)',
    ],
    [
      [text('abc')],
      [saw('text', 'ab')],
      'the echo differs from octet 2 on (2 octets in place of 3): a text message of 2 octets (6162)',
    ],
    [
      [text('ab')],
      [saw('text', 'abc')],
      'the echo differs from octet 2 on (3 octets in place of 2): a text message of 3 octets (616263)',
    ],
    [[pong('a')], [saw('pong', 'b')], 'the Pong differs from octet 0 on: a Pong of 1 octet (62)'],
    [[text('ab')], [saw('text', 'ab')], 'nothing differs'],
  ])('%j and %j', (expected, observed, words) => {
    expect(describeDifference(expected, observed)).toBe(words);
  });
});

describe('comparison', () => {
  test.each([
    [[text('a'), text('b')], [saw('text', 'a')], 'later'],
    [[text('a')], [saw('text', 'a'), saw('text', 'a')], 'never'],
    [[{ ...pong('a'), optional: true } as const, pong('b')], [saw('pong', 'b')], 'now'],
    [[{ ...pong('a'), optional: true } as const, pong('b')], [saw('pong', 'a')], 'later'],
    [[{ ...pong('a'), optional: true } as const, pong('b')], [saw('pong', 'b'), saw('pong', 'a')], 'never'],
  ])('%j and %j', (expected, observed, fit) => {
    expect(compareEvents(expected, observed)).toBe(fit);
  });
});

test.each([
  ['ws://localhost/', 80, 'localhost', '/'],
  ['wss://localhost/a?b', 443, 'localhost', '/a?b'],
  ['ws://[::1]:8080/', 8080, '::1', '/'],
])('%s is at port %d', (url, port, hostname, resourceName) => {
  expect(addressOf(url)).toMatchObject({ port, hostname, resourceName });
});

test('the best outcome comes first, and reasons are given for the others', () => {
  for (const { id, outcomes } of findCases()) {
    for (const { verdict, because } of outcomes)
      if (verdict !== 'OK') expect([id, because]).not.toEqual([id, undefined]);
  }
});
