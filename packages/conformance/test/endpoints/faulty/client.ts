/** Clients with a fault, over TCP, TLS and HTTP/2. Each resolves when its connection is gone. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ClientHandshake } from '@sanssocket/handshake';
import { checkConnectResponse, createConnect } from '@sanssocket/handshake/connect';
import { toObject } from '../echo-http2.mjs';
import { type Agreed, deflate, NOTHING_AGREED, ownDeflate, runFaultyEcho } from './connection.js';
import type { Fault } from './fault.js';

/** Opens a connection, over TLS where the URL says so, and echoes with the fault. */
export function runFaultyClient(url: string, fault: Fault): Promise<void> {
  const handshake = new ClientHandshake(url, { extensions: [deflate] });
  const { uri, bytes } = handshake.request;
  return new Promise((resolve) => {
    const tcp = connect({ host: uri.host, port: uri.port, allowHalfOpen: true });
    tcp.setNoDelay(true).on('error', () => {});
    const socket: Socket = uri.secure ? connectTls({ socket: tcp, rejectUnauthorized: false }) : tcp;
    let head = '';
    const open = (agreed: Agreed, remaining: Uint8Array): void => {
      socket.off('data', onData).off('end', onEnd).pause();
      runFaultyEcho(socket, 'client', fault, agreed, remaining);
    };
    const settle = (outcome: ReturnType<typeof handshake.receive>): void => {
      if (outcome === undefined) return;
      if (outcome.kind !== 'accepted') {
        socket.destroy();
        return;
      }
      const extensions = outcome.extensions.map(({ extension }) => extension);
      const own = extensions.length === 0 ? undefined : ownDeflate(head, 'client');
      open({ extensions, deflate: own }, outcome.remaining);
    };
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (fault.takesAnyResponse !== true) {
        settle(handshake.receive(chunk));
        return;
      }
      const end = /\n\r?\n/.exec(head);
      if (end !== null)
        open(NOTHING_AGREED, Buffer.from(head.substring(end.index + end[0].length), 'latin1'));
    };
    const onEnd = (): void => settle(handshake.receiveEof());
    socket.on('data', onData).on('end', onEnd);
    socket.on('error', () => {}).on('close', () => resolve());
    socket.write(
      fault.asks === undefined
        ? bytes
        : Buffer.from(fault.asks(Buffer.from(bytes).toString('latin1')), 'latin1'),
    );
  });
}

/** Opens a stream on a connection of HTTP/2 of its own, and echoes with the fault. */
export async function runFaultyHttp2Client(url: string, fault: Fault): Promise<void> {
  const session = connectHttp2(url.replace('wss:', 'https:'), { rejectUnauthorized: false });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  const request = createConnect(url, session.remoteSettings?.enableConnectProtocol === true);
  if (request.kind === 'fault') throw new Error(request.message);
  const stream = session.request(toObject(request.headers), { endStream: false });
  const gone = new Promise((resolve) => stream.once('close', resolve));
  stream.on('error', () => {});
  const [headers] = await once(stream, 'response');
  const list = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
  if (checkConnectResponse(request, list).kind === 'accepted') {
    runFaultyEcho(stream, 'client', fault, NOTHING_AGREED, new Uint8Array(0));
  } else stream.close();
  await gone;
  session.close();
}
