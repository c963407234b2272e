/** Groups 12 and 13: permessage-deflate with different payloads and with different parameters. */
import type { Case, CorpusName, DeflateOpening } from '../../model/case.js';
import { makeCase, NORMAL } from '../build.js';

const KI = 1024;

/**
 * Octets (of text: characters) a message, octets a frame, and seconds for all 1000 messages, by the
 * last part of the id.
 */
const PARTS: readonly (readonly [size: number, fragment: number | undefined, seconds: number])[] = [
  [16, undefined, 60],
  [64, undefined, 60],
  [256, undefined, 120],
  [1024, undefined, 240],
  ...[4, 8, 16, 32, 64, 128].map((size) => [size * KI, undefined, 480] as const),
  ...[8, 16, 32, 64, 128].map((size) => [size * KI, 256, 480] as const),
  ...[1024, 4096, 32768].map((fragment) => [128 * KI, fragment, 480] as const),
];

/** 256 times the largest window: more of the same shows nothing new, and takes minutes. */
const ENOUGH = 8 * 1024 * KI;

const CAN = 'client_no_context_takeover; client_max_window_bits';
const PLAIN: DeflateOpening = { offers: [CAN], answers: [''] };

/** The offer to a server beyond `CAN`, and the answer to a client. */
const PARAMETERS: readonly DeflateOpening[] = [
  PLAIN,
  { offers: [`${CAN}; server_no_context_takeover`], answers: ['client_no_context_takeover'] },
  { offers: [`${CAN}; server_max_window_bits=9`], answers: ['client_max_window_bits=9'] },
  { offers: [`${CAN}; server_max_window_bits=15`], answers: ['client_max_window_bits=15'] },
  {
    offers: [`${CAN}; server_no_context_takeover; server_max_window_bits=9`],
    answers: ['client_no_context_takeover; client_max_window_bits=9'],
  },
  {
    offers: [`${CAN}; server_no_context_takeover; server_max_window_bits=15`],
    answers: ['client_no_context_takeover; client_max_window_bits=15'],
  },
  {
    offers: [
      `${CAN}; server_no_context_takeover; server_max_window_bits=9`,
      `${CAN}; server_no_context_takeover`,
      CAN,
    ],
    answers: ['client_no_context_takeover; client_max_window_bits=9', 'client_no_context_takeover', ''],
  },
];

const CORPORA: readonly (readonly [CorpusName, 'text' | 'binary', string])[] = [
  ['json', 'text', 'JSON, which shrinks much'],
  ['bitmap', 'binary', 'a noisy picture, which shrinks little'],
  ['prose', 'binary', 'prose with two-octet characters'],
  ['html', 'text', 'HTML with characters of several octets'],
  ['mixed', 'binary', 'octets of which a part does not shrink'],
];

function parts(
  group: string,
  deflate: DeflateOpening,
  [from, type, content]: (typeof CORPORA)[number],
  about: string,
): Case[] {
  return PARTS.map(([size, fragment, seconds], nth) => {
    const frames = fragment === undefined ? '' : ` in fragments of ${fragment} octets`;
    const count = Math.min(1000, ENOUGH / size);
    const sentence = `${count} compressed messages of ${size} octets${frames}: ${content}${about}.`;
    return makeCase({
      id: `${group}.${nth + 1}`,
      section: 'RFC7692 7.2',
      sentence,
      sent: `permessage-deflate is agreed on, then: ${sentence}`,
      right: 'Each message is echoed, compressed or not.',
      wrong: 'A message does not come back as it was, or what comes back cannot be inflated as agreed.',
      opening: { kind: 'standard', deflate },
      steps: [
        {
          do: 'exchange',
          type,
          count: 1000,
          enoughBytes: ENOUGH,
          size,
          from,
          compress: true,
          ...(fragment === undefined ? {} : { fragment }),
        },
      ],
      outcomes: [{ verdict: 'OK', events: 'exchanged', close: NORMAL }],
      deadlineMs: seconds * 1000,
      isSlow: true,
    });
  });
}

/** 90 cases. */
export const compressedPayloadCases: readonly Case[] = CORPORA.flatMap((corpus, nth) =>
  parts(`12.${nth + 1}`, PLAIN, corpus, ''),
);

/** 126 cases. */
export const compressionParameterCases: readonly Case[] = PARAMETERS.flatMap((deflate, nth) =>
  parts(`13.${nth + 1}`, deflate, CORPORA[0]!, `, offered as ${deflate.offers.join(' or ')}`),
);
