// The header lists of HTTP/2 and HTTP/3 as those have to be (RFC 9113 8.2 and 8.3, RFC 9114 4.2 and 4.3): what their own
// implementations mostly check too, and what a handshake cannot do without.

import { consistsOf, FIELD, isBlank, TOKEN } from '../syntax/characters.js';
import type { RawHeaders } from '../syntax/header-fields.js';
import type { HandshakeFaultCode } from '../values/faults.js';
import { Fields } from './fields.js';

/** A list taken apart. */
export interface PseudoHead {
  /** Values by name, colon included. */
  readonly pseudo: ReadonlyMap<string, string>;
  /** What a handshake looks at of the others. */
  readonly fields: Fields;
  /** All the others. */
  readonly headers: RawHeaders;
}

// They speak of one connection, where streams share it. RFC 9113 8.2.2.
const HOP_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** Takes a list apart in which only these pseudo-headers may be, each once. */
export function readPseudoHeaders(
  list: RawHeaders,
  allowed: readonly string[],
): PseudoHead | HandshakeFaultCode {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i]!;
    const value = list[i + 1]!;
    // RFC 9113 8.2.1: no white space around a value, no control bytes in it.
    if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)) || !isValue(value)) {
      return 'HEADER_VALUE_INVALID';
    }
    if (name.startsWith(':')) {
      // RFC 9113 8.3: known ones, before all others, each once.
      if (headers.length > 0 || !allowed.includes(name) || pseudo.has(name)) return 'PSEUDO_HEADER_INVALID';
      pseudo.set(name, value);
    } else {
      // RFC 9113 8.2.1: in lower case.
      if (!consistsOf(name, TOKEN) || name !== name.toLowerCase()) return 'HEADER_NAME_INVALID';
      if (HOP_HEADERS.includes(name) || (name === 'te' && value !== 'trailers')) return 'HOP_HEADER_PRESENT';
      headers.push(name, value);
    }
  }
  return { pseudo, fields: Fields.of(headers), headers };
}

function isValue(value: string): boolean {
  return value === '' || consistsOf(value, FIELD);
}
