/**
 * Headers on their way through: those of one hop stay behind, and the backend is told for whom it
 * works.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** RFC 9110 7.6.1: headers of one hop, besides those that `Connection` names. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** `Connection` cannot take these away: the body would be read as another request, or by another host. */
const NOT_OF_A_HOP = ['content-length', 'host'];

/** RFC 7239, and the headers that were there before it: the last hop tells them. */
const FORWARDED = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

/** A list of headers, names and values in turn, as pairs. */
function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name, rawHeaders[i + 1]!]] : [],
  );
}

/** The headers that are for the other end. */
export function endToEnd(rawHeaders: readonly string[]): [string, string][] {
  const pairs = pairsOf(rawHeaders);
  const dropped = new Set(HOP_BY_HOP);
  for (const [name, value] of pairs) {
    if (name.toLowerCase() !== 'connection') continue;
    for (const option of value.split(',')) dropped.add(option.trim().toLowerCase());
  }
  for (const name of NOT_OF_A_HOP) dropped.delete(name);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Whether a body comes in chunks; undefined for a transfer coding that is not known here (RFC 9112 7). */
export function isChunked({ headers }: IncomingMessage): boolean | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return false;
  return coding.trim().toLowerCase() === 'chunked' ? true : undefined;
}

/** The one `Host` of a request (RFC 9112 3.2); undefined if it has another number of them, or a wrong one. */
function hostOf({ rawHeaders }: IncomingMessage): string | undefined {
  const [host, ...others] = pairsOf(rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
  const isRight = others.length === 0 && /^(?:\[[\da-f:.]+\]|[\w.~-]+)(?::\d+)?$/i.test(host?.[1] ?? '');
  return isRight ? host![1] : undefined;
}

/**
 * Addresses and subnets, such as `10.0.0.0/8`.
 *
 * @throws TypeError or RangeError for one that is none
 */
export function addressList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) {
    const [net, bits] = address.split('/') as [string, string?];
    const family = isIPv6(net) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(net, family);
    else list.addSubnet(net, Number(bits), family);
  }
  return list;
}

/**
 * The headers of a request as the backend gets them. `Host` stays as it is, and so fits to `Origin`
 * and to the links of pages.
 *
 * `Forwarded` and its kin go on from an address that is trusted only, as anybody may send any; this
 * hop's own follow. An underscore makes no difference: applications that get headers as variables
 * see none.
 *
 * @param trusted - addresses of proxies in front of this one
 * @returns undefined for a request without a right `Host`
 */
export function headersForBackend(
  request: IncomingMessage,
  trusted: BlockList,
): [string, string][] | undefined {
  const host = hostOf(request);
  if (host === undefined) return undefined;
  const address = addressOf(request);
  const isTrusted = address !== undefined && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  const kept = endToEnd(request.rawHeaders).filter(([name]) => {
    const plain = name.toLowerCase().replaceAll('_', '-');
    return !FORWARDED.test(plain) || (isTrusted && plain === name.toLowerCase() && !OWN.includes(plain));
  });
  const protocol = 'encrypted' in request.socket ? 'https' : 'http';
  const node = address === undefined ? 'unknown' : isIPv6(address) ? `"[${address}]"` : address;
  const values = [`for=${node};host="${host}";proto=${protocol}`, address ?? 'unknown', host, protocol];
  const own = OWN.map((name, i): [string, string] => {
    const before = isTrusted ? request.headers[name] : undefined;
    return [NAMES[i]!, before === undefined ? values[i]! : `${before}, ${values[i]!}`];
  });
  return [...kept, ...own, ['Via', `${request.httpVersion} sanssocket-proxy`]];
}

const NAMES = ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto'];
const OWN = NAMES.map((name) => name.toLowerCase());

/** The client's address, as IPv4 where it is that. */
function addressOf({ socket }: IncomingMessage): string | undefined {
  return socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
