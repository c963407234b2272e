/**
 * The barest way in: bytes of a TCP socket, in both roles. Nothing here knows HTTP but
 * `@sanssocket/handshake`.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  ClientHandshake,
  type ClientHandshakeOptions,
  type ClientOutcome,
  ServerHandshake,
} from '@sanssocket/handshake';
import { runEcho } from './run.js';

/** An echo server, ready to listen. */
export function createTcpServer(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    const handshake = new ServerHandshake();
    socket.on('error', () => {}); // 'close' follows
    const onEnd = (): void => {
      socket.end(handshake.receiveEof()?.bytes ?? '');
    };
    const onData = (chunk: Uint8Array): void => {
      const event = handshake.receive(chunk);
      // Bytes after a refused head are read and thrown away: `handshake` takes nothing more.
      if (event?.kind === 'rejected') socket.end(event.bytes);
      if (event?.kind !== 'request') return;
      socket.off('data', onData).off('end', onEnd);
      socket.write(handshake.accept({ protocols: ['echo'] }).bytes);
      runEcho(socket, event.remaining);
    };
    socket.on('data', onData).on('end', onEnd);
  });
}

/**
 * The outcome of a client's handshake; `socket` carries frames if it was accepted, and is closed
 * otherwise.
 */
export interface Dialed {
  readonly socket: Socket;
  readonly outcome: ClientOutcome;
}

/** Connects to a `ws:` URI and does the opening handshake. */
export function dial(url: string, options: ClientHandshakeOptions = {}): Promise<Dialed> {
  const handshake = new ClientHandshake(url, options);
  const { uri, bytes } = handshake.request;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: uri.host, port: uri.port, allowHalfOpen: true });
    const settle = (outcome: ClientOutcome | undefined): void => {
      if (outcome === undefined) return;
      socket
        .off('data', onData)
        .off('end', onEnd)
        .off('error', reject)
        .on('error', () => {});
      socket.pause(); // its driver lets it flow again
      if (outcome.kind !== 'accepted') socket.destroy();
      resolve({ socket, outcome });
    };
    const onData = (chunk: Uint8Array): void => settle(handshake.receive(chunk));
    const onEnd = (): void => settle(handshake.receiveEof());
    socket.on('data', onData).on('end', onEnd).on('error', reject);
    socket.write(bytes);
  });
}
