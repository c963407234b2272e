/**
 * WebSocket URIs, request targets and authorities (RFC 6455 3, RFC 9112 3.2).
 */

import { inWords, usageError } from './errors.js';
import { CLASSES, consistsOf, DIGIT, HEX, REG_NAME, VISIBLE } from './syntax.js';

/**
 * A WebSocket URI in its parts (RFC 6455 3).
 */
export interface WebSocketUri {
  /** Whether the scheme is `wss`: the bytes then go through TLS. */
  readonly secure: boolean;
  /**
   * Where to connect to, and the name to indicate in TLS: as written, but an IPv6 address without
   * its brackets, which are syntax of the URI (RFC 3986 3.2.2).
   */
  readonly host: string;
  readonly port: number;
  /** Path and query, never empty: the resource of the request. */
  readonly resourceName: string;
  /**
   * The value for `Host`: an IPv6 address in its brackets, the port unless it is the scheme's own
   * (4.1, request item 4).
   */
  readonly authority: string;
}

function invalid(rule: string, text?: string): Error {
  const got = text === undefined ? '' : `: ${JSON.stringify(text)}`;
  return usageError(TypeError, 'URI_INVALID', `a WebSocket URI ${rule} (RFC 6455 3)${got}`);
}

/**
 * `scheme://authority/rest` in three parts; `undefined` if it is not of that shape, has user
 * information or a bad host.
 */
export interface UriParts {
  readonly scheme: string;
  readonly host: string;
  /** -1 when absent or empty. */
  readonly port: number;
  readonly authority: string;
  readonly rest: string;
}

/**
 * Takes a WebSocket URI apart (RFC 6455 3): scheme `ws` or `wss`, no fragment, ports 80 and 443
 * unless given. User information is rejected, as in browsers: a caller that needs it sends an
 * `Authorization` header.
 *
 * @param uri - an absolute URI, percent-encoded already; or a `URL`
 * @throws TypeError (`URI_INVALID`) if it is not a WebSocket URI, with the rule
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseWebSocketUri } from '@sanssocket/handshake/values';
 *
 * const uri = parseWebSocketUri('wss://[::1]:8443/chat?room=1');
 * assert.deepEqual(
 *   [uri.secure, uri.host, uri.port, uri.resourceName, uri.authority],
 *   [true, '::1', 8443, '/chat?room=1', '[::1]:8443'],
 * );
 * ```
 */
export function parseWebSocketUri(uri: string | { readonly href: string }): WebSocketUri {
  const text = typeof uri === 'string' ? uri : uri?.href;
  if (typeof text !== 'string') throw invalid(`is given as a string or a URL, not as ${inWords(uri)}`);
  // Control bytes, blanks and text past ASCII need encoding.
  if (!consistsOf(text, VISIBLE))
    throw invalid('has visible ASCII only: encode the rest, as new URL(text) does', text);
  if (text.includes('#')) throw invalid('has no fragment: "MUST NOT be used"', text);
  const parts = splitUri(text);
  if (parts === undefined) {
    // Nothing of a password is told. RFC 6455 3 has no user in its grammar.
    if (text.split('/', 3)[2]?.includes('@'))
      throw invalid('has no user information: send an Authorization header instead');
    throw invalid('is ws: or wss:, // and a host', text);
  }
  const secure = parts.scheme === 'wss';
  if (!secure && parts.scheme !== 'ws')
    throw invalid(`is of the scheme ws or wss, not ${parts.scheme}`, text);
  const usual = secure ? 443 : 80;
  const port = parts.port < 0 ? usual : parts.port;
  return {
    secure,
    host: parts.host.startsWith('[') ? parts.host.slice(1, -1) : parts.host,
    port,
    resourceName: resourceNameOf(parts.rest),
    authority: port === usual ? parts.host : `${parts.host}:${port}`,
  };
}

