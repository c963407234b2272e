/**
 * Workers: a client over the TCP sockets of `cloudflare:sockets`. Ask it for `/?port=N`: it dials
 * the echo server there, and answers with the echoes.
 */
// @ts-expect-error there are no types for it here
import { connect as connectSocket } from 'cloudflare:sockets';
import { Connection } from '@sanssocket/codec';
import { attachStreams } from '@sanssocket/codec/web-streams';
import { ClientHandshake } from '@sanssocket/handshake';

interface TcpSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  close(): Promise<void>;
}
const connect = connectSocket as (address: { hostname: string; port: number }) => TcpSocket;

export default {
  async fetch(request: Request): Promise<Response> {
    const port = new URL(request.url).searchParams.get('port');
    if (port === null) return new Response('ready');
    return Response.json(await talk(`ws://127.0.0.1:${port}/`, 'hello from a Worker'));
  },
};

interface Heard {
  readonly outcome: string;
  readonly heard: readonly string[];
  readonly wasClean: boolean;
}

async function talk(url: string, message: string): Promise<Heard> {
  const handshake = new ClientHandshake(url, { protocols: ['echo'] });
  const { uri, bytes } = handshake.request;
  // Workers want an IPv6 address in its brackets, as a URL has it.
  const socket = connect({ hostname: new URL(url).hostname, port: uri.port });
  const writer = socket.writable.getWriter();
  await writer.write(bytes);
  writer.releaseLock();
  const reader = socket.readable.getReader();
  let answer = handshake.receive((await reader.read()).value ?? new Uint8Array(0));
  while (answer === undefined) {
    const { value } = await reader.read();
    answer = value === undefined ? handshake.receiveEof() : handshake.receive(value);
  }
  reader.releaseLock();
  if (answer.kind !== 'accepted') return { outcome: answer.kind, heard: [], wasClean: false };
  const { remaining } = answer;
  return new Promise((resolve) => {
    const heard: string[] = [];
    const connection = new Connection(
      { role: 'client' },
      {
        text(text) {
          heard.push(text);
          driver.close(1000);
        },
      },
    );
    const driver = attachStreams(socket, connection, {}, remaining);
    driver.onClose = () =>
      resolve({ outcome: 'accepted', heard, wasClean: connection.closeInfo?.wasClean === true });
    driver.sendText(message);
  });
}
