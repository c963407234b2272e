/** WebSockets over streams of HTTP/2 on Node (RFC 8441): a request, and a client. */

import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
} from 'node:http2';
import type { MessageExtension } from '@sanssocket/codec';
import { nodeTransport } from '@sanssocket/codec/node';
import type { AcceptOptions, OpeningRequest, RejectOptions } from '@sanssocket/handshake';
import {
  acceptConnect,
  type ConnectRejection,
  checkConnect,
  checkConnectResponse,
  createConnect,
  rejectConnect,
  rejectConnectFault,
} from '@sanssocket/handshake/connect';
import { type ClientHandlers, type Dial, type Dialling, openConnection } from './client/open.js';
import { ClientConfig, type ClientOptions } from './client/options.js';
import type { WebSocketConnection } from './connection.js';
import { MAX_BODY_BYTES, readBody } from './node-body.js';
import { deflate } from './node-runtime.js';
import type {
  ParsedSource,
  RequestEvent,
  RequestRejected,
  ServerAgreement,
} from './opening/server-opening.js';

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** An extended CONNECT, as the source of an opening: its answer is a header list, and a body. */
export class Http2Request implements ParsedSource {
  readonly event: RequestEvent;
  readonly #stream: ServerHttp2Stream;
  readonly #request: OpeningRequest | undefined;

  /** @param rawHeaders - of the `stream` event */
  constructor(stream: ServerHttp2Stream, rawHeaders: readonly string[]) {
    this.#stream = stream;
    const checked = checkConnect([...rawHeaders], true);
    if (checked.kind === 'fault') this.event = this.#respond(rejectConnectFault(checked));
    else {
      this.#request = checked;
      this.event = { kind: 'request', request: checked, remaining: NOTHING };
    }
  }

  accept(options: AcceptOptions<MessageExtension>): ServerAgreement {
    const { headers, protocol, extensions } = acceptConnect(this.#request!, options);
    if (!this.#stream.destroyed) this.#stream.respond(toObject(headers));
    return { bytes: NOTHING, protocol, extensions };
  }

  reject(options: RejectOptions): RequestRejected {
    return this.#respond(rejectConnect(options));
  }

  #respond({ headers, body }: ConnectRejection): RequestRejected {
    if (!this.#stream.destroyed) this.#stream.respond(toObject(headers));
    return { kind: 'rejected', bytes: body };
  }
}

/**
 * Opens a WebSocket on a connection of HTTP/2 that is there already (RFC 8441).
 *
 * @param session - of `http2.connect`; it stays the application's
 * @param url - of that server
 * @param handlers - handlers of the connection, or a function that makes them
 * @param options - as for `connect`; redirects are not followed
 * @returns the open connection; it settles in all cases, also when the server or the session goes
 * @throws OpeningError without a connection; the reason of the signal; TypeError and RangeError for
 * options that make no sense
 *
 * @example
 * ```ts no-run
 * import { connect as connectHttp2Session } from 'node:http2';
 * import { connectHttp2 } from 'sanssocket';
 *
 * const session = connectHttp2Session('https://example.com');
 * const connection = await connectHttp2(session, 'wss://example.com/chat', {
 *   text: (text) => console.log(text),
 * });
 * connection.sendText('hello');
 * ```
 */
export async function connectHttp2(
  session: ClientHttp2Session,
  url: string | URL,
  handlers: ClientHandlers,
  options: Omit<ClientOptions, 'maxRedirects'> = {},
): Promise<WebSocketConnection> {
  const config = new ClientConfig(options, [], deflate);
  return openConnection(dialHttp2(session), url, handlers, config, config.signal);
}

function dialHttp2(session: ClientHttp2Session): Dial {
  return (dialling, _handshake, target, options, signal) => {
    settingsOf(session).then(
      () => {
        if (!signal.aborted) ask(session, dialling, target.url, options, signal);
      },
      (error: unknown) => {
        if (!signal.aborted) dialling.failed(error);
      },
    );
  };
}

/** The waits for the settings of sessions: one for each. */
const SETTINGS = new WeakMap<ClientHttp2Session, Promise<void>>();

/**
 * Waits for the server's settings: before they are there nobody knows whether it takes WebSockets (RFC
 * 8441 3), and Node shows defaults. They are a server's first frame (RFC 9113 3.4), so that they are
 * there when it has answered a PING.
 */
function settingsOf(session: ClientHttp2Session): Promise<void> {
  if (session.remoteSettings?.enableConnectProtocol === true) return Promise.resolve();
  const found = SETTINGS.get(session);
  if (found !== undefined) return found;
  const settings = new Promise<void>((resolve, reject) => {
    const onClose = (): void => reject(new Error('the connection of HTTP/2 has ended'));
    if (session.destroyed || session.closed) {
      onClose();
      return;
    }
    session.once('close', onClose);
    const onPing = (error: Error | null): void => {
      session.off('close', onClose);
      if (error === null) resolve();
      else reject(error);
    };
    const ping = (): void => void session.ping(onPing);
    if (session.connecting) session.once('connect', ping);
    else ping();
  });
  SETTINGS.set(session, settings);
  const forget = (): void => void SETTINGS.delete(session);
  settings.then(forget, forget);
  return settings;
}

function ask(
  session: ClientHttp2Session,
  dialling: Dialling,
  url: string,
  options: Parameters<Dial>[3],
  signal: AbortSignal,
): void {
  const { protocols, extensions, origin, headers, maxBodyBytes = MAX_BODY_BYTES } = options;
  const isEnabled = session.remoteSettings?.enableConnectProtocol === true;
  const request = createConnect(url, isEnabled, { protocols, extensions, origin, headers });
  if (request.kind === 'fault') {
    dialling.ended(request);
    return;
  }
  let stream: ClientHttp2Stream;
  try {
    stream = session.request(toObject(request.headers), { endStream: false });
  } catch (error) {
    dialling.failed(error);
    return;
  }
  const abort = (): void => void stream.destroy();
  let error: Error | undefined;
  const onError = (thrown: Error): void => {
    error = thrown;
  };
  const onClose = (): void => {
    stop();
    dialling.failed(error ?? new Error(`the stream was reset (${stream.rstCode}) before a response`));
  };
  const onResponse = (headers: IncomingHttpHeaders): void => {
    stop();
    const outcome = checkConnectResponse(request, toList(headers));
    if (outcome.kind === 'accepted') {
      stream.off('error', onError);
      dialling.accepted((receiverOf) => nodeTransport(stream, receiverOf), outcome);
    } else if (outcome.kind === 'fault') {
      // RFC 8441 5 has no use for a stream after a fault.
      stream.close();
      dialling.ended(outcome);
    } else readBody(stream, outcome, maxBodyBytes, signal, (rejected) => dialling.ended(rejected));
  };
  function stop(): void {
    stream.off('close', onClose).off('response', onResponse);
    signal.removeEventListener('abort', abort);
  }
  stream.on('error', onError).on('close', onClose).on('response', onResponse);
  signal.addEventListener('abort', abort);
}

/** A list as an object for `request` or `respond`; several lines of one header become an array. */
function toObject(list: readonly string[]): OutgoingHttpHeaders {
  const headers = Object.create(null) as OutgoingHttpHeaders;
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i]!;
    const before = headers[name];
    headers[name] = before === undefined ? list[i + 1]! : [before, list[i + 1]!].flat().map(String);
  }
  return headers;
}

/** The object of a `response` event as a list, for runtimes that have none in the event. */
function toList(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((line) => [name, String(line)]),
  );
}
