/**
 * Negotiation of permessage-deflate: `offer.*` and `answer.*` with faults, and `agreement.*`, the
 * agreements that come of right ones.
 */
import { createRequire } from 'node:module';
import type { Case, DeflateOpening, ExchangeStep } from '../model/case.js';
import { bombOf } from '../wire/compressed.js';
import {
  binaryEvent,
  binaryFrame,
  fails,
  hex,
  makeCase,
  NORMAL,
  noted,
  right,
  send,
  textEvent,
  textFrame,
} from './build.js';
import { mustNotAccept } from './responses.js';

// ---- Offers and answers ----
// Offers of permessage-deflate that a server must reject (RFC 7692 7.1), and answers that a client
// must not take (5.1, 7.1).

interface NegotiationVector {
  readonly id: string;
  readonly section: string;
  readonly about: string;
  readonly side: 'server' | 'client';
  readonly offer: string;
  readonly response?: string;
  readonly expect: { readonly fault?: string } | null;
}

const { negotiation } = createRequire(import.meta.url)('@sanssocket/test-vectors/vectors/deflate.json') as {
  readonly negotiation: readonly NegotiationVector[];
};

/** Offers that are wrong in themselves, for any server. */
const WRONG_OFFER =
  /^deflate\/server\/(?:bits-|client-bits-(?:7|16|010)|takeover-value|client-takeover-value|unknown$|case$|twice-)/;
/** Right offers: 15 bits are one. */
const RIGHT_OFFER = /bits-15$/;
/** Answers that are wrong for any offer. */
const WRONG_ANSWER =
  /^deflate\/client\/(?:bits-(?:1000|0|7|16|08|plus-9|9-dot-0)|client-bits-none|unknown|takeover-value|twice|extension-twice)$/;

/** RFC 7692 5.1, of extensions that conflict in their use of RSV1. */
const SHARED_BIT =
  'The client takes the response for the beginning of a connection. Two extensions that both use RSV1 may not share a connection: a client MUST fail it over such a response.';

function declined({ id, about, section, offer }: NegotiationVector): Case {
  return makeCase({
    id: `offer.${id.replace('deflate/server/', '')}`,
    section: `RFC7692 ${section}`,
    sentence: about,
    sent: `A right request with Sec-WebSocket-Extensions: ${offer}.`,
    right: 'The request is accepted without the extension, and a message is echoed.',
    tolerated: 'The request is rejected.',
    wrong: 'permessage-deflate is agreed on: a server MUST decline such an offer.',
    roles: ['server'],
    opening: {
      kind: 'raw',
      head: `GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: ${offer}\r\n\r\n`,
      expect: {
        outcome: 'accept',
        otherwise: 'NON-STRICT',
        header: {
          name: 'Sec-WebSocket-Extensions',
          must: false,
          value: 'permessage-deflate',
          verdict: 'FAILED',
        },
      },
    },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  });
}

/** All cases about offers and answers that are wrong. */
export const offerCases: readonly Case[] = [
  makeCase({
    id: 'offer.of-client',
    section: 'RFC7692 7.1',
    sentence: 'A client offers extensions in a way that a server may take, if it offers any.',
    sent: 'A right response that agrees on none, then a text.',
    right: 'The message is echoed, and each offer of permessage-deflate is valid.',
    wrong:
      'Sec-WebSocket-Extensions has an element that is none, or an offer with a parameter that is unknown, twice or out of range: a server MUST decline it.',
    roles: ['client'],
    inspects: 'offer',
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  }),
  ...negotiation.filter(({ id }) => WRONG_OFFER.test(id) && !RIGHT_OFFER.test(id)).map(declined),
  ...negotiation
    .filter(({ id }) => WRONG_ANSWER.test(id))
    .map(({ id, about, section, response }) => ({
      ...mustNotAccept({
        id: `answer.${id.replace('deflate/client/', '')}`,
        section: `RFC7692 ${section}`,
        sentence: `The server answers: ${about}`,
        sent: `A response with Sec-WebSocket-Extensions: ${response}, then a text.`,
        answers: 'permessage-deflate',
        head: `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Extensions: ${response}\r\n\r\n`,
      }),
      ...(id.endsWith('/extension-twice') ? { wrong: SHARED_BIT } : {}),
    })),
];

// ---- Agreements ----
// The agreements of permessage-deflate: takeover in both directions, windows of 8 to 15 bits,
// answers and offers (RFC 7692 7.1).

const WORKS = {
  right: 'Each message is echoed, compressed as agreed or not at all.',
  wrong: 'A message does not come back, or its compression refers to what it must not refer to.',
};

/** Text with repetitions far apart, so that compressing it uses the whole window. */
const EXCHANGE: ExchangeStep = {
  do: 'exchange',
  type: 'text',
  count: 24,
  size: 4096,
  from: 'json',
  compress: true,
};

