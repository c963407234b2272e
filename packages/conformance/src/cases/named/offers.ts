/**
 * Offers of permessage-deflate that a server must reject (RFC 7692 7.1), and answers that a client
 * must not take (5.1, 7.1).
 */
import { createRequire } from 'node:module';
import type { Case } from '../../model/case.js';
import { makeCase, NORMAL, right, send, textEvent, textFrame } from '../build.js';
import { mustNotAccept } from './responses.js';

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
