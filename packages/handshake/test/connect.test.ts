// RFC 8441 and RFC 9220: the handshake as an extended CONNECT, over header lists.
import type { OpeningRequest } from '@sanssocket/handshake';
import {
  acceptConnect,
  checkConnect,
  checkConnectResponse,
  createConnect,
  rejectConnect,
  rejectConnectFault,
} from '@sanssocket/handshake/connect';
import { createHandshakeFault } from '@sanssocket/handshake/rules';
import { describe, expect, test } from 'vitest';
import { madeUp } from './vectors.js';

const pseudo = [':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https'];
const place = [':authority', 'example.com', ':path', '/chat?x=1'];
const version = ['sec-websocket-version', '13'];
const right = [...pseudo, ...place, ...version];
const without = (name: string): string[] => right.filter((_, i) => right[i & ~1] !== name);
const changed = (name: string, value: string): string[] =>
  right.map((text, i) => (i % 2 === 1 && right[i - 1] === name ? value : text));
const code = (list: readonly string[], isEnabled = true): string => {
  const checked = checkConnect(list, isEnabled);
  return checked.kind === 'fault' ? checked.code : checked.kind;
};
const request = (...more: string[]): OpeningRequest => {
  const checked = checkConnect([...right, ...more], true);
  if (checked.kind === 'fault') throw new Error(checked.code);
  return checked;
};

test('a right request', () => {
  const more = [
    'host',
    'EXAMPLE.com',
    'origin',
    'https://a',
    'sec-websocket-protocol',
    'v2, v1',
    'te',
    'trailers',
  ];
  expect(request(...more)).toMatchObject({
    kind: 'request',
    resourceName: '/chat?x=1',
    host: 'example.com',
    origin: 'https://a',
    protocols: ['v2', 'v1'],
    extensions: [],
    headers: [...version, ...more],
  });
  expect(code(changed(':scheme', 'http'))).toBe('request');
  expect(code(changed(':authority', '[::1]:8443'))).toBe('request');
});

