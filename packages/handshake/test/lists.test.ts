// RFC 9110 5.6.1: what is between two commas, and what is not.
import { checkRequest, checkResponse, createRequest, ServerHandshake } from '@sanssocket/handshake';
import { acceptKey, parseExtensions, parseProtocols } from '@sanssocket/handshake/values';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, cut, KEY, requestText } from './bytes.js';

const LIMIT = 32;
const token = fc.stringMatching(/^[a-z]{1,6}$/);
const blank = fc.stringMatching(/^[ \t]{0,2}$/);

/** A list as senders that merge values write it: `empty[i]` empty elements before element i, the last behind all; over some lines. */
function merged(
  elements: readonly string[],
  empty: readonly number[],
  blanks: () => string,
  lines: number,
): string[] {
  const all: string[] = [];
  for (let i = 0; i <= elements.length; i++) {
    for (let n = 0; n < empty[i]!; n++) all.push(blanks());
    if (i < elements.length) all.push(blanks() + elements[i]! + blanks());
  }
  const size = Math.ceil(all.length / lines);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, k) =>
    all.slice(k * size, (k + 1) * size).join(','),
  );
}

const lists = fc.uniqueArray(token, { minLength: 1, maxLength: 5 }).chain((elements) =>
  fc.record({
    elements: fc.constant(elements),
    empty: fc.array(fc.nat(12), { minLength: elements.length + 1, maxLength: elements.length + 1 }),
    blanks: fc.infiniteStream(blank),
    lines: fc.integer({ min: 1, max: 4 }),
  }),
);

describe('empty elements', () => {
  test('are ignored in every list, wherever they stand, up to a number', () => {
    fc.assert(
      fc.property(lists, ({ elements, empty, blanks, lines }) => {
        const values = merged(elements, empty, () => blanks.next().value, lines);
        const isRight = empty.reduce((sum, count) => sum + count) <= LIMIT;
        const extensions = elements.map((name) => ({ name, parameters: [] }));
        expect(parseExtensions(values)).toEqual(isRight ? extensions : undefined);
        if (isRight) expect(parseProtocols(values)).toEqual(elements);
        else expect(parseProtocols(values)).toMatchObject({ code: 'PROTOCOL_INVALID' });
        // The same through a whole request.
        const head = (name: string): string[] => values.flatMap((value) => [name, value]);
        const rawHeaders = ['Host', 'a', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', KEY];
        rawHeaders.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
        rawHeaders.push(...head('Sec-WebSocket-Protocol'), ...head('Sec-WebSocket-Extensions'));
        expect(checkRequest({ method: 'GET', url: '/', httpVersion: '1.1', rawHeaders })).toMatchObject(
          isRight ? { protocols: elements, extensions } : { code: 'PROTOCOL_INVALID' },
        );
      }),
    );
  });

  test.each([
    ['Connection', 'Upgrade', 'CONNECTION_INVALID', 'RESPONSE_CONNECTION_INVALID'],
    ['Upgrade', 'websocket', 'UPGRADE_INVALID', ''],
  ])('of %s too, read by a server or a client', (name, element, code, responseCode) => {
    const others = ['Host', 'a', 'Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', KEY];
    if (name !== 'Connection') others.push('Connection', 'Upgrade');
    if (name !== 'Upgrade') others.push('Upgrade', 'websocket');
    const request = createRequest('ws://a/');
    const answer = ['Upgrade', 'websocket', 'Sec-WebSocket-Accept', acceptKey(request.key)];
    for (const [empty, isRight] of [
      [LIMIT, true],
      [LIMIT + 1, false],
    ] as const) {
      const before = Math.floor(empty / 2);
      const value = `${','.repeat(before)}${element}${','.repeat(empty - before)}`;
      const rawHeaders = [...others, name, value];
      const checked = checkRequest({ method: 'GET', url: '/', httpVersion: '1.1', rawHeaders });
      expect(checked).toMatchObject(isRight ? { kind: 'request' } : { code });
      if (responseCode === '') continue;
      const head = { statusCode: 101, httpVersion: '1.1', rawHeaders: [...answer, name, value] };
      const expected = isRight ? { kind: 'accepted' } : { code: responseCode };
      expect(checkResponse(request, head)).toMatchObject(expected);
    }
  });

  test('make no list of extensions, of which one is required, and ask for no subprotocol', () => {
    for (const values of [[''], ['', ''], [','], [' ,\t', ' ']]) {
      expect(parseExtensions(values)).toBeUndefined();
      expect(parseProtocols(values)).toEqual([]);
    }
    expect(parseExtensions([])).toEqual([]);
    expect(parseProtocols([])).toEqual([]);
  });

  test('of one list do not count in the next', () => {
    for (let i = 0; i < 3; i++) expect(parseExtensions([`a${','.repeat(LIMIT)}`])).toHaveLength(1);
  });
});

test('an empty line before the request line changes nothing, however the bytes are cut', () => {
  const read = (text: string, at: readonly number[]): unknown => {
    const handshake = new ServerHandshake();
    for (const chunk of cut(bytes(text), at)) {
      const event = handshake.receive(chunk);
      if (event?.kind !== 'request') continue;
      const { headers, ...request } = event.request;
      return { ...request, headers, remaining: [...event.remaining] };
    }
    return undefined;
  };
  const text = requestText('X-Header: value');
  const expected = read(text, []);
  expect(expected).toMatchObject({ resourceName: '/chat' });
  const { length } = text;
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: length + 2 }), { maxLength: 6 }), (at) => {
      expect(
        read(
          `\r\n${text}`,
          at.sort((a, b) => a - b),
        ),
      ).toEqual(expected);
    }),
  );
  expect(read(`\r\n${text}`, [...bytes(text).keys()])).toEqual(expected);
});
