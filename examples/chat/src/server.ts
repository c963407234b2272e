/** The chat server: Node's HTTP for the page and the upgrade, and the session at each address. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { MessageExtension } from '@sanssocket/codec';
import { DriverConfig } from '@sanssocket/codec/driver';
import { rejectRequest } from '@sanssocket/handshake';
import { ClientSession } from './client-session.js';
import { FrameTap } from './frame-tap.js';
import { FramesSession } from './frames-session.js';
import { Hub } from './hub.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { StaticFiles } from './static-files.js';
import { accept, checkUpgrade, refuse } from './upgrade.js';

/**
 * The address at which a client chats. With the query `frames` it may watch its own frames at
 * {@link FRAMES_PATH}; with `plain` its messages are not compressed, even if it offers that.
 */
const CHAT_PATH = '/ws';
/** `/frames?client=KEY` */
const FRAMES_PATH = '/frames';

/** Something that runs on an accepted socket. */
interface Session {
  close(code: number, reason: string): void;
}

type OpenSession = (socket: Duplex, head: Uint8Array, extensions: readonly MessageExtension[]) => Session;

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
  readonly #limits: DriverConfig;
  readonly #http: Server;
  readonly #hub = new Hub();
  readonly #page = new StaticFiles(new URL('../public/', import.meta.url));
  readonly #sessions = new Set<Session>();
  readonly #taps = new Map<string, FrameTap>();

  /** @param settings - those that differ from {@link DEFAULT_SETTINGS} */
  constructor(settings: Partial<Settings> = {}) {
    this.#settings = { ...DEFAULT_SETTINGS, ...settings };
    const { headersTimeoutMs, ...limits } = this.#settings;
    this.#limits = new DriverConfig(limits);
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
  close(): Promise<void> {
    return new Promise((resolve) => {
      // Requests under way get as long as closing handshakes do; sockets that were upgraded are
      // not Node's to end.
      const timer = setTimeout(() => this.#http.closeAllConnections(), this.#settings.closeTimeoutMs);
      this.#http.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const session of this.#sessions) session.close(1001, 'the server is going away');
    });
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
    const { closeTimeoutMs } = this.#settings;
    const checked = this.#http.listening
      ? checkUpgrade(request)
      : rejectRequest({ status: 503, body: 'the server is going away\n' });
    if (checked.kind === 'rejected') {
      refuse(checked, socket, closeTimeoutMs);
      return;
    }
    const address = addressOf(checked.resourceName);
    const compresses = address.pathname === CHAT_PATH && !address.searchParams.has('plain');
    const { bytes, extensions } = accept(checked, compresses);
    const open = this.#sessionAt(address);
    if (open === undefined) {
      refuse(rejectRequest({ status: 404, body: 'nothing to connect to here\n' }), socket, closeTimeoutMs);
      return;
    }
    socket.write(bytes);
    const session = open(socket, head, extensions);
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
  }

  /** The session that an address opens; undefined if there is nothing. */
  #sessionAt({ pathname, searchParams }: URL): OpenSession | undefined {
    if (pathname === CHAT_PATH) {
      return (socket, head, extensions) => {
        const tap = searchParams.has('frames') ? this.#openTap(socket) : undefined;
        return new ClientSession(socket, head, this.#hub, this.#limits, extensions, tap);
      };
    }
    const tap = this.#taps.get(searchParams.get('client') ?? '');
    if (pathname !== FRAMES_PATH || tap === undefined) return undefined;
    return (socket, head) => new FramesSession(socket, head, tap, this.#limits);
  }

  #openTap(socket: Duplex): FrameTap {
    const tap = new FrameTap();
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
