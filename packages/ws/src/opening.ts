/**
 * The opening handshake of a client (RFC 6455 4.1) over Node's `http` and `https`, which open the
 * transport: the request is made and its response judged by `@sanssocket/handshake`. A response that
 * sends the client elsewhere leads to another request, if the application wants that.
 */

import type { ClientRequest as HttpRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { connect, isIP, type NetConnectOpts } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { MessageExtension } from '@sanssocket/codec';
import { type ClientRequest, checkResponse, createRequest } from '@sanssocket/handshake';
import { type Address, addressOf, credentialsOf, isSameHost, parseAddress } from './address.js';
import { agreementOf, clientConfigs } from './configs.js';
import { type Deflate, deflateOf } from './deflate.js';
import { responseError } from './errors.js';
import { http, https } from './node-http.js';
import type { Opening, Session } from './session.js';
import { CLOSING, CONNECTING } from './states.js';
import type { ClientOptions, CreateConnection, Transport } from './types.js';

const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`|a-z~]+$/;

const MAX_REDIRECTS = 10;

/**
 * Opens a client.
 *
 * @throws SyntaxError for an address that is none, or a subprotocol that is no token or there twice,
 * RangeError for a version of the protocol that there is not; and the exceptions of `http.request`
 */
export function openClient(
  session: Session,
  address: string | URL,
  protocols: readonly string[],
  options: ClientOptions,
): void {
  const { protocolVersion = 13 } = options;
  if (protocolVersion !== 13) {
    throw new RangeError(`Unsupported protocol version: ${protocolVersion} (supported versions: 13)`);
  }
  const isValid = protocols.every((name) => typeof name === 'string' && TOKEN.test(name));
  if (!isValid || new Set(protocols).size < protocols.length) {
    throw new SyntaxError('An invalid or duplicated subprotocol was specified');
  }
  const opening = new ClientOpening(session, protocols, options);
  const url = parseAddress(address);
  session.client = { url: url.href, redirects: 0, opening };
  opening.start(url);
}

/** The opening of one client, with all its requests. Internal. */
class ClientOpening implements Opening {
  request: HttpRequest | null = null;
  readonly #session: Session;
  readonly #protocols: readonly string[];
  readonly #options: ClientOptions;
  readonly #deflate: Deflate | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Of the first request; a redirection elsewhere is not told the secrets that are for this one. */
  #origin: Address | undefined;
  /** User and password, those of the first address that has some. */
  #auth: string | undefined;

  constructor(session: Session, protocols: readonly string[], options: ClientOptions) {
    this.#session = session;
    this.#protocols = protocols;
    this.#options = options;
    this.#deflate = deflateOf('client', options.perMessageDeflate ?? true);
  }

  /** Sends the request. Throws for options that `http.request` does not take. */
  start(url: URL): void {
    const session = this.#session;
    session.client!.url = url.href;
    const address = addressOf(url);
    this.#origin ??= address;
    // `http.request` writes the target and `Host`.
    const offer = createRequest<MessageExtension>('ws://localhost/', {
      protocols: this.#protocols,
      extensions: this.#deflate === undefined ? [] : [this.#deflate],
    });
    const { secure } = address;
    const request = (secure ? https : http).request(this.#requestOptions(address, offer));
    this.request = request;
    if (this.#session.client!.redirects > 0) session.websocket.emit('redirect', url.href, request);
    this.#listen(request, url, offer);
    if (this.#options.finishRequest) this.#options.finishRequest(request, session.websocket);
    else request.end();
  }

  #requestOptions(address: Address, offer: ClientRequest): RequestOptions {
    const { origin, createConnection, finishRequest, perMessageDeflate, protocols, ...options } =
      this.#options;
    const { secure } = address;
    const headers: Record<string, unknown> = { ...options.headers };
    const { rawHeaders } = offer.head as { readonly rawHeaders: readonly string[] };
    for (let i = 2; i < rawHeaders.length; i += 2) headers[rawHeaders[i]!] = rawHeaders[i + 1];
    if (origin) headers['Origin'] = origin;
    const isElsewhere = this.#dropsSecrets(address, headers);
    if (!isElsewhere) this.#auth ??= credentialsOf(address) ?? options.auth ?? undefined;
    return {
      ...options,
      method: 'GET',
      createConnection: createConnection ?? (secure ? connectSecurely : connectPlainly),
      defaultPort: options.defaultPort ?? (secure ? 443 : 80),
      host: address.host,
      hostname: undefined,
      port: address.port,
      path: address.path,
      socketPath: address.socketPath,
      protocol: undefined,
      timeout: undefined,
      headers,
      auth: isElsewhere ? undefined : this.#auth,
    } as RequestOptions;
  }

  /**
   * A redirection to another host, or from TLS to plain TCP, gets no credentials that were meant for
   * the first host, unless the application looks at redirections by itself.
   */
  #dropsSecrets(address: Address, headers: Record<string, unknown>): boolean {
    const origin = this.#origin!;
    if (this.#session.client!.redirects === 0 || this.#session.websocket.listenerCount('redirect') > 0)
      return false;
    const isSame = isSameHost(address, origin);
    if (isSame && (address.secure || !origin.secure)) return false;
    const secrets = isSame ? ['authorization', 'cookie'] : ['authorization', 'cookie', 'host'];
    for (const name of Object.keys(headers)) {
      if (secrets.includes(name.toLowerCase())) delete headers[name];
    }
    return true;
  }

  #listen(request: HttpRequest, url: URL, offer: ClientRequest<MessageExtension>): void {
    const { handshakeTimeout } = this.#options;
    clearTimeout(this.#timer);
    if (handshakeTimeout) {
      this.#timer = setTimeout(() => this.abort('Opening handshake has timed out'), handshakeTimeout);
    }
    request.on('error', (error) => {
      // After the request was given up, or followed by another one.
      if (this.request === request) this.#fail(error);
    });
    request.on('response', (response) => this.#onResponse(request, response, url));
    request.on('upgrade', (response: IncomingMessage, socket: Transport, head: Buffer) => {
      if (this.request === request) this.#onUpgrade(response, socket, head, offer);
      else socket.destroy();
    });
  }

  #onResponse(request: HttpRequest, response: IncomingMessage, url: URL): void {
    if (this.request !== request) return;
    const { statusCode = 0, headers } = response;
    const { followRedirects = false, maxRedirects = MAX_REDIRECTS } = this.#options;
    if (headers.location && followRedirects && statusCode >= 300 && statusCode < 400) {
      if (++this.#session.client!.redirects > maxRedirects) this.abort('Maximum redirects exceeded');
      else this.#redirect(request, headers.location, url);
    } else if (!this.#session.websocket.emit('unexpected-response', request, response)) {
      this.abort(`Unexpected server response: ${statusCode}`);
    } else clearTimeout(this.#timer);
  }

  #redirect(request: HttpRequest, location: string, base: URL): void {
    this.request = null;
    request.destroy();
    try {
      this.start(parseAddress(location, base));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #onUpgrade(
    response: IncomingMessage,
    socket: Transport,
    head: Buffer,
    offer: ClientRequest<MessageExtension>,
  ): void {
    const session = this.#session;
    session.websocket.emit('upgrade', response);
    // A listener may have closed the WebSocket.
    if (session.readyState !== CONNECTING) return;
    const answer = checkResponse(offer, response);
    if (answer.kind !== 'accepted' || (answer.protocol === undefined && this.#protocols.length > 0)) {
      const error =
        answer.kind === 'fault'
          ? responseError(answer, this.#protocols.length, offer.extensions.length)
          : new Error('Server sent no subprotocol');
      socket.on('error', () => {});
      socket.destroy();
      this.#failSoon(error);
      return;
    }
    clearTimeout(this.#timer);
    this.request = null;
    session.client!.opening = null;
    const names = answer.extensions.map(({ name }) => name).join();
    const agreement = agreementOf(clientConfigs(this.#options), answer.protocol ?? '', names);
    const extensions = answer.extensions.map(({ extension }) => extension);
    session.open(socket, head, agreement, extensions);
  }

  abort(message: string): void {
    const { request } = this;
    this.#failSoon(new Error(message));
    if (request === null) return;
    request.destroy();
    // After its response a request does not end its socket by itself.
    request.socket?.destroy();
  }

  /** The application hears of it when the present call has returned. */
  #failSoon(error: Error): void {
    this.#giveUp();
    this.#session.readyState = CLOSING;
    process.nextTick(() => this.#session.fail(error));
  }

  #fail(error: Error): void {
    this.#giveUp();
    this.#session.fail(error);
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.request = null;
    this.#session.client!.opening = null;
  }
}

/** `path` is that of the request; a connection's is that of a Unix socket. */
const connectPlainly: CreateConnection = (options) => {
  const { socketPath } = options as { readonly socketPath?: string };
  return connect({ ...options, path: socketPath } as NetConnectOpts);
};

const connectSecurely: CreateConnection = (options) => {
  const { servername, host = '' } = options as { readonly servername?: string; readonly host?: string };
  return connectTls({
    ...options,
    path: undefined,
    // RFC 6066 3: an address is no name to indicate.
    servername: servername ?? (isIP(host) === 0 ? host : ''),
  } as TlsOptions);
};
