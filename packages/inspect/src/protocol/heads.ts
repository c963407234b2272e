/** Heads of opening handshakes in bytes that hold other things as well (RFC 6455 4, RFC 9112). */

import {
  type HandshakeFault,
  HeadObserver,
  type ObservedHead,
  type RawHeaders,
} from '@sanssocket/handshake/heads';
import { type ExtensionParameter, headerValues, parseExtensions } from '@sanssocket/handshake/values';
import { indexOf, latin1 } from '../model/bytes.js';

/** A longer head is none: the handshakes of this project allow 8 KiB by default. */
const MAX_HEAD_BYTES = 64 * 1024;

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
  for (let from = 0; ; from += mark.length) {
    from = indexOf(bytes, mark, from);
    if (from < 0) return Math.max(0, bytes.length - mark.length + 1);
    const end = endOf(bytes, from);
    if (end === undefined && !ended && bytes.length - from < MAX_HEAD_BYTES) return from;
    const head = bytes.subarray(from, end ?? Math.min(bytes.length, from + MAX_HEAD_BYTES));
    const observer = new HeadObserver(OBSERVED);
    const seen = observer.receive(head) ?? observer.receiveEof();
    // The fault of a head that asks for nothing of ours is another protocol's.
    const isOther = seen?.kind === 'fault' && !/^upgrade:[ \t]*websocket/im.test(latin1(head));
    if (seen !== undefined && !isOther) return { seen, start: from, end: from + head.length };
  }
}

/** Behind the empty line of a head; lines that end without CR are a fault to be shown. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  const ends = [
    ['\r\n\r\n', 4],
    ['\n\n', 2],
  ] as const;
  const found = ends
    .map(([mark, length]) => [indexOf(bytes, mark, start), length] as const)
    .filter(([at]) => at >= 0)
    .map(([at, length]) => at + length);
  return found.length === 0 ? undefined : Math.min(...found);
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
