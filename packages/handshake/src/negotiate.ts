/**
 * The negotiation of extensions (RFC 6455 9.1), for both roles.
 */

import { inWords, usageError } from './errors.js';
import { type HandshakeFault, type ResponseFaultCode, responseFault } from './faults.js';
import {
  type ExtensionOffer,
  type ExtensionParameter,
  isParameters,
  requireOffers,
} from './header-values.js';

/**
 * An extension, as the handshake needs it. An implementation usually also is the codec's transform,
 * or makes one and returns it as the agreement.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ExtensionFactory } from '@sanssocket/handshake';
 * import { negotiateExtensions } from '@sanssocket/handshake/rules';
 *
 * const reverse: ExtensionFactory<'reversed'> = {
 *   name: 'x-reverse',
 *   rsv: 0x40,
 *   offers: () => [[]],
 *   confirm: (response) => (response.length === 0 ? { extension: 'reversed' } : undefined),
 *   accept: (offer) => (offer.length === 0 ? { response: [], extension: 'reversed' } : undefined),
 * };
 * const agreed = negotiateExtensions([{ name: 'x-reverse', parameters: [] }], [reverse]);
 * assert.equal(agreed[0]?.extension, 'reversed');
 * ```
 */
export interface ExtensionFactory<Agreed = unknown> {
  /** The extension's registered name, a token, compared exactly. */
  readonly name: string;
  /**
   * The RSV bits it claims, as they stand in the first byte of a frame: of 0x40, 0x20 and 0x10 (RFC
   * 6455 5.2).
   */
  readonly rsv: number;
  /**
   * Client: the parameter lists to offer, in order of preference; none, and the extension is not
   * offered.
   */
  offers(): readonly (readonly ExtensionParameter[])[];
  /**
   * Client: judges the server's response. `undefined`: it cannot be honoured and the handshake
   * fails.
   */
  confirm(response: readonly ExtensionParameter[]): { readonly extension: Agreed } | undefined;
  /** Server: judges one offer. `undefined`: rejected, and the next one is tried. */
  accept(
    offer: readonly ExtensionParameter[],
  ): { readonly response: readonly ExtensionParameter[]; readonly extension: Agreed } | undefined;
}

/**
 * An extension in force, in the order it applies.
 */
export interface NegotiatedExtension<Agreed = unknown> {
  readonly name: string;
  /** The parameters of the server's response. */
  readonly parameters: readonly ExtensionParameter[];
  readonly rsv: number;
  /** The `extension` that the extension's own `accept` or `confirm` gave. */
  readonly extension: Agreed;
}

/**
 * The server's choice among a client's offers (RFC 6455 9.1): offers are tried in the client's
 * order; one that is unknown, rejected, of a name already agreed, or claims an RSV bit already
 * taken, is passed over.
 *
 * @param offers - from `parseExtensions`, or `UpgradeRequest.extensions`
 * @param extensions - those that the server implements
 * @returns the agreed ones in the order of the response; none means no header at all
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { negotiateExtensions } from '@sanssocket/handshake/rules';
 *
 * assert.deepEqual(negotiateExtensions([{ name: 'constructor', parameters: [] }], []), []);
 * ```
 */
export function negotiateExtensions<Agreed>(
  offers: readonly ExtensionOffer[],
  extensions: readonly ExtensionFactory<Agreed>[],
): NegotiatedExtension<Agreed>[] {
  requireOffers('offers', offers);
  requireExtensions(extensions);
  return negotiate(offers, extensions);
}

/** {@link negotiateExtensions} of offers that were read, by extensions that were checked. */
export function negotiate<Agreed>(
  offers: readonly ExtensionOffer[],
  extensions: readonly ExtensionFactory<Agreed>[],
): NegotiatedExtension<Agreed>[] {
  const negotiated: NegotiatedExtension<Agreed>[] = [];
  let claimed = 0;
  for (const { name, parameters } of offers) {
    const extension = extensions.find((candidate) => candidate.name === name);
    if (extension === undefined || negotiated.some((other) => other.name === name)) continue;
    if ((extension.rsv & claimed) !== 0) continue;
    const accepted = extension.accept(parameters);
    if (accepted === undefined) continue;
    requireAnswer(isParameters(Object(accepted).response), 'accept', name, 'a response');
    claimed |= extension.rsv;
    negotiated.push({
      name,
      parameters: accepted.response,
      rsv: extension.rsv,
      extension: accepted.extension,
    });
  }
  return negotiated;
}