describe('wrong requests', () => {
  test.each([
    ['not announced', right, 'CONNECT_NOT_ENABLED', false],
    ['GET', changed(':method', 'GET'), 'METHOD_NOT_CONNECT'],
    ['connect', changed(':method', 'connect'), 'METHOD_NOT_CONNECT'],
    ['no method', without(':method'), 'METHOD_NOT_CONNECT'],
    ['a plain CONNECT', without(':protocol'), 'CONNECT_PROTOCOL_UNKNOWN'],
    ['another protocol', changed(':protocol', 'webtransport'), 'CONNECT_PROTOCOL_UNKNOWN'],
    ['another letter case', changed(':protocol', 'WebSocket'), 'CONNECT_PROTOCOL_UNKNOWN'],
    ['no scheme', without(':scheme'), 'SCHEME_INVALID'],
    ['the scheme wss', changed(':scheme', 'wss'), 'SCHEME_INVALID'],
    ['no path', without(':path'), 'TARGET_INVALID'],
    ['an empty path', changed(':path', ''), 'TARGET_INVALID'],
    ['an asterisk', changed(':path', '*'), 'TARGET_INVALID'],
    ['an absolute path', changed(':path', 'https://a/'), 'TARGET_INVALID'],
    ['a fragment', changed(':path', '/#a'), 'TARGET_INVALID'],
    ['a space in the path', changed(':path', '/a b'), 'TARGET_INVALID'],
    ['no authority', without(':authority'), 'HOST_MISSING'],
    ['user information', changed(':authority', 'a@b'), 'HOST_INVALID'],
    ['no host (H04)', changed(':authority', '[::'), 'HOST_INVALID'],
    ['another Host (H19)', [...right, 'host', 'evil.example'], 'HOST_CONFLICT'],
    ['two Hosts (H19)', [...right, 'host', 'example.com', 'host', 'example.com'], 'HOST_CONFLICT'],
    [
      'a pseudo-header twice',
      [...pseudo, ':protocol', 'websocket', ...place, ...version],
      'PSEUDO_HEADER_INVALID',
    ],
    [
      'an unknown pseudo-header',
      [...pseudo, ':status', '200', ...place, ...version],
      'PSEUDO_HEADER_INVALID',
    ],
    ['a pseudo-header last', [...pseudo, ...version, ...place], 'PSEUDO_HEADER_INVALID'],
    ['__proto__ as one (H01)', [':__proto__', 'x', ...right], 'PSEUDO_HEADER_INVALID'],
    ['a name in capitals', [...right, 'Origin', 'https://a'], 'HEADER_NAME_INVALID'],
    ['a name with CR LF (H17)', [...right, 'a\r\nb', 'c'], 'HEADER_NAME_INVALID'],
    ['no name', [...right, '', 'c'], 'HEADER_NAME_INVALID'],
    ['a value with CR LF (H17)', [...right, 'a', 'b\r\nc'], 'HEADER_VALUE_INVALID'],
    ['a value with NUL', changed(':path', '/\0'), 'HEADER_VALUE_INVALID'],
    ['white space before a value', [...right, 'a', ' b'], 'HEADER_VALUE_INVALID'],
    ['white space after a value', [...right, 'a', 'b\t'], 'HEADER_VALUE_INVALID'],
    ['Upgrade (H21)', [...right, 'upgrade', 'websocket'], 'HOP_HEADER_PRESENT'],
    ['Connection (H21)', [...right, 'connection', 'upgrade'], 'HOP_HEADER_PRESENT'],
    ['Transfer-Encoding (H21)', [...right, 'transfer-encoding', 'chunked'], 'HOP_HEADER_PRESENT'],
    ['TE', [...right, 'te', 'gzip'], 'HOP_HEADER_PRESENT'],
    ['Content-Length (M35)', [...right, 'content-length', '0'], 'UNEXPECTED_BODY'],
    ['no version', without('sec-websocket-version'), 'VERSION_MISSING'],
    ['version 8 (H34)', changed('sec-websocket-version', '8'), 'VERSION_UNSUPPORTED'],
    ['two versions (H29)', [...right, ...version], 'VERSION_REPEATED'],
    ['two origins (H24)', [...right, 'origin', 'a', 'origin', 'b'], 'ORIGIN_REPEATED'],
    ['an unclosed quote (A02)', [...right, 'sec-websocket-extensions', 'a; b="c'], 'EXTENSION_INVALID'],
  ] as const)('%s', (_name, list, expected, isEnabled: boolean = true) => {
    expect(code(list, isEnabled)).toBe(expected);
  });

  test.each([
    ['subprotocols', 'sec-websocket-protocol', 'PROTOCOL_INVALID'],
    ['extensions', 'sec-websocket-extensions', 'EXTENSION_INVALID'],
  ])('a list of %s without any is refused for a server that is told to', (_name, header, expected) => {
    for (const value of ['', ',,']) {
      const list = [...right, header, value];
      expect(checkConnect(list, true)).toMatchObject({ kind: 'request', protocols: [], extensions: [] });
      expect(checkConnect(list, true, { rejectEmptyLists: true })).toMatchObject({ code: expected });
    }
  });
});

test('acceptance: 200 and what was agreed, in lower case, without an accept key', () => {
  const asked = request('sec-websocket-protocol', 'v2, v1', 'sec-websocket-extensions', 'x; a, y, x');
  const extension = madeUp({ name: 'x', rsv: 64, accepts: [''] });
  const { headers, protocol, status, extensions } = acceptConnect(asked, {
    protocols: ['v1'],
    extensions: [extension],
    headers: [['Set-Cookie', 'a=1']],
  });
  expect([status, protocol, extensions.length]).toEqual([200, 'v1', 1]);
  expect(headers).toEqual([
    ...[
      ':status',
      '200',
      'sec-websocket-protocol',
      'v1',
      'sec-websocket-extensions',
      'x',
      'set-cookie',
      'a=1',
    ],
  ]);
  expect(() => acceptConnect(asked, { protocol: 'v3' })).toThrow(TypeError);
  expect(() => acceptConnect(asked, { headers: [['a', '\r\n']] })).toThrow(TypeError);
});

