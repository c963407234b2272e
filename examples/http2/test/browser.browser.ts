// Chromium over TLS: its WebSockets go by the connection of HTTP/2 that brought the page.

import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { chromiumOptions } from '../../../tools/chromium.js';
import { makeCertificate } from '../src/certificate.js';
import { SETTINGS, serveEcho } from '../src/server.js';

test('two WebSockets of a page and a fetch, all on one connection of h2', async () => {
  const { key, cert, spki } = await makeCertificate();
  const server = createSecureServer({ key, cert, settings: SETTINGS });
  serveEcho(server);
  const seen: { session: unknown; method: unknown; protocol: unknown }[] = [];
  server.on('stream', (stream, headers) => {
    const { [':method']: method, [':protocol']: protocol } = headers;
    seen.push({ session: stream.session, method, protocol });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const browser = await chromium.launch(chromiumOptions(`--ignore-certificate-errors-spki-list=${spki}`));
  try {
    const page = await browser.newPage();
    await page.goto(`https://localhost:${(server.address() as AddressInfo).port}/`);
    const outcome: unknown = await page.evaluate('globalThis.outcome');
    const closed = { code: 1000, wasClean: true, protocol: 'echo' };
    expect(outcome).toEqual({
      nextHopProtocol: 'h2',
      heard: [
        { heard: ['hello', 'first'], ...closed },
        { heard: ['hello', 'second'], ...closed },
      ],
      status: 404,
    });
    const opened = seen.filter(({ protocol }) => protocol === 'websocket');
    expect(opened.map(({ method }) => method)).toEqual(['CONNECT', 'CONNECT']);
    const [first] = seen;
    expect(opened.every(({ session }) => session === first!.session)).toBe(true);
  } finally {
    await browser.close();
    server.close();
  }
});
