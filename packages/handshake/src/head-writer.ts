/**
 * Heads as values and as bytes, in the order of a handshake: parsed heads and their first lines, heads
 * as bytes, the headers of the handshake among the others (`Fields`), the 101 response, and the header
 * lists of HTTP/2 and HTTP/3.
 */

import { inWords, isStrings, usageError } from './errors.js';
import type { HandshakeFaultCode } from './faults.js';
import {
  checkToken,
  checkValue,
  codesOf,
  consistsOf,
  DIGIT,
  equalsIgnoringCase,
  FIELD,
  flattenHeaders,
  type HeaderPairs,
  isBlank,
  type OwnBytes,
  type RawHeaders,
  TOKEN,
  VISIBLE,
} from './syntax.js';

// --- Parsed heads ---

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
 * The part of a fetch `Request` that {@link requestHeadOf} needs.
 */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderPairs;
}

/**
 * A fetch `Request` as a parsed head. Such an object has no HTTP version; 1.1 is assumed. Its
 * `Host` is the URL's, which is where the runtime put it.
 *
 * @param request - a `Request`, or anything with its `method`, `url` and `headers`
 * @throws TypeError (`HEAD_INVALID`) for anything else, as Node's `IncomingMessage`, which is a
 * head as it is
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
    throw usageError(TypeError, 'HEAD_INVALID', `${wanted}, ${inWords(request)} has not`);
  }
  const rawHeaders = flattenHeaders(headers).filter((_, i, all) => all[i & ~1]!.toLowerCase() !== 'host');
  rawHeaders.unshift('Host', url.split('/', 3)[2] ?? '');
  return { method, url, httpVersion: '1.1', rawHeaders };
}

/**
 * @throws TypeError (`HEAD_INVALID`) for anything but a parsed head: most often a fetch `Request`
 */
export function requireHead(head: RequestHead | ResponseHead): void {
  const { httpVersion, rawHeaders } = Object(head) as RequestHead;
  if (typeof httpVersion === 'string' && isStrings(rawHeaders) && rawHeaders.length % 2 === 0) return;
  const wanted = 'a head has httpVersion and rawHeaders, a flat array of names and values in turn';
  const got =
    rawHeaders === undefined ? `${inWords(head)}; requestHeadOf makes one of a fetch Request` : 'others';
  throw usageError(TypeError, 'HEAD_INVALID', `${wanted}, not ${got}`);
}

// --- First lines ---

const SP = 0x20;

/** The first line of a request. */
export type RequestLine = Omit<RequestHead, 'rawHeaders'>;

/** The first line of a response. */
export type StatusLine = Omit<ResponseHead, 'rawHeaders'> & { readonly statusCode: number };

/**
 * `method SP target SP HTTP/d.d`, RFC 9112 3; `undefined` if it is anything else. The target is
 * judged later.
 */
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

/**
 * Whether a head is of HTTP/1.1 or a later 1.x: the versions after 1.x have no Upgrade (RFC 9113
 * 8.6). RFC 6455 4.2.1 item 1.
 */
export function canUpgrade(httpVersion: string): boolean {
  return httpVersion.length === 3 && httpVersion.startsWith('1.') && httpVersion > '1.0';
}

// --- Heads as bytes ---

/** No bytes. */
export const NOTHING: OwnBytes = /* @__PURE__ */ new Uint8Array(0);

/**
 * A head as bytes, with `body` behind it (RFC 9112 2.1). Every part of it is checked where it came
 * from a caller. Each text is written where it goes: on V8 a third of the time of joining all and
 * encoding that.
 *
 * @param start - the first line, and perhaps headers, without the last CR LF
 * @param from - index of the first of `rawHeaders` to write
 */
