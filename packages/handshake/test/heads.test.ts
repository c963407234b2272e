import {
  acceptRequest,
  checkRequest,
  checkResponse,
  createRequest,
  type RequestHead,
  rejectFault,
  requestHeadOf,
} from '@sanssocket/handshake';
import { flattenHeaders, headerValues } from '@sanssocket/handshake/values';
import { expect, test } from 'vitest';
import { ACCEPT, KEY, sampleNonce } from './bytes.js';

const rawHeaders = [
  ...['Host', 'server.example.com', 'Upgrade', 'websocket', 'Connection', 'Upgrade'],
  ...['Sec-WebSocket-Key', KEY, 'Sec-WebSocket-Version', '13'],
];
const head: RequestHead = { method: 'GET', url: '/chat', httpVersion: '1.1', rawHeaders };
const code = (checked: { kind: string; code?: string }): string | undefined => checked.code;

test('a parsed head is judged by the same rules', () => {
  expect(checkRequest(head)).toMatchObject({ kind: 'request', resourceName: '/chat', origin: undefined });
  expect(code(checkRequest({ ...head, method: 'POST' }))).toBe('METHOD_NOT_GET');
  expect(code(checkRequest({ httpVersion: '1.1', rawHeaders }))).toBe('METHOD_NOT_GET');
  expect(code(checkRequest({ method: 'GET', httpVersion: '1.1', rawHeaders }))).toBe('TARGET_INVALID');
  expect(code(checkRequest({ ...head, httpVersion: '2.0' }))).toBe('HTTP_VERSION_UNSUPPORTED');
  expect(code(checkRequest({ ...head, rawHeaders: [] }))).toBe('HOST_MISSING');
});

test('values of a parsed head are taken as they are: white space is for its parser to remove', () => {
  const changed = (from: string, to: string): RequestHead => ({
    ...head,
    rawHeaders: rawHeaders.map((value) => (value === from ? to : value)),
  });
  expect(code(checkRequest(changed('13', ' 13')))).toBe('VERSION_UNSUPPORTED');
  expect(code(checkRequest(changed(KEY, `${KEY} `)))).toBe('KEY_INVALID');
});

test('no letter outside ASCII passes for one inside', () => {
  const kelvin = rawHeaders.map((value) => value.replace('websocket', 'websoc\u212Aet'));
  expect(code(checkRequest({ ...head, rawHeaders: kelvin }))).toBe('UPGRADE_INVALID');
});

test('a fetch Request is a head', () => {
  const headers = new Headers();
  for (let i = 2; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  headers.append('Sec-WebSocket-Protocol', 'a');
  headers.append('Sec-WebSocket-Protocol', 'b');
  const request = { method: 'GET', url: 'https://server.example.com/chat?x', headers };
  expect(checkRequest(requestHeadOf(request))).toMatchObject({
    resourceName: '/chat?x',
    host: 'server.example.com',
    protocols: ['a', 'b'],
  });
  headers.set('Host', 'other.example.com');
  expect(headerValues(requestHeadOf(request).rawHeaders, 'host')).toEqual(['server.example.com']);
  headers.append('Sec-WebSocket-Key', KEY);
  expect(code(checkRequest(requestHeadOf(request)))).toBe('KEY_INVALID');
  expect(code(checkRequest(requestHeadOf({ ...request, url: 'nonsense' })))).toBe('TARGET_INVALID');
  expect(requestHeadOf({ ...request, url: 'nonsense' }).rawHeaders.slice(0, 2)).toEqual(['Host', '']);
});

test('a fetch Response can be made of an acceptance and of a rejection', () => {
  const request = checkRequest(head);
  if (request.kind === 'fault') throw new Error(request.code);
  const { headers } = acceptRequest(request, { headers: new Map([['Set-Cookie', 'a=1']]) });
  expect(headerValues(headers, 'set-cookie')).toEqual(['a=1']);
  const fault = checkRequest({ ...head, method: 'PUT' });
  if (fault.kind !== 'fault') throw new Error('accepted');
  const { status, body } = rejectFault(fault);
  expect([status, new TextDecoder().decode(body)]).toEqual([405, 'the method is not GET (RFC 6455 4.2.1)']);
});

test('the response of a fetch-like host is judged over its flattened headers', () => {
  const request = createRequest('ws://a/', { random: sampleNonce });
  const headers = new Headers({
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': ACCEPT,
  });
  const response = { statusCode: 101, httpVersion: '1.1', rawHeaders: flattenHeaders(headers) };
  expect(checkResponse(request, response).kind).toBe('accepted');
  expect(checkResponse(request, { ...response, statusCode: undefined })).toMatchObject({
    kind: 'rejected',
    status: 0,
    reason: '',
  });
  headers.append('Sec-WebSocket-Accept', ACCEPT);
  expect(code(checkResponse(request, { ...response, rawHeaders: flattenHeaders(headers) }))).toBe(
    'ACCEPT_MISMATCH',
  );
});
