/** Connections to a server under test. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Link } from './link.js';

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
