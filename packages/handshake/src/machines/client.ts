// The client's half of the opening handshake, over bytes.
//
//   state       receive()                                         receiveEnd()
//   reading     more, or a 1xx other than 101 -> reading          fault -> done
//               right 101 -> accepted
//               another status -> refused, or done with its body
//               fault -> done
//   refused     more of the body -> refused                       the refusal -> done
//               its end, or the limit -> done
//   accepted    throws: the bytes are not its own                 ignored
//   done        ignored                                           ignored

import { HEAD_LIMITS, type HeadLimits, HeadReader, headersOf } from '../heads/head-reader.js';
import { parseStatusLine, type StatusLine } from '../heads/heads.js';
import {
  type ClientRequest,
  type ClientRequestOptions,
  createRequest,
  OFFER_OPTIONS,
} from '../rules/client-request.js';
import { type ClientAcceptance, type ClientRefusal, checkResponse } from '../rules/client-response.js';
import { misuse, requireBytes } from '../syntax/misuse.js';
import { checkedLimit, requireKnown } from '../syntax/options.js';
import type { OwnBytes } from '../syntax/own-bytes.js';
import { createFault, type HandshakeFault } from '../values/faults.js';
import { RefusalBody } from './refusal-body.js';

/**
 * What a `ClientHandshake` asks for, and how large an answer it takes.
 */
export interface ClientHandshakeOptions<Agreed = unknown> extends ClientRequestOptions<Agreed>, HeadLimits {
  /** Bytes of a refusal's body that are kept; the rest is not waited for. 16384 unless given, at least 1. */
  readonly maxBodyBytes?: number | undefined;
}

const OPTIONS: readonly (keyof ClientHandshakeOptions)[] = [...OFFER_OPTIONS, ...HEAD_LIMITS, 'maxBodyBytes'];

/**
 * Where a `ClientHandshake` is.
 */
export type ClientHandshakeState = 'reading' | 'refused' | 'accepted' | 'done';

/**
 * An acceptance, and what followed its head in the chunk: a view of it, for the frame parser.
 */
export interface ConnectionAccepted<Agreed = unknown> extends ClientAcceptance<Agreed> {
  readonly remaining: Uint8Array;
}

/**
 * A refusal with its body, taken out of the chunks that it came in (RFC 9112 7.1); trailers are passed over, other codings
 * are not undone.
 */
export interface ConnectionRefused extends ClientRefusal {
  readonly body: OwnBytes;
  /**
   * Whether the body is whole: not if it was cut at `maxBodyBytes`, if the connection ended inside of it, or if its chunks
   * are wrong; then it is what came before.
   */
  readonly complete: boolean;
}

/**
 * How an opening handshake ended for the client, by `kind`: `accepted`, `redirect`, `unauthorized`, `refused`, `fault`.
 */
export type ClientOutcome<Agreed = unknown> = ConnectionAccepted<Agreed> | ConnectionRefused | HandshakeFault;

/**
 * The client's half of the opening handshake, over bytes (RFC 6455 4.1). Write `request.bytes`, then push what arrives
 * until it returns something. Unless that is `accepted`, close the connection.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ClientHandshake } from '@sanssocket/handshake';
 * import { acceptKey } from '@sanssocket/handshake/values';
 *
 * const handshake = new ClientHandshake('ws://example.com/chat', { protocols: ['v1'] });
 * const lines = [
 *   'HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade',
 *   `Sec-WebSocket-Accept: ${acceptKey(handshake.request.key)}`, 'Sec-WebSocket-Protocol: v1', '', '',
 * ];
 * const outcome = handshake.receive(new TextEncoder().encode(lines.join('\r\n')));
 * assert.equal(outcome?.kind === 'accepted' && outcome.protocol, 'v1');
 * ```
 */
