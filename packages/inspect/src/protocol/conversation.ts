/**
 * A stream between two ends that may be a WebSocket connection: its handshake is looked for, then
 * its frames; where the handshake is not in the input, frames alone.
 *
 * ```
 *   SEARCHING ── 101 seen, or frames found ──> OPEN
 *      ├── preface, or SETTINGS ──> HTTP/2, whose streams may be WebSockets
 *      ├── TLS, or no HTTP at the start ──> OTHER
 *      └── nothing found in MAX_SEARCH_BYTES ──> OTHER
 * ```
 */

import type { RequestHead, ResponseHead } from '@sanssocket/handshake/heads';
import type { ExtensionParameter } from '@sanssocket/handshake/values';
import { concat, latin1 } from '../model/bytes.js';
import type { ConnectionFound, NoteCode, Side } from '../model/event.js';
import type { Session } from '../model/session.js';
import { Direction } from './direction.js';
import {
  deflateParameters,
  type FoundHead,
  findHead,
  isUpgrade,
  MAX_HEAD_BYTES,
  REQUEST_MARK,
} from './heads.js';
import { Http2Connection, http2SideOf, TELLING_BYTES } from './http2.js';
import { Inflating } from './inflating.js';
import { MaskWitness } from './mask-witness.js';
import { Reading, skipTo, WINDOW_BYTES } from './reading.js';
import { CERTAIN_BITS, type FoundFrames, findFrames, PACKET_BITS } from './resync.js';
import { protocolOf, Sender } from './sender.js';

/** Two ends without a name: 0 and 1. */
export type End = 0 | 1;

/** The knowledge of an input about a stream. */
export interface ConversationOptions {
  /** Addresses and ports of both ends. */
  readonly peers?: readonly [string | undefined, string | undefined];
  /** Whether the first bytes of the stream are in the input. */
  readonly opened: boolean;
  /** Whether bytes of both ends come in the order in which they were sent; true by default. */
  readonly ordered?: boolean;
  /** The end that the input calls the client. */
  readonly client?: End;
  /** Whether the input says that this is a WebSocket connection: frames are believed at once. */
  readonly certain?: boolean;
}

/** The server's answer to the request. */
interface Agreement {
  /** Of permessage-deflate; undefined if it was not agreed on. */
  readonly parameters: readonly ExtensionParameter[] | undefined;
  /** Whether the answer breaks a rule of HTTP, so that nothing is known but that it is one. */
  readonly unreadable?: boolean;
}

/** The knowledge with which frames are read. */
interface Beginning {
  readonly parameters?: Agreement['parameters'];
  /** Whether there was no response. */
  readonly midway?: boolean;
  /** The end whose first byte is known to begin a frame, though there was no response. */
  readonly known?: End | undefined;
  /** Whether messages before the first one are missing. */
  readonly tainted?: boolean;
  readonly extensionsUnknown?: boolean;
}

/** Bytes without a head or a frame, behind which a stream is something else. */
const MAX_SEARCH_BYTES = 1024 * 1024;

export class Conversation {
  readonly #session: Session;
  readonly #options: ConversationOptions;
  readonly #senders: readonly [Sender, Sender];
  #state: 'searching' | 'open' | 'other' = 'searching';
  #connection = 0;
  #client: End | undefined;
  #requestSeen = false;
  /** Known with the response of the server. */
  #agreement: Agreement | undefined;
  #lastMs: number | undefined;
  /** Bytes that were looked at in vain. */
  #searched = 0;
  /** Whether bytes before those that are pending are missing. */
  #midway: boolean;
  /** The stream begins with a TLS record. */
  encrypted = false;
  /** The streams within, once the stream is known to be HTTP/2. */
  #http2: Http2Connection | undefined;

  constructor(session: Session, options: ConversationOptions) {
    this.#session = session;
    this.#options = options;
    this.#senders = [new Sender(session), new Sender(session)];
    this.#midway = !options.opened;
  }

