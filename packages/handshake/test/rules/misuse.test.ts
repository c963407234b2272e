// What a host does wrong is refused with a code and a sentence that says what came and what is wanted.
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ClientHandshake, createRequest, rejectRequest, ServerHandshake } from '../../src/index.js';
import { acceptKey, parseWebSocketUri } from '../../src/values.js';
import { bytes, requestText } from '../bytes.js';

const server = (): ServerHandshake => {
  const handshake = new ServerHandshake();
  handshake.receive(bytes(requestText()));
  return handshake;
};

test.each<readonly [string, () => unknown, string, string]>([
  [
    'a string to a server',
    () => new ServerHandshake().receive('GET /' as never),
    'NOT_BYTES',
    'a chunk is a Uint8Array, not a string',
  ],
  [
    'a string to a client',
    () => new ClientHandshake('ws://a/').receive('HTTP/1.1' as never),
    'NOT_BYTES',
    'not a string',
  ],
  ['nothing', () => new ServerHandshake().receive(undefined as never), 'NOT_BYTES', 'not undefined'],
  [
    'a limit',
    () => new ServerHandshake({ maxHeaders: 0 }),
    'OPTION_INVALID',
    'maxHeaders must be a positive integer, not 0',
  ],
  [
    'bytes behind the request',
    () => server().receive(bytes('x')),
    'WRONG_MOMENT',
    'what follows is for the connection',
  ],
  ['an answer to nothing', () => new ServerHandshake().accept(), 'WRONG_MOMENT', 'the handshake is reading'],
  ['a fragment', () => new ClientHandshake('ws://a/#x'), 'URI_INVALID', 'has no fragment'],
  [
    'another scheme',
    () => new ClientHandshake('http://a/'),
    'URI_INVALID',
    'of the scheme ws or wss, not http',
  ],
  ['a path alone', () => new ClientHandshake('/chat'), 'URI_INVALID', 'ws: or wss:'],
  ['a user', () => new ClientHandshake('ws://u:p@a/'), 'URI_INVALID', 'without a user'],
  ['a blank', () => new ClientHandshake('ws://a/b c'), 'URI_INVALID', 'visible ASCII only'],
  ['no URI', () => new ClientHandshake(5 as never), 'URI_INVALID', 'not as 5'],
  [
    'a line break in a header',
    () => createRequest('ws://a/', { headers: [['a', '\r\n']] }),
    'HEADER_INVALID',
    '"\\r\\n"',
  ],
  [
    'its own header',
    () => createRequest('ws://a/', { headers: [['Upgrade', 'x']] }),
    'HEADER_INVALID',
    'written by the handshake',
  ],
  [
    'a name that is none',
    () => createRequest('ws://a/', { headers: [['a b', 'x']] }),
    'HEADER_INVALID',
    'not a token',
  ],
  [
    'a subprotocol twice',
    () => createRequest('ws://a/', { protocols: ['a', 'a'] }),
    'PROTOCOL_INVALID',
    'offered once',
  ],
  [
    'one that was not offered',
    () => server().accept({ protocol: 'x' }),
    'PROTOCOL_INVALID',
    'did not offer the subprotocol "x"',
  ],
  ['a key', () => acceptKey('x'), 'KEY_INVALID', 'the Base64 of 16 bytes, not "x"'],
  ['a status', () => rejectRequest({ status: 101 }), 'STATUS_INVALID', 'from 200 to 599, not 101'],
  ['a body', () => rejectRequest({ status: 204, body: 'x' }), 'STATUS_INVALID', 'a 204 has no body'],
])('%s', (_, call, code, sentence) => {
  expect(call).toThrow(expect.objectContaining({ code, message: expect.stringContaining(sentence) }));
});

test('a URL is a URI, too', () => {
  expect(parseWebSocketUri(new URL('wss://example.com:99/a?b'))).toMatchObject({
    secure: true,
    port: 99,
    resourceName: '/a?b',
  });
  expect(new ClientHandshake(new URL('ws://a/b')).request.uri.resourceName).toBe('/b');
  expect(() => parseWebSocketUri(new URL('ws://a/#b'))).toThrow(
    expect.objectContaining({ code: 'URI_INVALID' }),
  );
});

test('bytes of another realm are bytes', () => {
  const foreign = runInContext('(text) => Uint8Array.from(text, (c) => c.charCodeAt(0))', createContext({}));
  const handshake = new ServerHandshake();
  expect(handshake.receive(foreign(requestText()))?.kind).toBe('request');
});

test('a console shows where a handshake is', () => {
  expect(inspect(server())).toContain("state: 'deciding'");
  expect(inspect(new ClientHandshake('ws://example/'))).toContain("host: 'example'");
});
