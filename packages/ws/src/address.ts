/** The addresses that a client takes: `ws:`, `wss:`, `http:`, `https:` and `ws+unix:` URLs. */

import { unescape as decode } from 'node:querystring';

/** An address in the parts that `http.request` wants. */
export interface Address {
  /** Whether the bytes go through TLS. */
  readonly secure: boolean;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  /** As the URL has it, or the usual one of its scheme. */
  readonly port: string | number;
  /** The target of the request. */
  readonly path: string;
  /** The path of a Unix socket, or the name of a pipe. */
  readonly socketPath: string | undefined;
  /** As the URL has it: with its port, unless that is the usual one. */
  readonly authority: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Reads an address; `http:` and `https:` stand for `ws:` and `wss:`.
 *
 * @param base - of an address that is relative
 * @throws SyntaxError for an address that a client cannot connect to (RFC 6455 3)
 */
export function parseAddress(address: string | URL, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    throw new SyntaxError(`Invalid URL: ${address}`);
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:' && url.protocol !== 'ws+unix:') {
    throw new SyntaxError(
      `The URL's protocol must be one of "ws:", "wss:", "http:", "https:", or "ws+unix:"`,
    );
  }
  if (url.protocol === 'ws+unix:' && url.pathname === '') {
    throw new SyntaxError("The URL's pathname is empty");
  }
  if (url.hash !== '') throw new SyntaxError('The URL contains a fragment identifier');
  return url;
}

/** Takes an address apart that was read. */
export function addressOf(url: URL): Address {
  const { hostname, host: authority, username, password } = url;
  const secure = url.protocol === 'wss:';
  const target = url.pathname + url.search;
  // ws+unix:/path/of/socket:/path/of/request
  const colon = url.protocol === 'ws+unix:' ? target.indexOf(':') : -1;
  const isLocal = url.protocol === 'ws+unix:';
  return {
    secure,
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port || (secure ? 443 : 80),
    path: isLocal ? (colon < 0 ? '' : target.slice(colon + 1)) : target,
    socketPath: isLocal ? (colon < 0 ? target : target.slice(0, colon)) : undefined,
    authority,
    username,
    password,
  };
}

/** User and password as `http.request` takes them; undefined for an address without any. */
export function credentialsOf({ username, password }: Address): string | undefined {
  if (username === '' && password === '') return undefined;
  return `${decode(username)}:${decode(password)}`;
}

/** Whether two addresses are of the same host and port, or the same Unix socket. */
export function isSameHost(one: Address, other: Address): boolean {
  return one.socketPath === other.socketPath && one.authority === other.authority;
}
