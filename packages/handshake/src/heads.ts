import { consistsOf, DIGIT, TOKEN, VISIBLE } from './characters.js';
import { flattenHeaders, type HeaderPairs, type RawHeaders } from './header-fields.js';
import { encodeLatin1 } from './latin1.js';

/**
 * A request's head, parsed. Node's `http.IncomingMessage` on a server is one as it is.
 */
export interface RequestHead {
  readonly method?: string | undefined;
  /** The request target as on the request line. */
  readonly url?: string | undefined;
  /** `'1.1'` */
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
}

/**
 * A response's head, parsed. Node's `http.IncomingMessage` on a client is one as it is.
 */
export interface ResponseHead {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  /** `'1.1'` */
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
}

/**
 * What {@link requestHeadOf} needs of a fetch `Request`.
 */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderPairs;
}

/**
 * A fetch `Request` as a parsed head. Such an object has no HTTP version; 1.1 is assumed. Its `Host` is the URL's, which
 * is where the runtime put it.
 *
 * @param request - a `Request`, or anything with its `method`, `url` and `headers`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requestHeadOf } from '@sanssocket/handshake';
 *
 * const head = requestHeadOf(new Request('http://example.com/chat'));
 * assert.deepEqual(head.rawHeaders, ['Host', 'example.com']);
 * ```
 */
export function requestHeadOf(request: FetchRequest): RequestHead {
  const { method, url, headers } = request;
  const rawHeaders = flattenHeaders(headers).filter((_, i, all) => all[i & ~1]!.toLowerCase() !== 'host');
  rawHeaders.unshift('Host', url.split('/', 3)[2] ?? '');
  return { method, url, httpVersion: '1.1', rawHeaders };
}

/** `method SP target SP HTTP/d.d`, RFC 9112 3; `undefined` if it is anything else. The target is judged later. */
export function parseRequestLine(line: string, rawHeaders: RawHeaders): RequestHead | undefined {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  const url = line.slice(first + 1, last);
  const httpVersion = parseVersion(line.slice(last + 1));
  if (httpVersion === undefined || !consistsOf(method, TOKEN) || !consistsOf(url, VISIBLE)) return undefined;
  return { method, url, httpVersion, rawHeaders };
}

/** `HTTP/d.d SP 3DIGIT SP [reason]`, RFC 9112 4; `undefined` if it is anything else. */
export function parseStatusLine(
  line: string,
  rawHeaders: RawHeaders,
): (ResponseHead & { statusCode: number }) | undefined {
  const httpVersion = parseVersion(line.slice(0, 8));
  const status = line.slice(9, 12);
  if (httpVersion === undefined || line[8] !== ' ' || line[12] !== ' ') return undefined;
  if (!consistsOf(status, DIGIT) || status < '100') return undefined;
  return { statusCode: Number(status), statusMessage: line.slice(13), httpVersion, rawHeaders };
}

/** The digits of `HTTP/d.d`, RFC 9112 2.3. */
function parseVersion(text: string): string | undefined {
  const valid =
    text.length === 8 &&
    text.startsWith('HTTP/') &&
    text[6] === '.' &&
    consistsOf(text[5]! + text[7]!, DIGIT);
  return valid ? text.slice(5) : undefined;
}

/** Whether a head is of HTTP/1.1 or a later 1.x: what came after 1.x has no Upgrade (RFC 9113 8.6). RFC 6455 4.2.1 item 1. */
export function canUpgrade(httpVersion: string): boolean {
  return httpVersion.length === 3 && httpVersion.startsWith('1.') && httpVersion > '1.0';
}

/** A head as bytes, with `body` behind it (RFC 9112 2.1). Every part of it is checked where it came from a caller. */
export function writeHead(
  startLine: string,
  rawHeaders: RawHeaders,
  body: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  let text = startLine;
  for (let i = 0; i < rawHeaders.length; i += 2) text += `\r\n${rawHeaders[i]}: ${rawHeaders[i + 1]}`;
  return encodeLatin1(`${text}\r\n\r\n`, body);
}
