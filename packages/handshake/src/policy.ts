/**
 * `@sanssocket/handshake/rules`: a server's policy as pure functions of the request, put together,
 * tested and reused apart from any socket; the negotiation of extensions alone; the table of a peer's
 * faults.
 *
 * @packageDocumentation
 */

import { copyRefusal, type RejectOptions } from './answer.js';
import { inWords, requireStrings, requireType, usageError } from './errors.js';
import { isSameOrigin } from './header-values.js';
import { type OpeningRequest, requireRequest } from './request.js';
import { checkToken, equalsIgnoringCase, headerValues, lowerCodes } from './syntax.js';
import { splitAuthority } from './uri.js';

export type { RejectOptions } from './answer.js';
export {
  type ConnectFaultCode,
  createHandshakeFault,
  HANDSHAKE_FAULTS,
  type HandshakeFault,
  type HandshakeFaultCode,
  type HandshakeFaultRule,
  type HeadFaultCode,
  type RequestFaultCode,
  type ResponseFaultCode,
} from './faults.js';
export type { ExtensionOffer, ExtensionParameter } from './header-values.js';
export {
  confirmExtensions,
  type ExtensionFactory,
  type NegotiatedExtension,
  negotiateExtensions,
} from './negotiate.js';
export type { OpeningRequest } from './request.js';
export type { HeaderPairs, RawHeaders } from './syntax.js';

/**
 * Judges a request, over any version of HTTP: the options of its rejection, or `undefined` for no
 * objection.
 */
export type RequestRule = (request: OpeningRequest) => RejectOptions | undefined;

/**
 * The first objection that any of the rules has.
 *
 * @param request - from `checkRequest` or `checkConnect`
 * @param rules - in the order to ask them
 * @returns the options for `rejectRequest`, `ServerHandshake.reject` or `rejectConnect`;
 * `undefined` if the request may be accepted
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkConnect } from '@sanssocket/handshake/connect';
 * import { allowOrigins, allowPaths, findRejection, requireHeader } from '@sanssocket/handshake/rules';
 *
 * const challenge = { status: 401, headers: [['WWW-Authenticate', 'Bearer']] as const };
 * const rules = [
 *   allowPaths(['/chat']),
 *   allowOrigins(['https://example.com']),
 *   requireHeader('Authorization', (value) => value === 'Bearer secret', challenge),
 * ];
 * const request = checkConnect([
 *   ':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':authority', 'example.com', ':path', '/chat?room=1',
 *   'sec-websocket-version', '13', 'origin', 'https://example.com',
 * ], true);
 * assert.ok(request.kind === 'request');
 * assert.equal(findRejection(request, rules)?.status, 401);
 * ```
 */