export function writeHead(
  start: string,
  rawHeaders: RawHeaders,
  from = 0,
  body: Uint8Array = NOTHING,
): OwnBytes {
  let length = start.length + (rawHeaders.length - from) * 2 + 4 + body.length;
  for (let i = from; i < rawHeaders.length; i++) length += rawHeaders[i]!.length;
  const bytes = new Uint8Array(length);
  let at = writeText(bytes, 0, start);
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

/** Writes text of characters up to FF, one byte each; returns where it ends. */
function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

// --- The headers of the handshake, found in one pass over a head, of bytes or parsed ---

export const HOST = 0;

export const UPGRADE = 1;

export const CONNECTION = 2;

export const CONTENT_LENGTH = 3;

export const TRANSFER_ENCODING = 4;

export const ORIGIN = 5;

export const KEY = 6;

export const VERSION = 7;

export const PROTOCOL = 8;

export const EXTENSIONS = 9;

export const ACCEPT = 10;

/** Either of the two keys of the drafts before masking. */
export const DRAFT_KEY = 11;

const NAMES: readonly Uint8Array[] = /* @__PURE__ */ [
  'host',
  'upgrade',
  'connection',
  'content-length',
  'transfer-encoding',
  'origin',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
  'sec-websocket-accept',
  'sec-websocket-key1',
  'sec-websocket-key2',
].map(codesOf);

/** The token of Upgrade. */
export const WEBSOCKET: Uint8Array = /* @__PURE__ */ codesOf('websocket');

/** The token of Connection. */
export const UPGRADE_TOKEN: Uint8Array = /* @__PURE__ */ codesOf('upgrade');

/**
 * Slots by the length of their names, at most two each: most headers of a request are passed over
 * by their length.
 */
const BY_LENGTH: readonly (readonly number[] | undefined)[] = /* @__PURE__ */ byLength();

function byLength(): number[][] {
  const table: number[][] = [];
  for (const [slot, { length }] of NAMES.entries()) {
    table[length] ??= [];
    table[length].push(slot);
  }
  return table;
}

/** The headers of a head that a handshake looks at. */
export interface Fields {
  /**
   * Their values, by the constants above: never keyed by a peer's names, which may be `__proto__`.
   * Lines of a repeated header are joined with a comma, which for a list is the same (RFC 9110
   * 5.3).
   */
  readonly values: (string | undefined)[];
  /** A bit for each header that came more than once. */
  repeated: number;
}

/** None so far. */
export function createFields(): Fields {
  return { values: new Array(12), repeated: 0 };
}

/** Those of a parsed head. */
export function fieldsOf(headers: RawHeaders): Fields {
  const fields = createFields();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const slot = slotOf(headers[i]!, 0, headers[i]!.length);
    if (slot >= 0) addField(fields, slot, headers[i + 1]!);
  }
  return fields;
}

/** The place of the header whose name stands in `text` from `start` to `end`, otherwise -1. */
export function slotOf(text: string, start: number, end: number): number {
  const slots = BY_LENGTH[end - start];
  if (slots === undefined) return -1;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    if (equalsIgnoringCase(text, NAMES[slot]!, start, end)) return Math.min(slot, DRAFT_KEY);
  }
  return -1;
}

/** Adds a line. */
export function addField(fields: Fields, slot: number, value: string): void {
  const before = fields.values[slot];
  if (before !== undefined) fields.repeated |= 1 << slot;
  fields.values[slot] = before === undefined ? value : `${before},${value}`;
}

/** Whether a header came more than once. */
export function isRepeated(fields: Fields, slot: number): boolean {
  return (fields.repeated & (1 << slot)) !== 0;
}

/** The fault of a header that has to be there exactly once, if it has one. */
export function countFault<Name extends 'HOST' | 'VERSION' | 'KEY' | 'ACCEPT'>(
  fields: Fields,
  slot: number,
  name: Name,
): `${Name}_MISSING` | `${Name}_REPEATED` | undefined {
  if (fields.values[slot] === undefined) return `${name}_MISSING`;
  return isRepeated(fields, slot) ? `${name}_REPEATED` : undefined;
}

