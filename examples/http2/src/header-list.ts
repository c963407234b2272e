/**
 * Header lists as the handshake has them, names and values in turn, and as `node:http2` has them.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/** A list as an object for `request` or `respond`; several lines of one header become an array. */
export function toObject(list: readonly string[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = Object.create(null) as OutgoingHttpHeaders;
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i]!;
    const value = list[i + 1]!;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat().map(String);
  }
  return headers;
}

/** The object of a `response` event as a list, for runtimes that have none in the event. */
export function toList(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((line) => [name, String(line)]),
  );
}
