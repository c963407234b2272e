import { consistsOf, TOKEN } from '../syntax/characters.js';
import { listElements } from '../syntax/list.js';
import { requireStrings } from '../syntax/options.js';
import { createFault, type HandshakeFault } from './faults.js';

/**
 * Reads the client's `Sec-WebSocket-Protocol` (RFC 6455 4.1, request item 10; 11.3.4): tokens, each once, over all lines. Up
 * to 32 empty elements are ignored (RFC 9110 5.6.1.2), so a list of no others asks for nothing.
 *
 * @param values - the header's values, one a line
 * @returns the subprotocols in order of preference; none without the header, and where it names none; or the client's fault
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but an array of strings
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseProtocols } from '@sanssocket/handshake/values';
 *
 * assert.deepEqual(parseProtocols(['chat, superchat', 'v2']), ['chat', 'superchat', 'v2']);
 * assert.deepEqual(parseProtocols([]), []);
 * ```
 */
export function parseProtocols(values: readonly string[]): string[] | HandshakeFault {
  requireStrings('the values of a header, one a line', values);
  const protocols = listElements(values);
  if (protocols === undefined) return createFault('PROTOCOL_INVALID');
  const { length } = protocols;
  for (let i = 0; i < length; i++) {
    // 4.1 item 10: of token characters ...
    if (!consistsOf(protocols[i]!, TOKEN)) return createFault('PROTOCOL_INVALID');
  }
  // ... "and MUST all be unique strings". For a few a search is half the time of a set.
  const isUnique =
    length < 9
      ? protocols.every((name, i) => protocols.indexOf(name) === i)
      : new Set(protocols).size === length;
  return isUnique ? protocols : createFault('PROTOCOL_OFFERED_TWICE');
}

/**
 * The first of the client's subprotocols that the server supports (RFC 6455 4.2.2, step 5.5). Compared exactly.
 *
 * @param offered - the client's list, in its order of preference
 * @param supported - the server's, in any order
 * @returns the choice; `undefined` when there is none in common
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { selectProtocol } from '@sanssocket/handshake/values';
 *
 * assert.equal(selectProtocol(['v2', 'v1'], ['v1', 'v2']), 'v2');
 * assert.equal(selectProtocol(['Chat'], ['chat']), undefined);
 * ```
 */
export function selectProtocol(offered: readonly string[], supported: readonly string[]): string | undefined {
  requireStrings('subprotocols that are offered', offered);
  requireStrings('protocols', supported);
  return offered.find((name) => supported.includes(name));
}