/**
 * A caller's headers, flat; throws TypeError for a header that is the handshake's own, which a second
 * one would contradict, or not safe to write.
 */
export function checkedHeaders(headers: HeaderPairs | undefined): string[] {
  if (headers === undefined) return [];
  const flat = flattenHeaders(headers);
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    checkToken(name);
    checkValue(flat[i + 1]!);
    if (slotOf(name, 0, name.length) >= 0 || name.toLowerCase().startsWith('sec-websocket-')) {
      throw usageError(TypeError, 'HEADER_INVALID', `the header ${name} is written by the handshake itself`);
    }
  }
  return flat;
}

// --- The 101 response ---

// Mostly there is nothing in it but the accept key: such responses are cut from a
// buffer that holds them ready but for the keys, as an array of its own costs more than parsing the
// request (0.3 us on V8, and as much again for the garbage collector). Nothing private is ever in
// that buffer.

/** The start of every 101 response: its first line and two headers. */
const START = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';

const START_HEADERS = 4;

const ACCEPT_HEADER = 2;

const KEY_AT = 97;

const PLAIN_BYTES = 129;

const SLAB_BYTES: number = 32 * PLAIN_BYTES;

let slab: OwnBytes = NOTHING;

let used = 0;

/**
 * The 101 response as bytes.
 *
 * @param headers - all of them, `Upgrade`, `Connection` and `Sec-WebSocket-Accept` first
 */
export function writeSwitchingResponse(headers: RawHeaders): OwnBytes {
  if (headers.length > START_HEADERS + ACCEPT_HEADER) return writeHead(START, headers, START_HEADERS);
  // The length is asked for each time: a buffer that a caller transferred away has none left.
  if (used + PLAIN_BYTES > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    slab.set(writeHead(START, headers, START_HEADERS));
    for (let length = PLAIN_BYTES; length < SLAB_BYTES; length *= 2) slab.copyWithin(length, 0, length);
    used = 0;
  }
  writeText(slab, used + KEY_AT, headers[START_HEADERS + 1]!);
  used += PLAIN_BYTES;
  return slab.subarray(used - PLAIN_BYTES, used);
}

// --- Header lists of HTTP/2 and HTTP/3 ---

// The rules of RFC 9113 8.2 and 8.3 and RFC 9114 4.2 and 4.3, as far as a handshake depends on them;
// the implementations of HTTP mostly check them too.

/** A list taken apart. */
export interface PseudoHead {
  /** Values by name, colon included. */
  readonly pseudo: ReadonlyMap<string, string>;
  /** The headers of the handshake among the others. */
  readonly fields: Fields;
  /** All the others. */
  readonly headers: RawHeaders;
}

// They speak of one connection, where streams share it. RFC 9113 8.2.2.
const HOP_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** Takes a list apart in which only these pseudo-headers may be, each once. */
export function readPseudoHeaders(
  list: RawHeaders,
  allowed: readonly string[],
): PseudoHead | HandshakeFaultCode {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i]!;
    const value = list[i + 1]!;
    // RFC 9113 8.2.1: no white space around a value, no control bytes in it.
    if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)) || !isValue(value)) {
      return 'HEADER_VALUE_INVALID';
    }
    if (name.startsWith(':')) {
      // RFC 9113 8.3: known ones, before all others, each once.
      if (headers.length > 0 || !allowed.includes(name) || pseudo.has(name)) return 'PSEUDO_HEADER_INVALID';
      pseudo.set(name, value);
    } else {
      // RFC 9113 8.2.1: in lower case.
      if (!consistsOf(name, TOKEN) || name !== name.toLowerCase()) return 'HEADER_NAME_INVALID';
      if (HOP_HEADERS.includes(name) || (name === 'te' && value !== 'trailers')) return 'HOP_HEADER_PRESENT';
      headers.push(name, value);
    }
  }
  return { pseudo, fields: fieldsOf(headers), headers };
}

function isValue(value: string): boolean {
  return value === '' || consistsOf(value, FIELD);
}
