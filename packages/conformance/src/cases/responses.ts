/**
 * Responses that a client must not accept, may reject, and must accept: the heads of
 * `handshake.json` (RFC 6455 4.1).
 */
import type { Case, CloseExpectation, Outcome, Verdict } from '../model/case.js';
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
  tolerated,
} from './build.js';

/** The client ends the transport, and no frame comes: there is no WebSocket connection. */
const GIVEN_UP: CloseExpectation = { by: 'endpoint', codes: [], clean: false, closeFrame: 'should-not' };
/** A response that is right as HTTP, so that the connection may be kept for another request. */
const KEPT: CloseExpectation = { ...GIVEN_UP, by: 'any', mayHang: true };

/**
 * Nothing came from the client, not even an answer to the suite's Close, and the transport was
 * still there at the end.
 */
const SILENT: Outcome = tolerated(
  'The client sent nothing, but had not ended the transport when the time was up; 4.1 and 7.1.7 name no time.',
  { by: 'suite', codes: [], clean: false },
);

/** The parts of a case about a wrong response. */
export interface ResponseDraft {
  readonly id: string;
  readonly section: string;
  readonly sentence: string;
  readonly sent: string;
  readonly head: string;
  /** Verdict for a client that accepts; FAILED by default. */
  readonly accepted?: Verdict;
  /** The client may keep the transport. */
  readonly mayKeep?: boolean;
  /** The extension that is answered. */
  readonly answers?: string;
}

/**
 * A response that the client must not take for the beginning of a connection. A text follows, and
 * an echo of it would show that it did.
 */
export function mustNotAccept({
  accepted = 'FAILED',
  head,
  mayKeep = false,
  answers,
  ...draft
}: ResponseDraft): Case {
  const lenient: Outcome[] =
    accepted === 'FAILED'
      ? []
      : [
          {
            verdict: accepted === 'INFORMATIONAL' ? 'INFORMATIONAL' : 'NON-STRICT',
            events: [textEvent('Hello')],
            close: NORMAL,
            because: 'The response was accepted.',
          },
        ];
  return makeCase({
    ...draft,
    right: 'The client fails the connection: it ends the transport, and sends no frame.',
    ...(lenient.length === 0 ? {} : { tolerated: 'The response is accepted.' }),
    wrong: 'The client takes the response for the beginning of a connection.',
    roles: ['client'],
    opening: {
      kind: 'raw',
      head,
      expect: { outcome: 'refuse' },
      ...(answers === undefined ? {} : { answers }),
    },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(mayKeep ? KEPT : GIVEN_UP), SILENT, ...lenient],
  });
}

/**
 * The verdict on a client that accepts a wrong head. 4.1 rules the status, Upgrade, Connection,
 * Accept, subprotocol, extensions.
 */
const ACCEPTED: Readonly<Record<string, Verdict>> = {
  RESPONSE_UPGRADE_INVALID: 'FAILED',
  RESPONSE_CONNECTION_INVALID: 'FAILED',
  ACCEPT_MISSING: 'FAILED',
  ACCEPT_MISMATCH: 'FAILED',
  PROTOCOL_NOT_OFFERED: 'FAILED',
  EXTENSION_NOT_OFFERED: 'FAILED',
  ACCEPT_REPEATED: 'NON-STRICT',
  PROTOCOL_REPEATED: 'NON-STRICT',
  RESPONSE_VERSION_UNSUPPORTED: 'NON-STRICT',
  START_LINE_INVALID: 'NON-STRICT',
  EXTENSION_INVALID: 'NON-STRICT',
  LINE_END_INVALID: 'INFORMATIONAL',
  HEADER_FOLDED: 'INFORMATIONAL',
};

const MILDER: readonly (readonly [names: RegExp, verdict: Verdict])[] = [
  [/^(?:upgrade-repeated|accept-other-3|protocol-not-offered-4|interim-then-crlf)$/, 'NON-STRICT'],
  [/^(?:leading-crlf|status-line-0)$|-empty-limit-passed$/, 'INFORMATIONAL'],
];

