// Headers that a backend sees of its clients, and they of it.
import { expect, test } from 'vitest';
import {
  accepting,
  getRequest,
  RawClient,
  startAnswering,
  startBackend,
  startProxy,
  upgradeRequest,
} from './support.js';

const FORGED = [
  'X-Forwarded-For: 6.6.6.6',
  'X-FORWARDED-FOR: 6.6.6.7',
  'X_Forwarded_For: 6.6.6.8',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Port: 666',
  'X-Real-IP: 6.6.6.9',
  'Forwarded: for=6.6.6.10',
];

/** The head that a backend sees, line by line. */
async function seenBy(lines: readonly string[], trusted: readonly string[] = []): Promise<string[]> {
  const backend = await startBackend((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
  const { port } = await startProxy(backend.port, { trusted });
  await new RawClient(port, getRequest(lines)).response();
  return backend.seen().trimEnd().split('\r\n');
}

test('a client cannot say for whom it asks', async () => {
  const own = [
    'Forwarded: for=127.0.0.1;host="example.com";proto=http',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Host: example.com',
    'X-Forwarded-Proto: http',
    'Via: 1.1 sanssocket-proxy',
    'Connection: close',
  ];
  const seen = await seenBy([...FORGED, 'X-Other: 1', 'Connection: X-Forwarded-For, Via']);
  expect(seen).toEqual(['GET / HTTP/1.1', 'Host: example.com', 'X-Other: 1', ...own]);
  expect((await seenBy(FORGED, ['10.0.0.0/8', '::1'])).join()).not.toContain('6.6.6');
});

test('a proxy that is trusted can, and this one is appended', async () => {
  const seen = await seenBy(FORGED, ['10.0.0.0/8', '127.0.0.0/8']);
  expect(seen).toContain('Forwarded: for=6.6.6.10, for=127.0.0.1;host="example.com";proto=http');
  expect(seen).toContain('X-Forwarded-For: 6.6.6.6, 6.6.6.7, 127.0.0.1');
  expect(seen).toContain('X-Forwarded-Host: evil.example, example.com');
  expect(seen).toContain('X-Forwarded-Proto: https, http');
  expect(seen).toContain('X-Forwarded-Port: 666');
  expect(seen.join()).not.toContain('6.6.6.8');
});

test('headers of the hop stay behind, in both directions; others pass as they are', async () => {
  const backend = await startAnswering(
    'HTTP/1.1 200 \xe4\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nSet-Cookie: a\r\nset-cookie: b\r\nX-\x61: \xe4\r\nContent-Length: 0\r\n\r\n',
  );
  const { port } = await startProxy(backend.port);
  const lines = [
    'Connection: x-hop',
    'X-Hop: 2',
    'TE: trailers',
    'Keep-Alive: 1',
    'Cookie: a=\xe4',
    'Proxy-Authorization: x',
  ];
  const client = new RawClient(port, Buffer.from(getRequest(lines), 'latin1'));
  expect(await client.response()).toBe(
    'HTTP/1.1 200 \xe4\r\nSet-Cookie: a\r\nset-cookie: b\r\nX-a: \xe4\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
  expect(backend.seen()).toContain('\r\nCookie: a=\xe4\r\n');
  expect(backend.seen()).not.toMatch(/hop: 2|TE:|Keep-Alive|Proxy-Auth/);
});

test('the two ends agree on a WebSocket with each other', async () => {
  const backend = await startBackend((socket, head) =>
    socket.write(
      accepting(
        head,
        'Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: x; y=1\r\nX-Hop: 1\r\nX-End: \xe4\r\nContent-Length: 5\r\n',
      ),
      'latin1',
    ),
  );
  const { port } = await startProxy(backend.port);
  const lines = [
    'Origin: https://example.com',
    'Sec-WebSocket-Protocol: a, b',
    'Sec-WebSocket-Extensions: x; z="1", y',
  ];
  const client = new RawClient(port, upgradeRequest(lines, '/chat?a=b'));
  await expect.poll(() => client.text).toContain('\r\n\r\n');
  expect(client.text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  for (const line of [
    'Sec-WebSocket-Protocol: b',
    'Sec-WebSocket-Extensions: x; y=1',
    'X-End: \xe4',
    'Upgrade: websocket',
  ]) {
    expect(client.text).toContain(`\r\n${line}\r\n`);
  }
  expect(client.text).not.toContain('Content-Length');
  expect(backend.seen()).toMatch(/^GET \/chat\?a=b HTTP\/1\.1\r\nHost: example\.com\r\n/);
  for (const line of [...lines, 'Connection: Upgrade', 'Upgrade: websocket']) {
    expect(backend.seen()).toContain(`\r\n${line}\r\n`);
  }
});
