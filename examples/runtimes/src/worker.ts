/**
 * Workers: a client over the TCP sockets of `cloudflare:sockets`. Ask it for `/?port=N`: it dials the echo server there, and
 * answers with what came back.
 */
// @ts-expect-error there are no types for it here
import { connect as connectSocket } from 'cloudflare:sockets';
import { Connection } from '@sanssocket/codec';
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

async function talk(
  url: string,
  message: string,
): Promise<{ outcome: string; heard: string[]; clean: boolean }> {
  const handshake = new ClientHandshake(url, { protocols: ['echo'] });
  const { uri, bytes } = handshake.request;
  const socket = connect({ hostname: uri.host, port: uri.port });
  const writer = socket.writable.getWriter();
  await writer.write(bytes);
  const heard: string[] = [];
  const connection = new Connection(
    { role: 'client' },
    {
      text(text) {
        heard.push(text);
        connection.close(1000);
      },
    },
  );
  let outcome = 'none';
  const reader = socket.readable.getReader();
  while (connection.transport === 'open') {
    const { value } = await reader.read();
    if (value === undefined) break;
    if (handshake.state === 'accepted') {
      connection.receive(value);
    } else {
      const answer = handshake.push(value);
      if (answer === undefined) continue;
      outcome = answer.kind;
      if (answer.kind !== 'accepted') break;
      connection.receive(answer.remaining);
      connection.sendText(message);
    }
    for (let chunk = connection.takeOutput(); chunk !== undefined; chunk = connection.takeOutput()) {
      await writer.write(chunk);
    }
  }
  await socket.close();
  return { outcome, heard, clean: connection.outcome?.clean === true };
}
