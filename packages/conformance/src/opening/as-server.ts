/** The suite as a server: reads a client's request, and answers it, right or as the case has it. */
import type { Case, RawOpening, StandardOpening } from '../model/case.js';
import { concat } from '../model/payload.js';
import { type Link, piecesOf } from '../wire/link.js';
import { chooseAnswer, isValidOffer } from './deflate-agreement.js';
import { type OpeningFault, openingFault } from './faults.js';
import { acceptFor, type Head, HeadReader, listOf, nameIn, octetsOf, valuesOf } from './heads.js';
import type { Opened } from './opened.js';

/** A request that was read. */
export interface ReceivedRequest {
  readonly head: Head;
  /** The octets that the client sent behind it, too early: it has no answer yet. */
  readonly rest: Uint8Array;
  /** The target of the request. */
  readonly resourceName: string;
  readonly fault: OpeningFault | undefined;
  /** Whether Sec-WebSocket-Key came before; `only` if there was no other connection. */
  readonly nonce?: 'fresh' | 'repeated' | 'only';
}

/**
 * Reads a client's request.
 *
 * @returns the request; undefined if none came before the time was over or the link ended
 */
export function readRequest(link: Link, timeoutMs: number): Promise<ReceivedRequest | undefined> {
  const reader = new HeadReader();
  return new Promise((resolve) => {
    const finish = (request: ReceivedRequest | undefined): void => {
      clearTimeout(timer);
      link.listen({ data: () => {}, end: () => {}, gone: () => {} });
      link.pause();
      resolve(request);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    link.listen({
      data: (chunk) => {
        const found = reader.read(chunk);
        if (found === 'too-large') finish(undefined);
        else if (found !== undefined) finish({ ...found, ...judgeRequest(found.head, found.rest) });
      },
      end: () => finish(undefined),
      gone: () => finish(undefined),
    });
  });
}

/** RFC 6455 4.1, the list of a request's parts. */
function judgeRequest(head: Head, rest: Uint8Array): Pick<ReceivedRequest, 'resourceName' | 'fault'> {
  const [method = '', resourceName = '', version = ''] = head.startLine.split(' ');
  const wrong = (code: Parameters<typeof openingFault>[0]) => ({ resourceName, fault: openingFault(code) });
  if (method !== 'GET' || !/^HTTP\/1\.[1-9]$/.test(version)) return wrong('REQUEST_LINE_INVALID');
  if (valuesOf(head, 'host').length !== 1) return wrong('HOST_INVALID');
  if (!listOf(head, 'upgrade').some((token) => token.toLowerCase() === 'websocket'))
    return wrong('UPGRADE_INVALID');
  if (!listOf(head, 'connection').some((token) => token.toLowerCase() === 'upgrade'))
    return wrong('CONNECTION_INVALID');
  if (!/^[A-Za-z0-9+/]{22}==$/.test(valuesOf(head, 'sec-websocket-key').join())) return wrong('KEY_INVALID');
  if (valuesOf(head, 'sec-websocket-version').join() !== '13') return wrong('VERSION_INVALID');
  if (rest.length > 0) return wrong('DATA_TOO_EARLY');
  return { resourceName, fault: undefined };
}

/**
 * Answers a request.
 *
 * @param link - where it came from
 * @param request - the request
 * @param opening - the case's
 * @param behind - octets of the first step, for the same write as the response's end
 * @returns the opened connection, or the client's fault
 */
export async function answerAsServer(
  link: Link,
  request: ReceivedRequest,
  opening: StandardOpening | RawOpening,
  behind: Uint8Array = new Uint8Array(0),
): Promise<Opened> {
  const { head, rest, fault } = request;
  const agent = nameIn(head, 'user-agent');
  if (fault !== undefined) {
    const response = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
    link.write(octetsOf(response));
    link.end();
    const report = { request: head.text, response, status: 400 };
    return { report, state: 'refused', fault, rest, deflate: undefined, agent, fields: head.fields };
  }
  const key = valuesOf(head, 'sec-websocket-key')[0]!;
  const answer =
    opening.kind === 'raw'
      ? undefined
      : chooseAnswer(opening.deflate, listOf(head, 'sec-websocket-extensions'));
  const response =
    opening.kind === 'raw'
      ? opening.head.replaceAll('{accept}', acceptFor(key)).replaceAll('{key}', key)
      : responseText(acceptFor(key), answer?.header);
  const octets = concat([octetsOf(response), behind]);
  if (opening.chop === undefined) link.write(octets);
  else await link.writePieces(piecesOf(octets, opening.chop));
  const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(response)?.[1] ?? 0) || undefined;
  return {
    report: { request: head.text, response, status },
    state: 'accepted',
    fault: undefined,
    rest,
    deflate: answer?.agreement,
    isBeyondOffer: answer?.isBeyondOffer ?? false,
    agent,
    fields: head.fields,
  };
}

/** RFC 6455 4.2.2, step 5. */
function responseText(accept: string, extensions: string | undefined): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Server: sanssocket-conformance',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
    '',
    '',
  ].join('\r\n');
}

// ---- Faults of the request ----
// Faults of a client's request that keep no server from answering: each is a case of its own.

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
