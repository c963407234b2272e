// H15 to H18: what a caller gives is checked before a byte is written.
import {
  acceptRequest,
  ClientHandshake,
  createRequest,
  rejectFault,
  rejectRequest,
  ServerHandshake,
} from '@sanssocket/handshake';
import { createHandshakeFault } from '@sanssocket/handshake/rules';
import { headerValues } from '@sanssocket/handshake/values';
import { describe, expect, test } from 'vitest';
import { ACCEPT, bytes, KEY, requestText, responseText, sampleNonce, text } from './bytes.js';

function received(...lines: string[]): ServerHandshake {
  const handshake = new ServerHandshake();
  if (handshake.receive(bytes(requestText(...lines)))?.kind !== 'request') throw new Error('rejected');
  return handshake;
}

const badValues = [
  'a\r\nX: y',
  'a\rb',
  'a\nb',
  'a\0b',
  '\x7f',
  '\x1b',
  '\u0100',
  '\u{1F600}',
  '\u010d\u010a',
];
const badNames = ['', 'A\r\nB', 'a b', 'a:', 'é', 'a\0', '(a)'];
const ownNames = [
  'Upgrade',
  'upgrade',
  'CONNECTION',
  'Host',
  'Origin',
  'Content-Length',
  'Transfer-Encoding',
  'Sec-WebSocket-Accept',
  'sec-websocket-anything',
];

describe.each([
  ['createRequest', (headers: [string, string][]) => createRequest('ws://a/', { headers })],
  ['accept', (headers: [string, string][]) => received().accept({ headers })],
  ['reject', (headers: [string, string][]) => received().reject({ status: 403, headers })],
  ['rejectRequest', (headers: [string, string][]) => rejectRequest({ status: 302, headers })],
])('headers of %s', (_name, write) => {
  test.each(badValues)('value %j throws', (value) => {
    expect(() => write([['X-Fine', value]])).toThrow(TypeError);
  });
  test.each(badNames)('name %j throws', (name) => {
    expect(() => write([[name, 'fine']])).toThrow(TypeError);
  });
  test.each(ownNames)('%s is the handshake’s own', (name) => {
    expect(() => write([[name, 'websocket']])).toThrow(TypeError);
  });
  test('a value that is no text throws', () => {
    expect(() => write([['X-Number', 1 as unknown as string]])).toThrow(TypeError);
  });
  test('the rest of latin1, tabs and nothing are fine', () => {
    const written = write([
      ['X-Latin', 'caf\xe9\t\xff'],
      ['X-Empty', ''],
    ]);
    expect(text(written.bytes)).toContain('\r\nX-Latin: caf\xe9\t\xff\r\nX-Empty: \r\n');
  });
});

test.each(badValues)('reason %j throws', (reason) => {
  expect(() => rejectRequest({ status: 400, reason })).toThrow(TypeError);
});

test.each(badValues)('origin %j throws', (origin) => {
  expect(() => createRequest('ws://a/', { origin })).toThrow(TypeError);
});

test.each(badNames)('subprotocol %j throws', (name) => {
  expect(() => createRequest('ws://a/', { protocols: [name] })).toThrow(TypeError);
});

test('a subprotocol offered twice throws', () => {
  expect(() => createRequest('ws://a/', { protocols: ['a', 'b', 'a'] })).toThrow(TypeError);
});

test('an extension that would write what is no token throws, on either side', () => {
  const extension = {
    name: 'x',
    rsv: 0x40,
    offers: () => [[{ name: 'y', value: 'a\r\nb' }]],
    confirm: () => ({ extension: true }),
    accept: () => ({ response: [{ name: 'y', value: 'a\r\nb' }], extension: true }),
  };
  expect(() => createRequest('ws://a/', { extensions: [extension] })).toThrow(TypeError);
  const handshake = received('Sec-WebSocket-Extensions: x');
  expect(() => handshake.accept({ extensions: [extension] })).toThrow(TypeError);
  expect(handshake.state).toBe('deciding');
});