  /** Whether this is HTTP/2 without a WebSocket in it. */
  get isOtherHttp2(): boolean {
    return this.#http2?.found === 0;
  }

  /** The number of the connection; 0 if none was recognised. */
  get connection(): number {
    return this.#connection;
  }

  /** Bytes of one end, the next ones behind those that came before. */
  receive(end: End, bytes: Uint8Array, timeMs: number | undefined): void {
    if (bytes.length === 0) return;
    this.#lastMs = timeMs ?? this.#lastMs;
    const sender = this.#senders[end];
    const before = sender.length;
    sender.length += bytes.length;
    if (this.#http2 !== undefined) {
      this.#http2.receive(end === this.#client ? 'client' : 'server', bytes, timeMs);
      return;
    }
    if (this.#state === 'open') {
      sender.reading?.receive(bytes, timeMs);
      return;
    }
    if (before < TELLING_BYTES && this.#isHttp2(end, bytes, timeMs)) return;
    if (before === 0 && this.#isOther(bytes)) this.#state = 'other';
    if (this.#state === 'other') {
      // A connection that is kept for several requests may still be upgraded.
      if (this.encrypted || !latin1(bytes, 0, 4).startsWith(REQUEST_MARK)) return;
      this.#restart();
      sender.pending.offset = before;
    }
    if (sender.pending.append(bytes, timeMs)) this.#search();
    else this.#abandon();
  }

  /** Bytes of one end that the input does not have. */
  gap(end: End, length: number, timeMs: number | undefined): void {
    const sender = this.#senders[end];
    sender.length += length;
    if (this.#http2 !== undefined) {
      this.#http2.gap(end === this.#client ? 'client' : 'server', length, timeMs);
      return;
    }
    if (this.#state === 'open') {
      sender.reading?.gap(length, timeMs);
      return;
    }
    this.#midway = true;
    sender.pending.skip(length);
  }

  /** One end, or both, will send nothing more. */
  finish(end?: End): void {
    for (const each of end === undefined ? ([0, 1] as const) : [end]) this.#senders[each].ended = true;
    if (this.#http2 !== undefined) {
      this.#http2.finish(end === undefined ? undefined : end === this.#client ? 'client' : 'server');
      return;
    }
    if (this.#state === 'searching') this.#search();
    if (this.#state === 'open') {
      for (const sender of this.#senders) if (sender.ended) this.#finishSender(sender);
    } else if (this.#senders.every((sender) => sender.ended)) {
      this.#giveUp();
    }
  }

  #finishSender(sender: Sender): void {
    sender.reading?.finish(this.#lastMs);
    sender.reading = undefined;
  }

  // --- Searching ---

  /** There is no memory for bytes that may be a handshake's. */
  #abandon(): void {
    this.#note('not-kept', 'a stream is not read: bytes that wait are more than is kept');
    this.#giveUp();
  }

  /** The stream is none of WebSocket's, as far as can be told. */
  #giveUp(): void {
    this.#state = 'other';
    for (const { pending } of this.#senders) pending.clear();
  }

  #restart(): void {
    this.#state = 'searching';
    this.#searched = 0;
    for (const { pending, length } of this.#senders) {
      pending.clear();
      pending.offset = length;
    }
  }

  /** Whether the first bytes of an end are HTTP/2's, or may be, so that more have to tell. */
  #isHttp2(end: End, bytes: Uint8Array, timeMs: number | undefined): boolean {
    const { pending } = this.#senders[end];
    // Bytes before these are missing, or were told to be others.
    if (this.#state !== 'searching' || pending.length + bytes.length !== this.#senders[end].length)
      return false;
    const side = http2SideOf(concat([pending.bytes, bytes]));
    if (side === undefined) return false;
    if (!pending.append(bytes, timeMs)) {
      this.#abandon();
      return true;
    }
    if (side === 'perhaps') return true;
    this.#client = side === 'client' ? end : flip(end);
    const [a, b] = this.#options.peers ?? [undefined, undefined];
    this.#http2 = new Http2Connection(this.#session, this.#client === 0 ? [a, b] : [b, a]);
    for (const each of [0, 1] as const) {
      const side = each === this.#client ? 'client' : 'server';
      for (const piece of this.#senders[each].pending.take())
        this.#http2.receive(side, piece.bytes, piece.timeMs);
    }
    return true;
  }

  /** Whether the first bytes of a stream tell another protocol. */
  #isOther(bytes: Uint8Array): boolean {
    const protocol = protocolOf(bytes);
    if (protocol === 'tls') this.encrypted = true;
    const { opened, certain } = this.#options;
    return protocol === 'tls' || (protocol === 'other' && opened && certain !== true);
  }

  #search(): void {
    for (const end of [0, 1] as const) this.#searchHeads(end);
    const ended = this.#senders.every((sender) => sender.ended);
    if (this.#state === 'other') return;
    if (this.#agreement !== undefined) {
      if (ended || !this.#awaitsRequest()) this.#open(this.#agreement);
    } else if (this.#requestSeen) {
      this.#awaitResponse(ended);
    } else if (this.#midway || this.#options.certain === true) {
      this.#searchFrames(ended);
    } else {
      this.#bound();
    }
  }

  /** Whether a request is still to come whose response is known: packets may be in another order. */
  #awaitsRequest(): boolean {
    if (this.#requestSeen) return false;
    const { opened, ordered } = this.#options;
    const { pending, length } = this.#senders[this.#client!];
    if (this.#senders[flip(this.#client!)].pending.length > MAX_SEARCH_BYTES) return false;
    if (length === 0) return opened || ordered === false;
    // Bytes that are missing, or no head's, are before these.
    if (pending.offset > 0 || pending.length > MAX_HEAD_BYTES) return false;
    return REQUEST_MARK.startsWith(latin1(pending.bytes, 0, REQUEST_MARK.length));
  }

  /** Heads of a side that is not known may be either's. */
  #searchHeads(end: End): void {
    const forgotten: number[] = [];
    if (this.#client !== flip(end)) forgotten.push(this.#searchRequest(end));
    // The request may have been found in the same bytes.
    if (this.#client !== end && this.#state === 'searching') forgotten.push(this.#searchResponse(end));
    // Frames may stand in bytes without a head, where the beginning is missing.
    if (this.#midway || this.#options.certain === true || this.#agreement !== undefined) return;
    // Behind a request these are frames, if the response was lost.
    if (!this.#requestSeen) this.#senders[end].pending.drop(Math.min(...forgotten));
  }

  /** @returns the number of bytes without a request */
  #searchRequest(end: End): number {
    const { pending, ended } = this.#senders[end];
    while (!this.#requestSeen) {
      const found = findHead(pending.bytes, REQUEST_MARK, ended);
      if (typeof found === 'number') return found;
      if (this.#takeFault(end, found, 'client')) return 0;
      const { seen } = found;
      const timeMs = pending.timeAt(found.start);
      if (seen.kind === 'request' && isUpgrade(seen.head.rawHeaders)) {
        this.#client = end;
        this.#requestSeen = true;
        this.#found('handshake', timeMs);
        this.#showRequest(seen.head, timeMs);
      }
      pending.drop(found.end);
    }
    return 0;
  }

  /** @returns the number of bytes without a response */
  #searchResponse(end: End): number {
    const { pending, ended } = this.#senders[end];
    while (this.#agreement === undefined) {
      const mark = this.#requestSeen ? 'HTTP/1.' : 'HTTP/1.1 101';
      const found = findHead(pending.bytes, mark, ended);
      if (typeof found === 'number') return found;
      if (this.#takeFault(end, found, 'server')) return 0;
      const timeMs = pending.timeAt(found.start);
      const { seen } = found;
      pending.drop(found.end);
      if (seen.kind !== 'response') continue;
      this.#client = flip(end);
      this.#found('handshake', timeMs);
      this.#takeResponse(seen.head, timeMs);
    }
    return 0;
  }

  #takeResponse(head: ResponseHead, timeMs: number | undefined): void {
    const { httpVersion, statusCode = 0, statusMessage, rawHeaders } = head;
    const startLine = `HTTP/${httpVersion} ${statusCode} ${statusMessage}`;
    this.#session.emit({ type: 'handshake', ...this.#place(timeMs), from: 'server', startLine, rawHeaders });
    if (statusCode === 101) this.#agreement = { parameters: deflateParameters(rawHeaders) };
    else if (statusCode >= 200) this.#reject(`${statusCode}`, timeMs);
  }

  /** Another request may follow on the same connection. */
  #reject(how: string, timeMs: number | undefined): void {
    this.#note('rejected', `the server rejects the upgrade with ${how}`, 'server', timeMs);
    this.#requestSeen = false;
    this.#client = undefined;
    this.#connection = 0;
  }

  /** A head that breaks a rule of HTTP: it is shown, and what follows is read as if its peer had taken it. */
  #takeFault(end: End, { seen, start, end: headEnd }: FoundHead, from: 'client' | 'server'): boolean {
    if (seen.kind !== 'fault') return false;
    const { pending } = this.#senders[end];
    const timeMs = pending.timeAt(start);
    this.#client = from === 'client' ? end : flip(end);
    this.#found('handshake', timeMs);
    const offset = seen.offset === undefined ? undefined : pending.offset + start + seen.offset;
    this.#session.emit({ type: 'fault', ...this.#place(timeMs), from, fault: { ...seen, offset } });
    const startLine = latin1(pending.bytes, start, start + 12);
    pending.drop(headEnd);
    if (from === 'client') this.#requestSeen = true;
    else if (/ 101$/.test(startLine)) this.#agreement = { parameters: undefined, unreadable: true };
    else this.#reject('a head that breaks a rule of HTTP', timeMs);
    return true;
  }

  /** Frames may follow a request whose response is not in the input, as in the bytes of one side. */
  #awaitResponse(ended: boolean): void {
    const waiting = this.#senders.map(({ pending }) => pending.length);
    const enough = ended || (Math.max(...waiting) > WINDOW_BYTES && this.#options.ordered !== false);
    if (!enough || Math.max(...waiting) === 0) {
      this.#bound();
      return;
    }
    this.#noteUnknown('the response of the server is not in the input');
    this.#begin({ midway: true, known: this.#client, tainted: false });
  }

  /** Bytes that wait for a handshake are bounded. */
  #bound(): void {
    const long = this.#senders.filter(({ pending }) => pending.length > MAX_SEARCH_BYTES);
    for (const { pending } of this.#connection === 0 ? [] : long)
      this.#note('unread-bytes', `${pending.length} bytes wait for a response that is not in the input`);
    if (long.length > 0) this.#giveUp();
  }

  #searchFrames(ended: boolean): void {
    for (const end of [0, 1] as const) {
      const sender = this.#senders[end];
      const { pending } = sender;
      if (pending.length === 0 || (pending.length < sender.nextTry && !ended)) continue;
      sender.nextTry = pending.length * 2;
      const isClient = this.#options.client === undefined ? undefined : this.#options.client === end;
      const startBits = this.#options.certain === true && pending.offset === 0 ? CERTAIN_BITS : PACKET_BITS;
      const found = findFrames(pending.bytes, undefined, startBits) ?? this.#believed(end, ended);
      if (found !== undefined) {
        this.#openMidway(end, found, isClient);
        return;
      }
      if (pending.length < WINDOW_BYTES) continue;
      this.#searched += pending.length / 2;
      pending.drop(Math.floor(pending.length / 2));
      sender.nextTry = WINDOW_BYTES;
      if (this.#searched < MAX_SEARCH_BYTES || this.#options.certain === true) continue;
      this.#giveUp();
    }
  }

  /** The input itself says that these are frames: then they begin with its first byte. */
  #believed(end: End, ended: boolean): FoundFrames | undefined {
    const { bytes } = this.#senders[end].pending;
    if (this.#options.certain !== true || !ended || bytes.length === 0) return undefined;
    return { at: 0, masked: bytes.length > 1 && bytes[1]! >= 0x80, frames: 1 };
  }

  // --- Opening ---

  #open({ parameters, unreadable = false }: Agreement): void {
    if (!this.#requestSeen) this.#note('no-handshake', 'the request of the client is not in the input');
    if (unreadable) this.#noteUnknown('the response of the server cannot be read');
    this.#begin({ parameters, extensionsUnknown: unreadable });
  }

  #openMidway(end: End, found: FoundFrames, isClient: boolean | undefined): void {
    const client = found.masked ? end : flip(end);
    this.#client = client;
    const { pending } = this.#senders[end];
    this.#found('frames', pending.timeAt(found.at));
    this.#noteUnknown('no handshake in the input');
    this.#note('side-by-mask', 'client and server are told by the mask bit');
    if (isClient !== undefined && isClient !== found.masked) {
      this.#note('sides-swapped', 'the input names the sides the other way round than the mask bit');
    }
    skipTo(pending, found, found.masked ? 'client' : 'server', this.#note);
    this.#begin({ midway: true, known: end });
  }

  #begin({
    parameters,
    midway = false,
    known,
    tainted = midway,
    extensionsUnknown = midway,
  }: Beginning): void {
    this.#state = 'open';
    const witness = new MaskWitness(this.#note);
    for (const end of [0, 1] as const) {
      const sender = this.#senders[end];
      const { pending } = sender;
      const from = end === this.#client ? 'client' : 'server';
      const inflating = new Inflating(from, parameters, tainted, this.#session.engine);
      const direction = new Direction(this.#session, this.#connection, {
        from,
        offset: pending.offset,
        inflating,
        beginsBefore: midway,
        extensionsUnknown,
        witness,
      });
      const reading = new Reading(this.#session, direction, midway && end !== known, this.#note);
      sender.reading = reading;
      for (const { bytes, timeMs } of pending.take()) reading.receive(bytes, timeMs);
      if (sender.ended) this.#finishSender(sender);
    }
  }

  #noteUnknown(why: string): void {
    const what = 'extensions are not known, compressed messages are inflated by their RSV1 alone';
    this.#note('no-handshake', `${why}: ${what}`);
  }

  #found(by: ConnectionFound['by'], timeMs: number | undefined): void {
    if (this.#connection !== 0) return;
    this.#connection = ++this.#session.connections;
    const { peers = [undefined, undefined] } = this.#options;
    const [client, server] = this.#client === 1 ? [peers[1], peers[0]] : peers;
    this.#session.emit({ type: 'connection', ...this.#place(timeMs), client, server, by });
  }

  #showRequest({ method, url, httpVersion, rawHeaders }: RequestHead, timeMs: number | undefined): void {
    const startLine = `${method} ${url} HTTP/${httpVersion}`;
    this.#session.emit({ type: 'handshake', ...this.#place(timeMs), from: 'client', startLine, rawHeaders });
  }

  #place(timeMs: number | undefined): { connection: number; timeMs: number | undefined } {
    return { connection: this.#connection, timeMs };
  }

  readonly #note = (code: NoteCode, message: string, from?: Side, timeMs?: number): void => {
    this.#session.note(code, message, {
      ...this.#place(timeMs ?? this.#lastMs),
      ...(from === undefined ? {} : { from }),
    });
  };
}

function flip(end: End): End {
  return end === 0 ? 1 : 0;
}
