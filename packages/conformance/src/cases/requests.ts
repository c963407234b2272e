/**
 * Requests that a server must reject, may reject, and must accept: the heads of `handshake.json`
 * (RFC 6455 4.2).
 */
import type { Case, OpeningExpectation, Verdict } from '../model/case.js';
import {
  type HeadVector,
  headOf,
  headVectors,
  makeCase,
  NORMAL,
  right,
  send,
  textEvent,
  textFrame,
} from './build.js';

/** The verdict on a server that accepts a wrong head, by the fault of the head. */
const ACCEPTED: Readonly<Record<string, Verdict>> = {
  // 4.2.1, items 1 to 6: parts without which the server MUST stop processing a request.
  METHOD_NOT_GET: 'FAILED',
  HTTP_VERSION_UNSUPPORTED: 'FAILED',
  UPGRADE_INVALID: 'FAILED',
  CONNECTION_INVALID: 'FAILED',
  VERSION_MISSING: 'FAILED',
  VERSION_UNSUPPORTED: 'FAILED',
  KEY_MISSING: 'FAILED',
  // RFC 9112 3.2: a server MUST answer 400 to a request with no Host, or two.
  HOST_MISSING: 'FAILED',
  HOST_REPEATED: 'FAILED',
  // "It is not necessary for the server to base64-decode the Sec-WebSocket-Key value" (1.3).
  KEY_INVALID: 'NON-STRICT',
  KEY_REPEATED: 'NON-STRICT',
  VERSION_REPEATED: 'NON-STRICT',
  HOST_INVALID: 'NON-STRICT',
  TARGET_INVALID: 'NON-STRICT',
  START_LINE_INVALID: 'NON-STRICT',
  HEADER_VALUE_INVALID: 'NON-STRICT',
  HEADER_NAME_INVALID: 'NON-STRICT',
  ORIGIN_REPEATED: 'NON-STRICT',
  // 9.1 has the recipient fail; but a server that speaks no extension has no reason to read the
  // header.
  EXTENSION_INVALID: 'NON-STRICT',
  PROTOCOL_INVALID: 'NON-STRICT',
  PROTOCOL_OFFERED_TWICE: 'NON-STRICT',
  // Choices that HTTP leaves open, or earlier drafts allow.
  LINE_END_INVALID: 'INFORMATIONAL',
  HEADER_FOLDED: 'INFORMATIONAL',
  UNEXPECTED_BODY: 'INFORMATIONAL',
  DRAFT_UNSUPPORTED: 'INFORMATIONAL',
  HEAD_TOO_LARGE: 'INFORMATIONAL',
  TOO_MANY_HEADERS: 'INFORMATIONAL',
};

/**
 * Heads for which the table is too strict: numbers that mean 13 all the same, a version that is
 * another draft's, and so on.
 */
const MILDER: readonly (readonly [names: RegExp, verdict: Verdict])[] = [
  [/^version-other-(?:1|2|4|8|9|10)$|^version-two-of-a-list$/, 'NON-STRICT'],
  [/^version-other-5$/, 'INFORMATIONAL'],
  [/^method-get$/, 'NON-STRICT'],
  [/^http-[23]\.0$/, 'NON-STRICT'],
  [/^upgrade-other-4$/, 'NON-STRICT'],
  [/-empty-(?:limit-passed|behind)$|many-commas$/, 'INFORMATIONAL'],
  [/^pipelined$/, 'NON-STRICT'],
  [/^head-leading-/, 'INFORMATIONAL'],
];

/** Right heads that a server may still have reasons to reject. */
const REFUSABLE: readonly (readonly [names: RegExp, verdict: Verdict])[] = [
  [/^(?:upgrade-(?:list|repeated)|.*-empty-|key-pad-bits|head-leading)/, 'NON-STRICT'],
  [/^(?:eight-bit-value|content-length-zero|origin-null|.*-many-|.*-inherited-)/, 'INFORMATIONAL'],
  // An empty list is against the grammar (9.1, 11.3.4), and nothing asked for by RFC 9110 5.6.1.2:
  // both are right.
  [/^extension-(?:only-)?empty$/, 'INFORMATIONAL'],
  // A server may be for pages of its own only (10.2), or for subprotocols of its own only.
  [/^(?:rfc-example|protocol-)/, 'INFORMATIONAL'],
];

