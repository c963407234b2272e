// Clients that are not ours: the WebSocket that Deno and Bun have, against our server with permessage-deflate.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Connection } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { acceptRequest, checkRequest } from '@sanssocket/handshake';
import { expect, onTestFinished, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const deflate = permessageDeflate({ engine: nodeZlib(), threshold: 64 });
const clients = [
  {
    name: 'Deno',
    command: '@deno/linux-x64-glibc/deno',
    args: ['run', '--no-config', '--no-lock', '--no-remote', '--allow-net=127.0.0.1'],
  },
  { name: 'Bun', command: '@oven/bun-linux-x64/bin/bun', args: ['run'] },
];

/** An echo server that counts the compressed messages it hears. */
async function startEcho(): Promise<{ url: string; compressed: () => number }> {
  let compressed = 0;
  const server = createServer().on('upgrade', (message, socket: Duplex, head) => {
    const request = checkRequest(message);
    if (request.kind === 'fault') throw new Error(request.code);
    const { bytes, extensions } = acceptRequest(request, { extensions: [deflate] });
    socket.write(bytes);
    const agreed = extensions.map(({ extension }) => ({
      rsv: extension.rsv,
      encode: extension.encode.bind(extension),
      decode: (...message: Parameters<typeof extension.decode>) => {
        compressed++;
        return extension.decode(...message);
      },
      close: () => extension.close?.(),
    }));
    const sink = { text: (text: string) => void connection.sendText(text), outputAvailable: () => flush() };
    const connection = new Connection({ role: 'server' }, sink, agreed);
    const flush = (): void => {
      for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
        socket.write(chunk);
      }
      if (connection.transportAction === 'end') socket.end();
    };
    const receive = (chunk: Uint8Array): void => {
      connection.receive(chunk);
      flush();
    };
    socket.on('data', receive).on('error', () => {});
    receive(head);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, compressed: () => compressed };
}

test.each(clients)(
  "$name's own WebSocket agrees on permessage-deflate, and hears what it said",
  async (client) => {
    const { url, compressed } = await startEcho();
    const { command, args } = client;
    const run = promisify(execFile)(`${folder}node_modules/${command}`, [...args, 'src/own-client.js', url], {
      cwd: folder,
      timeout: 30_000,
    });
    const { extensions, ...heard } = JSON.parse((await run).stdout);
    expect(heard).toEqual({ same: true, messages: 4, code: 1000, wasClean: true });
    // A client that does not offer the extension must not be sent compressed messages, and sends none.
    expect(compressed() > 0).toBe(String(extensions).includes('permessage-deflate'));
  },
);
