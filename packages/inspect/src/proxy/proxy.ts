/**
 * A proxy between clients and one server, which passes bytes on as they come and shows what they
 * are. Clients speak to it without TLS; the server may be one of `wss:`.
 */

import { connect as connectTcp, createServer, isIP, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connect as connectTls } from 'node:tls';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import type { RecordedChunk } from '../formats/recording.js';
import type { InspectEvent } from '../model/event.js';
import { type InspectLimits, Session } from '../model/session.js';
import { Conversation } from '../protocol/conversation.js';
import { RequestHead } from './request-head.js';

/** Options of {@link startProxy}. */
export interface ProxyOptions extends InspectLimits {
  /** URL of the server: `ws:` or `wss:`. A client's path `/` becomes that of the URL, its query stays. */
  readonly to: string | URL;
  /** 0, the default, is any free port. */
  readonly port?: number;
  /** The address to listen at; 127.0.0.1 by default. */
  readonly host?: string;
  /**
   * Called with each event, when the bytes that it is about have passed. No more is read of the
   * sender of those bytes until its promise, if it gives one, is settled.
   */
  readonly onEvent: (event: InspectEvent) => unknown;
  /** Called with each chunk that passes: a line of a recording. */
  readonly onChunk?: (chunk: RecordedChunk) => void;
}

/** A proxy that listens. */
export interface Proxy {
  /** The port at which it listens. */
  readonly port: number;
  /** Ends the connections, and listens no longer. */
  close(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @throws TypeError for a URL of another scheme; the error of listening, as a rejection
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { startProxy } from '@sanssocket/inspect';
 *
 * const proxy = await startProxy({ to: 'ws://127.0.0.1:8080/', onEvent: (event) => console.log(event.type) });
 * assert.ok(proxy.port > 0); // clients connect there
 * await proxy.close();
 * ```
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const target = new URL(options.to);
  if (target.protocol !== 'ws:' && target.protocol !== 'wss:')
    throw new TypeError(`a proxy leads to a ws: or wss: URL, not to ${target.href}`);
  const shown = new Shown(options.onEvent);
  const session = new Session((event) => shown.show(event), { engine: nodeZlib() }, options);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = dial(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    new Passage(session, shown, options, target, ++connections).join(client, upstream);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function dial(target: URL): Socket {
  const secure = target.protocol === 'wss:';
  // Brackets of an IPv6 address belong to the URL.
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port || (secure ? 443 : 80));
  const options = { host, port, allowHalfOpen: true, noDelay: true };
  if (!secure) return connectTcp(options);
  // RFC 6066 3: an address is no server name.
  const named = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...options, ...named, ALPNProtocols: ['http/1.1'] });
}

/** Events that are being shown: a slow reader of them slows the connections down. */
class Shown {
  readonly #onEvent: ProxyOptions['onEvent'];
  #last: Promise<unknown> | undefined;

  constructor(onEvent: ProxyOptions['onEvent']) {
    this.#onEvent = onEvent;
  }

  show(event: InspectEvent): void {
    const done = this.#onEvent(event);
    if (done instanceof Promise) this.#last = Promise.all([this.#last, done]);
  }

  /** Settled when all events until now are shown; undefined if none is waited for. */
  waiting(): Promise<unknown> | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last;
  }
}

/** One client and its connection to the server. */
class Passage {
  readonly #session: Session;
  readonly #conversation: Conversation;
  readonly #head: RequestHead;
  readonly #connection: number;
  readonly #onChunk: ProxyOptions['onChunk'];
  readonly #shown: Shown;

  constructor(session: Session, shown: Shown, { onChunk }: ProxyOptions, target: URL, connection: number) {
    this.#session = session;
    this.#shown = shown;
    this.#connection = connection;
    this.#onChunk = onChunk;
    this.#head = new RequestHead(target);
    this.#conversation = new Conversation(session, {
      opened: true,
      client: 0,
      peers: [undefined, target.host],
    });
  }

  join(client: Socket, upstream: Socket): void {
    this.#pass('client', client, upstream, (chunk) => this.#head.pass(chunk));
    this.#pass('server', upstream, client, (chunk) => chunk);
    upstream.on('error', (error: Error) => {
      this.#session.note('damaged', `the connection to the server has failed: ${error.message}`, this.#place);
      client.destroy();
    });
    client.on('error', () => upstream.destroy());
    client.once('close', () => upstream.destroySoon());
    upstream.once('close', () => client.destroySoon());
  }

  get #place(): { connection?: number } {
    const { connection } = this.#conversation;
    return connection === 0 ? {} : { connection };
  }

  #pass(
    from: 'client' | 'server',
    source: Socket,
    sink: Socket,
    change: (chunk: Uint8Array) => Uint8Array | undefined,
  ): void {
    let waitsFor = 0;
    const pause = (): void => {
      waitsFor++;
      source.pause();
    };
    const resume = (): void => {
      waitsFor--;
      if (waitsFor === 0) source.resume();
    };
    const send = (bytes: Uint8Array | undefined): void => {
      if (bytes === undefined || bytes.length === 0) return;
      const at = now();
      this.#onChunk?.({
        connection: this.#connection,
        from,
        at,
        bytes: Buffer.from(bytes).toString('base64'),
      });
      if (!sink.write(bytes)) {
        pause();
        sink.once('drain', resume);
      }
      this.#conversation.receive(from === 'client' ? 0 : 1, bytes, at);
      const last = this.#shown.waiting();
      if (last === undefined) return;
      pause();
      void last.then(resume);
    };
    source.on('data', (chunk: Uint8Array) => send(change(chunk)));
    source.once('end', () => {
      if (from === 'client') send(this.#head.rest());
      this.#onChunk?.({ connection: this.#connection, from, at: now(), end: true });
      this.#conversation.finish(from === 'client' ? 0 : 1);
      sink.end();
    });
    source.once('close', () => this.#conversation.finish());
  }
}

/** Milliseconds since 1970, with microseconds as a fraction. */
function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000;
}
