/**
 * A transport as a conversation sees it: octets both ways, two ends, and a way to drop it. TCP, TLS
 * and HTTP/2 streams alike.
 */
import type { Http2Stream } from 'node:http2';
import { connect as connectTcp, isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, TLSSocket } from 'node:tls';

/** Told of the events of a link, until `gone`. */
export interface LinkSink {
  /** The chunk is the sink's. */
  data(chunk: Uint8Array): void;
  /** The peer ended its side; ours may still be written to. */
  end(): void;
  /** Nothing more can come or go. `error` is why, if it was not an end of both sides. */
  gone(error: LinkError | undefined): void;
}

/** Why a link broke. */
export interface LinkError {
  /** The system's code, `ECONNRESET` for instance. */
  readonly code: string;
  /** The peer reset it; otherwise a write found nobody. */
  readonly isReset: boolean;
}

const NO_SINK: LinkSink = { data: () => {}, end: () => {}, gone: () => {} };

/** A link over a Node stream. Octets that come while nobody listens are kept. */
export class Link {
  readonly #stream: Duplex;
  #sink: LinkSink = NO_SINK;
  #error: LinkError | undefined;
  #isGone = false;
  #hasEnded = false;
  #onWrite: (bytes: number) => void = () => {};

  /** @param stream - half-open ends allowed, nothing read from it yet */
  constructor(stream: Duplex) {
    this.#stream = stream;
    // Each write of a case is meant to be a packet of its own.
    if (stream instanceof Socket) stream.setNoDelay(true);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      this.#error = { code, isReset: code === 'ECONNRESET' || code.startsWith('ERR_HTTP2') };
    });
    stream.on('end', () => {
      this.#sink.end();
    });
    stream.on('close', () => {
      this.#isGone = true;
      this.#sink.gone(this.#error);
    });
  }

  /** Whether the transport is gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Octets that were written and did not leave yet. */
  get unsent(): number {
    return this.#stream.writableLength;
  }

  /**
   * Begins to read, or hands reading over to another sink.
   *
   * @param sink - told from now on
   * @param onWrite - told the size of each write
   */
  listen(sink: LinkSink, onWrite: (bytes: number) => void = () => {}): void {
    this.#sink = sink;
    this.#onWrite = onWrite;
    if (this.#stream.listenerCount('data') === 0) {
      this.#stream.on('data', (chunk: Uint8Array) => this.#sink.data(chunk));
    }
    if (this.#isGone) queueMicrotask(() => this.#sink.gone(this.#error));
  }

  /** Writes octets at once. Nothing is written to a link that has ended. */
  write(bytes: Uint8Array): void {
    if (this.#hasEnded || this.#isGone || bytes.length === 0) return;
    this.#onWrite(bytes.length);
    this.#stream.write(bytes);
  }

  /**
   * Writes octets a piece at a time, each in a turn of its own of the event loop. It is an effort:
   * pieces may still meet.
   */
  async writePieces(pieces: Iterable<Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (this.#isGone) return;
      this.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends our side. */
  end(): void {
    if (this.#hasEnded || this.#isGone) return;
    this.#hasEnded = true;
    this.#stream.end();
  }

  /** Drops the transport. */
  drop(): void {
    this.#hasEnded = true;
    this.#stream.destroy();
  }

  /** Drops it so that the peer sees a reset. */
  reset(): void {
    this.#hasEnded = true;
    const stream = this.#stream;
    // TLS has no reset: dropped without a close_notify it ends as abruptly (RFC 8446 6.1).
    if (stream instanceof Socket && !(stream instanceof TLSSocket)) stream.resetAndDestroy();
    else if ('rstCode' in stream) (stream as Http2Stream).close(HTTP2_CANCEL);
    else stream.destroy();
  }

  /** Stops reading, so that the peer's octets stay where they are; where that is possible. */
  pause(): void {
    if (IS_DENO && this.#stream instanceof TLSSocket) return;
    this.#stream.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#stream.resume();
  }
}

/**
 * Deno's TLS sockets (2.9) lose an end that comes while they are paused, and the peer would be
 * blamed for it.
 */
const IS_DENO = 'Deno' in globalThis;

/** RFC 9113 7: CANCEL. */
const HTTP2_CANCEL = 8;

/** Cuts octets into pieces of a size. */
export function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

// ---- Connections ----
// Connections to a server under test.

/** Where a server is, as its URL has it. */
export interface Address {
  readonly secure: boolean;
  /** For the system: no brackets around IPv6. */
  readonly hostname: string;
  readonly port: number;
  /** For Host (RFC 6455 4.1): the port is left out where it is the scheme's own. */
  readonly authority: string;
  /** Path and query. */
  readonly resourceName: string;
}

/**
 * Reads a server's URL.
 *
 * @param url - `ws:` or `wss:`
 * @throws RangeError for another scheme or no URL, or a fragment (RFC 6455 3)
 */
export function addressOf(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const secure = parsed?.protocol === 'wss:';
  if (parsed === undefined || (!secure && parsed.protocol !== 'ws:')) {
    const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
    const hint = isHttp ? `; did you mean ${url.replace(/^http/i, 'ws')}?` : '';
    throw new RangeError(
      `not the URL of a WebSocket server, which begins with ws: or wss: (RFC 6455 3): ${url}${hint}`,
    );
  }
  if (parsed.hash !== '') throw new RangeError(`a WebSocket URL has no fragment: ${url}`);
  return {
    secure,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port),
    authority: parsed.host,
    resourceName: parsed.pathname + parsed.search,
  };
}

/** How TLS trusts. */
export interface TlsTrust {
  /**
   * Certificates that are trusted in place of the system's, PEM. Without them no certificate is
   * verified: a server under test has one that it signed itself.
   */
  readonly ca?: string | undefined;
  /** The name the certificate has to be for. */
  readonly servername?: string | undefined;
}

/**
 * Connects.
 *
 * @returns the link
 * @throws Error if nobody answers in time
 */
export async function connectLink(address: Address, trust: TlsTrust, timeoutMs: number): Promise<Link> {
  return new Link(await connectSocket(address, trust, timeoutMs));
}

/** The same as a Node socket, with ALPN where HTTP/2 is to be spoken on it. */
export function connectSocket(
  address: Address,
  trust: TlsTrust,
  timeoutMs: number,
  protocols?: string[],
): Promise<Socket> {
  const { hostname: host, port, secure } = address;
  // RFC 6455 4.1: "Clients MUST use the Server Name Indication extension"; there are none for
  // addresses (RFC 6066 3).
  const servername = trust.servername ?? (isIP(host) === 0 ? host : undefined);
  // TLS takes half-open ends from the socket below it.
  const tcp = connectTcp({ host, port, allowHalfOpen: true });
  const socket = secure
    ? connectTls({
        socket: tcp,
        host,
        rejectUnauthorized: trust.ca !== undefined,
        ...(trust.ca === undefined ? {} : { ca: trust.ca }),
        ...(servername === undefined ? {} : { servername }),
        ...(protocols === undefined ? {} : { ALPNProtocols: protocols }),
      })
    : tcp;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${host}:${port} did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', fail);
    if (secure) tcp.once('error', fail);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      tcp.off('error', fail);
      resolve(socket);
    });
  });
}
