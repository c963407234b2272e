/** The chat server: Node's HTTP for the page and the upgrade, and the session at each address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { rejectRequest } from '@sanssocket/handshake';
import { allowPaths } from '@sanssocket/handshake/rules';
import {
  createServer as createWebSocketServer,
  type NodeWebSocketServer,
  reject,
  type ServerHandlers,
} from 'sanssocket';
import { ClientSession } from './client-session.js';
import { FrameTap } from './frame-tap.js';
import { FramesSession } from './frames-session.js';
import { Hub } from './hub.js';
import { MAX_CLIENT_MESSAGE_BYTES } from './protocol.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { StaticFiles } from './static-files.js';

/**
 * The address at which a client chats. With the query `frames` it may watch its own frames at
 * {@link FRAMES_PATH}; with `plain` its messages are not compressed, even if it offers that.
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
  readonly #hub = new Hub();
  readonly #page = new StaticFiles(new URL('../public/', import.meta.url));
  readonly #taps = new Map<string, FrameTap>();
  /** The clients of the chat, those that want no compression, and the watchers of frames. */
  readonly #chat: NodeWebSocketServer<FrameTap | undefined>;
  readonly #plain: NodeWebSocketServer<FrameTap | undefined>;
  readonly #frames: NodeWebSocketServer<FrameTap>;
  /** The tap of the request that is looked at. */
  #tap: FrameTap | undefined;

  /** @param settings - those that differ from {@link DEFAULT_SETTINGS} */
  constructor(settings: Partial<Settings> = {}) {
    this.#settings = { ...DEFAULT_SETTINGS, ...settings };
    const { headersTimeoutMs, ...others } = this.#settings;
    // Pages of other hosts are rejected (RFC 6455 10.2): `origins` is 'same' by default.
    const options = {
      ...others,
      openingTimeoutMs: headersTimeoutMs,
      lingerTimeoutMs: others.closeTimeoutMs,
      compression: false,
    };
    const chat = {
      ...options,
      rules: [allowPaths([CHAT_PATH], NOTHING_HERE)],
      maxMessageBytes: MAX_CLIENT_MESSAGE_BYTES,
      authorize: () => this.#tap, // called inside of `upgrade`
    };
    const join: ServerHandlers<FrameTap | undefined> = (connection, _request, tap) =>
      new ClientSession(connection, this.#hub, tap).handlers;
    this.#chat = createWebSocketServer({ ...chat, compression: COMPRESSION }, join);
    this.#plain = createWebSocketServer(chat, join);
    this.#frames = createWebSocketServer(
      {
        ...options,
        maxMessageBytes: 1,
        authorize: ({ resourceName }) => this.#tapOf(addressOf(resourceName)) ?? reject(NOTHING_HERE),
      },
      (connection, _request, tap) => new FramesSession(connection, tap).handlers,
    );
    this.#http = createServer({
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
    });
    this.#http.on('request', (request, response) => this.#onRequest(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  /**
   * Begins to listen, on all interfaces.
   *
   * @param port - 0 for one that is free
   * @returns the port
   * @throws the error of the operating system, such as `EADDRINUSE`
   */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, () => {
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
      this.#chat.close(going),
      this.#plain.close(going),
      this.#frames.close(going),
      stopped,
    ]);
    clearTimeout(timer);
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = addressOf(request.url ?? '');
    if (pathname === CHAT_PATH || pathname === FRAMES_PATH) {
      const { status, reason, headers, body } = rejectRequest({
        status: 426,
        body: 'speak WebSocket here\n',
      });
      response.writeHead(status, reason, [...headers]).end(body);
    } else {
      this.#page.serve(request, response);
    }
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = addressOf(request.url ?? '');
    if (pathname === FRAMES_PATH) {
      this.#frames.upgrade(request, socket, head);
      return;
    }
    this.#tap = searchParams.has('frames') ? this.#openTap(socket) : undefined;
    (searchParams.has('plain') ? this.#plain : this.#chat).upgrade(request, socket, head);
    this.#tap = undefined;
  }

  #tapOf({ searchParams }: URL): FrameTap | undefined {
    return this.#taps.get(searchParams.get('client') ?? '');
  }

  #openTap(socket: Duplex): FrameTap {
    const tap = new FrameTap();
    tap.attach(socket);
    this.#taps.set(tap.key, tap);
    socket.on('close', () => {
      this.#taps.delete(tap.key);
      tap.end();
    });
    return tap;
  }
}

/**
 * A request target in its parts. Only path and query mean something; the base is there for `URL`,
 * which wants one.
 */
function addressOf(target: string): URL {
  return new URL(`http://chat${target.startsWith('/') ? target : '/'}`);
}
