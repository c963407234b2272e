/**
 * A server of the page that says what a test tells it to: states into which a real one seldom
 * comes.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createWebSocketServer, type WebSocketConnection } from 'sanssocket';
import type { ClientMessage, Join, Presence, Said, Say, ServerMessage } from '../src/protocol.js';
import { StaticFiles } from '../src/static-files.js';
import { Log } from './support.js';

type Welcome = Extract<ServerMessage, { type: 'welcome' }>;

const WELCOME: Welcome = {
  type: 'welcome',
  id: 'own',
  name: 'Ada',
  session: 'secret',
  epoch: 'first',
  seq: 0,
  count: 1,
  people: [{ id: 'own', name: 'Ada' }],
  missed: [],
  gap: false,
  lastN: 0,
  framesKey: null,
};

/** One connection of the page, from its `join` on. */
export class Visit {
  readonly heard: Log<ClientMessage> = new Log<ClientMessage>();
  readonly closed: Promise<number>;
  readonly query: string;
  readonly join: Join;
  readonly #connection: WebSocketConnection;

  constructor(query: string, join: Join, connection: WebSocketConnection, closed: Promise<number>) {
    this.query = query;
    this.join = join;
    this.#connection = connection;
    this.closed = closed;
  }

  welcome(different: Partial<Welcome> = {}): void {
    this.send({ ...WELCOME, ...different });
  }

  /** Somebody else said something, unless `different` makes it the page's own. */
  said(text: string, seq: number, different: Partial<Said> = {}): void {
    this.send(said(text, seq, different));
  }

  presence(different: Partial<Presence>): void {
    const nobody = { in: [], out: [], joined: [], left: [], moreJoined: 0, moreLeft: 0 };
    this.send({ type: 'presence', count: 1, ...nobody, ...different });
  }

  send(message: ServerMessage): void {
    this.#connection.sendText(JSON.stringify(message));
  }

  close(code: number, reason = ''): void {
    this.#connection.close(code, reason);
  }

  /** Waits for what the page says. */
  async hears(text: string): Promise<Say> {
    return (await this.heard.until((message) => message.type === 'say' && message.text === text)) as Say;
  }
}

export function said(text: string, seq: number, different: Partial<Said> = {}): Said {
  return { type: 'said', id: 'bob', name: 'Bob', text, at: Date.now(), seq, n: seq, ...different };
}

export class ScriptedChat {
  readonly visits: Log<Visit> = new Log<Visit>();
  port = 0;
  readonly #http: Server;
  readonly #seen = new Set<Visit>();

  constructor() {
    const page = new StaticFiles(new URL('../public/', import.meta.url));
    this.#http = createServer((request, response) => page.serve(request, response));
    const server = createWebSocketServer({ compression: false }, (connection, { resourceName }) => {
      let visit: Visit | undefined;
      const { promise, resolve } = withResolvers<number>();
      return {
        text: (text) => {
          const message = JSON.parse(text) as ClientMessage;
          if (message.type === 'join') {
            visit = new Visit(resourceName, message, connection, promise);
            this.visits.add(visit);
          } else {
            visit?.heard.add(message);
          }
        },
        close: ({ code }) => resolve(code),
      };
    });
    this.#http.on('upgrade', (request, socket, head) => server.upgrade(request, socket, head));
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve) => {
      this.#http.listen(port, () => {
        this.port = (this.#http.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** The next connection over which the page joins. */
  async visit(): Promise<Visit> {
    const visit = await this.visits.until((one) => !this.#seen.has(one));
    this.#seen.add(visit);
    return visit;
  }

  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