/** Every offer of every extension, as a client sends them. */
export function collectOffers(extensions: readonly ExtensionFactory[]): ExtensionOffer[] {
  return extensions.flatMap((extension) => {
    const { name } = extension;
    const offers = extension.offers();
    requireAnswer(Array.isArray(offers) && offers.every(isParameters), 'offers', name, 'parameter lists');
    return offers.map((parameters) => ({ name, parameters }));
  });
}

/** @throws TypeError (`EXTENSION_INVALID`) for a list with anything but extensions in it */
export function requireExtensions(extensions: readonly ExtensionFactory[]): void {
  if (!Array.isArray(extensions)) {
    throw usageError(TypeError, 'EXTENSION_INVALID', `extensions are an array, not ${inWords(extensions)}`);
  }
  for (const extension of extensions) {
    const { name, rsv, offers, confirm, accept } = Object(extension) as Partial<ExtensionFactory>;
    const hasMethods = [offers, confirm, accept].every((method) => typeof method === 'function');
    // RFC 6455 5.2: of the first byte of a frame, these three bits.
    if (hasMethods && typeof name === 'string' && Number.isInteger(rsv) && (rsv! & ~0x70) === 0) continue;
    const wanted = 'an extension has a name, an rsv of 0x40, 0x20 and 0x10, offers, confirm and accept';
    throw usageError(TypeError, 'EXTENSION_INVALID', `${wanted}; ${inWords(extension)} has not`);
  }
}

/** @throws TypeError (`EXTENSION_INVALID`) unless the answer of an extension is right */
function requireAnswer(isRight: boolean, method: string, name: string, wanted: string): void {
  if (isRight) return;
  throw usageError(
    TypeError,
    'EXTENSION_INVALID',
    `${method} of the extension ${name} gives ${wanted}, or nothing`,
  );
}

/**
 * The client's check of a server's response (RFC 6455 4.1, response step 5, and 9.1).
 *
 * @param response - the response, from `parseExtensions`
 * @param extensions - those that the client offered
 * @returns the agreed ones in the order of the response, or the server's fault
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { confirmExtensions } from '@sanssocket/handshake/rules';
 *
 * const fault = confirmExtensions([{ name: 'x-foo', parameters: [] }], []);
 * assert.equal('code' in fault && fault.code, 'EXTENSION_NOT_OFFERED');
 * ```
 */
export function confirmExtensions<Agreed>(
  response: readonly ExtensionOffer[],
  extensions: readonly ExtensionFactory<Agreed>[],
): NegotiatedExtension<Agreed>[] | HandshakeFault {
  requireOffers('a response', response);
  requireExtensions(extensions);
  const negotiated = confirm(response, extensions);
  return typeof negotiated === 'string' ? responseFault(negotiated) : negotiated;
}

/**
 * {@link confirmExtensions} of a response that was read, by extensions that were checked; a fault as
 * its code.
 */
export function confirm<Agreed>(
  response: readonly ExtensionOffer[],
  extensions: readonly ExtensionFactory<Agreed>[],
): NegotiatedExtension<Agreed>[] | ResponseFaultCode {
  const negotiated: NegotiatedExtension<Agreed>[] = [];
  let claimed = 0;
  for (const { name, parameters } of response) {
    const extension = extensions.find((candidate) => candidate.name === name);
    // 4.1 step 5: an extension that was not in the request fails the connection.
    if (extension === undefined) return 'EXTENSION_NOT_OFFERED';
    // 9.1: each is in use at most once.
    if (negotiated.some((other) => other.name === name)) return 'EXTENSION_REPEATED';
    if ((extension.rsv & claimed) !== 0) return 'EXTENSION_CONFLICT';
    const confirmed = extension.confirm(parameters);
    if (confirmed === undefined) return 'EXTENSION_REJECTED';
    requireAnswer(typeof confirmed === 'object' && confirmed !== null, 'confirm', name, 'an agreement');
    claimed |= extension.rsv;
    negotiated.push({ name, parameters, rsv: extension.rsv, extension: confirmed.extension });
  }
  return negotiated;
}