export function findRejection(
  request: OpeningRequest,
  rules: readonly RequestRule[],
): RejectOptions | undefined {
  requireRequest(request);
  if (!Array.isArray(rules))
    throw usageError(TypeError, 'ARGUMENT_INVALID', `rules are an array, not ${inWords(rules)}`);
  for (const rule of rules) {
    requireType('a rule', rule, 'function');
    const rejection = rule(request);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/**
 * Pages of these origins may connect (RFC 6455 10.2), compared as `isSameOrigin` does. A request
 * without `Origin` is not a page's: no rule about origins keeps another program out, as it can send
 * any.
 *
 * @param origins - as in `https://example.com`
 * @param rejection - 403 unless given
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { allowOrigins } from '@sanssocket/handshake/rules';
 *
 * assert.equal(typeof allowOrigins(['https://example.com']), 'function');
 * ```
 */
export function allowOrigins(
  origins: readonly string[],
  rejection: RejectOptions = { status: 403, body: 'origin not allowed' },
): RequestRule {
  requireStrings('origins', origins);
  const answer = copyRefusal(rejection);
  return ({ origin }) =>
    origin === undefined || origins.some((allowed) => isSameOrigin(origin, allowed)) ? undefined : answer;
}

/**
 * Pages of the host that is asked for may connect (RFC 6455 10.2), by `http` or `https`, as a proxy
 * may have taken TLS off: the rule of a server that serves its own pages. A request without `Origin`
 * is not a page's. Where a server is reachable by names that are not its own, {@link allowHosts} has
 * to go with it: the host of a page that was rebound by DNS is that of its origin.
 *
 * @param rejection - 403 unless given
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { allowSameOrigin } from '@sanssocket/handshake/rules';
 *
 * assert.equal(typeof allowSameOrigin(), 'function');
 * ```
 */
export function allowSameOrigin(
  rejection: RejectOptions = { status: 403, body: 'origin not allowed' },
): RequestRule {
  const answer = copyRefusal(rejection);
  return ({ origin, host }) => {
    const isSame =
      origin === undefined ||
      isSameOrigin(origin, `https://${host}`) ||
      isSameOrigin(origin, `http://${host}`);
    return isSame ? undefined : answer;
  };
}

/**
 * These hosts may be asked for: keeps out pages whose name was made to resolve to this server (DNS
 * rebinding), which a rule about origins alone takes for its own.
 *
 * @param hosts - names or addresses, an IPv6 address in its brackets, in any letter case; with a port
 * for that port alone
 * @param rejection - 421 unless given (RFC 9110 15.5.20)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { allowHosts } from '@sanssocket/handshake/rules';
 *
 * assert.equal(typeof allowHosts(['localhost', '127.0.0.1', '[::1]']), 'function');
 * ```
 */
export function allowHosts(
  hosts: readonly string[],
  rejection: RejectOptions = { status: 421, reason: 'Misdirected Request', body: 'no such host' },
): RequestRule {
  requireStrings('hosts', hosts);
  const allowed = hosts.map((host) => {
    const parts = splitAuthority(host);
    if (parts !== undefined) return { host: lowerCodes(parts.host), port: parts.port };
    throw usageError(
      TypeError,
      'ARGUMENT_INVALID',
      `a host is a name or an address, not ${JSON.stringify(host)}`,
    );
  });
  const answer = copyRefusal(rejection);
  return (request) => {
    const asked = splitAuthority(request.host);
    if (asked === undefined) return answer;
    const isAllowed = allowed.some(
      ({ host, port }) => equalsIgnoringCase(asked.host, host) && (port < 0 || port === asked.port),
    );
    return isAllowed ? undefined : answer;
  };
}

/**
 * These paths have a WebSocket: compared as sent, without the query, percent-encoding not undone.
 *
 * @param paths - each beginning with a slash
 * @param rejection - 404 unless given
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { allowPaths } from '@sanssocket/handshake/rules';
 *
 * assert.equal(typeof allowPaths(['/chat']), 'function');
 * ```
 */
export function allowPaths(
  paths: readonly string[],
  rejection: RejectOptions = { status: 404, body: 'no such resource' },
): RequestRule {
  requireStrings('paths', paths);
  const answer = copyRefusal(rejection);
  return ({ resourceName }) => (paths.includes(resourceName.split('?', 1)[0]!) ? undefined : answer);
}

/**
 * One of these subprotocols has to be offered; without this rule a client that offers none of them
 * is accepted with none.
 *
 * @param protocols - compared exactly
 * @param rejection - 400 unless given
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireProtocol } from '@sanssocket/handshake/rules';
 *
 * assert.equal(typeof requireProtocol(['v1']), 'function');
 * ```
 */
export function requireProtocol(
  protocols: readonly string[],
  rejection: RejectOptions = { status: 400, body: 'no subprotocol in common' },
): RequestRule {
  requireStrings('protocols', protocols);
  const answer = copyRefusal(rejection);
  return (request) => (request.protocols.some((name) => protocols.includes(name)) ? undefined : answer);
}

/**
 * A header has to be there exactly once, with a value that passes: credentials, for instance.
 *
 * @param name - in any letter case
 * @param isRight - judges the value; secrets are to be compared in constant time
 * @param rejection - a 401 with `WWW-Authenticate`, for instance
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireHeader } from '@sanssocket/handshake/rules';
 *
 * const rejection = { status: 401, headers: [['WWW-Authenticate', 'Basic realm="chat"']] as const };
 * assert.equal(typeof requireHeader('Authorization', (value) => value.startsWith('Basic '), rejection), 'function');
 * ```
 */
export function requireHeader(
  name: string,
  isRight: (value: string) => boolean,
  rejection: RejectOptions,
): RequestRule {
  checkToken(name);
  requireType('the judge of a value', isRight, 'function');
  const answer = copyRefusal(rejection);
  return ({ headers }) => {
    const values = headerValues(headers, name);
    return values.length === 1 && isRight(values[0]!) ? undefined : answer;
  };
}
