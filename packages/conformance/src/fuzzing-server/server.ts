/**
 * The server that clients are tested with: many cases, each on a connection of its own, over TCP,
 * TLS and HTTP/2.
 */
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { findCases } from '../cases/all.js';
import { sayGoodbye } from '../conversation/endpoint.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { answerAsServer, type ReceivedRequest, readRequest } from '../opening/as-server.js';
import { NAME_LENGTH, valuesOf } from '../opening/heads.js';
import { runOnRequest, runOnStream } from '../runners/client-case.js';
import { openTimeout, type RunOptions } from '../runners/options.js';
import { TEXT } from '../wire/frames.js';
import { Link } from '../wire/link.js';
import { type Exclusions, isExcluded, ResultsStore } from './results-store.js';

/** How a fuzzing server is set up. */
export interface FuzzingServerOptions extends RunOptions {
  /** The cases on offer, in order; by default all that are for clients. */
  readonly cases?: readonly Case[] | undefined;
  /** The address to listen at, `127.0.0.1` by default. */
  readonly host?: string | undefined;
  /** 0, the default, takes any that is free. */
  readonly port?: number | undefined;
  /**
   * A key and certificate, PEM: with them the server listens with TLS as well, for `wss` and
   * HTTP/2.
   */
  readonly tls?:
    | { readonly key: string; readonly cert: string; readonly port?: number | undefined }
    | undefined;
  /** Cases that some agents are not tested with. */
  readonly exclusions?: Exclusions | undefined;
  /** Told of each case as a client asks for it. */
  readonly onBegin?: ((test: Case, agent: string) => void) | undefined;
  /** Told of each result. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
  /** A client asked for reports; the connection waits for them. */
  readonly onReports?: ((results: AgentResults[], agent: string) => unknown) | undefined;
  /** A client asked the server to stop. */
  readonly onStop?: (() => void) | undefined;
  /**
   * Told of exceptions of the other callbacks, and of faults of this server; the connection is
   * dropped then, and the server goes on.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Of a client that connects without end. */
const KEPT_NONCES = 10_000;

/**
 * A running fuzzing server.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FuzzingServer, findCases } from '@sanssocket/conformance';
 *
 * const server = await FuzzingServer.start({ cases: findCases({ patterns: ['1.1.*'] }) });
 * const response = await fetch(`${server.url.replace('ws:', 'http:')}/cases`);
 * const [first] = (await response.json()) as { id: string; url: string }[];
 * assert.deepEqual([first?.id, first?.url], ['1.1.1', `${server.url}/case/1.1.1`]);
 * await server.close();
 * ```
 */
export class FuzzingServer {
  readonly cases: readonly Case[];
  readonly #options: FuzzingServerOptions;
  readonly #store: ResultsStore;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #nonces = new Set<string>();
  #running = 0;
  readonly #idle = new Set<() => void>();

  private constructor(options: FuzzingServerOptions) {
    this.cases = options.cases ?? findCases({ role: 'client' });
    this.#options = options;
    this.#store = new ResultsStore(this.cases);
  }

