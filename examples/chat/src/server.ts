/** The chat server: Node's HTTP for the page and the upgrade, and the session at each address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RejectOptions, rejectRequest } from '@sanssocket/handshake';
import { allowPaths } from '@sanssocket/handshake/rules';
import {
  createServer as createWebSocketServer,
  type NodeWebSocketServer,
  reject,
  type ServerHandlers,
} from 'sanssocket';
import { ClientSession } from './client-session.js';
import { FrameTap } from './frame-tap.js';
import { FramesRelay } from './frames-relay.js';
import { FramesSession } from './frames-session.js';
import { Hosts } from './hosts.js';
import { Hub } from './hub.js';
import type { ChatLog } from './log/chat-log.js';
import { MemoryLog } from './log/memory-log.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { StaticFiles } from './static-files.js';

/**
 * The address at which a client chats. With the query `frames` it may watch its own frames at
 * {@link FRAMES_PATH}; with `compress` its messages are compressed, if it offers that.
 */
const CHAT_PATH = '/ws';
/** `/frames?client=KEY` */
const FRAMES_PATH = '/frames';

/** The answer to a request for any other WebSocket. */
const NOTHING_HERE = { status: 404, body: 'nothing to connect to here\n' };

/**
 * Compression, as browsers offer it. Without context takeover: no memory stays with a client
 * between messages, and a broadcast message is compressed once for all of them.
 */
const COMPRESSION = { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 64 };

/**
 * The chat, ready to listen.
 *
 * ```ts no-run
 * const chat = new ChatServer();
 * const port = await chat.listen(8080);
 * await chat.close();
 * ```
 */
export class ChatServer {
  readonly #settings: Settings;
  readonly #http: Server;
  readonly #hub: Hub;
  readonly #frames: FramesRelay;
  readonly #page = new StaticFiles(new URL('../public/', import.meta.url));
  readonly #hosts: Hosts;
  /** The clients of the chat, those that want compression, and the watchers of frames. */
  readonly #plain: NodeWebSocketServer<FrameTap | undefined>;
  readonly #compressed: NodeWebSocketServer<FrameTap | undefined>;
  readonly #watchers: NodeWebSocketServer<string>;
  /** The tap of the request that is looked at. */
  #tap: FrameTap | undefined;

