/**
 * `@sanssocket/handshake/heads`: reads the heads of handshakes that others make, for proxies and
 * inspectors.
 *
 * @packageDocumentation
 */

import { requireBytes, requireKnown } from './errors.js';
import { type HandshakeFault, headFault } from './faults.js';
import { HEAD_LIMITS, type HeadLimits, HeadReader, headersOf } from './head-reader.js';
import {
  NOTHING,
  parseRequestLine,
  parseStatusLine,
  type RequestHead,
  type ResponseHead,
} from './head-writer.js';

export type {
  ConnectFaultCode,
  HandshakeFault,
  HandshakeFaultCode,
  HeadFaultCode,
  RequestFaultCode,
  ResponseFaultCode,
} from './faults.js';
export type { HeadLimits } from './head-reader.js';
export type { RequestHead, ResponseHead } from './head-writer.js';
export type { RawHeaders } from './syntax.js';

/** A head that has gone by. */
export type ObservedHead =
  /** A client's; `checkRequest` judges it. */
  | { readonly kind: 'request'; readonly head: RequestHead; readonly remaining: Uint8Array }
  /**
   * A server's; `checkResponse` judges it. With a status of 1xx other than 101 another one follows.
   */
  | { readonly kind: 'response'; readonly head: ResponseHead; readonly remaining: Uint8Array };

/**
 * Reads the heads of an opening handshake that others make with each other: for proxies, inspectors
 * and recorders. It finds a head's end as the handshakes do, with the same limits and the same
 * strictness about lines, and judges nothing else.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { HeadObserver } from '@sanssocket/handshake/heads';
 *
 * const reader = new HeadObserver();
 * const bytes = new TextEncoder().encode('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes');
 * assert.equal(reader.receive(bytes.subarray(0, 20)), undefined);
 * const seen = reader.receive(bytes.subarray(20));
 * assert.ok(seen?.kind === 'response');
 * assert.equal(seen.head.statusCode, 101);
 * assert.deepEqual(seen.head.rawHeaders, ['Upgrade', 'websocket']);
 * assert.equal(seen.remaining.length, 6); // what follows the head
 * ```
 */
export class HeadObserver {
  /**
   * Kept for V8, see `HeadReader.kept`.
   *
   * @internal
   */
  static readonly kept: readonly HeadObserver[] = [/* @__PURE__ */ new HeadObserver()];

  readonly #limits: HeadLimits;
  #reader: HeadReader;
  #failed = false;

  /**
   * @param limits - how large a head may be
   * @throws RangeError (`OPTION_INVALID`) for a limit that is not a positive integer, TypeError
   * (`OPTION_UNKNOWN`) for another option
   */
  constructor(limits: HeadLimits = {}) {
    requireKnown(limits, HEAD_LIMITS);
    const { maxHeadBytes, maxHeaders } = limits;
    this.#limits = { maxHeadBytes, maxHeaders };
    this.#reader = new HeadReader(this.#limits, true);
  }

  /**
   * Takes the next bytes of one direction.
   *
   * @returns undefined while the head is not complete; the head and a view of the chunk's rest when
   * it is (the next call begins another head); or the fault of the head, after which everything is
   * ignored
   * @throws TypeError (`NOT_BYTES`) for anything but a Uint8Array
   *
   * RFC 9112 2, RFC 6455 4.1, 4.2.
   */
  receive(chunk: Uint8Array): ObservedHead | HandshakeFault | undefined {
    requireBytes(chunk);
    if (this.#failed) return undefined;
    const reader = this.#reader;
    const end = reader.push(chunk);
    if (end < 0) {
      this.#failed = reader.fault !== undefined;
      return reader.fault;
    }
    const remaining = end < chunk.length ? chunk.subarray(end) : NOTHING;
    const { start, startLine, text } = reader;
    this.#reader = new HeadReader(this.#limits, true);
    const requestLine = parseRequestLine(startLine);
    if (requestLine !== undefined) {
      const { method, url, httpVersion } = requestLine;
      const head = { method, url, httpVersion, rawHeaders: headersOf(text) };
      return { kind: 'request', head, remaining };
    }
    // The empty line that may come first is a client's (RFC 9112 2.2).
    const statusLine = start === 0 ? parseStatusLine(startLine) : undefined;
    if (statusLine !== undefined) {
      const { statusCode, statusMessage, httpVersion } = statusLine;
      const head = { statusCode, statusMessage, httpVersion, rawHeaders: headersOf(text) };
      return { kind: 'response', head, remaining };
    }
    this.#failed = true;
    return headFault('START_LINE_INVALID', start);
  }

  /**
   * The direction has ended.
   *
   * @returns the fault of an end inside of a head; undefined otherwise, and if there was a fault
   * before
   */
  receiveEof(): HandshakeFault | undefined {
    const { offset } = this.#reader;
    if (this.#failed || offset === 0) return undefined;
    this.#failed = true;
    return headFault('HEAD_TRUNCATED', offset);
  }
}
