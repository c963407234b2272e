// What a server allows: pure functions of a request.
import { rejectRequest, ServerHandshake, type UpgradeRequest } from '@sanssocket/handshake';
import {
  allowHosts,
  allowOrigins,
  allowPaths,
  allowSameOrigin,
  findRejection,
  type RequestRule,
  requireHeader,
  requireProtocol,
} from '@sanssocket/handshake/rules';
import { expect, test } from 'vitest';
import { bytes, requestText, text } from './bytes.js';

function request(...lines: string[]): UpgradeRequest {
  const event = new ServerHandshake().receive(bytes(requestText(...lines)));
  if (event?.kind !== 'request') throw new Error('rejected');
  return event.request;
}
const status = (rule: RequestRule, ...lines: string[]): number | undefined => rule(request(...lines))?.status;

test('origins (H24)', () => {
  const rule = allowOrigins(['https://example.com', 'http://localhost:8080']);
  expect(status(rule)).toBeUndefined();
  expect(status(rule, 'Origin: HTTPS://Example.com:443')).toBeUndefined();
  expect(status(rule, 'Origin: http://localhost:8080')).toBeUndefined();
  for (const origin of [
    'http://example.com',
    'https://example.com.evil',
    'https://evilexample.com',
    'null',
    '',
  ]) {
    expect(status(rule, `Origin: ${origin}`), origin).toBe(403);
  }
  expect(status(allowOrigins([], { status: 451 }), 'Origin: https://a')).toBe(451);
});

test('the origin of the host asked for', () => {
  const rule = allowSameOrigin();
  const { host } = request();
  expect(status(rule)).toBeUndefined();
  for (const origin of [`http://${host}`, `https://${host}`, `HTTPS://${host.toUpperCase()}`]) {
    expect(status(rule, `Origin: ${origin}`), origin).toBeUndefined();
  }
  for (const origin of [`http://${host}:8080`, `http://evil.${host}`, `ftp://${host}`, 'null', '']) {
    expect(status(rule, `Origin: ${origin}`), origin).toBe(403);
  }
});

test('hosts', () => {
  const asked = (host: string, hosts: readonly string[]): number | undefined =>
    allowHosts(hosts)({ ...request(), headers: [], host })?.status;
  expect(asked('Example.COM', ['example.com'])).toBeUndefined();
  expect(asked('example.com:8080', ['a', 'example.com'])).toBeUndefined();
  expect(asked('[::1]:8080', ['[::1]'])).toBeUndefined();
  expect(asked('example.com:8080', ['example.com:8080'])).toBeUndefined();
  expect(asked('example.com', ['example.com:8080'])).toBe(421);
  expect(asked('example.com.evil', ['example.com'])).toBe(421);
  expect(asked('evil', [])).toBe(421);
  for (const wrong of ['', 'a b', 'http://a', '::1']) {
    expect(() => allowHosts([wrong]), wrong).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  }
});

test('paths', () => {
  expect(status(allowPaths(['/chat']))).toBeUndefined();
  expect(status(allowPaths(['/chat/', '/Chat', '/cha']))).toBe(404);
  expect(status(allowPaths([], { status: 410 }))).toBe(410);
});

test('subprotocols', () => {
  const rule = requireProtocol(['v1', 'v2']);
  expect(status(rule, 'Sec-WebSocket-Protocol: v9, v2')).toBeUndefined();
  expect(status(rule, 'Sec-WebSocket-Protocol: V1')).toBe(400);
  expect(status(rule)).toBe(400);
});

test('headers: once, and right', () => {
  const refusal = { status: 401, headers: [['WWW-Authenticate', 'Bearer']] as const };
  const rule = requireHeader('authorization', (value) => value === 'Bearer x', refusal);
  expect(status(rule, 'Authorization: Bearer x')).toBeUndefined();
  expect(status(rule, 'Authorization: Bearer y')).toBe(401);
  expect(status(rule, 'Authorization: Bearer x', 'Authorization: Bearer x')).toBe(401);
  expect(status(rule)).toBe(401);
});

test('the first objection counts, and becomes a complete response', () => {
  const rules = [allowPaths(['/chat']), requireProtocol(['v1']), allowOrigins([])];
  expect(findRejection(request('Sec-WebSocket-Protocol: v1'), rules)).toBeUndefined();
  const refusal = findRejection(request('Origin: https://a'), rules)!;
  expect(text(rejectRequest(refusal).bytes)).toBe(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 24\r\n' +
      'Content-Type: text/plain; charset=utf-8\r\n\r\nno subprotocol in common',
  );
});