/**
 * Heads that are no use here: other hosts and targets, limits of one implementation, heads that are
 * not finished.
 */
const LEFT_OUT =
  /^(?:host-(?:port|empty-port|ipv|reg-name)|target-(?:query|root|asterisk|unescaped|absolute)|http-1\.2|limit-|incomplete|empty|truncated|head-leading-.*(?:only|truncated)|frames-behind|text-behind|frames-behind-refused|protocol-two-lines$|.*-empty-refused$|extension-(?:agreed|declined|at-most|two|rsv|quoted|blanks|name-case))/;

function isComplete(vector: HeadVector): boolean {
  const head = headOf(vector);
  return head.endsWith('\r\n\r\n') && /upgrade/i.test(head.replace(/^.*\r\n/, ''));
}

function expectationOf(name: string, vector: HeadVector): OpeningExpectation {
  const { outcome, code = '' } = vector.expect;
  if (outcome === 'accepted') {
    const otherwise = REFUSABLE.find(([names]) => names.test(name))?.[1] ?? 'FAILED';
    return { outcome: 'accept', otherwise, ...unasked(name) };
  }
  const otherwise = MILDER.find(([names]) => names.test(name))?.[1] ?? ACCEPTED[code] ?? 'NON-STRICT';
  const isVersion = code === 'VERSION_UNSUPPORTED' && otherwise === 'FAILED';
  return { outcome: 'refuse', otherwise, ...(isVersion ? { status: [426, 400] } : {}) };
}

/** Nothing that an echo server does not know may be answered with. */
function unasked(name: string): Pick<OpeningExpectation, 'header'> {
  if (name.startsWith('extension-'))
    return { header: { name: 'Sec-WebSocket-Extensions', must: false, value: 'x-', verdict: 'FAILED' } };
  return {};
}

function caseOf(vector: HeadVector & { readonly name: string }): Case {
  const expect = expectationOf(vector.name, vector);
  const isRefused = expect.outcome === 'refuse';
  const otherwise = expect.otherwise ?? 'FAILED';
  const isLenient = otherwise !== 'FAILED';
  return makeCase({
    id: `request.${vector.name}`,
    section: vector.section,
    sentence: vector.about,
    sent: 'The request that stands beneath as the opening handshake, then a text if it is accepted.',
    right: isRefused ? 'The request is rejected.' : 'The request is accepted, and a message is echoed.',
    ...(isLenient ? { tolerated: isRefused ? 'It is accepted.' : 'It is rejected.' } : {}),
    wrong: wrongOf(isRefused, isLenient),
    roles: ['server'],
    opening: { kind: 'raw', head: headOf(vector), expect },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  });
}

function wrongOf(isRefused: boolean, isLenient: boolean): string {
  if (isLenient)
    return 'The answer is no HTTP response, or the message is not echoed, or what was not offered is agreed on.';
  return isRefused
    ? 'The request is accepted.'
    : 'The request is rejected, or what was not offered is agreed on.';
}

/** Something that is right or wrong in a client's own request. */
function ofClient(
  name: string,
  inspects: NonNullable<Case['inspects']>,
  sentence: string,
  wrong: string,
): Case {
  return makeCase({
    id: `request.${name}`,
    section: inspects === 'target' ? '3' : '4.1',
    sentence,
    sent: 'A right response to whatever the client asks for, then a text.',
    right: 'The message is echoed, and nothing is wrong in the request.',
    wrong,
    roles: ['client'],
    inspects,
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  });
}

