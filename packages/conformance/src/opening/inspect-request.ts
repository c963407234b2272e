/** Faults of a client's request that keep no server from answering: each is a case of its own. */
import type { Case } from '../model/case.js';
import { isValidOffer } from './deflate-agreement.js';
import { type OpeningFault, openingFault } from './faults.js';
import { type Head, listOf, valuesOf } from './heads.js';

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Looks at the subject of a case.
 *
 * @param inspects - the case's
 * @param head - of the request
 * @returns the fault, if there is one
 */
export function inspectRequest(inspects: Case['inspects'], head: Head): OpeningFault | undefined {
  if (inspects === 'target') return targetFault(head);
  if (inspects === 'fields') return fieldsFault(head);
  if (inspects === 'protocols') return protocolsFault(head);
  return inspects === 'offer' ? offerFault(head) : undefined;
}

/**
 * 3: "Fragment identifiers ... MUST NOT be used". 4.1, item 2: the target is a resource name, or an
 * absolute http or https URI.
 */
function targetFault({ startLine }: Head): OpeningFault | undefined {
  const target = startLine.split(' ')[1] ?? '';
  if (target.includes('#')) return openingFault('TARGET_FRAGMENT', target);
  return /^(?:\/|https?:\/\/)/i.test(target) ? undefined : openingFault('TARGET_INVALID', target);
}

/**
 * RFC 9112 5: a name, a colon with no blank before it, a value; not folded (5.2). RFC 6454 7.3: one
 * Origin at most.
 */
function fieldsFault(head: Head): OpeningFault | undefined {
  const lines = head.text.split('\r\n').slice(1, -2);
  const wrong = lines.find((line) => !TOKEN.test(line.split(':', 1)[0]!) || !line.includes(':'));
  if (wrong !== undefined) return openingFault('FIELD_INVALID', wrong);
  if (valuesOf(head, 'host').includes('')) return openingFault('HOST_INVALID');
  return valuesOf(head, 'origin').length > 1 ? openingFault('ORIGIN_REPEATED') : undefined;
}

/** 4.1, item 10: elements are not empty, have no separators, "and MUST all be unique strings". */
function protocolsFault(head: Head): OpeningFault | undefined {
  const values = valuesOf(head, 'sec-websocket-protocol');
  const elements = values.flatMap((value) => value.split(',')).map((element) => element.trim());
  if (!elements.every((element) => TOKEN.test(element)))
    return openingFault('PROTOCOLS_INVALID', values.join());
  return new Set(elements).size < elements.length
    ? openingFault('PROTOCOLS_NOT_UNIQUE', values.join())
    : undefined;
}

/** 9.1, RFC 7692 7.1. */
function offerFault(head: Head): OpeningFault | undefined {
  const wrong = listOf(head, 'sec-websocket-extensions').find((element) => !isValidOffer(element));
  return wrong === undefined ? undefined : openingFault('OFFER_INVALID', wrong);
}
