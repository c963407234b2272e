/**
 * permessage-deflate for a party that only looks on: a recorder, an inspector, a proxy that logs. It
 * has agreed on nothing, but the response of the server says all that inflating needs.
 */

import type { MessageExtension } from '@sanssocket/codec';
import { readOptions, usageError } from '@sanssocket/codec/options';
import type { ExtensionParameter } from '@sanssocket/handshake';
import type { DeflateEngine, Deflater, Inflater } from '../inflate/engine.js';

import { ContextPool, DeflateMessages, Lender } from './messages.js';
import { parseDeflateParameters } from './negotiation.js';
import { requireEngine } from './permessage-deflate.js';

/** Options of {@link observeDeflate}. */
export interface ObserveDeflateOptions {
  /** The DEFLATE implementation; every engine of this package can inflate all that a peer may send. */
  readonly engine: DeflateEngine;
}

/**
 * The compressed messages of both directions of one connection of others. Each direction is an
 * extension that inflates and compresses nothing: its `decode` takes the payload of a message whose
 * first frame has RSV1, fragments joined and unmasked; a `Connection` of the receiving role takes it
 * among its extensions, and calls it by itself. Messages are decoded in the order in which they
 * were sent, each one once, as a later one may refer to it; `close` gives the memory back.
 */
export interface ObservedDeflate {
  /** Messages that the client sent: what a server receives. */
  readonly fromClient: MessageExtension;
  /** Messages that the server sent: what a client receives. */
  readonly fromServer: MessageExtension;
}

const OPTIONS: readonly (keyof ObserveDeflateOptions)[] = ['engine'];

/**
 * Makes the inflaters of both directions from a handshake that was seen. The offer of the client is
 * not needed: where its window is smaller than the response says, or forgotten though the response
 * does not say so, a larger one that is kept gives the same messages.
 *
 * @param response - the parameters of permessage-deflate in the `Sec-WebSocket-Extensions` of the
 * server's response, as `parseExtensions` of `@sanssocket/handshake/values` gives them
 * @returns undefined if they are not valid in a response (RFC 7692 7.1), with which no client goes on
 * @throws TypeError without an engine, for anything but a list of parameters, for an option that
 * there is not (`OPTION_INVALID`, `OPTION_UNKNOWN`), RangeError for an engine that cannot keep its
 * window where the response lets a side keep it (`OPTION_INVALID`)
 *
 * RFC 7692 7.1, 7.2.2.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { observeDeflate } from '@sanssocket/deflate';
 * import { nodeZlib } from '@sanssocket/deflate/node-zlib';
 * import { HeadObserver } from '@sanssocket/handshake/heads';
 * import { headerValues, parseExtensions } from '@sanssocket/handshake/values';
 *
 * const seen = new HeadObserver().receive(
 *   new TextEncoder().encode(
 *     'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
 *   ),
 * );
 * assert.ok(seen?.kind === 'response');
 * const agreed = parseExtensions(headerValues(seen.head.rawHeaders, 'sec-websocket-extensions'));
 * const deflate = agreed?.find(({ name }) => name === 'permessage-deflate');
 * assert.ok(deflate !== undefined); // otherwise messages are not compressed
 * const observed = observeDeflate(deflate.parameters, { engine: nodeZlib() });
 * assert.ok(observed !== undefined);
 *
 * // Bytes of the server are read as a client reads them.
 * const texts: string[] = [];
 * const fromServer = new Connection({ role: 'client' }, { text: (text) => texts.push(text) }, [observed.fromServer]);
 * fromServer.receive(Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00)); // RFC 7692 7.2.3.1
 * fromServer.receive(Uint8Array.of(0xc1, 5, 0xf2, 0x00, 0x11, 0x00, 0x00)); // 7.2.3.2: refers to the first
 * assert.deepEqual(texts, ['Hello', 'Hello']);
 * ```
 */
export function observeDeflate(
  response: readonly ExtensionParameter[],
  options: ObserveDeflateOptions,
): ObservedDeflate | undefined {
  const { engine } = readOptions(options, OPTIONS);
  requireEngine(engine);
  const parameters = parseDeflateParameters(response, 'response');
  if (parameters === undefined) return undefined;
  const { serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits } =
    parameters;
  if (!engine.inflateTakeover && !(serverNoContextTakeover && clientNoContextTakeover)) {
    const wanted = 'an onlooker needs an engine whose inflaters keep their window';
    throw usageError(RangeError, 'OPTION_INVALID', `${wanted}: the response lets a side keep its own`);
  }
  return {
    fromClient: messagesOf(engine, clientMaxWindowBits, clientNoContextTakeover),
    fromServer: messagesOf(engine, serverMaxWindowBits, serverNoContextTakeover),
  };
}

/** 7.1.2: the window where nothing is said about it. */
const MAX_BITS = 15;

/** Messages of one direction. An onlooker sends none: no length is long enough to be compressed. */
function messagesOf(
  engine: DeflateEngine,
  bits: number | true | undefined,
  forgets: boolean,
): MessageExtension {
  const windowBits = typeof bits === 'number' ? bits : MAX_BITS;
  const createInflater = (): Inflater => engine.createInflater({ windowBits, takeover: !forgets });
  const createDeflater = (): Deflater =>
    engine.createDeflater({ windowBits, level: undefined, memoryLevel: undefined, takeover: false });
  return new DeflateMessages(
    { threshold: Number.POSITIVE_INFINITY, shouldCompress: undefined, forgets, prepared: null },
    new Lender(createDeflater),
    new Lender(forgets ? new ContextPool(createInflater) : createInflater),
  );
}
