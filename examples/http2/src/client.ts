/** The client's way to a WebSocket on a connection of HTTP/2 that is there already. */
import { once } from 'node:events';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type {
  ClientAcceptance,
  ClientRequestOptions,
  HandshakeFault,
  ResponseRejection,
} from '@sanssocket/handshake';
import { checkConnectResponse, createConnect } from '@sanssocket/handshake/connect';
import { toList, toObject } from './header-list.js';

/** The outcome of the opening handshake. */
export interface Opened {
  /** Frames from here on, if accepted; a refusal's body otherwise. */
  readonly stream: ClientHttp2Stream;
  readonly outcome: ClientAcceptance | ResponseRejection | HandshakeFault;
}

/**
 * Asks for a WebSocket.
 *
 * @param session - one that has its server's settings, see {@link settled}
 * @param url - a `ws:` or `wss:` URI of that server
 * @throws Error if the server takes no WebSockets over HTTP/2
 */
export async function open(
  session: ClientHttp2Session,
  url: string,
  options: ClientRequestOptions = {},
): Promise<Opened> {
  const request = createConnect(url, session.remoteSettings.enableConnectProtocol === true, options);
  if (request.kind === 'fault') throw new Error(request.message);
  const stream = session.request(toObject(request.headers), { endStream: false });
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const outcome = checkConnectResponse(request, toList(headers));
  // RFC 8441 5 has no use for a stream after a fault.
  if (outcome.kind === 'fault') stream.close();
  return { stream, outcome };
}

/**
 * Waits for the server's settings: before they are there nobody knows whether it takes WebSockets
 * (RFC 8441 3).
 */
export async function settled(session: ClientHttp2Session): Promise<void> {
  if (session.remoteSettings?.enableConnectProtocol === undefined) await once(session, 'remoteSettings');
}
