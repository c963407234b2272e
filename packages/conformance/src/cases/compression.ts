/**
 * permessage-deflate: groups 12 and 13 with different payloads and with different parameters, and
 * `deflate.*` message by message, from the vectors of `@sanssocket/test-vectors` (RFC 7692 6, 7.2).
 */
import { createRequire } from 'node:module';
import { Inflater } from '../judge/inflater.js';
import type {
  Case,
  CloseExpectation,
  CorpusName,
  DeflateOpening,
  ExpectedEvent,
  FrameSpec,
  Outcome,
} from '../model/case.js';
import { concat, expandPayload, fromHex, NOTHING, type Payload, toHex } from '../model/payload.js';
import { fails, hex, makeCase, NORMAL, pongEvent, send } from './build.js';

// ---- Groups 12 and 13 ----

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

// ---- `deflate.*` ----

/** A vector's octets: digits, or a pattern of them. */
type Segment = string | { readonly repeat: string; readonly times: number };

interface MessageVector {
  readonly id: string;
  readonly section: string;
  readonly about: string;
  readonly frames: readonly Segment[];
  readonly events: readonly VectorEvent[];
  readonly noContextTakeover?: boolean;
  readonly maxMessageBytes?: number;
}

interface VectorEvent {
  readonly text?: string;
  readonly binary?: string;
  readonly ping?: string;
  readonly fault?: string;
}

const { messages } = createRequire(import.meta.url)('@sanssocket/test-vectors/vectors/deflate.json') as {
  readonly messages: readonly MessageVector[];
};

const BARE_OFFER: DeflateOpening = { offers: [''], answers: [''] };
const FORGETFUL: DeflateOpening = {
  offers: ['server_no_context_takeover; client_no_context_takeover'],
  answers: ['server_no_context_takeover; client_no_context_takeover'],
};

/**
 * Payloads that a receiver may reject or cut short, though they can be inflated: a window that is
 * referred to behind the end of a stream, several streams in a message, a payload that no rule of
 * 7.2.1 makes.
 */
const UNUSUAL =
  /^(?:bfinal-(?:window|bare|inside|inside-none|second-block|empty|fragments|nine|bytes-out|many|many-window)|no-payload|empty-fragments)$/;
/**
 * Payloads that cannot be inflated in full, of which common libraries give the part that they have.
 */
const LENIENT =
  /^(?:cut-|three-kinds-cut|bfinal-garbage|rfc-7\.2\.3\.2-none|bfinal-none|corrupt-(?:286|30|no-end))/;

/** Codes that say that a payload makes no sense. RFC 7692 names none. */
const BAD_DATA: CloseExpectation = fails(1007, 1002, 1003, 1011);

/** The suite closes, or the endpoint fails the connection, or both at once. */
const EITHER: CloseExpectation = { by: 'any', codes: [1000, ...BAD_DATA.codes], clean: false };

function caseOf(vector: MessageVector): Case {
  const name = vector.id.replace('deflate/messages/', '');
  const frames = framesOf(octetsOf(vector.frames));
  const heard = vector.events.filter(({ fault }) => fault === undefined).map(eventOf);
  const fault = vector.events.find((event) => event.fault !== undefined)?.fault;
  const isWrong = fault !== undefined;
  return makeCase({
    id: `deflate.${name}`,
    section: `RFC7692 ${vector.section}`,
    sentence: vector.about,
    sent: `permessage-deflate is agreed on, then ${frames.length} frame${frames.length === 1 ? '' : 's'}.`,
    right: isWrong
      ? 'What comes before the wrong message is echoed, then the connection is failed.'
      : 'Each message is echoed, compressed or not.',
    ...(LENIENT.test(name) ? { tolerated: 'The message is inflated as far as it goes.' } : {}),
    ...(UNUSUAL.test(name)
      ? { tolerated: 'The message is rejected, or cut where a stream inside it ends.' }
      : {}),
    wrong: isWrong
      ? 'The wrong message is ignored, or something comes back that is not in it.'
      : 'A message does not come back as it was.',
    opening: { kind: 'standard', deflate: agreementOf(vector, isWrong) },
    steps: [send(frames)],
    outcomes: outcomesOf(name, heard, fault, frames),
  });
}

/** RFC 7692 7.2.3.2 has this for a second "Hello". */
const REFERS_BACK = 'f200110000';

function agreementOf({ noContextTakeover, frames }: MessageVector, isWrong: boolean): DeflateOpening {
  if (noContextTakeover === true) return FORGETFUL;
  return !isWrong && toHex(octetsOf(frames)).includes(REFERS_BACK)
    ? { ...BARE_OFFER, needsTakeover: true }
    : BARE_OFFER;
}