export class ClientHandshake<Agreed = never> {
  static {
    // What Node, Deno and Bun show in a console.
    Object.defineProperty(ClientHandshake.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: ClientHandshake): object {
        return { state: this.#state, url: this.request.uri, refusal: this.#refusal };
      },
    });
  }

  /** The request: its `bytes` to write, its `uri` to connect to. */
  readonly request: ClientRequest<Agreed>;
  readonly #reader: HeadReader;
  readonly #maxBodyBytes: number;
  readonly #maxHeadBytes: number;
  #state: ClientHandshakeState = 'reading';
  #refusal: ClientRefusal | undefined;
  #body: RefusalBody | undefined;

  /**
   * @param url - a `ws:` or `wss:` URI, as a string or a `URL`
   * @param options - what to ask for, and limits
   * @throws TypeError as `createRequest` does
   * @throws RangeError for a limit below 1 or not finite (`OPTION_INVALID`)
   */
  constructor(url: string | { readonly href: string }, options: ClientHandshakeOptions<Agreed> = {}) {
    requireKnown(options, OPTIONS);
    const { maxHeadBytes, maxHeaders, maxBodyBytes } = options;
    const { protocols, extensions, origin, headers, random } = options;
    this.#reader = new HeadReader({ maxHeadBytes, maxHeaders });
    this.#maxBodyBytes = checkedLimit('maxBodyBytes', maxBodyBytes, 16384);
    this.#maxHeadBytes = checkedLimit('maxHeadBytes', maxHeadBytes, 16384);
    this.request = createRequest(url, { protocols, extensions, origin, headers, random });
  }

  /** Where the handshake is. */
  get state(): ClientHandshakeState {
    return this.#state;
  }

  /** The refusal, from the end of its head on: for a caller that does not want to wait for the body. */
  get refusal(): ClientRefusal | undefined {
    return this.#refusal;
  }

  /**
   * Takes the next bytes; call again while it returns `undefined`.
   *
   * @returns how the handshake ended; `undefined` if it has not
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`), and once accepted (`WRONG_MOMENT`): later bytes belong to the frame parser, not here
   */
  receive(chunk: Uint8Array): ClientOutcome<Agreed> | undefined {
    requireBytes(chunk);
    if (this.#state === 'done') return undefined;
    if (this.#state === 'accepted') {
      throw misuse(TypeError, 'WRONG_MOMENT', 'the response is complete: what follows is for the connection');
    }
    if (this.#body !== undefined) return this.#takeBody(this.#body, chunk);
    for (let bytes = chunk; ; this.#reader.restart()) {
      const end = this.#reader.push(bytes);
      if (end < 0) return this.#reader.fault && this.#finish(this.#reader.fault);
      bytes = bytes.subarray(end);
      const line = parseStatusLine(this.#reader.startLine);
      if (line === undefined) return this.#finish(createFault('START_LINE_INVALID', this.#reader.start));
      // An interim response: the answer follows, out of the same allowance. RFC 9110 15.2.
      if (line.statusCode >= 200 || line.statusCode === 101) return this.#judge(line, bytes);
    }
  }

  /**
   * The server has ended its side.
   *
   * @returns the refusal with the body as far as it came, or a fault if not even a head did; `undefined` if the
   *   handshake had already ended
   */
  receiveEnd(): ClientOutcome<Agreed> | undefined {
    if (this.#state === 'done') return undefined;
    if (this.#body !== undefined) {
      this.#body.end();
      return this.#finishRefusal(this.#body);
    }
    return this.#state === 'reading'
      ? this.#finish(createFault('HEAD_TRUNCATED', this.#reader.offset))
      : undefined;
  }

  #judge(line: StatusLine, rest: Uint8Array): ClientOutcome<Agreed> | undefined {
    const verdict = checkResponse(this.request, { ...line, rawHeaders: headersOf(this.#reader.text) });
    this.#reader.forget();
    if (verdict.kind === 'fault') return this.#finish(verdict);
    if (verdict.kind === 'accepted') {
      this.#state = 'accepted';
      return { ...verdict, remaining: rest };
    }
    this.#state = 'refused';
    this.#refusal = verdict;
    this.#body = new RefusalBody(verdict, this.#maxBodyBytes, this.#maxHeadBytes);
    return this.#takeBody(this.#body, rest);
  }

  #takeBody(body: RefusalBody, chunk: Uint8Array): ConnectionRefused | undefined {
    body.take(chunk);
    return body.done ? this.#finishRefusal(body) : undefined;
  }

  #finishRefusal({ bytes: body, complete }: RefusalBody): ConnectionRefused {
    return this.#finish({ ...this.#refusal!, body, complete });
  }

  #finish<Outcome>(outcome: Outcome): Outcome {
    this.#state = 'done';
    return outcome;
  }
}
