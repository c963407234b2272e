/**
 * permessage-deflate for a handshake to negotiate and a connection to use (RFC 7692).
 */

import type { MessageExtension } from '@sanssocket/codec';
import { inWords, readOptions, requireInteger, requireType, usageError } from '@sanssocket/codec/options';
import type { ExtensionFactory } from '@sanssocket/handshake';
import type { DeflateEngine, Deflater, Inflater } from '../inflate/engine.js';
import { ContextPool, DeflateMessages, Lender, type ShouldCompress } from './messages.js';
import {
  acceptOffer,
  confirmResponse,
  formatDeflateParameters,
  makeOffer,
  type NegotiationOptions,
  type RejectedOffers,
  readRejectedOffers,
  readWishes,
  requireWishes,
  WISHES,
} from './negotiation.js';

/** Options of {@link permessageDeflate}. */
export interface PermessageDeflateOptions extends NegotiationOptions {
  /** The DEFLATE implementation. */
  readonly engine: DeflateEngine;
  /**
   * A client's further offers, for servers that reject the first (RFC 7692 7.1.3); none by default.
   */
  readonly fallbacks?: readonly NegotiationOptions[] | undefined;
  /** Offers of clients that a server rejects (RFC 7692 5.1); nothing by default. */
  readonly rejects?: RejectedOffers | undefined;
  /** How hard to compress: 0 (not at all) to 9; by default the engine's choice (zlib: 6). */
  readonly level?: number | undefined;
  /** How much memory to compress with: 1 to 9; by default the engine's choice (zlib: 8). */
  readonly memoryLevel?: number | undefined;
  /**
   * From how many bytes on an unfragmented message is compressed; fragmented ones always are. By
   * default 1024 where this side forgets its window after each message, else 32.
   */
  readonly threshold?: number | undefined;
  /**
   * Asked for each message from the threshold on, with its payload (if fragmented, the first
   * piece): false to send it as it is. By default all are compressed.
   */
  readonly shouldCompress?: ShouldCompress | undefined;
}

const OPTIONS: readonly (keyof PermessageDeflateOptions)[] = [
  'engine',
  'fallbacks',
  'rejects',
  'level',
  'memoryLevel',
  'threshold',
  'shouldCompress',
  ...WISHES,
];

/**
 * Shorter messages gain nothing: 32 bytes of JSON become about 15 with a warm window; without one,
 * 128 become 92.
 */
const TAKEOVER_THRESHOLD_BYTES = 32;

const FORGETTING_THRESHOLD_BYTES = 1024;

/**
 * Makes permessage-deflate with the given preferences, for either role and any number of
 * connections. The handshake takes it among its extensions; the extension that the handshake gives
 * as agreed goes to the `Connection`. An engine's memory is taken when the first compressed message
 * comes or goes, and given back when the connection has ended.
 *
 * @throws TypeError without an engine, for an option that there is not or of another kind
 * (`OPTION_UNKNOWN`, `OPTION_INVALID`), RangeError for one out of its range (`OPTION_INVALID`)
 *
 * RFC 7692 7.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { nodeZlib } from '@sanssocket/deflate/node-zlib';
 *
 * const deflate = permessageDeflate({ engine: nodeZlib() });
 * // What the handshakes do with `extensions: [deflate]`:
 * const offers = deflate.offers().map((parameters) => ({ name: deflate.name, parameters }));
 * const accepted = negotiateExtensions(offers, [deflate]);
 * const confirmed = confirmExtensions(accepted, [deflate]);
 * assert.ok(Array.isArray(confirmed));
 *
 * const texts: string[] = [];
 * const server = new Connection(
 *   { role: 'server' },
 *   { text: (text) => texts.push(text) },
 *   accepted.map(({ extension }) => extension),
 * );
 * const client = new Connection({ role: 'client' }, {}, confirmed.map(({ extension }) => extension));
 * client.sendText('tick tock '.repeat(10));
 * const bytes = client.dataToSend()!;
 * assert.ok(bytes.length < 30);
 * server.receive(bytes);
 * assert.deepEqual(texts, ['tick tock '.repeat(10)]);
 * ```
 */