/** A request in pieces. */
function inPieces(size: number): Case {
  return makeCase({
    id: `request.in-pieces-of-${size}`,
    section: '4.2.1',
    sentence: `A right request, ${size} octet${size === 1 ? '' : 's'} a write.`,
    sent: 'A right request, then a text.',
    right: 'The request is accepted, and the message is echoed.',
    wrong: 'The request is rejected, or the message is not echoed.',
    opening: { kind: 'standard', chop: size },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  });
}

/** All cases about heads as a server reads them; those in pieces are for both roles. */
export const requestCases: readonly Case[] = [
  ...headVectors('server')
    .filter((vector) => !LEFT_OUT.test(vector.name) && isComplete(vector))
    .map(caseOf),
  ...[1, 2, 7, 64].map(inPieces),
  ofClient(
    'nonce-of-client',
    'nonces',
    'A client chooses another nonce for each connection.',
    'Sec-WebSocket-Key is that of another connection: the nonce MUST be selected randomly for each (item 7).',
  ),
  ofClient(
    'protocols-of-client',
    'protocols',
    'A client offers each subprotocol once, if it offers any.',
    'An element of Sec-WebSocket-Protocol is empty or no token, or is there twice: they MUST all be unique (item 10).',
  ),
  ofClient(
    'target-of-client',
    'target',
    'A client asks for a path, or an absolute http or https URI, without a fragment.',
    'The target has a fragment, or is something else: "Fragment identifiers ... MUST NOT be used" (3).',
  ),
  ofClient(
    'fields-of-client',
    'fields',
    'The header fields of a client are those of HTTP, with one Host and at most one Origin.',
    'A line is folded or no field (RFC 9112 5), Host is empty, or there are two Origins (RFC 6454 7.3).',
  ),
  makeCase({
    id: 'request.frame-behind',
    section: '4.1',
    sentence: 'A frame in the same packet as the request.',
    sent: 'A right request and a text frame in one write, though a client has to wait for the answer.',
    right: 'The message is echoed after the handshake.',
    tolerated: 'The frame is lost or rejected.',
    wrong: 'Something else comes back.',
    roles: ['server'],
    opening: { kind: 'standard', withFirstStep: true, mayBeRefused: true },
    steps: [send([textFrame('Hello')])],
    outcomes: [
      right(NORMAL, textEvent('Hello')),
      {
        verdict: 'INFORMATIONAL',
        events: [],
        close: { by: 'any', codes: [], clean: false },
        because: 'A frame that came before the answer to the request was not heard, which 4.1 excuses.',
      },
    ],
  }),
  makeCase({
    id: 'request.version-header',
    section: '4.4',
    sentence: 'A refusal of a version names those that the server speaks.',
    sent: 'A request with Sec-WebSocket-Version: 99.',
    right: 'A refusal with Sec-WebSocket-Version: 13 among its header fields, best with status 426.',
    wrong: 'The request is accepted, or the refusal does not name the versions: the server MUST do so.',
    roles: ['server'],
    opening: {
      kind: 'raw',
      head: 'GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 99\r\n\r\n',
      expect: {
        outcome: 'refuse',
        status: [426, 400],
        header: { name: 'Sec-WebSocket-Version', must: true },
      },
    },
    steps: [],
    outcomes: [right(NORMAL)],
  }),
  ...['chat', 'a, b, c', 'constructor'].map((protocols, nth) =>
    makeCase({
      id: `request.protocol-unknown-${nth + 1}`,
      section: '4.2.2',
      sentence: `Subprotocols are offered that the server need not know: ${protocols}.`,
      sent: `A right request with Sec-WebSocket-Protocol: ${protocols}, then a text.`,
      right: 'The request is accepted, with one of them or none, and the message is echoed.',
      tolerated: 'The request is rejected.',
      wrong: 'A subprotocol is agreed on that was not offered.',
      roles: ['server'],
      opening: { kind: 'standard', protocols: protocols.split(', '), mayBeRefused: true },
      steps: [send([textFrame('Hello')])],
      outcomes: [right(NORMAL, textEvent('Hello'))],
    }),
  ),
];
