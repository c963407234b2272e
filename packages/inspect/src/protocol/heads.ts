/** Heads of opening handshakes in bytes that hold other things as well (RFC 6455 4, RFC 9112). */

import {
  type HandshakeFault,
  HeadObserver,
  type ObservedHead,
  type RawHeaders,
} from '@sanssocket/handshake/heads';
import { type ExtensionParameter, headerValues, parseExtensions } from '@sanssocket/handshake/values';
import { indexOf, latin1 } from '../model/bytes.js';

/** The first word of a request, by which it is found. */
export const REQUEST_MARK = 'GET ';

/** A longer head is none: the handshakes of this project allow 8 KiB by default. */
export const MAX_HEAD_BYTES: number = 64 * 1024;

/** Of a first line: longer ones are none. */
const MAX_LINE_BYTES = 16 * 1024;

const OBSERVED = { maxHeadBytes: MAX_HEAD_BYTES, maxHeaders: 1000 };

/** A head, or the fault of one, and its place. */
export interface FoundHead {
  readonly seen: ObservedHead | HandshakeFault;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the next head.
 *
 * @param bytes - of one direction
 * @param mark - its beginning: `GET `, `HTTP/1.`
 * @param ended - whether no more bytes come
 * @returns the head; or how many bytes may be forgotten, as no head begins in them
 */
export function findHead(bytes: Uint8Array, mark: string, ended: boolean): FoundHead | number {
  const lineEnd = finder(bytes, '\n');
  // Lines that end without CR are a fault to be shown.
  const ends = [finder(bytes, '\r\n\r\n', 4), finder(bytes, '\n\n', 2)];
  const upgrade = upgradeFinder(bytes);
  for (let from = 0; ; from += mark.length) {
    from = indexOf(bytes, mark, from);
    if (from < 0) return Math.max(0, bytes.length - mark.length + 1);
    const line = lineEnd(from);
    const isLong = (line < 0 ? bytes.length : line) - from > MAX_LINE_BYTES;
    if (isLong || (line >= 0 && !isFirstLine(bytes, from, line))) continue;
    const end = Math.min(...ends.map((next) => next(from)).filter((at) => at >= 0), Number.POSITIVE_INFINITY);
    if (end > bytes.length && !ended && bytes.length - from < MAX_HEAD_BYTES) return from;
    const head = bytes.subarray(from, Math.min(end, bytes.length, from + MAX_HEAD_BYTES));
    const observer = new HeadObserver(OBSERVED);
    const seen = observer.receive(head) ?? observer.receiveEof();
    // The fault of a head that asks for nothing of ours is another protocol's.
    const isOther = seen?.kind === 'fault' && !isWithin(upgrade(from), from, head.length);
    if (seen !== undefined && !isOther) return { seen, start: from, end: from + head.length };
  }
}

/**
 * Finds places at or behind indices that grow: each byte is looked at once, however many heads seem
 * to begin in a body.
 *
 * @param behind - is added to the place
 */
function finder(bytes: Uint8Array, mark: string, behind = 0): (from: number) => number {
  let at = -2;
  return (from) => {
    if (at !== -1 && at < from) at = indexOf(bytes, mark, from);
    return at < 0 ? at : at + behind;
  };
}

/** The same for the header field that asks for WebSocket, or agrees to it. */
function upgradeFinder(bytes: Uint8Array): (from: number) => number {
  // A space before the colon is a fault to be shown.
  const pattern = /^upgrade[ \t]*:[ \t]*websocket/gim;
  let text: string | undefined;
  let at = -2;
  return (from) => {
    text ??= latin1(bytes);
    if (at === -1 || at >= from) return at;
    pattern.lastIndex = from;
    at = pattern.exec(text)?.index ?? -1;
    return at;
  };
}

function isWithin(at: number, start: number, length: number): boolean {
  return at >= start && at < start + length;
}

/**
 * Whether a line is of a status, or of a request: most others in a body are told by it. A target with
 * spaces in it is a fault to be shown, but only where a line begins, and no other request is in it.
 */
function isFirstLine(bytes: Uint8Array, start: number, end: number): boolean {
  const first = latin1(bytes.subarray(start, Math.min(end, start + 13)));
  if (first.startsWith('HTTP/')) return /^HTTP\/1\.\d \d{3}/.test(first);
  const version = /[ \t]HTTP\/\d\.\d\r?$/.exec(latin1(bytes.subarray(Math.max(start, end - 10), end)));
  if (version === null) return false;
  const target = start + REQUEST_MARK.length;
  const targetEnd = end - version[0].length;
  const space = bytes.indexOf(0x20, target);
  if (space === targetEnd) return true;
  const another = indexOf(bytes, REQUEST_MARK, target);
  return (start === 0 || bytes[start - 1] === 0x0a) && (another < 0 || another > targetEnd);
}

/** Whether a head has the upgrade to WebSocket in it. */
export function isUpgrade(headers: RawHeaders): boolean {
  return headerValues(headers, 'upgrade').some((value) => /(?:^|[,\s])websocket(?:$|[,\s/])/i.test(value));
}

/** The parameters of permessage-deflate in a response; undefined if it was not agreed on. */
export function deflateParameters(headers: RawHeaders): readonly ExtensionParameter[] | undefined {
  const extensions = parseExtensions(headerValues(headers, 'sec-websocket-extensions'));
  return extensions?.find(({ name }) => name === 'permessage-deflate')?.parameters;
}