export function permessageDeflate(options: PermessageDeflateOptions): ExtensionFactory<MessageExtension> {
  const {
    engine,
    fallbacks,
    rejects = {},
    level,
    memoryLevel,
    threshold,
    shouldCompress,
    ...wishes
  } = readOptions(options, OPTIONS);
  requireEngine(engine);
  requireWishes(wishes);
  if (fallbacks !== undefined && !Array.isArray(fallbacks)) {
    throw usageError(TypeError, 'OPTION_INVALID', `fallbacks are an array, not ${inWords(fallbacks)}`);
  }
  const rejected = readRejectedOffers(rejects);
  if (level !== undefined) requireInteger('level', level, 0, 9);
  if (memoryLevel !== undefined) requireInteger('memoryLevel', memoryLevel, 1, 9);
  if (threshold !== undefined) requireInteger('threshold', threshold, 0, Number.MAX_SAFE_INTEGER);
  if (shouldCompress !== undefined) requireType('shouldCompress', shouldCompress, 'function');
  const offers = [wishes, ...(fallbacks ?? []).map(readWishes)]
    .map((wanted) => makeOffer(wanted, engine))
    .filter((offer) => offer !== undefined);

  const createDeflater = (windowBits: number, takeover: boolean): Deflater =>
    engine.createDeflater({ windowBits, level, memoryLevel, takeover });
  const createInflater = (windowBits: number, takeover: boolean): Inflater =>
    engine.createInflater({ windowBits, takeover });
  // Contexts that connections without takeover share, by window bits.
  const shared = new Map<number, Shared>();
  const sharedOf = (windowBits: number): Shared => {
    let found = shared.get(windowBits);
    if (found === undefined) {
      found = {
        deflaters: new ContextPool(() => createDeflater(windowBits, false)),
        inflaters: new ContextPool(() => createInflater(windowBits, false)),
        prepared: new WeakMap(),
      };
      shared.set(windowBits, found);
    }
    return found;
  };

  const messages = (own: Direction, peer: Direction): MessageExtension => {
    // A client may be told to stay in a window smaller than its engine's: it then sends plain
    // messages.
    const able = own.windowBits >= engine.minWindowBits;
    const usual = own.forgets ? FORGETTING_THRESHOLD_BYTES : TAKEOVER_THRESHOLD_BYTES;
    return new DeflateMessages(
      {
        threshold: able ? (threshold ?? usual) : Number.POSITIVE_INFINITY,
        shouldCompress,
        forgets: own.forgets,
        prepared: own.forgets ? sharedOf(own.windowBits).prepared : null,
      },
      new Lender(
        own.forgets ? sharedOf(own.windowBits).deflaters : () => createDeflater(own.windowBits, true),
      ),
      new Lender(
        peer.forgets ? sharedOf(peer.windowBits).inflaters : () => createInflater(peer.windowBits, true),
      ),
    );
  };

  return {
    name: 'permessage-deflate',
    rsv: 0x40,
    offers: () => offers.map(formatDeflateParameters),
    accept(offer) {
      const accepted = acceptOffer(offer, wishes, engine, rejected);
      if (accepted === undefined) return undefined;
      const { server, client } = directions(accepted.agreement);
      return { response: accepted.response, extension: messages(server, client) };
    },
    confirm(response) {
      const agreement = confirmResponse(response, offers);
      if (agreement === undefined) return undefined;
      const { server, client } = directions(agreement);
      return { extension: messages(client, server) };
    },
  };
}

/** How one side compresses. */
interface Direction {
  readonly windowBits: number;
  readonly forgets: boolean;
}

interface Shared {
  readonly deflaters: ContextPool<Deflater>;
  readonly inflaters: ContextPool<Inflater>;
  readonly prepared: WeakMap<object, Uint8Array | undefined | PromiseLike<Uint8Array | undefined>>;
}

function directions(agreement: ReturnType<typeof confirmResponse> & object): {
  readonly server: Direction;
  readonly client: Direction;
} {
  return {
    server: { windowBits: agreement.serverMaxWindowBits, forgets: agreement.serverNoContextTakeover },
    client: { windowBits: agreement.clientMaxWindowBits, forgets: agreement.clientNoContextTakeover },
  };
}

/** @throws TypeError, RangeError (`OPTION_INVALID`) for anything but an engine */
export function requireEngine(engine: DeflateEngine): void {
  if (typeof engine?.createDeflater !== 'function' || typeof engine.createInflater !== 'function') {
    const wanted = 'permessage-deflate needs an engine, such as nodeZlib() of @sanssocket/deflate/node-zlib';
    throw usageError(TypeError, 'OPTION_INVALID', `${wanted}: ${inWords(engine)} is none`);
  }
  requireInteger('minWindowBits of the engine', engine.minWindowBits, 8, 15);
  requireType('deflateTakeover of the engine', engine.deflateTakeover, 'boolean');
  requireType('inflateTakeover of the engine', engine.inflateTakeover, 'boolean');
}
