/** Cases over other transports than TCP: HTTP/2 and TLS. */
import type { Case, ConnectOpening, OpeningExpectation, Step } from '../model/case.js';
import { continuation, MORE, makeCase, NORMAL, right, send, textEvent, textFrame } from './build.js';

// ---- HTTP/2 ----
// WebSocket over HTTP/2 (RFC 8441): the frame cases in a stream, several streams at once, resets,
// and the request itself.

/** A case over TCP, as one over a stream. */
function inStream(test: Case): Case {
  return {
    ...test,
    id: `h2.${test.id}`,
    transport: 'h2',
    opening: { kind: 'connect' },
    sentence: `In a stream of HTTP/2: ${test.sentence}`,
  };
}

/** Cases of all kinds of frames. */
const CHOSEN =
  /^(?:1\.[12]\.[1-8]|2\.(?:[1-9]|10)|3\.[1-7]|4\.[12]\.[1-4]|5\.(?:[1-9]|1[0-8])|6\.(?:1\.[123]|2\.[1-4]|3\.[12]|7\.4|20\.1)|7\.1\.[1-5]|7\.3\.[1-6]|7\.7\.1|7\.9\.[35]|masks\.(?:unmasked|masked)-(?:text|ping|close)|lengths\.not-minimal-16-bit-1|ends\.(?:at-once|inside-payload|after-echo|server-first|slow-message|unread-echo)|closing\.then-end)$/;

function streams(count: number, steps: readonly Step[], name: string, sentence: string): Case {
  return makeCase({
    id: `h2.${name}`,
    section: 'RFC8441 5',
    sentence,
    sent: sentence,
    right: 'Each stream has its own echo.',
    wrong: 'A message does not come back on its stream as it was, or comes back on another.',
    roles: ['server'],
    transport: 'h2',
    opening: { kind: 'connect', streams: count },
    steps,
    outcomes: [right(NORMAL, textEvent('Hello, stream {stream}!'))],
    deadlineMs: 6000,
  });
}

function request(
  name: string,
  section: string,
  sentence: string,
  headers: ConnectOpening['headers'],
  expect: OpeningExpectation,
): Case {
  const isRefused = expect.outcome === 'refuse';
  return makeCase({
    id: `h2.request-${name}`,
    section,
    sentence,
    sent: sentence,
    right: isRefused ? 'The request is rejected.' : 'The request is accepted, and a message is echoed.',
    ...(expect.otherwise === undefined
      ? {}
      : { tolerated: isRefused ? 'It is accepted.' : 'It is rejected.' }),
    wrong: isRefused ? 'The request is accepted.' : 'The request is rejected, or the message is not echoed.',
    roles: ['server'],
    transport: 'h2',
    opening: { kind: 'connect', ...(headers === undefined ? {} : { headers }), expect },
    steps: [send([textFrame('Hello')])],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  });
}

const HELLO = [send([textFrame('Hello, stream {stream}!')])];

/** Cases over HTTP/2, some of them made of others. */
export function http2Cases(others: readonly Case[]): Case[] {
  return [
    ...others.filter(({ id }) => CHOSEN.test(id)).map(inStream),
    ...[2, 8, 32].map((count) =>
      streams(
        count,
        HELLO,
        `streams-${count}`,
        `${count} streams on one connection, each with a message of its own.`,
      ),
    ),
    streams(
      8,
      [send([textFrame('Hello, ', MORE)]), { do: 'pause', ms: 50 }, send([continuation('stream {stream}!')])],
      'streams-mixed',
      'Eight streams whose messages are all unfinished at the same time.',
    ),
    makeCase({
      id: 'h2.reset',
      section: 'RFC8441 5',
      sentence: 'A stream that is reset inside a message.',
      sent: 'A fragment of a text, then RST_STREAM with CANCEL.',
      right: 'Nothing more comes on the stream.',
      wrong: 'Something comes all the same.',
      transport: 'h2',
      opening: { kind: 'connect' },
      steps: [send([textFrame('Hel', MORE)]), { do: 'pause', ms: 250 }, { do: 'reset' }],
      outcomes: [{ verdict: 'OK', events: [], close: { by: 'any', codes: [], clean: false } }],
    }),
    request('right', 'RFC8441 5', 'An extended CONNECT with nothing but what it needs.', undefined, {
      outcome: 'accept',
    }),
    request(
      'origin',
      'RFC8441 5.1',
      'An extended CONNECT with an Origin.',
      { origin: 'null' },
      { outcome: 'accept', otherwise: 'INFORMATIONAL' },
    ),
    request(
      'protocol-offered',
      'RFC8441 5',
      'An extended CONNECT with subprotocols.',
      { 'sec-websocket-protocol': 'chat, superchat' },
      { outcome: 'accept', otherwise: 'INFORMATIONAL' },
    ),
    request(
      'extension-unknown',
      'RFC8441 5',
      'An extended CONNECT with an extension that nobody knows.',
      { 'sec-websocket-extensions': 'x-unknown' },
      {
        outcome: 'accept',
        header: { name: 'Sec-WebSocket-Extensions', must: false, value: 'x-unknown' },
      },
    ),
    request(
      'version-missing',
      'RFC8441 5',
      'An extended CONNECT without Sec-WebSocket-Version.',
      { 'sec-websocket-version': undefined },
      { outcome: 'refuse', otherwise: 'NON-STRICT' },
    ),
    request(
      'version-other',
      '4.4',
      'An extended CONNECT with Sec-WebSocket-Version: 99.',
      { 'sec-websocket-version': '99' },
      { outcome: 'refuse', status: [426, 400] },
    ),
    request(
      'protocol-unknown',
      'RFC9220 3',
      'An extended CONNECT with a :protocol that nobody knows.',
      { ':protocol': 'x-unknown' },
      { outcome: 'refuse' },
    ),
  ];
}

// ---- TLS ----
// TLS with a certificate that the endpoint signed itself (`wss`): the same frames, and cases of TLS
// alone.

/** Cases with octets at the borders of records, and with ends that TLS has its own words for. */
const OVER_TLS =
  /^(?:1\.1\.(?:1|4|6|8)|1\.2\.7|2\.(?:4|11)|5\.(?:8|19)|6\.2\.3|7\.1\.1|7\.3\.5|7\.5\.1|10\.1\.1|masks\.(?:unmasked|masked)-text|lengths\.(?:text-65537|slow-header-300)|closing\.then-end|ends\.(?:at-once|inside-payload|after-echo|server-first|reset|unread-echo))$/;

/** Cases over TLS. */
export function tlsCases(others: readonly Case[]): Case[] {
  return others
    .filter(({ id }) => OVER_TLS.test(id))
    .map((test) => ({
      ...test,
      id: `tls.${test.id}`,
      transport: 'tls',
      sentence: `Over TLS: ${test.sentence}`,
    }));
}