  /**
   * @param settings - those that differ from {@link DEFAULT_SETTINGS}
   * @param log - joins this process to others; one of its own unless given
   */
  constructor(settings: Partial<Settings> = {}, log?: ChatLog) {
    this.#settings = { ...DEFAULT_SETTINGS, ...settings };
    const shared = log ?? new MemoryLog(this.#settings);
    this.#hub = new Hub(shared, this.#settings);
    this.#frames = new FramesRelay(shared);
    this.#hub.onRelayed = (from, message) => this.#frames.receive(from, message);
    this.#hosts = new Hosts(this.#settings);
    const options = connectionOptions(this.#settings);
    const chat = {
      ...options,
      // Pages of other hosts are rejected (RFC 6455 10.2): `origins` is 'same' by default.
      rules: [...this.#hosts.rules, allowPaths([CHAT_PATH], NOTHING_HERE)],
      maxMessageBytes: MAX_CLIENT_MESSAGE_BYTES,
      authorize: () => this.#tap, // called inside of `upgrade`
    };
    const join: ServerHandlers<FrameTap | undefined> = (connection, _request, tap) =>
      new ClientSession(connection, this.#hub, this.#settings, tap?.key ?? null).handlers;
    this.#plain = createWebSocketServer({ ...chat, compression: false }, join);
    this.#compressed = createWebSocketServer({ ...chat, compression: COMPRESSION }, join);
    this.#watchers = createWebSocketServer(
      {
        ...options,
        rules: this.#hosts.rules,
        compression: false,
        maxMessageBytes: 1,
        authorize: async ({ resourceName }) => {
          const key = addressOf(resourceName).searchParams.get('client') ?? '';
          return (await this.#frames.knows(key)) ? key : reject(NOTHING_HERE);
        },
      },
      (connection, _request, key) => new FramesSession(connection, this.#frames, key).handlers,
    );
    const { headersTimeoutMs } = this.#settings;
    const server = {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
      // Clients that offer HTTP/2 (h2c), such as `curl --http2`, get the page over HTTP/1.1. An option
      // of Node 22.21, 24.9 and later.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() !== 'h2c',
    };
    this.#http = createServer(server);
    this.#http.on('request', (request, response) => this.#onRequest(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /**
   * Joins the other processes, if there are any, and begins to listen.
   *
   * @param port - 0 for one that is free
   * @returns the port
   * @throws the error of the operating system, such as `EADDRINUSE`
   */
  async listen(port: number): Promise<number> {
    await this.#hub.open();
    const { host, backlog } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
        this.#http.off('error', reject);
        resolve((this.#http.address() as AddressInfo).port);
      });
    });
  }

  /**
   * Closes every connection with 1001, "going away" (RFC 6455 7.4.1), and resolves when the last
   * one has ended.
   */
  async close(): Promise<void> {
    const { closeTimeoutMs } = this.#settings;
    const stopped = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    // Requests under way get as long as closing handshakes do; sockets that were upgraded are
    // not Node's to end.
    const timer = setTimeout(() => this.#http.closeAllConnections(), closeTimeoutMs);
    const going = { code: 1001, reason: 'the server is going away', timeoutMs: closeTimeoutMs };
    await Promise.all([
      this.#plain.close(going),
      this.#compressed.close(going),
      this.#watchers.close(going),
      this.#hub.close(),
      stopped,
    ]);
    clearTimeout(timer);
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = addressOf(request.url ?? '');
    const rejection = this.#hosts.rejection(request.headers.host);
    if (rejection !== undefined) answer(response, rejection);
    else if (pathname === CHAT_PATH || pathname === FRAMES_PATH) {
      answer(response, { status: 426, body: 'speak WebSocket here\n' });
    } else this.#page.serve(request, response);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = addressOf(request.url ?? '');
    if (pathname === FRAMES_PATH) {
      this.#watchers.upgrade(request, socket, head);
      return;
    }
    this.#tap = searchParams.has('frames') ? this.#openTap(socket) : undefined;
    (searchParams.has('compress') ? this.#compressed : this.#plain).upgrade(request, socket, head);
    this.#tap = undefined;
  }

  #openTap(socket: Duplex): FrameTap {
    const tap = new FrameTap(this.#frames.process);
    tap.attach(socket);
    this.#frames.add(tap);
    socket.on('close', () => this.#frames.remove(tap));
    return tap;
  }
}

/** The settings that are options of each connection. */
function connectionOptions(settings: Settings) {
  const { pingIntervalMs, pongTimeoutMs, closeTimeoutMs, minReadBytesPerSecond } = settings;
  const { headersTimeoutMs, backpressureLimit, closeOnBackpressureLimit } = settings;
  return {
    pingIntervalMs,
    pongTimeoutMs,
    closeTimeoutMs,
    ...(minReadBytesPerSecond === undefined ? {} : { minReadBytesPerSecond }),
    backpressureLimit,
    closeOnBackpressureLimit,
    openingTimeoutMs: headersTimeoutMs,
    lingerTimeoutMs: closeTimeoutMs,
  };
}

function answer(response: ServerResponse, rejection: RejectOptions): void {
  const { status, reason, headers, body } = rejectRequest(rejection);
  response.writeHead(status, reason, [...headers]).end(body);
}

/**
 * A request target in its parts. Only path and query mean something; the base is there for `URL`,
 * which wants one.
 */
function addressOf(target: string): URL {
  return new URL(`http://chat${target.startsWith('/') ? target : '/'}`);
}
