import { isSameOrigin } from '@sanssocket/handshake';
import { parseWebSocketUri } from '@sanssocket/handshake/values';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test.each([
  ['ws://example.com', false, 'example.com', 80, '/', 'example.com'],
  ['WS://Example.com/', false, 'Example.com', 80, '/', 'Example.com'],
  ['wss://example.com:443/a?b=/c?d', true, 'example.com', 443, '/a?b=/c?d', 'example.com'],
  ['wss://example.com:80', true, 'example.com', 80, '/', 'example.com:80'],
  ['ws://example.com:?q', false, 'example.com', 80, '/?q', 'example.com'],
  ['ws://[::1]:9/x', false, '::1', 9, '/x', '[::1]:9'],
  ['wss://[fe80::1.2.3.4]', true, 'fe80::1.2.3.4', 443, '/', '[fe80::1.2.3.4]'],
  ['ws://127.0.0.1:65535/%20', false, '127.0.0.1', 65535, '/%20', '127.0.0.1:65535'],
])('%s', (uri, secure, host, port, resourceName, authority) => {
  expect(parseWebSocketUri(uri)).toEqual({ secure, host, port, resourceName, authority });
});

test.each([
  '',
  'example.com',
  '/chat',
  'http://example.com/',
  'ws:example.com',
  'ws:///chat',
  'ws://:80/',
  'ws://a:b/',
  'ws://a:65536/',
  'ws://user:secret@a/',
  'ws://a/#top',
  'ws://a#',
  'ws://a/ b',
  'ws://a/\r\nX: y',
  'ws://a/\0',
  'ws://a\r\nX: y/',
  'ws://a/é',
  'ws://é/',
  'ws://[::1/',
  'ws://[::1]2/',
  'ws://[1.2.3.4]/',
])('%j is refused', (uri) => {
  expect(() => parseWebSocketUri(uri)).toThrow(TypeError);
});

test('user information is refused with the way that there is', () => {
  expect(() => parseWebSocketUri('ws://user:secret@example.com/')).toThrow(/Authorization/);
  expect(() => parseWebSocketUri('ws://user:secret@example.com/')).not.toThrow(/secret/);
});

test('agrees with URL on what URL writes', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.option(fc.integer({ min: 1, max: 65535 })),
      (web, port) => {
        const url = new URL(web.replace(/^http/, 'ws'));
        if (port !== null) url.port = String(port);
        const uri = parseWebSocketUri(url.href);
        expect([uri.host, uri.authority, uri.resourceName, uri.secure]).toEqual([
          url.hostname,
          url.host,
          url.href.slice(url.origin.length),
          url.protocol === 'wss:',
        ]);
      },
    ),
  );
});

test('agrees with URL on what an IPv6 address is', () => {
  const group = fc.stringMatching(/^[0-9a-f]{1,4}$/);
  const address = fc
    .tuple(
      fc.array(group, { maxLength: 9 }),
      fc.option(fc.ipV4(), { nil: '' }),
      fc.nat({ max: 9 }),
      fc.boolean(),
    )
    .map(([groups, v4, at, gap]) => {
      const parts = v4 === '' ? groups : [...groups, v4];
      return gap ? `${parts.slice(0, at).join(':')}::${parts.slice(at).join(':')}` : parts.join(':');
    });
  const valid = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(address, (text) => {
      const ours = valid(() => parseWebSocketUri(`ws://[${text}]/`));
      expect([text, ours]).toEqual([text, valid(() => new URL(`ws://[${text}]/`))]);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['https://a', 'https://a', true],
  ['HTTPS://A:443', 'https://a', true],
  ['https://a', 'HTTPS://A:443', true],
  ['http://a:80', 'http://a', true],
  ['wss://a', 'wss://a:443', true],
  ['https://[::1]:8443', 'https://[::1]:8443', true],
  ['moz-extension://abc', 'moz-extension://abc', true],
  ['http://a', 'https://a', false],
  ['http://a:443', 'https://a', false],
  ['https://a.evil', 'https://a', false],
  ['https://evila', 'https://a', false],
  ['https://a:444', 'https://a', false],
  ['https://a', 'https://a/', false],
  ['https://a/', 'https://a', false],
  ['https://a@b', 'https://b', false],
  ['https://a, https://b', 'https://a', false],
  ['https://\u212A', 'https://k', false],
  ['null', 'null', false],
  ['*', '*', false],
  ['', '', false],
  [undefined, 'https://a', false],
])('origin %j against %j: %s', (origin, expected, same) => {
  expect(isSameOrigin(origin, expected)).toBe(same);
});