describe('the subprotocol', () => {
  const offered = (): ServerHandshake => received('Sec-WebSocket-Protocol: v1, v2');

  test('the caller names it, or picks it', () => {
    expect(offered().accept({ protocol: 'v2' }).protocol).toBe('v2');
    expect(offered().accept({ protocol: (list) => list[1] }).protocol).toBe('v2');
    expect(offered().accept({ protocol: () => undefined, protocols: ['v1'] }).protocol).toBeUndefined();
  });

  test.each(['v3', 'V1', '', 'v1\r\nX: y', 'v1, v2'])('%j was not offered: throws', (protocol) => {
    const handshake = offered();
    expect(() => handshake.accept({ protocol })).toThrow(TypeError);
    expect(() => handshake.accept({ protocol: () => protocol })).toThrow(TypeError);
    expect(handshake.accept({ protocol: 'v1' }).protocol).toBe('v1');
  });
});

describe('rejections', () => {
  test('are complete', () => {
    const { bytes: written, mustClose } = rejectRequest({
      status: 401,
      headers: [['WWW-Authenticate', 'Basic realm="é"']],
      body: 'who are you? €',
    });
    expect(mustClose).toBe(true);
    expect(text(written)).toBe(
      'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 16\r\n' +
        'Content-Type: text/plain; charset=utf-8\r\nWWW-Authenticate: Basic realm="é"\r\n\r\n' +
        text(new TextEncoder().encode('who are you? €')),
    );
  });

  test('take a body of bytes, a type and a reason of the caller', () => {
    const json = rejectRequest({
      status: 422,
      reason: 'No',
      headers: [['content-type', 'application/json']],
      body: '{}',
    });
    expect(text(json.bytes)).toBe(
      'HTTP/1.1 422 No\r\nConnection: close\r\nContent-Length: 2\r\ncontent-type: application/json\r\n\r\n{}',
    );
    expect(text(rejectRequest({ status: 500, body: Uint8Array.of(0, 255) }).bytes)).toBe(
      'HTTP/1.1 500 \r\nConnection: close\r\nContent-Length: 2\r\n\r\n\0\xff',
    );
  });

  test('204 and 304 have no body', () => {
    expect(text(rejectRequest({ status: 204 }).bytes)).toBe('HTTP/1.1 204 \r\nConnection: close\r\n\r\n');
    expect(() => rejectRequest({ status: 304, body: 'x' })).toThrow(TypeError);
  });

  test.each([0, 101, 199, 600, 1000, 403.5, Number.NaN, Infinity, -400])('status %d throws', (status) => {
    expect(() => rejectRequest({ status })).toThrow(RangeError);
  });

  test('a 426 says what to upgrade to', () => {
    const { headers } = rejectRequest({ status: 426 });
    expect(headerValues(headers, 'sec-websocket-version')).toEqual(['13']);
    expect(headerValues(headers, 'upgrade')).toEqual(['websocket']);
  });

  test('there is none for a fault of a server', () => {
    expect(() => rejectFault(createHandshakeFault('ACCEPT_MISMATCH'))).toThrow(RangeError);
  });
});

test.each([0, -1, 1.5, Number.NaN, Infinity])('a limit of %d throws', (limit) => {
  for (const name of ['maxHeadBytes', 'maxHeaders', 'maxBodyBytes']) {
    expect(() => new ClientHandshake('ws://a/', { [name]: limit })).toThrow(RangeError);
    if (name !== 'maxBodyBytes') expect(() => new ServerHandshake({ [name]: limit })).toThrow(RangeError);
  }
});

