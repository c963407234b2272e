import { isKey } from './accept-key.js';
import { type ExtensionOffer, parseExtensions } from './extensions.js';
import { describeFault, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
import { listHas, type RawHeaders, soleValue, valuesOf } from './header-fields.js';
import { canUpgrade, type RequestHead } from './heads.js';
import { parseProtocols } from './subprotocol.js';
import { parseTarget, splitAuthority } from './uri.js';

/**
 * A request that asks for a WebSocket and may have one. Whether it gets one, from this origin and for this resource, is
 * the caller's to say: `acceptRequest` or `rejectRequest`, or the methods of `ServerHandshake`.
 */
export interface UpgradeRequest {
  readonly kind: 'request';
  /** Path and query, as sent (RFC 6455 3). */
  readonly resourceName: string;
  /** The authority asked for: of the target if that is absolute, otherwise `Host`. */
  readonly host: string;
  /** `Origin` as sent; `undefined` when absent, as from clients that are no browsers. See `isSameOrigin` (10.2). */
  readonly origin: string | undefined;
  /** `Sec-WebSocket-Key`, well-formed. */
  readonly key: string;
  /** The subprotocols offered, in order of preference. */
  readonly protocols: readonly string[];
  /** The extensions offered, in order of preference. */
  readonly extensions: readonly ExtensionOffer[];
  /** Every header of the request, as a flat array. */
  readonly headers: RawHeaders;
}

/**
 * The server's check of a client's opening handshake (RFC 6455 4.2.1): every rule of it, over a parsed head.
 *
 * @param head - from Node's HTTP server as it is, or from `requestHeadOf`
 * @returns the request (`kind: 'request'`), or the first fault found (`kind: 'fault'`), for `rejectFault`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkRequest } from '@sanssocket/handshake';
 *
 * const checked = checkRequest({
 *   method: 'GET',
 *   url: '/chat',
 *   httpVersion: '1.1',
 *   rawHeaders: [
 *     'Host', 'server.example.com', 'Upgrade', 'websocket', 'Connection', 'Upgrade',
 *     'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13',
 *   ],
 * });
 * assert.equal(checked.kind === 'request' && checked.resourceName, '/chat');
 * ```
 */
export function checkRequest(head: RequestHead): UpgradeRequest | HandshakeFault {
  const headers = head.rawHeaders;
  // 4.2.1 item 1: "An HTTP/1.1 or higher GET request".
  if (!canUpgrade(head.httpVersion)) return describeFault('HTTP_VERSION_UNSUPPORTED');
  if (head.method !== 'GET') return describeFault('METHOD_NOT_GET');
  const target = parseTarget(head.url ?? '');
  if (target === undefined) return describeFault('TARGET_INVALID');
  // 4.2.1 item 2: Host, which RFC 9112 3.2 wants exactly once.
  const host = soleValue(headers, 'host', 'HOST');
  if (typeof host !== 'string') return host;
  if (splitAuthority(host) === undefined) return describeFault('HOST_INVALID');
  const fault = checkHopHeaders(headers);
  if (fault !== undefined) return describeFault(fault);
  // 4.2.1 item 5.
  const key = soleValue(headers, 'sec-websocket-key', 'KEY');
  if (typeof key !== 'string') return isDraft(headers) ? describeFault('DRAFT_UNSUPPORTED') : key;
  const offer = checkOffer(headers);
  if ('kind' in offer) return offer;
  if (!isKey(key)) return describeFault('KEY_INVALID');
  return {
    kind: 'request',
    resourceName: target.resourceName,
    host: target.authority ?? host,
    key,
    ...offer,
    headers,
  };
}

/** The rules of an HTTP/1.1 upgrade: what a handshake over another version of HTTP has no need of. */
function checkHopHeaders(headers: RawHeaders): HandshakeFaultCode | undefined {
  // A body in front of the frames could be read as frames by one side only. RFC 9112 6.
  if (
    valuesOf(headers, 'transfer-encoding').length > 0 ||
    valuesOf(headers, 'content-length').some((length) => length !== '0')
  ) {
    return 'UNEXPECTED_BODY';
  }
  // 4.2.1 item 3: "websocket", in any letter case.
  if (!listHas(headers, 'upgrade', 'websocket')) return 'UPGRADE_INVALID';
  // 4.2.1 item 4: the token "Upgrade", in any letter case.
  return listHas(headers, 'connection', 'upgrade') ? undefined : 'CONNECTION_INVALID';
}

/** Whether a request without one key is of a draft before masking: refused for good, whatever else it says. */
function isDraft(headers: RawHeaders): boolean {
  return ['sec-websocket-key1', 'sec-websocket-key2'].some((name) => valuesOf(headers, name).length > 0);
}

/** The rules of every handshake, over whichever version of HTTP: version, origin, subprotocols, extensions. */
function checkOffer(
  headers: RawHeaders,
): Pick<UpgradeRequest, 'origin' | 'protocols' | 'extensions'> | HandshakeFault {
  // 4.2.1 item 6 and 4.4. Compared as text: as numbers "013" and "1.3e1" would be 13.
  const version = soleValue(headers, 'sec-websocket-version', 'VERSION');
  if (typeof version !== 'string') return version;
  if (version !== '13') return describeFault('VERSION_UNSUPPORTED');
  // 4.2.1 item 7. Fetch's Headers have joined repeated lines with a comma and a space.
  const origins = valuesOf(headers, 'origin');
  if (origins.length > 1 || origins[0]?.includes(', ')) return describeFault('ORIGIN_REPEATED');
  // 4.2.1 item 8.
  const protocols = parseProtocols(valuesOf(headers, 'sec-websocket-protocol'));
  if ('kind' in protocols) return protocols;
  // 4.2.1 item 9. Only what cannot be read is refused; what cannot be agreed to is declined later (P9).
  const extensions = parseExtensions(valuesOf(headers, 'sec-websocket-extensions'));
  if (extensions === undefined) return describeFault('EXTENSION_INVALID');
  return { origin: origins[0], protocols, extensions };
}
