/** The four parameters of permessage-deflate (RFC 7692 7.1), read and written. */
import type { ExtensionParameter } from '@sanssocket/handshake';

/** What an offer or a response says (RFC 7692 7.1.1, 7.1.2). */
export interface DeflateParameters {
  /** `server_no_context_takeover`: the server forgets its window after each message (7.1.1.1). */
  readonly serverNoContextTakeover: boolean;
  /** `client_no_context_takeover`: the client does (7.1.1.2). */
  readonly clientNoContextTakeover: boolean;
  /** `server_max_window_bits`: base-two logarithm of the server's window, 8 to 15 (7.1.2.1); undefined if it was not there. */
  readonly serverMaxWindowBits: number | undefined;
  /** `client_max_window_bits`: the client's, 8 to 15 (7.1.2.2); true without a value; undefined if it was not there. */
  readonly clientMaxWindowBits: number | true | undefined;
}

const SERVER_NO_CONTEXT_TAKEOVER = 'server_no_context_takeover';
const CLIENT_NO_CONTEXT_TAKEOVER = 'client_no_context_takeover';
const SERVER_MAX_WINDOW_BITS = 'server_max_window_bits';
const CLIENT_MAX_WINDOW_BITS = 'client_max_window_bits';

/**
 * Reads a list of parameters.
 *
 * @param parameters - of one offer or of the response, as `parseExtensions` of `@sanssocket/handshake` gives them
 * @param kind - in a response `client_max_window_bits` has to have a value (RFC 7692 7.1.2.2)
 * @returns undefined if it is not valid: an unknown name, a name twice, a value where none belongs or one that is not a
 * number from 8 to 15 without a leading zero (RFC 7692 7.1: "MUST decline", for a response: "MUST _Fail_")
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

/** 7.1.2.1: "a decimal integer value without leading zeroes between 8 to 15, inclusive". */
function parseBits(value: string | undefined): number | undefined {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

/**
 * Writes a list of parameters, the inverse of {@link parseDeflateParameters}.
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
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  const list: ExtensionParameter[] = [];
  if (parameters.serverNoContextTakeover) list.push({ name: SERVER_NO_CONTEXT_TAKEOVER, value: undefined });
  if (parameters.clientNoContextTakeover) list.push({ name: CLIENT_NO_CONTEXT_TAKEOVER, value: undefined });
  if (serverMaxWindowBits !== undefined) {
    list.push({ name: SERVER_MAX_WINDOW_BITS, value: String(serverMaxWindowBits) });
  }
  if (clientMaxWindowBits !== undefined) {
    const value = clientMaxWindowBits === true ? undefined : String(clientMaxWindowBits);
    list.push({ name: CLIENT_MAX_WINDOW_BITS, value });
  }
  return list;
}