/** The parts of an absolute URI with an authority, scheme in lower case (RFC 3986 3). */
export function splitUri(uri: string): UriParts | undefined {
  const colon = uri.indexOf('://');
  if (colon < 0) return undefined;
  let end = colon + 3;
  while (end < uri.length && !endsAuthority(uri.charCodeAt(end))) end++;
  const authority = uri.slice(colon + 3, end);
  const parts = splitAuthority(authority);
  if (parts === undefined) return undefined;
  const { host, port } = parts;
  return { scheme: uri.slice(0, colon).toLowerCase(), host, port, authority, rest: uri.slice(end) };
}

/** "/", "?" and "#", RFC 3986 3.2. */
function endsAuthority(code: number): boolean {
  return code === 0x2f || code === 0x3f || code === 0x23;
}

/** Path and query of a URI's rest: "/" if the path is empty (RFC 6455 3). */
function resourceNameOf(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** `host[:port]`, RFC 3986 3.2.2 and 3.2.3; `undefined` if it is malformed or the host is empty. */
export function splitAuthority(authority: string): { host: string; port: number } | undefined {
  const bracket = authority.startsWith('[') ? authority.indexOf(']') : -1;
  const colon = authority.indexOf(':', bracket + 1);
  const host = colon < 0 ? authority : authority.slice(0, colon);
  const digits = colon < 0 ? '' : authority.slice(colon + 1);
  if (digits !== '' && (!consistsOf(digits, DIGIT) || Number(digits) > 65535)) return undefined;
  const valid = bracket < 0 ? isRegName(host) : bracket === host.length - 1 && isIPv6(host.slice(1, -1));
  return valid ? { host, port: digits === '' ? -1 : Number(digits) } : undefined;
}

/** reg-name, which includes IPv4 addresses. RFC 3986 3.2.2. */
function isRegName(host: string): boolean {
  for (let at = host.indexOf('%'); at >= 0; at = host.indexOf('%', at + 1)) {
    if (!isHex(host, at + 1) || !isHex(host, at + 2)) return false;
  }
  return consistsOf(host, REG_NAME);
}

function isHex(text: string, at: number): boolean {
  return (CLASSES[text.charCodeAt(at)]! & HEX) !== 0;
}

/**
 * IPv6address, RFC 3986 3.2.2: eight groups, or fewer around one "::"; the last two may be an IPv4
 * address.
 */
function isIPv6(address: string): boolean {
  const halves = address.split('::');
  const groups = halves.flatMap((half) => (half === '' && halves.length === 2 ? [] : half.split(':')));
  if (!address.endsWith(':') && isIPv4(groups.at(-1) ?? '')) groups.splice(-1, 1, '0', '0');
  if (!groups.every((group) => group.length <= 4 && consistsOf(group, HEX))) return false;
  return halves.length === 2 ? groups.length < 8 : halves.length === 1 && groups.length === 8;
}

function isIPv4(address: string): boolean {
  const octets = address.split('.');
  return (
    octets.length === 4 &&
    octets.every(
      (octet) => consistsOf(octet, DIGIT) && String(Number(octet)) === octet && Number(octet) < 256,
    )
  );
}

/**
 * The resource name in a request target (RFC 6455 4.1, request item 2): origin-form, or an absolute
 * http or https URI, with an authority that then stands in for `Host` (RFC 9112 3.2.2). `undefined`
 * for any other form.
 */
export function parseTarget(
  target: string,
): { resourceName: string; authority: string | undefined } | undefined {
  // "#" and characters that are not visible ASCII have no place in a target (RFC 3986); other
  // liberties of browsers are let through.
  if (!consistsOf(target, VISIBLE) || target.includes('#')) return undefined;
  if (target.startsWith('/')) return { resourceName: target, authority: undefined };
  const parts = splitUri(target);
  if (parts?.scheme !== 'http' && parts?.scheme !== 'https') return undefined;
  return { resourceName: resourceNameOf(parts.rest), authority: parts.authority };
}
