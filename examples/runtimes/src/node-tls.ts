/**
 * Node's adapter over TLS, in any runtime that has `node:https`: a server that echoes and a client
 * that says messages of many lengths, in one program. It prints `all echoed`, or the error.
 * The arguments are files with a key and a certificate.
 */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { Connection } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';

const LENGTHS = [0, 1, 126, 65_536, 300_000, 5, 1_000_000, 70_000];
const [keyFile, certificateFile] = process.argv.slice(2);

function end(words: string): never {
  console.log(words);
  process.exit();
}

const server = https.createServer({ key: readFileSync(keyFile!), cert: readFileSync(certificateFile!) });
server.on('upgrade', (_request, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const connection = new Connection({ role: 'server' }, { binary: (bytes) => driver.sendBinary(bytes) });
  const driver = attachSocket(socket, connection, {}, head);
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
  const request = https.request({ port, host: '127.0.0.1', rejectUnauthorized: false, headers });
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
          if (bytes.length !== LENGTHS[heard] || bytes.some((byte) => byte !== heard))
            end(`message ${heard} is wrong`);
          heard++;
          say();
        },
        close({ code, wasClean: clean }) {
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
