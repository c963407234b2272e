/** A connection over TLS, hosted as over any socket of Node's. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import { expect, test } from 'vitest';
import { makeCertificate } from '../src/certificate.js';

test('messages of all sizes there and back over TLS, up to the clean end', async () => {
  const { key, cert } = await makeCertificate();
  const server = createServer({ key, cert });
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const port = (server.address() as AddressInfo).port;
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: cert });
  const [other] = await accepted;
  server.close();

  const echo: ConnectionDriver = attachSocket(
    other,
    new Connection({ role: 'server' }, { binary: (bytes) => echo.sendBinary(bytes) }),
  );
  const said = [0, 1, 126, 16_384, 65_536, 1_000_000].map((length) => Buffer.alloc(length, length));
  const heard: Uint8Array[] = [];
  const connection = new Connection(
    { role: 'client' },
    {
      binary(bytes) {
        heard.push(bytes);
        if (heard.length === said.length) host.close(1000);
      },
    },
  );
  const host = attachSocket(socket, connection);
  const gone = [host, echo].map(
    (end) =>
      new Promise<void>((resolve) => {
        end.onClose = resolve;
      }),
  );
  for (const message of said) host.sendBinary(message);
  await Promise.all(gone);
  expect(heard.map((bytes, index) => Buffer.compare(bytes, said[index]!))).toEqual(said.map(() => 0));
  for (const end of [host, echo])
    expect(end.connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
});