const REFUSABLE: readonly (readonly [names: RegExp, verdict: Verdict])[] = [
  [/^(?:connection-empty|interim)/, 'NON-STRICT'],
];

/**
 * Heads that need a certain offer or key of the client's, that are not finished, or that are about
 * limits.
 */
const LEFT_OUT =
  /^(?:rfc-example|uri|protocol-none|protocol-not-offered-[03]|protocol-repeated|extension-(?:agreed|silent|repeated|conflict|refused|empty|only)|frames-behind|interim-endless|endless|truncated|incomplete|after-fault|refused-(?:waits|short|limit|coded|chunks|lengths|1\.0|204|304)|redirect-chunks|fold)/;

function caseOf(vector: HeadVector & { readonly name: string }): Case {
  const { name, section, about, expect } = vector;
  // Names that nobody offers, in place of those that a client might.
  const head = headOf(vector)
    .replace(/(Sec-WebSocket-Protocol: )[^\r]*chat[^\r]*/g, '$1never-offered')
    .replaceAll('x-one', 'x-never-offered');
  const base = {
    id: `response.${name}`,
    section,
    sentence: about,
    sent: 'The response that stands beneath as the opening handshake, then a text.',
  };
  const isFinal = expect.outcome !== 'accepted' && expect.outcome !== 'fault';
  // 4.1: a status other than 101 is handled per HTTP: redirects may be followed, but nothing is a
  // connection.
  if (isFinal) return mustNotAccept({ ...base, head, mayKeep: true });
  if (expect.outcome === 'fault') {
    const accepted =
      MILDER.find(([names]) => names.test(name))?.[1] ?? ACCEPTED[expect.code ?? ''] ?? 'NON-STRICT';
    return mustNotAccept({ ...base, head, accepted });
  }
  const otherwise = REFUSABLE.find(([names]) => names.test(name))?.[1];
  const refused: Outcome[] =
    otherwise === undefined
      ? []
      : [
          {
            verdict: 'NON-STRICT',
            events: [],
            close: GIVEN_UP,
            because: 'The response was rejected, though it is right.',
          },
          { ...SILENT, because: 'The response was rejected, though it is right.' },
        ];
  return makeCase({
    ...base,
    right: 'The connection is opened, and the message is echoed.',
    ...(refused.length === 0 ? {} : { tolerated: 'The response is rejected.' }),
    wrong: 'The response is rejected, or the message is not echoed.',
    roles: ['client'],
    opening: { kind: 'raw', head, expect: { outcome: 'accept' } },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello')), ...refused],
  });
}

/** All cases about heads as a client reads them. */
export const responseCases: readonly Case[] = [
  ...headVectors('client')
    .filter(({ name }) => !LEFT_OUT.test(name))
    .map(caseOf),
  ...[1, 3, 50].map((chop) =>
    makeCase({
      id: `response.in-pieces-of-${chop}`,
      section: '4.1',
      sentence: `A right response and a text behind it, ${chop} octet${chop === 1 ? '' : 's'} a write.`,
      sent: 'A right response, then a text, in small writes.',
      right: 'The message is echoed.',
      wrong: 'The response is rejected, or the message is not echoed.',
      roles: ['client'],
      opening: { kind: 'standard', chop, withFirstStep: true },
      steps: [send([textFrame('Hello')])],
      outcomes: [right(NORMAL, textEvent('Hello'))],
    }),
  ),
  makeCase({
    id: 'response.frame-behind',
    section: '4.1',
    sentence: 'Frames in the same packet as the response.',
    sent: 'A right response, a Ping and a text in one write.',
    right: 'The Ping is answered and the message echoed.',
    wrong: 'A frame is lost.',
    roles: ['client'],
    opening: { kind: 'standard', withFirstStep: true },
    steps: [send([{ opcode: 9, payload: { text: 'p' } }, textFrame('Hello')])],
    outcomes: [right(NORMAL, { type: 'pong', payload: { text: 'p' } }, textEvent('Hello'))],
  }),
];