  /**
   * Starts one.
   *
   * @param options - cases, ports, callbacks
   * @returns the server, listening
   * @throws Error if a port cannot be had, or the key and certificate are none
   */
  static async start(options: FuzzingServerOptions = {}): Promise<FuzzingServer> {
    const server = new FuzzingServer(options);
    try {
      const { port = 0, tls } = options;
      await server.#listen(
        createTcpServer({ allowHalfOpen: true }, (socket) => server.#accept(socket)),
        port,
      );
      if (tls !== undefined) await server.#listen(server.#tlsServer(tls), tls.port ?? 0);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Where clients connect: `ws://` with host and port, and no path. */
  get url(): string {
    return `ws://${this.#authority(0)}`;
  }

  /** The same over TLS, if there is a certificate. */
  get secureUrl(): string | undefined {
    return this.#servers.length > 1 ? `wss://${this.#authority(1)}` : undefined;
  }

  /** All results so far. */
  results(): AgentResults[] {
    return this.#store.all();
  }

  /** Waits until no case is running. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  /** Ends all connections and listens no more. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #authority(nth: number): string {
    const address = this.#servers[nth]!.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  #listen(server: Server, port: number): Promise<void> {
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#options.host ?? '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  #tlsServer({ key, cert }: { readonly key: string; readonly cert: string }): Server {
    const http2 = createHttp2Server({ settings: { enableConnectProtocol: true } });
    http2.on('session', (session) => session.on('error', () => {}));
    http2.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      this.#guard(this.#serveStream(stream, headers), () => stream.destroy());
    });
    const options = {
      key,
      cert,
      ALPNProtocols: ['h2', 'http/1.1'],
      allowHalfOpen: true,
      handshakeTimeout: openTimeout(this.#options),
    };
    const server = createTlsServer(options, (socket: TLSSocket) => {
      if (socket.alpnProtocol !== 'h2') return this.#accept(socket);
      this.#track(socket);
      http2.emit('connection', socket);
    });
    // The socket below TLS is there before the handshake, and whether or not that succeeds.
    server.on('connection', (socket: Socket) => this.#track(socket));
    return server.on('tlsClientError', () => {});
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
  }

  #accept(socket: Socket): void {
    this.#track(socket);
    const link = new Link(socket);
    this.#guard(this.#serve(link), () => link.drop());
  }

  /** One connection that goes wrong is no end of the others, nor of their results. */
  #guard(serving: Promise<void>, drop: () => void): void {
    serving.catch((error: unknown) => {
      drop();
      this.#options.onError?.(error);
    });
  }

  async #serve(link: Link): Promise<void> {
    const request = await readRequest(link, openTimeout(this.#options));
    if (request === undefined) {
      link.drop();
      return;
    }
    const route = routeOf(request.resourceName, this.cases);
    if (route.to === 'malformed') respond(link, '400 Bad Request', 'The request target is no URL.');
    else if (valuesOf(request.head, 'upgrade').length === 0) this.#servePlain(link, route);
    else if (route.to === 'refuse') respond(link, '500 Internal Server Error', route.why);
    else if (route.to === 'nowhere') respond(link, '404 Not Found', 'no such path');
    else await this.#serveUpgrade(link, request, route);
  }

  /** Plain requests: the list of cases, and the results so far. */
  #servePlain(link: Link, { to }: Route): void {
    if (to === 'list')
      respond(link, '200 OK', JSON.stringify(this.#list(), undefined, 2), 'application/json');
    else if (to === 'results')
      respond(link, '200 OK', JSON.stringify(this.#summary(), undefined, 2), 'application/json');
    else
      respond(link, '426 Upgrade Required', 'Here WebSocket clients are tested. GET /cases lists the cases.');
  }

  #list(): unknown {
    const numbered = numberedCases(this.cases);
    // Without a certificate there is nowhere to connect to for those over TLS and HTTP/2.
    return this.cases.flatMap((test) => {
      const { id, section, sentence, transport } = test;
      const base = transport === 'tcp' ? this.url : this.secureUrl;
      if (base === undefined) return [];
      const url = `${base}/case/${encodeURIComponent(id)}`;
      return { number: numbered.indexOf(test) + 1 || undefined, id, section, sentence, transport, url };
    });
  }

  #summary(): unknown {
    return this.results().map(({ agent, cases }) => ({
      agent,
      cases: cases.map(({ id, verdict, explanation, section }) => ({ id, verdict, section, explanation })),
    }));
  }

  /** 4.1, item 7: over all connections, of any client. 16 random octets do not come twice. */
  #nonceOf({ head }: ReceivedRequest): 'fresh' | 'repeated' | 'only' {
    const nonce = valuesOf(head, 'sec-websocket-key')[0] ?? '';
    const isRepeated = this.#nonces.has(nonce);
    const isOnly = this.#nonces.size === 0;
    if (this.#nonces.size < KEPT_NONCES && nonce.length < 64) this.#nonces.add(nonce);
    return isRepeated ? 'repeated' : isOnly ? 'only' : 'fresh';
  }

  async #serveUpgrade(link: Link, received: ReceivedRequest, route: Route): Promise<void> {
    const request = { ...received, nonce: this.#nonceOf(received) };
    if (route.to === 'run') return this.#run(link, request, route.test, route.agent);
    if (route.to === 'stop') {
      link.drop();
      this.#options.onStop?.();
      return;
    }
    const { rest } = await answerAsServer(link, request, { kind: 'standard' });
    const message = await this.#messageFor(route);
    const frames =
      message === undefined ? [] : [{ opcode: TEXT, payload: { text: JSON.stringify(message) } }];
    await sayGoodbye(link, 'client', rest, frames);
    if (route.to === 'reports' && route.stop) this.#options.onStop?.();
  }

  async #messageFor(route: Route): Promise<unknown> {
    switch (route.to) {
      case 'count':
        return numberedCases(this.cases).length;
      case 'info':
        return { id: route.test.id, description: route.test.sentence };
      case 'status':
        return this.#status(route.test, route.agent);
      case 'reports':
        await this.#options.onReports?.(this.results(), route.agent);
        return undefined;
      case 'list':
        return this.#list();
      case 'results':
        return this.#summary();
      default:
        return undefined;
    }
  }

  /**
   * A case without a result, for instance one that is left out, has no status: the Close comes
   * alone.
   */
  async #status({ id }: Case, agent: string): Promise<unknown> {
    if (isExcluded(this.#options.exclusions ?? {}, agent, id)) return undefined;
    const result = await this.#store.wait(this.#nameOf(agent), id, openTimeout(this.#options));
    return result && { behavior: result.behavior };
  }

  /** Results have the name that was configured, not the client's own. */
  #nameOf(agent: string): string {
    return this.#options.agent ?? agent;
  }

  async #run(link: Link, request: ReceivedRequest, test: Case, agent: string): Promise<void> {
    if (isExcluded(this.#options.exclusions ?? {}, agent, test.id)) {
      const { rest } = await answerAsServer(link, request, { kind: 'standard' });
      return sayGoodbye(link, 'client', rest);
    }
    if (!this.#store.hasRoomFor(this.#nameOf(agent)))
      return respond(link, '500 Internal Server Error', 'There are too many agents.');
    const { opening } = test;
    if (opening.kind === 'connect') return respond(link, '400 Bad Request', 'This case is for HTTP/2.');
    await this.#counted(test, agent, (name) =>
      runOnRequest(link, request, test, opening, name, this.#options),
    );
  }

  async #serveStream(
    stream: ServerHttp2Stream,
    headers: import('node:http2').IncomingHttpHeaders,
  ): Promise<void> {
    const route = routeOf(String(headers[':path'] ?? '/'), this.cases);
    if (route.to !== 'run' || route.test.opening.kind !== 'connect') {
      stream.respond({ ':status': route.to === 'malformed' ? 400 : 404 }, { endStream: true });
      return;
    }
    const { test, agent } = route;
    if (!this.#store.hasRoomFor(this.#nameOf(agent))) {
      stream.respond({ ':status': 500 }, { endStream: true });
      return;
    }
    await this.#counted(test, agent, (name) => runOnStream(stream, headers, test, name, this.#options));
  }

  async #counted(test: Case, agent: string, run: (agent: string) => Promise<CaseResult>): Promise<void> {
    this.#running++;
    try {
      this.#options.onBegin?.(test, agent);
      const name = this.#nameOf(agent);
      const result = await this.#store.run(name, test.id, () => run(name));
      this.#options.onResult?.(result);
    } finally {
      this.#running--;
      if (this.#running === 0) {
        for (const resolve of this.#idle) resolve();
        this.#idle.clear();
      }
    }
  }
}

function respond(link: Link, status: string, body: string, type = 'text/plain'): void {
  const bytes = new TextEncoder().encode(body);
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;
  link.write(new TextEncoder().encode(head));
  link.write(bytes);
  link.end();
  // A client that does not end in turn is not waited for.
  link.listen({ data: () => {}, end: () => {}, gone: () => {} });
  link.resume();
  setTimeout(() => link.drop(), 1000).unref();
}

// ---- Routes ----
// The meaning of a request to the fuzzing server. Two ways lead to a case: the old suite's numbers
// (`/runCase?case=1&agent=A`), and a URL a case (`/case/1.1.1?agent=A`), listed at `/cases`.

/** The task of a connection. */
export type Route =
  | { readonly to: 'count' }
  | { readonly to: 'info'; readonly test: Case }
  | { readonly to: 'run'; readonly test: Case; readonly agent: string }
  | { readonly to: 'status'; readonly test: Case; readonly agent: string }
  | { readonly to: 'reports'; readonly agent: string; readonly stop: boolean }
  | { readonly to: 'stop' }
  | { readonly to: 'list' }
  | { readonly to: 'results' }
  /** Parameters are missing, doubled or wrong. */
  | { readonly to: 'refuse'; readonly why: string }
  /** The target of the request is no URL (RFC 9112 3.2). */
  | { readonly to: 'malformed' }
  | { readonly to: 'nowhere' };

/** Only over TCP: a client that counts connects to the same port for every case. */
function numberedCases(cases: readonly Case[]): Case[] {
  return cases.filter(({ transport }) => transport === 'tcp');
}

/** The name in results of a client that does not say its own. */
const UNNAMED = 'UnknownClient';

/**
 * Reads the target of a request.
 *
 * @param resourceName - path and query
 * @param cases - those on offer
 */
function routeOf(resourceName: string, cases: readonly Case[]): Route {
  const base = 'ws://localhost';
  if (!URL.canParse(resourceName, base)) return { to: 'malformed' };
  const url = new URL(resourceName, base);
  const query = url.searchParams;
  const doubled = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (doubled !== undefined) return { to: 'refuse', why: `${doubled} is there twice` };
  const agent = query.get('agent')?.substring(0, NAME_LENGTH);
  const test = numbered(query, numberedCases(cases));
  const needsAgent = { to: 'refuse', why: 'agent is missing' } as const;
  const needsCase = { to: 'refuse', why: 'case is missing or unknown' } as const;
  switch (url.pathname) {
    case '/getCaseCount':
      return { to: 'count' };
    case '/getCaseInfo':
      return test === undefined ? needsCase : { to: 'info', test };
    case '/runCase':
      if (test === undefined) return needsCase;
      return agent === undefined ? needsAgent : { to: 'run', test, agent };
    case '/getCaseStatus':
      if (test === undefined) return needsCase;
      return agent === undefined ? needsAgent : { to: 'status', test, agent };
    case '/updateReports':
      if (agent === undefined) return needsAgent;
      return { to: 'reports', agent, stop: /^(?:true|yes)$/i.test(query.get('shutdownOnComplete') ?? '') };
    case '/stopServer':
      return { to: 'stop' };
    case '/cases':
      return { to: 'list' };
    case '/results':
      return { to: 'results' };
  }
  if (!url.pathname.startsWith('/case/')) return { to: 'nowhere' };
  const id = decoded(url.pathname.substring('/case/'.length));
  if (id === undefined) return { to: 'malformed' };
  const found = cases.find((each) => each.id === id);
  return found === undefined ? needsCase : { to: 'run', test: found, agent: agent ?? UNNAMED };
}

/** Text without percent-encoding; nothing if the octets are not UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * `case` is a number into the list, counted from 1, and wins over `casetuple`, which is an id; 0
 * counts as absent.
 */
function numbered(query: URLSearchParams, cases: readonly Case[]): Case | undefined {
  const number = query.get('case');
  if (number !== null && number !== '0')
    return /^[0-9]+$/.test(number) ? cases[Number(number) - 1] : undefined;
  return cases.find(({ id }) => id === query.get('casetuple'));
}
