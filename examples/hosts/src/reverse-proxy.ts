/**
 * A reverse proxy: a server to the client, a client to the backend. Each hop has a handshake of
 * its own, with a key of its own; headers that concern the two ends (resource, origin,
 * subprotocols, extensions, others) are passed on. From then on bytes are passed through as they
 * are: the frames are masked in the one direction and not in the other on both hops, and the
 * extensions are the same, so nothing in them has to change (RFC 6455 5.1, 5.8).
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  ClientHandshake,
  type ClientOutcome,
  type ConnectionAccepted,
  type ExtensionFactory,
  type ExtensionParameter,
  type OpeningRequest,
  type RawHeaders,
  type RejectOptions,
  ServerHandshake,
} from '@sanssocket/handshake';
import { headerValues } from '@sanssocket/handshake/values';

type Parameters = readonly ExtensionParameter[];

/**
 * @param backend - the `ws:` URI of a server, without a path
 */
export function createProxy(backend: string): Server {
  return createServer({ allowHalfOpen: true }, (front) => {
    const handshake = new ServerHandshake();
    front.on('error', () => {}); // 'close' follows
    const onEnd = (): void => {
      front.end(handshake.receiveEof()?.bytes ?? '');
    };
    const onData = (chunk: Uint8Array): void => {
      const event = handshake.receive(chunk);
      if (event?.kind === 'rejected') front.end(event.bytes);
      if (event?.kind !== 'request') return;
      front.off('data', onData).off('end', onEnd).pause();
      forward(front, handshake, event.request, event.remaining, backend);
    };
    front.on('data', onData).on('end', onEnd);
  });
}

/** Does the other hop's handshake, and answers this one by its outcome. */
function forward(
  front: Socket,
  handshake: ServerHandshake,
  request: OpeningRequest,
  remaining: Uint8Array,
  backend: string,
): void {
  const client = new ClientHandshake<Parameters>(backend + request.resourceName, {
    protocols: request.protocols,
    extensions: passThrough(request),
    origin: request.origin,
    headers: [...endToEnd(request.headers), ['X-Forwarded-Host', request.host]],
  });
  const { uri, bytes } = client.request;
  const back = connect({ host: uri.host, port: uri.port, allowHalfOpen: true });
  const settle = (outcome: ClientOutcome<Parameters> | undefined): void => {
    if (outcome === undefined) return;
    back
      .off('data', onData)
      .off('end', onEnd)
      .off('error', onError)
      .on('error', () => {});
    if (outcome.kind === 'accepted') {
      const { bytes: head } = handshake.accept(agreementOf(outcome));
      link(front, back, head, outcome.remaining, remaining);
    } else {
      back.destroy();
      refuse(refusalOf(outcome));
    }
  };
  const refuse = (options: RejectOptions): void => {
    front.end(handshake.reject(options).bytes);
    front.resume();
  };
  const onData = (chunk: Uint8Array): void => settle(client.receive(chunk));
  const onEnd = (): void => settle(client.receiveEof());
  const onError = (): void =>
    refuse({ status: 502, reason: 'Bad Gateway', body: 'no connection to the backend' });
  back.on('data', onData).on('end', onEnd).on('error', onError);
  front.on('close', () => back.destroy());
  back.write(bytes);
}

/**
 * From heads to frames. `pipe` passes on the end of each direction, and reads no faster than the
 * other side takes.
 */
function link(front: Socket, back: Socket, head: Uint8Array, toFront: Uint8Array, toBack: Uint8Array): void {
  front.write(head);
  front.write(toFront);
  back.write(toBack);
  front.pipe(back);
  back.pipe(front);
  back.on('close', () => front.destroySoon());
}

/** The backend's agreement, as the answer to the client. */
function agreementOf({ protocol, extensions, headers }: ConnectionAccepted<Parameters>): {
  protocol: string | undefined;
  extensions: ExtensionFactory<Parameters>[];
  headers: [string, string][];
} {
  const agreed = extensions.map(({ name, parameters }) => ({
    ...inert(name),
    accept: () => ({ response: parameters, extension: parameters }),
  }));
  return { protocol, extensions: agreed, headers: endToEnd(headers) };
}

function refusalOf(outcome: Exclude<ClientOutcome<Parameters>, { kind: 'accepted' }>): RejectOptions {
  if (outcome.kind === 'fault') return { status: 502, reason: 'Bad Gateway', body: outcome.message };
  const { status, reason, headers, body } = outcome;
  // RFC 9110 15: a status outside of 100 to 599 is taken for a 5xx, and a server's error it is.
  if (status > 599) return { status: 502, reason: 'Bad Gateway', headers: endToEnd(headers), body };
  // The body has been taken out of its chunks, and gets a length in their place.
  return { status, reason, headers: endToEnd(headers), body };
}

/**
 * Extensions this proxy knows nothing of: offered as the client did, and any answer of the
 * backend is right.
 */
function passThrough({ extensions }: OpeningRequest): ExtensionFactory<Parameters>[] {
  const names = [...new Set(extensions.map(({ name }) => name))];
  return names.map((name) => ({
    ...inert(name),
    offers: () => extensions.filter((offer) => offer.name === name).map(({ parameters }) => parameters),
    confirm: (response: Parameters) => ({ extension: response }),
  }));
}

function inert(name: string): ExtensionFactory<Parameters> {
  return { name, rsv: 0, offers: () => [], confirm: () => undefined, accept: () => undefined };
}

// RFC 9110 7.6.1: headers of one hop, besides those that `Connection` names. The handshake writes
// the rest itself.
const HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
];
const OWN = ['trailer', 'transfer-encoding', 'upgrade', 'host', 'origin', 'content-length'];

/** The headers that are for the other end. */
function endToEnd(headers: RawHeaders): [string, string][] {
  const named = headerValues(headers, 'Connection').flatMap((value) => value.toLowerCase().split(','));
  const dropped = new Set([...HOP, ...OWN, ...named.map((name) => name.trim())]);
  const kept: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (!dropped.has(name) && !name.startsWith('sec-websocket-')) kept.push([headers[i]!, headers[i + 1]!]);
  }
  return kept;
}
