import { equalsIgnoringCase, lowerCodes } from '../syntax/characters.js';
import { requireType } from '../syntax/options.js';
import { splitUri, type UriParts } from './uri.js';

const PORTS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['http', 80],
  ['ws', 80],
  ['https', 443],
  ['wss', 443],
]);

/**
 * Whether two origins are the same: scheme, host and port, each exactly (RFC 6454 5). Scheme and host are compared in
 * any letter case, a port left out is the scheme's own. Anything that is no origin (`null`, a path behind it, user
 * information, absent) equals nothing, itself included.
 *
 * @param origin - what a client sent, `UpgradeRequest.origin`
 * @param expected - the origin of the site, as in `https://example.com`
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but strings
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isSameOrigin } from '@sanssocket/handshake';
 *
 * assert.equal(isSameOrigin('HTTPS://A:443', 'https://a'), true);
 * assert.equal(isSameOrigin('https://a.evil', 'https://a'), false);
 * assert.equal(isSameOrigin('http://a', 'https://a'), false);
 * assert.equal(isSameOrigin('null', 'null'), false);
 * ```
 */
export function isSameOrigin(origin: string | undefined, expected: string): boolean {
  if (origin != null) requireType('an origin', origin, 'string');
  requireType('the origin of a site', expected, 'string');
  const left = splitUri(origin ?? '');
  const right = splitUri(expected);
  if (left === undefined || right === undefined || left.rest !== '' || right.rest !== '') return false;
  const usual = PORTS.get(left.scheme);
  const port = ({ port }: UriParts): number | undefined => (port < 0 ? usual : port);
  return (
    left.scheme === right.scheme &&
    equalsIgnoringCase(left.host, lowerCodes(right.host)) &&
    port(left) === port(right)
  );
}
