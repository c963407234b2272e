// The programs for Node that a newcomer pastes, as processes of their own: the client says hello, the
// server answers. Each server passes the conformance suite. A peer that does not read is not read
// from, a rejected one is let go, and a client tells how it ended, however the server ends. The install
// lines pack every package that is needed.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BINARY, encodeFrame, TEXT } from '@sanssocket/codec/frames';
import { findCases, runServerCases } from '@sanssocket/conformance';
import { ClientHandshake } from '@sanssocket/handshake';
import { afterEach, describe, expect, it } from 'vitest';
import { exampleBlocks } from '../../tools/doc-examples.mjs';
import { freePort, listening, output, root, start, stopPrograms } from './page-programs.js';

afterEach(stopPrograms);

/** A socket whose opening handshake is done. */
async function shakeHands(port: number): Promise<Socket> {
  const handshake = new ClientHandshake(`ws://localhost:${port}/`);
  const socket = connect(port);
  socket.write(handshake.request.bytes);
  const [head] = await once(socket, 'data');
  expect(handshake.receive(head)?.kind).toBe('accepted');
  return socket;
}

describe('the long form, docs/pages/guide/embedding.md', () => {
  const page = 'docs/pages/guide/embedding.md';
  const [server, client] = exampleBlocks(readFileSync(root + page, 'utf8'), 'ts node');
  const name = page.replaceAll(/\W/g, '-');

  it('has a server and a client that talk, and end', async () => {
    const port = await freePort();
    const { lines } = await start(server!.code.replaceAll('8080', `${port}`), `${name}-server`);
    expect(await once(lines, 'line')).toEqual([`listening on ${port}`]);
    const over = once(lines, 'line');
    const asked = await start(client!.code.replaceAll('8080', `${port}`), `${name}-client`);
    expect(await output(asked)).toEqual(['hello', 'over 1000 ']);
    expect(await over).toEqual(['over 1000 ']);
  });

  it('has a server that echoes binary messages', async () => {
    const port = await freePort();
    const { lines } = await start(server!.code.replaceAll('8080', `${port}`), `${name}-binary`);
    await once(lines, 'line');
    const socket = await shakeHands(port);
    socket.write(encodeFrame({ opcode: BINARY, payload: Uint8Array.of(1, 2, 255), maskingKey: 7 }));
    const [echo] = await once(socket, 'data');
    expect([...echo]).toEqual([0x82, 3, 1, 2, 255]);
    socket.destroy();
  });

  it('has a server that lets go of rejected peers that never end', async () => {
    const port = await freePort();
    const code = server!.code.replaceAll('8080', `${port}`);
    expect(code).toContain('5_000');
    const { lines } = await start(code.replace('5_000', '200'), `${name}-rejected`);
    await once(lines, 'line');
    const socket = connect({ port, allowHalfOpen: true });
    const head = ['GET / HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const [response] = await once(socket, 'data');
    expect(`${response}`).toMatch(/^HTTP\/1\.1 400 /);
    // Bytes for a socket that is gone are answered by a reset.
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    const writing = setInterval(() => socket.write('x'), 50);
    await closed;
    clearInterval(writing);
  });

  it.skipIf(!existsSync('/proc/self/fd'))(
    'has a server that sees the end of a rejected peer at once',
    async () => {
      const port = await freePort();
      const code = server!.code.replaceAll('8080', `${port}`);
      const { child, lines } = await start(code.replace('5_000', '600_000'), `${name}-rejected-end`);
      await once(lines, 'line');
      const open = (): number => readdirSync(`/proc/${child.pid}/fd`).length;
      const before = open();
      const socket = connect({ port, allowHalfOpen: true });
      const head = ['GET / HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade'];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      await once(socket, 'data');
      expect(open()).toBeGreaterThan(before);
      socket.end('bytes that nobody wants');
      while (open() > before) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  );

  it('has a server that stops reading from a peer that does not read, and loses nothing', async () => {
    const port = await freePort();
    const { lines } = await start(server!.code.replaceAll('8080', `${port}`), `${name}-load`);
    await once(lines, 'line');
    const socket = await shakeHands(port);

    socket.pause();
    const text = encodeFrame({ opcode: TEXT, payload: Buffer.alloc(65_536, 'x'), maskingKey: 0 });
    for (let i = 0; i < 1000; i++) socket.write(text);
    // Until nothing leaves any more: the rest is held by the server and by the system.
    let left = 0;
    for (let before = socket.writableLength + 1; left !== before; ) {
      before = left;
      await new Promise((resolve) => setTimeout(resolve, 500));
      left = socket.writableLength;
    }
    expect(left).toBeGreaterThan(30_000_000);

    let heard = 0;
    socket.on('data', (chunk) => {
      heard += chunk.length;
    });
    socket.resume();
    while (heard < 1000 * (65_536 + 10)) await once(socket, 'data');
    expect(heard).toBe(1000 * (65_536 + 10));
    socket.destroy();
  });

  it('has a client that says so when nobody listens', async () => {
    const code = client!.code.replaceAll('8080', `${await freePort()}`);
    const [line] = await output(await start(code, `${name}-alone`));
    expect(line).toContain('no connection');
  });

  it.each([
    ['ends before the head', '', 'rejected: ', true],
    ['ends inside of the head', 'HTTP/1.1 101 Switching', 'rejected: ', true],
    [
      'says 403 without a length, and ends',
      'HTTP/1.1 403 Forbidden\r\n\r\nno',
      'rejected: 403 Forbidden',
      true,
    ],
    [
      'says 502 in chunks, and ends',
      'HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
      'rejected: 502 Bad Gateway',
      true,
    ],
    ['never answers', '', 'no connection: no answer in time', false],
    [
      'never ends its head',
      'HTTP/1.1 101 Switching Protocols\r\n',
      'no connection: no answer in time',
      false,
    ],
  ])('has a client that says so when the server %s', async (_, answer, expected, ends) => {
    const sockets: Socket[] = [];
    const listener = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', () => (ends ? socket.end(answer) : socket.write(answer)));
    }).listen(0);
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const code = client!.code.replaceAll('8080', `${port}`);
    expect(code).toContain('10_000');
    const lines = await output(
      await start(code.replace('10_000', ends ? '60_000' : '300'), `${name}-answer`),
    );
    expect(lines).toEqual([expect.stringContaining(expected)]);
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
});

/** The pages with a server that echoes, for Node. */
const SERVERS = [
  'README.md',
  'docs/pages/guide/first-steps.md',
  'docs/pages/guide/embedding.md',
  'packages/sanssocket/README.md',
];

it.each(SERVERS)('%s: its server passes the conformance suite', async (page) => {
  const [server] = exampleBlocks(readFileSync(root + page, 'utf8'), 'ts node');
  const port = await freePort();
  await start(server!.code.replaceAll('8080', `${port}`), `${page.replaceAll(/\W/g, '-')}-suite`);
  await listening(port);
  const cases = findCases({ role: 'server', quick: true });
  const results = await runServerCases({ url: `ws://localhost:${port}/` }, cases);
  const failed = results.cases.filter(({ verdict }) => verdict === 'FAILED');
  expect(failed.map(({ id }) => id)).toEqual([]);
  expect(results.cases.length).toBeGreaterThan(1000);
});

describe.each(['README.md', 'docs/pages/guide/first-steps.md'])('%s', (page) => {
  const [server, client] = exampleBlocks(readFileSync(root + page, 'utf8'), 'ts node');
  const name = page.replaceAll(/\W/g, '-');

  it('has a server and a client that talk', async () => {
    const port = await freePort();
    await start(server!.code.replaceAll('8080', `${port}`), `${name}-server`);
    await listening(port);
    const { child, lines } = await start(client!.code.replaceAll('8080', `${port}`), `${name}-client`);
    expect(await once(lines, 'line')).toEqual(['hello']);
    child.kill();
  });

  it('has a client that says so when nobody listens', async () => {
    const client8080 = client!.code.replaceAll('8080', `${await freePort()}`);
    const program = await start(client8080, `${name}-alone`);
    expect(await output(program, 1)).toEqual([]);
    expect(program.errors()).toContain('OpeningError: there is no connection');
  });
  it('has lines to install by that pack every package that a packed one needs', () => {
    const line = readFileSync(root + page, 'utf8')
      .split('\n')
      .find((text) => text.includes('pnpm pack'))!;
    const filters = [...line.matchAll(/--filter '?([^' ]+)'?/g)].map(([, filter]) => `--filter=${filter}`);
    const pnpm = [...filters, 'exec', 'cat', 'package.json'];
    const text = execFileSync(`${root}node_modules/.bin/pnpm`, pnpm, { cwd: root, encoding: 'utf8' });
    const manifests: { readonly name: string; readonly dependencies?: object }[] = text
      .split(/^(?=\{)/m)
      .map((manifest) => JSON.parse(manifest));
    const packed = manifests.map((manifest) => manifest.name);
    const needed = manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies));
    expect(packed).toContain('@sanssocket/codec');
    expect(needed.filter((other) => other.startsWith('@sanssocket/') && !packed.includes(other))).toEqual([]);
  });
});