function outcomesOf(
  name: string,
  heard: readonly ExpectedEvent[],
  fault: string | undefined,
  frames: readonly FrameSpec[],
): Outcome[] {
  if (fault === undefined) {
    const refused = 'A payload that can be inflated, though no usual sender makes it, was rejected.';
    const shortened = 'A message was taken to end where a DEFLATE stream inside it ends (BFINAL).';
    const events = heard.map(beginningOf);
    const unusual: Outcome[] = [
      { verdict: 'NON-STRICT', events, close: BAD_DATA, because: refused },
      { verdict: 'NON-STRICT', events, close: NORMAL, because: shortened },
      // Both, one after the other: the suite may close while the second message is rejected.
      { verdict: 'NON-STRICT', events, close: EITHER, because: `${shortened} Or it was rejected.` },
    ];
    return [{ verdict: 'OK', events: heard, close: NORMAL }, ...(UNUSUAL.test(name) ? unusual : [])];
  }
  const isClose = frames.some(({ opcode }) => opcode === 8);
  const codes = fault === 'RESERVED_BITS' ? fails(1002) : BAD_DATA;
  const close: CloseExpectation = isClose ? { by: 'suite', codes: [1002], clean: false } : codes;
  const because =
    'A payload that ends inside a block, or refers to what was to be forgotten, was inflated all the same.';
  return [
    { verdict: 'OK', events: heard, close },
    ...(heard.length > 0 ? [{ verdict: 'NON-STRICT', events: [], close, because: UNECHOED } as const] : []),
    ...(LENIENT.test(name) ? partsOf(frames) : []).flatMap((part): Outcome[] => {
      const events = [...heard, part].map(beginningOf);
      return [
        { verdict: 'NON-STRICT', events, close: NORMAL, because },
        { verdict: 'NON-STRICT', events, close: EITHER, because },
      ];
    }),
  ];
}

/** A message that may be cut short, or be missing. */
function beginningOf(event: ExpectedEvent): ExpectedEvent {
  return event.type === 'mark' ? event : { ...event, optional: true, beginning: true };
}

/** The most that can be inflated of the last message, which it may be taken for. */
function partsOf(frames: readonly FrameSpec[]): ExpectedEvent[] {
  const octets = expandPayload(frames.at(-1)?.payload ?? NOTHING);
  const payloads = [toHex(inflatedAsFarAsItGoes(octets)), ...(UNCODED[toHex(octets)] ?? [])];
  return payloads.map((digits) => ({ type: 'text', payload: hex(digits) }));
}

/**
 * The octets that receivers put behind a payload: the octets of 7.2.2, and Go's an empty last
 * block, so that its reader sees an end.
 */
const TAIL = fromHex('0000ffff010000ffff')!;
/**
 * The same for receivers that take streams that zlib rejects: octets of a window that was never
 * written to, codes with more symbols than there are, a code without an end of block, where octets
 * of the tail are taken for data.
 */
const UNCODED: Readonly<Record<string, readonly string[]>> = {
  [REFERS_BACK]: ['0000000000'],
  f4e0010900000080206cf5ff099f2800: ['61'],
  '04fe010900000080206cf5ff097d2200': ['61'],
  '04e0010900000080206cd5ff270400': [
    `${'61'.repeat(29)}${'62'.repeat(17)}${'61'.repeat(23)}${'62'.repeat(16)}`,
  ],
};
/**
 * The text of all messages before, for those that refer to it: a stored block of it (RFC 1951
 * 3.2.4).
 */
const HELLO = fromHex('00 0500 faff 48656c6c6f 00');

/** Inflates as much as can be inflated of a payload that is cut or corrupt. */
function inflatedAsFarAsItGoes(payload: Uint8Array): Uint8Array {
  const inflater = new Inflater(15, true);
  inflater.inflate(HELLO);
  inflater.inflate(concat([payload, TAIL]));
  return new Uint8Array(inflater.inflatedSoFar);
}

const UNECHOED = 'A right message that came before the wrong one was not echoed.';

function eventOf({ text, binary, ping }: VectorEvent): ExpectedEvent {
  if (ping !== undefined) return pongEvent(hex(ping));
  if (text !== undefined) return { type: 'text', payload: { text } };
  return { type: 'binary', payload: hex(binary ?? '') };
}

function octetsOf(segments: readonly Segment[]): Uint8Array {
  const payloadOf = (segment: Segment): Payload =>
    typeof segment === 'string'
      ? { hex: segment }
      : { parts: Array.from({ length: segment.times }, () => ({ hex: segment.repeat })) };
  return concat(segments.map((segment) => expandPayload(payloadOf(segment))));
}

/** Frames of a vector: not masked, with right lengths below 64 KiB. */
function framesOf(octets: Uint8Array): FrameSpec[] {
  const frames: FrameSpec[] = [];
  for (let at = 0; at < octets.length; ) {
    const first = octets[at]!;
    const isLong = octets[at + 1] === 126;
    const length = isLong ? octets[at + 2]! * 256 + octets[at + 3]! : octets[at + 1]!;
    const from = at + (isLong ? 4 : 2);
    const payload = hex(toHex(octets.subarray(from, from + length)));
    frames.push({ opcode: first & 15, fin: first >= 128, rsv: (first >> 4) & 7, payload });
    at = from + length;
  }
  return frames;
}

/** All of them but those that need a limit of the receiver's. */
export const deflateMessageCases: readonly Case[] = messages
  .filter(({ id, maxMessageBytes }) => maxMessageBytes === undefined || id.endsWith('corrupt-no-end'))
  .map(caseOf);
