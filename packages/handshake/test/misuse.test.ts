// What a host does wrong is refused with a code and a sentence that says what came and what is wanted.
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  acceptKey,
  generateKey,
  parseExtensions,
  parseProtocols,
  parseWebSocketUri,
} from '../src/header-values.js';
import {
  acceptRequest,
  ClientHandshake,
  checkRequest,
  checkResponse,
  createRequest,
  rejectFault,
  rejectRequest,
  ServerHandshake,
} from '../src/index.js';
import { confirmExtensions, createHandshakeFault, negotiateExtensions } from '../src/policy.js';
import { bytes, requestText } from './bytes.js';
import { madeUp } from './vectors.js';

const x = madeUp({ name: 'x', rsv: 64, accepts: [''], offers: [''], confirms: [''] });

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
    'INVALID_STATE',
    'what follows is for the connection',
  ],
  ['an answer to nothing', () => new ServerHandshake().accept(), 'INVALID_STATE', 'the handshake is reading'],
  ['a fragment', () => new ClientHandshake('ws://a/#x'), 'URI_INVALID', 'has no fragment'],
  [
    'another scheme',
    () => new ClientHandshake('http://a/'),
    'URI_INVALID',
    'of the scheme ws or wss, not http',
  ],
  ['a path alone', () => new ClientHandshake('/chat'), 'URI_INVALID', 'ws: or wss:'],
  ['a user', () => new ClientHandshake('ws://u:p@a/'), 'URI_INVALID', 'an Authorization header'],
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
  [
    'a fault in place of a request',
    () => acceptRequest(createHandshakeFault('METHOD_NOT_GET') as never),
    'REQUEST_INVALID',
    'not a fault, which rejectFault answers',
  ],
  [
    'a head in place of a request',
    () => acceptRequest({} as never),
    'REQUEST_INVALID',
    'a head is checked first',
  ],
  ['an empty head', () => checkRequest({} as never), 'HEAD_INVALID', 'rawHeaders, a flat array'],
  [
    'a fetch Request in place of a head',
    () => checkRequest(new Request('http://a/') as never),
    'HEAD_INVALID',
    'not an object of type Request; requestHeadOf makes one',
  ],
  [
    'a fetch Response in place of a head',
    () => checkResponse(createRequest('ws://a/'), new Response() as never),
    'HEAD_INVALID',
    'type Response',
  ],
  [
    'another request in place of the one that was made',
    () => checkResponse('ws://a/' as never, { httpVersion: '1.1', rawHeaders: [] }),
    'REQUEST_INVALID',
    'not against "ws://a/"',
  ],
  [
    'letters in place of lines',
    () => parseExtensions('permessage-deflate' as never),
    'ARGUMENT_INVALID',
    'an array of strings is wanted, not "permessage-deflate"',
  ],
  ['the same of subprotocols', () => parseProtocols('chat' as never), 'ARGUMENT_INVALID', 'one a line'],
  ['a request in place of a fault', () => rejectFault({} as never), 'ARGUMENT_INVALID', 'what a check gives'],
  ['a code that is none', () => createHandshakeFault('toString' as never), 'ARGUMENT_INVALID', '"toString"'],
  [
    'a plain object as headers',
    () => createRequest('ws://a/', { headers: { a: 'b' } as never }),
    'HEADER_INVALID',
    'an array of pairs, a Map or Headers, not an object',
  ],
  ['a typo', () => server().accept({ protocls: ['a'] } as never), 'OPTION_UNKNOWN', "no option 'protocls'"],
  [
    'a typo in a getter of a class',
    () =>
      new ServerHandshake(
        new (class {
          get maxHeadByte(): number {
            return 5;
          }
        })() as never,
      ),
    'OPTION_UNKNOWN',
    "no option 'maxHeadByte'",
  ],
  [
    'a typo in a property that is not enumerable, of a base',
    () => rejectRequest(Object.create(Object.create({}, { statuss: { get: () => 403 } }))),
    'OPTION_UNKNOWN',
    "no option 'statuss'",
  ],
  [
    'a Map of options',
    () => new ClientHandshake('ws://a/', new Map([['protocols', ['a']]]) as never),
    'OPTION_INVALID',
    'options are an object, not a list, Map or promise',
  ],
  [
    'an array of options',
    () => createRequest('ws://a/', [] as never),
    'OPTION_INVALID',
    'not a list, Map or promise',
  ],
  [
    'a promise of options',
    () => server().accept(Promise.resolve({ protocols: ['a'] }) as never),
    'OPTION_INVALID',
    'not a list, Map or promise',
  ],
  ['options that are none', () => new ServerHandshake(5 as never), 'OPTION_INVALID', 'an object, not 5'],
  [
    'an extension that is none',
    () => createRequest('ws://a/', { extensions: ['permessage-deflate'] as never }),
    'EXTENSION_INVALID',
    '"permessage-deflate" has not',
  ],
  [
    'an extension that offers nothing of the kind',
    () => createRequest('ws://a/', { extensions: [{ ...x, offers: () => 'x' as never }] }),
    'EXTENSION_INVALID',
    'offers of the extension x gives parameter lists',
  ],
  [
    'one that agrees without a response',
    () => negotiateExtensions([{ name: 'x', parameters: [] }], [{ ...x, accept: () => ({}) as never }]),
    'EXTENSION_INVALID',
    'accept of the extension x gives a response',
  ],
  [
    'one that confirms nothing of the kind',
    () => confirmExtensions([{ name: 'x', parameters: [] }], [{ ...x, confirm: () => true as never }]),
    'EXTENSION_INVALID',
    'confirm of the extension x gives an agreement',
  ],
  ['a source of randomness', () => generateKey(5 as never), 'OPTION_INVALID', 'random is a function, not 5'],
  [
    'a body that is none',
    () => rejectRequest({ status: 400, body: {} as never }),
    'NOT_BYTES',
    'a string or bytes',
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

test('options may be inherited, or getters of a class with methods', () => {
  class Limits {
    get maxHeadBytes(): number {
      return 8;
    }
    describe(): string {
      return 'limits';
    }
  }
  const foreign = runInContext('({ maxHeadBytes: 8 })', createContext({}));
  const bare = Object.assign(Object.create(null), { maxHeadBytes: 8 });
  for (const limits of [new Limits(), Object.create(new Limits()), foreign, bare]) {
    const event = new ServerHandshake(limits).receive(bytes('GET / HTTP/1.1'));
    expect(event).toMatchObject({ kind: 'rejected', fault: { code: 'HEAD_TOO_LARGE' } });
  }
});
