/**
 * The server's half of the opening handshake, over bytes:
 *
 * ```
 * reading  -- request --> deciding
 * reading  -- fault ----> rejected
 * deciding -- accept ---> accepted
 * deciding -- reject ---> rejected
 * ```
 *
 * - request: the head is whole and right.
 * - fault: the head is wrong, or the input has ended inside of it.
 * - accept, reject: the methods of these names.
 */

import {
  type Acceptance,
  type AcceptOptions,
  accept,
  answerFault,
  type Rejection,
  type RejectOptions,
  rejectRequest,
} from './answer.js';
import { requireBytes, requireKnown, usageError } from './errors.js';
import { type HandshakeFault, headFault, requestFault } from './faults.js';
import { HEAD_LIMITS, type HeadLimits, HeadReader } from './head-reader.js';
import { NOTHING, parseRequestLine } from './head-writer.js';
import { judgeRequest, type RequestOptions, requestStrictness, type UpgradeRequest } from './request.js';

/**
 * Where a `ServerHandshake` is.
 */
export type ServerHandshakeState = 'reading' | 'deciding' | 'accepted' | 'rejected';

type Event = 'request' | 'fault' | 'accept' | 'reject';

/** The next state, by state and event; no other transition is made. */
export const SERVER_TRANSITIONS: Readonly<
  Record<ServerHandshakeState, Readonly<Partial<Record<Event, ServerHandshakeState>>>>
> = {
  reading: { request: 'deciding', fault: 'rejected' },
  deciding: { accept: 'accepted', reject: 'rejected' },
  accepted: {},
  rejected: {},
};

/**
 * How large a head a `ServerHandshake` takes, and how strict it is.
 */
export interface ServerHandshakeOptions extends HeadLimits, RequestOptions {}

const OPTIONS: readonly (keyof ServerHandshakeOptions)[] = [...HEAD_LIMITS, 'rejectEmptyLists'];

/**
 * A right request has arrived. The caller answers it now or later.
 */
export interface RequestReceived {
  readonly kind: 'request';
  readonly request: UpgradeRequest;
  /**
   * The bytes that followed the head in the chunk: a view of them, for the frame parser once the
   * request is accepted.
   */
  readonly remaining: Uint8Array;
}

/**
 * The server's half of the opening handshake, over bytes (RFC 6455 4.2). The caller pushes the
 * bytes that arrive until an event is returned.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ServerHandshake } from '@sanssocket/handshake';
 *
 * const handshake = new ServerHandshake();
 * const lines = [
 *   'GET /chat HTTP/1.1', 'Host: server.example.com', 'Upgrade: websocket', 'Connection: Upgrade',
 *   'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', '',
 * ];
 * const event = handshake.receive(new TextEncoder().encode(lines.join('\r\n')));
 * assert.ok(event?.kind === 'request');
 * const { bytes } = handshake.accept();
 * assert.ok(new TextDecoder().decode(bytes).includes('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='));
 * ```
 */
export class ServerHandshake {
  /**
   * Kept for V8, see `HeadReader.kept`.
   *
   * @internal
   */
  static readonly kept: readonly ServerHandshake[] = [/* @__PURE__ */ new ServerHandshake()];

  static {
    // The view of the object in the consoles of Node, Deno and Bun.
    Object.defineProperty(ServerHandshake.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: ServerHandshake): object {
        return { state: this.#state, request: this.#request };
      },
    });
  }

  readonly #reader: HeadReader;
  readonly #rejectEmptyLists: boolean;
  #state: ServerHandshakeState = 'reading';
  #request: UpgradeRequest | undefined;

  /**
   * @param options - how large a head may be, how strict its check is
   * @throws RangeError for a limit below 1 or not finite (`OPTION_INVALID`), TypeError for another
   * option (`OPTION_UNKNOWN`)
   */
  constructor(options: ServerHandshakeOptions = {}) {
    requireKnown(options, OPTIONS);
    const { maxHeadBytes, maxHeaders, rejectEmptyLists } = options;
    this.#reader = new HeadReader({ maxHeadBytes, maxHeaders }, true);
    this.#rejectEmptyLists = requestStrictness({ rejectEmptyLists });
  }

  /** Where the handshake is. */
  get state(): ServerHandshakeState {
    return this.#state;
  }

  /**
   * Takes the next bytes; call again while it returns `undefined`.
   *
   * @returns the request, to be answered with `accept` or `reject`; or the rejection, to be written
   * before closing
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`), and once the request is returned
   * (`INVALID_STATE`): later bytes belong to the frame parser, not here
   */
  receive(chunk: Uint8Array): RequestReceived | Rejection | undefined {
    requireBytes(chunk);
    if (this.#state === 'rejected') return undefined;
    if (this.#state !== 'reading') {
      throw usageError(
        TypeError,
        'INVALID_STATE',
        'the request is complete: what follows is for the connection',
      );
    }
    const end = this.#reader.push(chunk);
    if (end < 0) return this.#reader.fault && this.#refuse(this.#reader.fault);
    return this.#judge(end < chunk.length ? chunk.subarray(end) : NOTHING);
  }

  /**
   * The client has ended its side.
   *
   * @returns a rejection if that was inside the head; `undefined` otherwise
   */
  receiveEof(): Rejection | undefined {
    return this.#state === 'reading'
      ? this.#refuse(headFault('HEAD_TRUNCATED', this.#reader.offset))
      : undefined;
  }

  /**
   * Accepts the request, see `acceptRequest`. If it throws, the request is still to be answered.
   *
   * @returns the response; its `bytes` come before any frame
   * @throws TypeError without a request to answer, and as `acceptRequest` does
   */
  accept<Agreed = never>(options: AcceptOptions<Agreed> = {}): Acceptance<Agreed> {
    const acceptance = accept(this.#pending(), options);
    this.#settle('accept');
    return acceptance;
  }

  /**
   * Rejects the request, see `rejectRequest`. If it throws, the request is still to be answered.
   *
   * @returns the response, to be written before closing
   * @throws TypeError without a request to answer; TypeError and RangeError as `rejectRequest` does
   */
  reject(options: RejectOptions): Rejection {
    this.#pending();
    const rejection = rejectRequest(options);
    this.#settle('reject');
    return rejection;
  }

  #judge(remaining: Uint8Array): RequestReceived | Rejection {
    const { start, startLine, fields, text } = this.#reader;
    const line = parseRequestLine(startLine);
    if (line === undefined) return this.#refuse(headFault('START_LINE_INVALID', start));
    const request = judgeRequest(line, fields!, text, this.#rejectEmptyLists);
    if (typeof request === 'string') return this.#refuse(requestFault(request));
    this.#go('request');
    this.#request = request;
    return { kind: 'request', request, remaining };
  }

  #pending(): UpgradeRequest {
    if (this.#request === undefined) {
      throw usageError(
        TypeError,
        'INVALID_STATE',
        `there is no request to answer: the handshake is ${this.#state}`,
      );
    }
    return this.#request;
  }

  #settle(event: 'accept' | 'reject' | 'fault'): void {
    this.#go(event);
    // A connection lives longer than its request: nothing of the head is held from here on.
    this.#request = undefined;
    this.#reader.forget();
  }

  #refuse(fault: HandshakeFault): Rejection {
    this.#settle('fault');
    return answerFault(fault);
  }

  /** Makes a transition, which there is. */
  #go(event: Event): void {
    this.#state = SERVER_TRANSITIONS[this.#state][event]!;
  }
}
