/**
 * The client's way to an open WebSocket: a TCP or TLS connection, then the opening handshake over
 * it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ClientHandshake, type ClientOutcome, type WebSocketUri } from '@sanssocket/handshake';

/** A socket on which the server has accepted. */
export interface OpenSocket {
  /** Paused; a driver makes it flow. */
  readonly socket: Socket;
  /** The bytes that followed the server's response: the first of the first frames. */
  readonly head: Uint8Array;
}

/**
 * Connects to a server and does the opening handshake.
 *
 * @param url - a `ws:` or `wss:` URI
 * @param signal - gives it up
 * @param timeoutMs - for all of it
 * @returns the socket and the bytes with which a driver begins
 * @throws Error that says, in its message, why there is no connection
 */
export async function connect(url: string, signal?: AbortSignal, timeoutMs = 10_000): Promise<OpenSocket> {
  const handshake = new ClientHandshake(url);
  const { uri } = handshake.request;
  const socket = openSocket(uri);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    const onAbort = (): void => fail('given up');
    const finish = (outcome: ClientOutcome<never> | undefined): void => {
      if (outcome === undefined) return;
      if (outcome.kind !== 'accepted') {
        fail(describe(outcome));
        return;
      }
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.pause();
      socket.off('data', onData).off('end', onEnd).off('error', onError);
      resolve({ socket, head: outcome.remaining });
    };
    const fail = (reason: string): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(new Error(reason));
    };
    const onData = (chunk: Uint8Array): void => finish(handshake.receive(chunk));
    const onEnd = (): void => finish(handshake.receiveEof());
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(`cannot connect to ${uri.authority}: ${error.code ?? error.message}`);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    socket.on('data', onData).on('end', onEnd).on('error', onError);
    socket.write(handshake.request.bytes);
  });
}

function openSocket({ secure, host: name, port }: WebSocketUri): Socket {
  const host = name.startsWith('[') ? name.slice(1, -1) : name;
  if (!secure) return connectTcp({ host, port, noDelay: true });
  // RFC 6066 3: a server name is no IP address.
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ host, port, servername }).setNoDelay();
}

function describe(outcome: Exclude<ClientOutcome<never>, { kind: 'accepted' }>): string {
  if (outcome.kind === 'fault') return `this is no WebSocket server: ${outcome.message} (${outcome.code})`;
  const { status, reason, location, body } = outcome;
  const text = location === undefined ? new TextDecoder().decode(body).trim() : `see ${location}`;
  return `the server refused with ${status} ${reason}${text === '' ? '' : `: ${text}`}`;
}
