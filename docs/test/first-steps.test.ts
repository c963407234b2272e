// The programs for Node that a newcomer pastes, as processes of their own: the client says hello, the server answers, both end; and a
// peer that does not read is not read from.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
import { ClientHandshake } from '@sanssocket/handshake';
import { buildSync } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exampleBlocks } from '../../tools/doc-examples.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}temp/first-steps/`;
const children: ChildProcess[] = [];

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a program of a page; its lines are its output. */
function start(code: string, name: string): { readonly child: ChildProcess; readonly lines: Interface } {
  const outfile = `${folder}${name}.mjs`;
  buildSync({
    stdin: { contents: code, loader: 'ts', resolveDir: root },
    tsconfig: `${root}tsconfig.check.json`,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

describe.each(['README.md', 'docs/pages/guide/first-steps.md'])('%s', (page) => {
  const [server, client] = exampleBlocks(readFileSync(root + page, 'utf8'), 'ts node');

  it('has a server and a client that talk, and end', async () => {
    const port = await freePort();
    const name = page.replaceAll(/\W/g, '-');
    const { lines } = start(server!.code.replaceAll('8080', `${port}`), `${name}-server`);
    expect(await once(lines, 'line')).toEqual([`listening on ${port}`]);
    const over = once(lines, 'line');
    const asked = start(client!.code.replaceAll('8080', `${port}`), `${name}-client`);
    expect(await once(asked.lines, 'line')).toEqual(['hello']);
    expect(await once(asked.child, 'exit')).toEqual([0, null]);
    expect(await over).toEqual(['over 1000 ']);
  });

  it('has a server that stops reading from whoever does not read, and loses nothing', async () => {
    const port = await freePort();
    const { lines } = start(
      server!.code.replaceAll('8080', `${port}`),
      `${page.replaceAll(/\W/g, '-')}-load`,
    );
    await once(lines, 'line');
    const handshake = new ClientHandshake(`ws://localhost:${port}/`);
    const socket = connect(port);
    socket.write(handshake.request.bytes);
    const [head] = await once(socket, 'data');
    expect(handshake.receive(head)?.kind).toBe('accepted');

    socket.pause();
    const text = encodeFrame({ opcode: TEXT, payload: Buffer.alloc(65_536, 'x'), maskingKey: 0 });
    for (let i = 0; i < 1000; i++) socket.write(text);
    // Until nothing leaves any more: what the server took by then is what it holds, and what the system does.
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
    const { child, lines } = start(code, `${page.replaceAll(/\W/g, '-')}-alone`);
    expect((await once(lines, 'line'))[0]).toContain('no connection');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
