/**
 * Behind Node's HTTP parser, in both roles: it reads the heads, and gives the bytes that followed
 * them.
 */
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  acceptRequest,
  type ClientAcceptance,
  checkRequest,
  checkResponse,
  createRequest,
  type HandshakeFault,
  type ResponseRejection,
  rejectFault,
} from '@sanssocket/handshake';
import { runEcho } from './run.js';

/** An HTTP server with an echo at every path, ready to listen. */
export function createHttpServer(): Server {
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, remaining: Uint8Array) => {
    socket.on('error', () => {}); // 'close' follows
    const checked = checkRequest(message);
    if (checked.kind === 'fault') {
      socket.end(rejectFault(checked).bytes);
      return;
    }
    socket.write(acceptRequest(checked, { protocols: ['echo'] }).bytes);
    runEcho(socket, remaining);
  });
  return server;
}

/**
 * The outcome of a client's handshake; an accepted one has the socket and the bytes that followed
 * the response.
 */
export interface Requested {
  readonly outcome: ClientAcceptance | ResponseRejection | HandshakeFault;
  readonly socket?: Duplex;
  readonly remaining?: Uint8Array;
}

/** Asks a server for a WebSocket with Node's HTTP client. */
export function requestUpgrade(url: string): Promise<Requested> {
  const asked = createRequest(url);
  const { uri, head } = asked;
  const message = request({ host: uri.host, port: uri.port, path: uri.resourceName });
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    message.setHeader(head.rawHeaders[i]!, head.rawHeaders[i + 1]!);
  }
  return new Promise((resolve, reject) => {
    message.on('error', reject);
    message.on('upgrade', (response: IncomingMessage, socket: Duplex, remaining: Uint8Array) => {
      const outcome = checkResponse(asked, response);
      if (outcome.kind !== 'accepted') socket.destroy();
      resolve({ outcome, socket, remaining });
    });
    message.on('response', (response: IncomingMessage) => {
      response.resume();
      resolve({ outcome: checkResponse(asked, response) });
    });
    message.end();
  });
}