test('rejections have nothing of HTTP/1.1', () => {
  const fault = rejectConnectFault(createHandshakeFault('VERSION_UNSUPPORTED'));
  expect(fault).toMatchObject({ kind: 'rejected', status: 400 });
  expect(fault.headers).toEqual([
    ...[':status', '400', 'content-length', '52', 'content-type', 'text/plain; charset=utf-8'],
    ...['sec-websocket-version', '13'],
  ]);
  expect(rejectConnectFault(createHandshakeFault('METHOD_NOT_CONNECT')).headers).not.toContain('allow');
  expect(rejectConnect({ status: 401, headers: [['WWW-Authenticate', 'Basic']] }).headers).toEqual([
    ...[':status', '401', 'content-length', '0', 'www-authenticate', 'Basic'],
  ]);
  expect(() => rejectConnectFault(createHandshakeFault('STATUS_INVALID'))).toThrow(RangeError);
});

describe('the client', () => {
  const options = { protocols: ['v1'], origin: 'https://a', headers: [['X-Own', '1']] as const };
  const made = createConnect('wss://example.com:8443/chat', true, {
    ...options,
    extensions: [madeUp({ name: 'x', rsv: 64, offers: [''], confirms: [''] })],
  });
  if (made.kind === 'fault') throw new Error(made.code);
  const outcome = (...list: string[]): object => checkConnectResponse(made, list);

  test('its request is right by the server, in both schemes', () => {
    expect(made.headers).toContain('example.com:8443');
    expect(checkConnect(made.headers, true)).toMatchObject({ resourceName: '/chat', protocols: ['v1'] });
    expect(made.headers.slice(-2)).toEqual(['x-own', '1']);
    const plain = createConnect('ws://example.com', true);
    expect(plain.kind === 'request' && plain.headers.slice(4, 6)).toEqual([':scheme', 'http']);
  });

  test('no request before the setting has come', () => {
    expect(createConnect('wss://a/', false)).toMatchObject({ code: 'CONNECT_NOT_ENABLED' });
    expect(() => createConnect('https://a/', true)).toThrow(TypeError);
    expect(() => createConnect('wss://a/', true, { headers: [['a', '\n']] })).toThrow(TypeError);
  });

  test('any 2xx is yes', () => {
    expect(outcome(':status', '200', 'sec-websocket-protocol', 'v1')).toMatchObject({
      kind: 'accepted',
      protocol: 'v1',
    });
    expect(outcome(':status', '299', 'sec-websocket-extensions', 'x')).toMatchObject({ kind: 'accepted' });
    // RFC 8441 5: not used, so not looked at.
    expect(outcome(':status', '200', 'sec-websocket-accept', 'x')).toMatchObject({ kind: 'accepted' });
  });

  test('other statuses are values', () => {
    expect(outcome(':status', '302', 'location', '/b')).toMatchObject({ kind: 'redirect', location: '/b' });
    expect(outcome(':status', '401', 'www-authenticate', 'Basic')).toMatchObject({ challenges: ['Basic'] });
    expect(outcome(':status', '400', 'sec-websocket-version', '13, 8')).toMatchObject({
      versions: ['13', '8'],
    });
    expect(outcome(':status', '501')).toMatchObject({ kind: 'rejected', status: 501 });
  });

  test.each([
    ['STATUS_INVALID', [':status', '101']],
    ['STATUS_INVALID', [':status', '103']],
    ['STATUS_INVALID', [':status', '20']],
    ['STATUS_INVALID', [':status', '2e2']],
    ['STATUS_INVALID', []],
    ['PSEUDO_HEADER_INVALID', [':status', '200', ':status', '200']],
    ['PSEUDO_HEADER_INVALID', [':status', '200', ':path', '/']],
    ['HOP_HEADER_PRESENT', [':status', '200', 'upgrade', 'websocket']],
    ['PROTOCOL_NOT_OFFERED', [':status', '200', 'sec-websocket-protocol', 'v2']],
    ['EXTENSION_NOT_OFFERED', [':status', '200', 'sec-websocket-extensions', 'y']],
    ['EXTENSION_REJECTED', [':status', '200', 'sec-websocket-extensions', 'x; a']],
  ])('%s: %j', (expected, list) => {
    expect(outcome(...list)).toMatchObject({ kind: 'fault', code: expected });
  });
});
