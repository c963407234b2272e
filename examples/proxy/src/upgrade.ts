/** A request with `Upgrade`, up to the tunnel that it may become. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { checkRequest, rejectFault } from '@sanssocket/handshake';
import { acceptKey } from '@sanssocket/handshake/values';
import { forward, headOf, type Route, refuse } from './forward.js';
import { endToEnd, isChunked } from './headers.js';
import { tunnel } from './tunnel.js';

/** Bytes behind the head of a request for a WebSocket that are held until the backend has answered. */
const MAX_EARLY_BYTES = 0x1_0000;

/**
 * Answers a request of an `upgrade` event. Node has stopped to read HTTP behind it: it is the last
 * one of its connection.
 */
export function onUpgrade(request: IncomingMessage, socket: Socket, head: Uint8Array, route: Route): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  socket.on('error', () => {}); // 'close' follows
  try {
    response.assignSocket(socket);
  } catch {
    // An answer to a request before this one is still to come, and no client asks for a WebSocket then.
    socket.destroy();
    return;
  }
  const early = [head];
  let size = head.length;
  const onData = (chunk: Uint8Array): void => {
    early.push(chunk);
    size += chunk.length;
    // The client goes on when the backend has answered; until then only the time limit ends it.
    if (size > MAX_EARLY_BYTES) socket.pause();
  };
  // RFC 6455 7.1.2: a client that has ended its side cannot close a WebSocket.
  const cut = (): void => void socket.destroy();
  const onDrain = (): void => void response.emit('drain');
  // The time without a byte is that of the server's `timeout`.
  socket.on('data', onData).on('end', cut).on('drain', onDrain).on('timeout', cut);
  const release = (): void => {
    socket.off('data', onData).off('end', cut).off('drain', onDrain).off('timeout', cut);
    response.detachSocket(socket);
  };
  response.on('finish', () => {
    release();
    // Bytes behind a refused head are neither a request nor frames. They are read, as a reset could
    // take the response away (RFC 9112 9.6).
    socket.resume().end();
    const timer = setTimeout(cut, route.lingerTimeoutMs);
    socket.on('close', () => clearTimeout(timer));
  });
  if (!/(?:^|,)\s*websocket\s*(?:,|$)/i.test(request.headers.upgrade ?? '')) {
    // RFC 9110 7.8: another protocol may be ignored. A body is among the bytes that Node has not read.
    const hasBody = isChunked(request) !== false || Number(request.headers['content-length'] ?? 0) > 0;
    if (hasBody) refuse(response, 400);
    else forward(request, response, route);
    return;
  }
  const checked = checkRequest(request);
  if (checked.kind === 'fault') {
    const { status, reason, headers, body } = rejectFault(checked);
    response.writeHead(status, reason, headers.slice()).end(body);
    return;
  }
  forward(request, response, route, (answer, back, toFront) => {
    const { upgrade, 'sec-websocket-accept': accept } = answer.headers;
    // A 101 to anything else would open the backend to bytes that nobody has looked at.
    if (upgrade?.toLowerCase() !== 'websocket' || accept !== acceptKey(checked.key))
      throw new Error('no WebSocket');
    const kept = endToEnd(answer.rawHeaders).filter(([name]) => name.toLowerCase() !== 'content-length');
    kept.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket']);
    socket.write(headOf(101, answer.statusMessage!, kept), 'latin1');
    release();
    tunnel(socket, back, early, toFront, route);
  });
}
