/**
 * The negotiation of compression (RFC 7692 5 and 7.1), from the ground up: parameters, the wishes
 * of one side, a client's offer, a server's judgement of it, a client's judgement of the response.
 */

import {
  inWords,
  readOptions,
  requireInteger,
  requireOneOf,
  requireType,
  usageError,
} from '@sanssocket/codec/options';
import type { ExtensionParameter } from '@sanssocket/handshake';
import type { DeflateEngine } from '../inflate/engine.js';

// --- The four parameters (RFC 7692 7.1), read and written ---

/** The parameters of an offer or a response (RFC 7692 7.1.1, 7.1.2). */
export interface DeflateParameters {
  /** `server_no_context_takeover`: the server forgets its window after each message (7.1.1.1). */
  readonly serverNoContextTakeover: boolean;
  /** `client_no_context_takeover`: the client does (7.1.1.2). */
  readonly clientNoContextTakeover: boolean;
  /**
   * `server_max_window_bits`: base-two logarithm of the server's window, 8 to 15 (7.1.2.1);
   * undefined if it was not there.
   */
  readonly serverMaxWindowBits: number | undefined;
  /**
   * `client_max_window_bits`: the client's, 8 to 15 (7.1.2.2); true without a value; undefined if
   * it was not there.
   */
  readonly clientMaxWindowBits: number | true | undefined;
}

const SERVER_NO_CONTEXT_TAKEOVER = 'server_no_context_takeover';

const CLIENT_NO_CONTEXT_TAKEOVER = 'client_no_context_takeover';

const SERVER_MAX_WINDOW_BITS = 'server_max_window_bits';

const CLIENT_MAX_WINDOW_BITS = 'client_max_window_bits';

/**
 * Reads a list of parameters.
 *
 * @param parameters - of one offer or of the response, as `parseExtensions` of
 * `@sanssocket/handshake` gives them
 * @param kind - in a response `client_max_window_bits` has to have a value (RFC 7692 7.1.2.2)
 * @returns undefined if it is not valid: an unknown name, a name twice, a value where none belongs
 * or one that is not a number from 8 to 15 without a leading zero (RFC 7692 7.1: "MUST decline",
 * for a response: "MUST _Fail_")
 * @throws TypeError for anything but a list of names and values, or for another kind
 * (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseDeflateParameters } from '@sanssocket/deflate';
 *
 * const parameters = [{ name: 'server_max_window_bits', value: '10' }];
 * assert.equal(parseDeflateParameters(parameters, 'offer')?.serverMaxWindowBits, 10);
 * assert.equal(parseDeflateParameters([{ name: 'server_max_window_bits', value: '010' }], 'offer'), undefined);
 * ```
 */
export function parseDeflateParameters(
  parameters: readonly ExtensionParameter[],
  kind: 'offer' | 'response',
): DeflateParameters | undefined {
  requireParameters(parameters);
  requireOneOf('kind', kind, KINDS);
  let serverNoContextTakeover = false;
  let clientNoContextTakeover = false;
  let serverMaxWindowBits: number | undefined;
  let clientMaxWindowBits: number | true | undefined;
  for (const { name, value } of parameters) {
    if (name === SERVER_NO_CONTEXT_TAKEOVER) {
      if (value !== undefined || serverNoContextTakeover) return undefined;
      serverNoContextTakeover = true;
    } else if (name === CLIENT_NO_CONTEXT_TAKEOVER) {
      if (value !== undefined || clientNoContextTakeover) return undefined;
      clientNoContextTakeover = true;
    } else if (name === SERVER_MAX_WINDOW_BITS) {
      if (serverMaxWindowBits !== undefined) return undefined;
      serverMaxWindowBits = parseBits(value);
      if (serverMaxWindowBits === undefined) return undefined;
    } else if (name === CLIENT_MAX_WINDOW_BITS) {
      if (clientMaxWindowBits !== undefined) return undefined;
      clientMaxWindowBits = value === undefined && kind === 'offer' ? true : parseBits(value);
      if (clientMaxWindowBits === undefined) return undefined;
    } else {
      return undefined;
    }
  }
  return { serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits };
}

const KINDS: readonly string[] = ['offer', 'response'];

