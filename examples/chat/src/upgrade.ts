/**
 * The opening handshake on Node's HTTP server: from its `upgrade` event to a socket that carries
 * frames.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MessageExtension } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import {
  acceptRequest,
  checkRequest,
  isSameOrigin,
  type Rejection,
  rejectFault,
  rejectRequest,
  type UpgradeRequest,
} from '@sanssocket/handshake';

/**
 * Checks a request for a WebSocket, and refuses one that may not have it (RFC 6455 4.2.1, 10.2).
 *
 * @param request - from the `upgrade` event
 * @returns the request, to be answered with {@link accept} or {@link refuse}; or why it must be
 * refused
 */
export function checkUpgrade(request: IncomingMessage): UpgradeRequest | Rejection {
  const checked = checkRequest(request);
  if (checked.kind === 'fault') return rejectFault(checked);
  if (!isFromHere(checked)) {
    return rejectRequest({ status: 403, body: 'pages of other sites may not connect to this chat' });
  }
  return checked;
}

/**
 * Compression, as browsers offer it. Without context takeover: no memory stays with a client
 * between messages, and a broadcast message is compressed once for all of them.
 */
const DEFLATE = permessageDeflate({
  engine: nodeZlib(),
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: 64,
});

/** A 101 response, and the extensions it agrees on, for the connection. */
export interface Accepted {
  readonly bytes: Uint8Array;
  readonly extensions: readonly MessageExtension[];
}

/**
 * Makes the answer with 101: the bytes after it on the socket are frames.
 *
 * @param compress - whether to agree to compression, if the client offers it
 */
export function accept(request: UpgradeRequest, compress: boolean): Accepted {
  const { bytes, extensions } = acceptRequest(request, compress ? { extensions: [DEFLATE] } : {});
  return { bytes, extensions: extensions.map(({ extension }) => extension) };
}

/**
 * Answers with the whole HTTP response, then ends the connection. Bytes that the client still
 * sends are read and thrown away: closing over unread input could make TCP take the response
 * back.
 *
 * @param limitMs - how long the client may take to end its side
 */
export function refuse(rejection: Rejection, socket: Duplex, limitMs: number): void {
  const timer = setTimeout(() => socket.destroy(), limitMs);
  socket.on('error', () => {}); // 'close' follows
  socket.on('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(rejection.bytes);
}

/**
 * Browsers say which site's page connects; only our own may. Other clients send no Origin. Both
 * schemes are ours, as a proxy in front may speak TLS.
 */
function isFromHere({ origin, host }: UpgradeRequest): boolean {
  return (
    origin === undefined || isSameOrigin(origin, `http://${host}`) || isSameOrigin(origin, `https://${host}`)
  );
}