test('a server handshake is answered once, and only after its request', () => {
  const early = new ServerHandshake();
  expect(() => early.accept()).toThrow(TypeError);
  expect(() => early.reject({ status: 400 })).toThrow(TypeError);
  expect(early.state).toBe('reading');
  const accepted = received();
  expect(accepted.state).toBe('deciding');
  expect(() => accepted.receive(bytes('frames'))).toThrow(TypeError);
  expect(accepted.receiveEof()).toBeUndefined();
  accepted.accept();
  expect(accepted.state).toBe('accepted');
  expect(() => accepted.accept()).toThrow(TypeError);
  expect(() => accepted.reject({ status: 400 })).toThrow(TypeError);
  expect(() => accepted.receive(bytes('frames'))).toThrow(TypeError);
  const rejected = received();
  expect(() => rejected.reject({ status: 1 })).toThrow(RangeError);
  expect(rejected.reject({ status: 403 }).fault).toBeUndefined();
  expect(rejected.state).toBe('rejected');
  expect(rejected.receive(bytes(requestText()))).toBeUndefined();
  expect(rejected.receiveEof()).toBeUndefined();
  expect(() => rejected.accept()).toThrow(TypeError);
});

test('a client handshake ends once', () => {
  const accepted = new ClientHandshake('ws://a/', { random: sampleNonce });
  expect(accepted.state).toBe('reading');
  expect(accepted.receive(bytes(responseText()))?.kind).toBe('accepted');
  expect(accepted.state).toBe('accepted');
  expect(() => accepted.receive(bytes('frames'))).toThrow(TypeError);
  expect(accepted.receiveEof()).toBeUndefined();
  const refused = new ClientHandshake('ws://a/');
  expect(refused.rejection).toBeUndefined();
  expect(refused.receive(bytes('HTTP/1.1 307 \r\nLocation: /b\r\n\r\nhel'))).toBeUndefined();
  expect(refused.state).toBe('rejected');
  expect(refused.rejection?.location).toBe('/b');
  expect(refused.receive(bytes('lo'))).toBeUndefined();
  expect(text((refused.receiveEof() as { body: Uint8Array }).body)).toBe('hello');
  expect(refused.state).toBe('done');
  expect(refused.receive(bytes(responseText()))).toBeUndefined();
  expect(refused.receiveEof()).toBeUndefined();
});

test('a client’s request is not changed by what the caller does to its list afterwards', () => {
  const protocols = ['a'];
  const request = createRequest('ws://a/', { protocols });
  protocols[0] = 'b';
  expect(request.protocols).toEqual(['a']);
});

test('acceptRequest checks headers before it asks the extensions', () => {
  const event = new ServerHandshake().receive(bytes(requestText('Sec-WebSocket-Extensions: x')));
  if (event?.kind !== 'request') throw new Error('rejected');
  let asked = 0;
  const extension = {
    name: 'x',
    rsv: 0,
    offers: () => [],
    confirm: () => undefined,
    accept: () => void asked++ as undefined,
  };
  expect(() => acceptRequest(event.request, { extensions: [extension], headers: [['a', '\n']] })).toThrow(
    TypeError,
  );
  expect(asked).toBe(0);
});

test('a request made by hand has a key of the right length, or nothing is hashed', () => {
  const event = new ServerHandshake().receive(bytes(requestText()));
  if (event?.kind !== 'request') throw new Error('rejected');
  const { resourceName, host, origin, protocols, extensions, headers } = event.request;
  const own = { kind: 'request', resourceName, host, origin, protocols, extensions, headers } as const;
  expect(() => acceptRequest({ ...own, key: 'x'.repeat(40) })).toThrow(TypeError);
  expect(text(acceptRequest({ ...own, key: KEY }).bytes)).toContain(ACCEPT);
});

test('responses without anything of the caller’s do not disturb each other, also when one is transferred away', () => {
  const responses = Array.from({ length: 70 }, () => received().accept().bytes);
  const expected = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`;
  expect(new Set(responses.map(text))).toEqual(new Set([expected]));
  structuredClone(null, { transfer: [responses.at(-1)!.buffer] });
  expect(text(received().accept().bytes)).toBe(expected);
});

test('a response with something of the caller’s has a buffer of its own', () => {
  const { bytes: response } = received().accept({ headers: [['Set-Cookie', 'a=1']] });
  expect(response.buffer.byteLength).toBe(response.length);
});