function requireParameters(parameters: readonly ExtensionParameter[]): void {
  const wanted = 'parameters are an array of { name, value }, strings both';
  if (!Array.isArray(parameters)) {
    throw usageError(TypeError, 'OPTION_INVALID', `${wanted}, not ${inWords(parameters)}`);
  }
  for (const parameter of parameters as readonly (Partial<ExtensionParameter> | null | undefined)[]) {
    const value = parameter?.value;
    if (typeof parameter?.name === 'string' && (value === undefined || typeof value === 'string')) continue;
    throw usageError(TypeError, 'OPTION_INVALID', `${wanted}: one is ${inWords(parameter)}`);
  }
}

/** 7.1.2.1: "a decimal integer value without leading zeroes between 8 to 15, inclusive". */
function parseBits(value: string | undefined): number | undefined {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

/**
 * Writes a list of parameters, the inverse of {@link parseDeflateParameters}.
 *
 * @throws TypeError for a name that there is not, or a value of another kind (`OPTION_UNKNOWN`,
 * `OPTION_INVALID`), RangeError for bits that are not 8 to 15 (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { formatDeflateParameters } from '@sanssocket/deflate';
 *
 * const parameters = formatDeflateParameters({
 *   serverNoContextTakeover: true,
 *   clientNoContextTakeover: false,
 *   serverMaxWindowBits: undefined,
 *   clientMaxWindowBits: true,
 * });
 * assert.deepEqual(parameters, [
 *   { name: 'server_no_context_takeover', value: undefined },
 *   { name: 'client_max_window_bits', value: undefined },
 * ]);
 * ```
 */
export function formatDeflateParameters(parameters: DeflateParameters): ExtensionParameter[] {
  const { serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits } =
    readOptions(parameters, PARAMETERS);
  requireFlag('serverNoContextTakeover', serverNoContextTakeover);
  requireFlag('clientNoContextTakeover', clientNoContextTakeover);
  requireBits('serverMaxWindowBits', serverMaxWindowBits);
  if (clientMaxWindowBits !== true) requireBits('clientMaxWindowBits', clientMaxWindowBits);
  const list: ExtensionParameter[] = [];
  if (serverNoContextTakeover) list.push({ name: SERVER_NO_CONTEXT_TAKEOVER, value: undefined });
  if (clientNoContextTakeover) list.push({ name: CLIENT_NO_CONTEXT_TAKEOVER, value: undefined });
  if (serverMaxWindowBits !== undefined) {
    list.push({ name: SERVER_MAX_WINDOW_BITS, value: String(serverMaxWindowBits) });
  }
  if (clientMaxWindowBits !== undefined) {
    const value = clientMaxWindowBits === true ? undefined : String(clientMaxWindowBits);
    list.push({ name: CLIENT_MAX_WINDOW_BITS, value });
  }
  return list;
}

const PARAMETERS: readonly (keyof DeflateParameters)[] = [
  'serverNoContextTakeover',
  'clientNoContextTakeover',
  'serverMaxWindowBits',
  'clientMaxWindowBits',
];

// --- The wishes of one side ---

/** RFC 7692 7.1.2: the window where nothing is said about it, and the smallest there is. */
const MAX_BITS = 15;

const MIN_BITS = 8;

/** The wishes of one side for both; each may be left out. */
export interface NegotiationOptions {
  /** Whether the server has to forget its window after each message. False by default. */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** Whether the client has to. False by default. */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** The largest window the server may use, as base-two logarithm, 8 to 15. 15 by default. */
  readonly serverMaxWindowBits?: number | undefined;
  /**
   * The largest window the client may use, 8 to 15. 15 by default. A server can only insist if the
   * client offers `client_max_window_bits`; other offers are rejected then (RFC 7692 7.1.2.2).
   */
  readonly clientMaxWindowBits?: number | undefined;
  /**
   * Whether a client offers `client_max_window_bits`. True by default; with false a server must not
   * limit the client's window, and `clientMaxWindowBits` is for servers only (RFC 7692 7.1.2.2).
   */
  readonly offerClientMaxWindowBits?: boolean | undefined;
}

/**
 * A client's wishes that a server does not grant: an offer with one of these is rejected, and the
 * client's next one tried (RFC 7692 5.1, 7.1.3). The server's own wishes are apart from these.
 */
export interface RejectedOffers {
  /** An offer with `server_no_context_takeover`, which costs compression. False by default. */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** An offer with `client_no_context_takeover`. False by default. */
  readonly clientNoContextTakeover?: boolean | undefined;
  /**
   * An offer with `server_max_window_bits` below this, 8 to 15; with 15, of any smaller window. 8
   * by default: none.
   */
  readonly serverMaxWindowBitsBelow?: number | undefined;
  /** An offer with a value of `client_max_window_bits` below this, 8 to 15. 8 by default: none. */
  readonly clientMaxWindowBitsBelow?: number | undefined;
}

/** The names of {@link NegotiationOptions}. */
export const WISHES: readonly (keyof NegotiationOptions)[] = [
  'serverNoContextTakeover',
  'clientNoContextTakeover',
  'serverMaxWindowBits',
  'clientMaxWindowBits',
  'offerClientMaxWindowBits',
];

const REJECTS: readonly (keyof RejectedOffers)[] = [
  'serverNoContextTakeover',
  'clientNoContextTakeover',
  'serverMaxWindowBitsBelow',
  'clientMaxWindowBitsBelow',
];

/** @returns a copy, checked */
export function readWishes(wishes: NegotiationOptions): NegotiationOptions {
  const copy = readOptions(wishes, WISHES);
  requireWishes(copy);
  return copy;
}

/** @throws TypeError or RangeError for a wish of another kind */
export function requireWishes(wishes: NegotiationOptions): void {
  requireFlag('serverNoContextTakeover', wishes.serverNoContextTakeover);
  requireFlag('clientNoContextTakeover', wishes.clientNoContextTakeover);
  requireBits('serverMaxWindowBits', wishes.serverMaxWindowBits);
  requireBits('clientMaxWindowBits', wishes.clientMaxWindowBits);
  requireFlag('offerClientMaxWindowBits', wishes.offerClientMaxWindowBits);
}

/** @returns a copy, checked */
export function readRejectedOffers(rejects: RejectedOffers): RejectedOffers {
  const copy = readOptions(rejects, REJECTS);
  requireFlag('serverNoContextTakeover', copy.serverNoContextTakeover);
  requireFlag('clientNoContextTakeover', copy.clientNoContextTakeover);
  requireBits('serverMaxWindowBitsBelow', copy.serverMaxWindowBitsBelow);
  requireBits('clientMaxWindowBitsBelow', copy.clientMaxWindowBitsBelow);
  return copy;
}

function requireFlag(name: string, value: boolean | undefined): void {
  if (value !== undefined) requireType(name, value, 'boolean');
}

function requireBits(name: string, value: number | undefined): void {
  if (value !== undefined) requireInteger(name, value, MIN_BITS, MAX_BITS);
}

// --- Offers and answers ---

/** The agreement of both sides. */
export interface DeflateAgreement {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/**
 * A client's offer; undefined if the engine could not keep its part of it.
 *
 * The offer holds nothing that the engine cannot do itself, and excludes all that it could not take
 * from the server.
 */
export function makeOffer(wishes: NegotiationOptions, engine: DeflateEngine): DeflateParameters | undefined {
  const { serverMaxWindowBits, offerClientMaxWindowBits: isOffered = true } = wishes;
  const clientMaxWindowBits = isOffered ? wishes.clientMaxWindowBits : undefined;
  if ((clientMaxWindowBits ?? MAX_BITS) < engine.minWindowBits) return undefined;
  return {
    serverNoContextTakeover: wishes.serverNoContextTakeover === true || !engine.inflateTakeover,
    clientNoContextTakeover: wishes.clientNoContextTakeover === true || !engine.deflateTakeover,
    serverMaxWindowBits: serverMaxWindowBits === MAX_BITS ? undefined : serverMaxWindowBits,
    // 7.1.2.2: without it, the server must not limit the client's window.
    clientMaxWindowBits:
      isOffered && engine.minWindowBits < MAX_BITS ? (clientMaxWindowBits ?? true) : undefined,
  };
}

/** A server's judgement of one offer; undefined to reject it (RFC 7692 5.1, 7.1). */
export function acceptOffer(
  list: readonly ExtensionParameter[],
  wishes: NegotiationOptions,
  engine: DeflateEngine,
  rejected: RejectedOffers = {},
): { readonly response: ExtensionParameter[]; readonly agreement: DeflateAgreement } | undefined {
  const offer = parseDeflateParameters(list, 'offer');
  if (offer === undefined || isRejected(offer, rejected)) return undefined;
  // 7.1.2.1: "the same or smaller value as the offer"
  const serverBits = Math.min(wishes.serverMaxWindowBits ?? MAX_BITS, offer.serverMaxWindowBits ?? MAX_BITS);
  if (serverBits < engine.minWindowBits) return undefined;
  // 7.1.2.2: the client's window can be limited only if the client offers that.
  const limit = offer.clientMaxWindowBits;
  let clientBits = wishes.clientMaxWindowBits ?? MAX_BITS;
  if (limit === undefined && clientBits < MAX_BITS) return undefined;
  if (typeof limit === 'number') clientBits = Math.min(clientBits, limit);
  const agreement: DeflateAgreement = {
    // 7.1.1.1: an offered parameter has to be in the response; it may be there unasked.
    serverNoContextTakeover:
      offer.serverNoContextTakeover || wishes.serverNoContextTakeover === true || !engine.deflateTakeover,
    // 7.1.1.2: in an offer a hint that the client will do so anyway; in a response an order.
    clientNoContextTakeover:
      offer.clientNoContextTakeover || wishes.clientNoContextTakeover === true || !engine.inflateTakeover,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: clientBits,
  };
  const response = formatDeflateParameters({
    ...agreement,
    serverMaxWindowBits:
      offer.serverMaxWindowBits === undefined && serverBits === MAX_BITS ? undefined : serverBits,
    clientMaxWindowBits: clientBits === MAX_BITS ? undefined : clientBits,
  });
  return { response, agreement };
}

/** 5.1: a server may reject an offer for a reason of its own. */
function isRejected(offer: DeflateParameters, rejected: RejectedOffers): boolean {
  if (offer.serverNoContextTakeover && rejected.serverNoContextTakeover === true) return true;
  if (offer.clientNoContextTakeover && rejected.clientNoContextTakeover === true) return true;
  const { serverMaxWindowBits: serverBits = MAX_BITS, clientMaxWindowBits: clientBits } = offer;
  if (serverBits < (rejected.serverMaxWindowBitsBelow ?? MIN_BITS)) return true;
  // 7.1.2.2: without a value it offers to be limited, and asks for nothing.
  return typeof clientBits === 'number' && clientBits < (rejected.clientMaxWindowBitsBelow ?? MIN_BITS);
}

/**
 * A client's judgement of the response; undefined if the handshake has to fail (RFC 7692 5.1, 7.1).
 */
export function confirmResponse(
  list: readonly ExtensionParameter[],
  offers: readonly DeflateParameters[],
): DeflateAgreement | undefined {
  const response = parseDeflateParameters(list, 'response');
  if (response === undefined) return undefined;
  const accepted = offers.filter((offer) => isAnswer(response, offer));
  if (accepted.length === 0) return undefined;
  // The response does not say which offer it answers, so the promises of all of them are kept.
  const promised = accepted.map(({ clientMaxWindowBits }) => clientMaxWindowBits);
  return {
    serverNoContextTakeover: response.serverNoContextTakeover,
    clientNoContextTakeover:
      response.clientNoContextTakeover || accepted.some((offer) => offer.clientNoContextTakeover),
    serverMaxWindowBits: response.serverMaxWindowBits ?? MAX_BITS,
    clientMaxWindowBits: [...promised, response.clientMaxWindowBits].reduce(
      (bits: number, limit) => (typeof limit === 'number' ? Math.min(bits, limit) : bits),
      MAX_BITS,
    ),
  };
}

function isAnswer(response: DeflateParameters, offer: DeflateParameters): boolean {
  // 7.1.1.1: accepted "by including" it.
  if (offer.serverNoContextTakeover && !response.serverNoContextTakeover) return false;
  // 7.1.2.1: accepted by including it "with the same or smaller value".
  const { serverMaxWindowBits: asked } = offer;
  if (asked !== undefined && !((response.serverMaxWindowBits ?? MAX_BITS + 1) <= asked)) return false;
  // 7.1.2.2: only if it was offered, and "with a value smaller than or equal to" the offered one.
  const { clientMaxWindowBits: limit } = response;
  if (typeof limit !== 'number') return true;
  return offer.clientMaxWindowBits === true || limit <= (offer.clientMaxWindowBits ?? 0);
}
