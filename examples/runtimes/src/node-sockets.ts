/**
 * Node's adapter in any runtime that has `node:http` and `node:https`: a server that echoes and a
 * client that says messages of many lengths, in one program. Both keep all messages, which are
 * looked at again at the end: a runtime that reads later bytes into the memory of a chunk that it
 * has given would change them. It prints `all echoed`, or the error.
 * The arguments are files with a key and a certificate; without them there is no TLS.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { Connection } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';

const LENGTHS = [0, 1, 100, 126, 1000, 16_000, 65_536, 300_000, 5, 70, 1_000_000, 70_000, 4000, 200, 64_000];
const [keyFile, certificateFile] = process.argv.slice(2);

function end(words: string): never {
  console.log(words);
  process.exit();
}

/** Messages as they came, by the number that all their bytes are. */
const kept: [number: number, bytes: Uint8Array][] = [];

const isAll = (number: number, bytes: Uint8Array): boolean => bytes.every((byte) => byte === number);

const secure = keyFile !== undefined;
const server = secure
  ? https.createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile!) })
  : http.createServer();
server.on('upgrade', (_request, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const connection = new Connection(
    { role: 'server' },
    {
      binary(bytes) {
        kept.push([bytes[0] ?? 0, bytes]);
        driver.sendBinary(bytes);
      },
    },
  );
  const driver = attachSocket(socket, connection, {}, head);
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
  const options = { port, host: '127.0.0.1', headers };
  const request = secure ? https.request({ ...options, rejectUnauthorized: false }) : http.request(options);
  request.on('error', ({ message }) => end(message));
  request.on('upgrade', (_response, socket, head) => {
    let heard = 0;
    const say = (): void => {
      const length = LENGTHS[heard];
      if (length === undefined) driver.close(1000);
      else driver.sendBinary(new Uint8Array(length).fill(heard));
    };
    const connection = new Connection(
      { role: 'client' },
      {
        binary(bytes) {
          if (bytes.length !== LENGTHS[heard] || !isAll(heard, bytes)) end(`message ${heard} is wrong`);
          kept.push([heard, bytes]);
          heard++;
          say();
        },
        close({ code, wasClean: clean }) {
          for (const [number, bytes] of kept) if (!isAll(number, bytes)) end(`message ${number} has changed`);
          end(
            clean && heard === LENGTHS.length ? 'all echoed' : `closed with ${code} after ${heard} messages`,
          );
        },
      },
    );
    const driver = attachSocket(socket, connection, {}, head);
    say();
  });
  request.end();
});