function agreement(
  name: string,
  sentence: string,
  deflate: DeflateOpening,
  section = 'RFC7692 7.1',
  steps: readonly ExchangeStep[] = [EXCHANGE],
): Case {
  return makeCase({
    id: `agreement.${name}`,
    section,
    sentence,
    sent: `24 compressed texts of 4 KiB, under ${sentence.charAt(0).toLowerCase()}${sentence.substring(1)}`,
    ...WORKS,
    opening: { kind: 'standard', deflate },
    steps,
    outcomes: [{ verdict: 'OK', events: 'exchanged', close: NORMAL }],
    deadlineMs: 10_000,
  });
}

const BITS = [8, 9, 10, 11, 12, 13, 14, 15];

const MI = 1024 * 1024;

/** A compressed message that becomes about a thousand times as long. */
function bomb(mebibytes: number): Case {
  const { compressed, message } = bombOf(mebibytes * MI);
  const isLarge = mebibytes > 1;
  return makeCase({
    id: `agreement.bomb-${mebibytes}-mib`,
    section: '10.4',
    sentence: `A compressed message of ${Math.round(mebibytes * 1.02)} KiB that becomes ${mebibytes} MiB.`,
    sent: `A compressed binary message that inflates to ${mebibytes} MiB.`,
    right: 'It is rejected with 1009, or echoed.',
    wrong: 'Something else comes back, or the connection is left hanging.',
    opening: { kind: 'standard', deflate: { offers: [''], answers: [''] } },
    steps: [send([{ opcode: 2, rsv: 4, payload: compressed }])],
    outcomes: [
      right(fails(1009, 1008)),
      isLarge
        ? noted(
            `The endpoint inflates ${mebibytes} MiB for whoever asks. 10.4 leaves limits to it.`,
            NORMAL,
            binaryEvent(message),
          )
        : right(NORMAL, binaryEvent(message)),
    ],
    deadlineMs: 20_000,
    isSlow: isLarge,
  });
}

/** All cases about agreements. */
export const agreementCases: readonly Case[] = [
  ...BITS.map((bits) =>
    agreement(
      `endpoint-window-${bits}`,
      `A window of ${bits} bits for the endpoint.`,
      {
        offers: [`server_max_window_bits=${bits}`],
        answers: [`client_max_window_bits=${bits}`],
      },
      'RFC7692 7.1.2',
    ),
  ),
  ...BITS.map((bits) =>
    agreement(
      `suite-window-${bits}`,
      `A window of ${bits} bits for the suite.`,
      {
        offers: [`client_max_window_bits=${bits}`],
        answers: [`server_max_window_bits=${bits}`],
      },
      'RFC7692 7.1.2',
    ),
  ),
  agreement(
    'endpoint-forgets',
    'No takeover for the endpoint.',
    { offers: ['server_no_context_takeover'], answers: ['client_no_context_takeover'] },
    'RFC7692 7.1.1',
  ),
  agreement(
    'suite-forgets',
    'No takeover for the suite.',
    { offers: ['client_no_context_takeover'], answers: ['server_no_context_takeover'] },
    'RFC7692 7.1.1',
  ),
  agreement(
    'both-forget',
    'No takeover for either.',
    {
      offers: ['server_no_context_takeover; client_no_context_takeover'],
      answers: ['server_no_context_takeover; client_no_context_takeover'],
    },
    'RFC7692 7.1.1',
  ),
  agreement('both-forget-9', 'No takeover and 9 bits for either.', {
    offers: [
      'server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    ],
    answers: [
      'server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    ],
  }),
  agreement(
    'quoted',
    'A quoted value.',
    { offers: ['server_max_window_bits="12"'], answers: ['server_max_window_bits=12'] },
    'RFC7692 5.2',
  ),
  agreement(
    'fallback',
    'Two offers, the first with a window of 9 bits.',
    { offers: ['server_max_window_bits=9', ''], answers: [''] },
    'RFC7692 7.1.3',
  ),
  agreement(
    'mixed-sizes',
    'Messages of 1 to 4096 octets.',
    { offers: ['client_max_window_bits'], answers: [''] },
    'RFC7692 7.2',
    [
      { ...EXCHANGE, size: 1 },
      { ...EXCHANGE, size: 17 },
      { ...EXCHANGE, size: 4096 },
      { ...EXCHANGE, size: 3, type: 'binary', from: 'mixed' },
    ],
  ),
  agreement(
    'fragments',
    'Compressed messages in fragments of 7 octets.',
    { offers: [''], answers: [''] },
    'RFC7692 7.2.1',
    [{ ...EXCHANGE, size: 512, fragment: 7 }],
  ),
  agreement(
    'incompressible',
    'Binary messages that do not shrink.',
    { offers: [''], answers: [''] },
    'RFC7692 7.2',
    [{ ...EXCHANGE, type: 'binary', from: 'mixed' }],
  ),
  makeCase({
    id: 'agreement.uncompressed',
    section: 'RFC7692 6',
    sentence: 'Messages without compression where compression is agreed on.',
    sent: 'A text and a binary message, not compressed.',
    ...WORKS,
    opening: { kind: 'standard', deflate: { offers: [''], answers: [''] } },
    steps: [send([textFrame('Hello'), binaryFrame(hex('00ff'))])],
    outcomes: [right(NORMAL, textEvent('Hello'), binaryEvent(hex('00ff')))],
  }),
  ...[1, 16, 60].map(bomb),
];
