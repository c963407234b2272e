import { consistsOf, DIGIT, TOKEN, VISIBLE } from '../syntax/characters.js';
import { flattenHeaders, type HeaderPairs, type RawHeaders } from '../syntax/header-fields.js';
import { inWords, misuse } from '../syntax/misuse.js';
import { isStrings } from '../syntax/options.js';
import type { OwnBytes } from '../syntax/own-bytes.js';

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
 * @throws TypeError (`HEAD_INVALID`) for anything else, as Node's `IncomingMessage`, which is a head as it is
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
  const { method, url, headers } = Object(request) as FetchRequest;
  const isIterable = typeof Object(headers)[Symbol.iterator] === 'function';
  if (typeof method !== 'string' || typeof url !== 'string' || !isIterable) {
    const wanted = 'a fetch Request has method, url and headers that are pairs';
    throw misuse(TypeError, 'HEAD_INVALID', `${wanted}, ${inWords(request)} has not`);
  }
  const rawHeaders = flattenHeaders(headers).filter((_, i, all) => all[i & ~1]!.toLowerCase() !== 'host');
  rawHeaders.unshift('Host', url.split('/', 3)[2] ?? '');
  return { method, url, httpVersion: '1.1', rawHeaders };
}

/** @throws TypeError (`HEAD_INVALID`) for what is no parsed head: most often a fetch `Request` */
export function requireHead(head: RequestHead | ResponseHead): void {
  const { httpVersion, rawHeaders } = Object(head) as RequestHead;
  if (typeof httpVersion === 'string' && isStrings(rawHeaders) && rawHeaders.length % 2 === 0) return;
  const wanted = 'a head has httpVersion and rawHeaders, a flat array of names and values in turn';
  const got =
    rawHeaders === undefined ? `${inWords(head)}; requestHeadOf makes one of a fetch Request` : 'others';
  throw misuse(TypeError, 'HEAD_INVALID', `${wanted}, not ${got}`);
}

const SP = 0x20;

/** The first line of a request. */
export type RequestLine = Omit<RequestHead, 'rawHeaders'>;

/** The first line of a response. */
export type StatusLine = Omit<ResponseHead, 'rawHeaders'> & { readonly statusCode: number };

/** `method SP target SP HTTP/d.d`, RFC 9112 3; `undefined` if it is anything else. The target is judged later. */
export function parseRequestLine(line: string): RequestLine | undefined {
  const first = line.indexOf(' ');
  const last = line.length - 9;
  const httpVersion = parseVersion(line, last + 1);
  if (httpVersion === undefined || line.charCodeAt(last) !== SP || first >= last) return undefined;
  const method = line.slice(0, first);
  const url = line.slice(first + 1, last);
  return consistsOf(method, TOKEN) && consistsOf(url, VISIBLE) ? { method, url, httpVersion } : undefined;
}

/** `HTTP/d.d SP 3DIGIT SP [reason]`, RFC 9112 4; `undefined` if it is anything else. */
export function parseStatusLine(line: string): StatusLine | undefined {
  const httpVersion = parseVersion(line, 0);
  const status = line.slice(9, 12);
  if (httpVersion === undefined || line.charCodeAt(8) !== SP || line.charCodeAt(12) !== SP) return undefined;
  if (!consistsOf(status, DIGIT) || status < '100') return undefined;
  return { statusCode: Number(status), statusMessage: line.slice(13), httpVersion };
}

/** The digits of `HTTP/d.d` at an index, RFC 9112 2.3. */
function parseVersion(line: string, at: number): string | undefined {
  const version = line.slice(at, at + 8);
  if (version === 'HTTP/1.1') return '1.1'; // mostly, and then nothing more is looked at
  const valid =
    version.startsWith('HTTP/') && version[6] === '.' && consistsOf(`${version[5]}${version[7]}`, DIGIT);
  return valid ? version.slice(5) : undefined;
}

/** Whether a head is of HTTP/1.1 or a later 1.x: what came after 1.x has no Upgrade (RFC 9113 8.6). RFC 6455 4.2.1 item 1. */
export function canUpgrade(httpVersion: string): boolean {
  return httpVersion.length === 3 && httpVersion.startsWith('1.') && httpVersion > '1.0';
}

/** No bytes. */
export const NOTHING: OwnBytes = /* @__PURE__ */ new Uint8Array(0);

/**
 * A head as bytes, with `body` behind it (RFC 9112 2.1). Every part of it is checked where it came from a caller. Each
 * text is written where it goes: on V8 a third of the time of joining all and encoding that.
 *
 * @param start - the first line, and perhaps headers, without the last CR LF
 * @param from - index of the first of `rawHeaders` to write
 */
export function writeHead(
  start: Uint8Array,
  rawHeaders: RawHeaders,
  from = 0,
  body: Uint8Array = NOTHING,
): OwnBytes {
  let length = start.length + (rawHeaders.length - from) * 2 + 4 + body.length;
  for (let i = from; i < rawHeaders.length; i++) length += rawHeaders[i]!.length;
  const bytes = new Uint8Array(length);
  bytes.set(start);
  let at = start.length;
  for (let i = from; i < rawHeaders.length; i += 2) {
    at = writeText(bytes, at, '\r\n');
    at = writeText(bytes, at, rawHeaders[i]!);
    at = writeText(bytes, at, ': ');
    at = writeText(bytes, at, rawHeaders[i + 1]!);
  }
  at = writeText(bytes, at, '\r\n\r\n');
  if (body.length > 0) bytes.set(body, at);
  return bytes;
}

/** Text of characters up to FF as bytes, one each. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeText(bytes, 0, text);
  return bytes;
}

/** Writes text of characters up to FF, one byte each; returns where it ends. */
export function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}
