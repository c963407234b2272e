/** Groups 9 and 10: large messages, many messages, many fragments. Content is compared always. */
import type { Case, FrameSpec, Pace, Step } from '../model/case.js';
import type { Payload } from '../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  continuation,
  fails,
  makeCase,
  NORMAL,
  noted,
  paceWords,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
} from './build.js';

const KI = 1024;
const MI = 1024 * KI;
const SEEDS = { text: '4241736437266a683233', binary: '00fe23faf0' };
const TYPES = ['text', 'binary'] as const;
type Type = (typeof TYPES)[number];

/** 10.4 leaves to an endpoint how large a message may be, and of how many fragments. */
const BEYOND = noted('The message is beyond a limit that the endpoint has set (10.4).', fails(1009, 1008));

function large(
  id: string,
  type: Type,
  payload: Payload,
  frames: readonly FrameSpec[],
  sentence: string,
  seconds: number,
  pace: Pace = 'whole',
): Case {
  return makeCase({
    id,
    section: '5.2',
    sentence,
    sent: sentence,
    right: 'The message is echoed.',
    tolerated: 'It is rejected with 1009 or 1008.',
    wrong: 'The message does not come back as it was.',
    steps: [send(frames, pace)],
    outcomes: [right(NORMAL, type === 'text' ? textEvent(payload) : binaryEvent(payload)), BEYOND],
    deadlineMs: seconds * 1000,
    isSlow: true,
  });
}

function frameOf(type: Type, payload: Payload, more: Partial<FrameSpec> = {}): FrameSpec {
  return type === 'text' ? textFrame(payload, more) : binaryFrame(payload, more);
}

/** A 4 MiB message in fragments; if they come out even, an empty one is the last. */
function inFragments(id: string, type: Type, size: number, digits: string): Case {
  const total = 4 * MI;
  const piece = repeated(digits, size);
  const frames =
    size === total
      ? [frameOf(type, piece)]
      : [
          frameOf(type, piece, { fin: false }),
          ...Array.from({ length: total / size - 1 }, () => continuation(piece, { fin: false })),
          continuation(''),
        ];
  const sentence = `A ${type} message of 4 MiB in fragments of ${sizeWords(size)}.`;
  return large(id, type, repeated(digits, total), frames, sentence, 100);
}

function manyMessages(id: string, type: Type, size: number, seconds: number): Case {
  const step: Step = {
    do: 'exchange',
    type,
    count: 1000,
    size,
    from: { repeat: type === 'text' ? '2a' : 'fe' },
  };
  const sentence = `1000 ${type} messages of ${size} octets, each sent when the one before was echoed.`;
  return makeCase({
    id,
    section: '5.2',
    sentence,
    sent: sentence,
    right: 'Each message is echoed.',
    wrong: 'A message does not come back as it was, or not in time.',
    steps: [step],
    outcomes: [{ verdict: 'OK', events: 'exchanged', close: NORMAL }],
    deadlineMs: seconds * 1000,
    isSlow: true,
  });
}

function sizeWords(bytes: number): string {
  if (bytes % MI === 0) return `${bytes / MI} MiB`;
  return bytes % KI === 0 ? `${bytes / KI} KiB` : `${bytes} octets`;
}

/** 54 cases. */
export const limitCases: readonly Case[] = [
  ...TYPES.flatMap((type, group) =>
    [64 * KI, 256 * KI, MI, 4 * MI, 8 * MI, 16 * MI].map((bytes, nth) => {
      const payload = repeated(SEEDS[type], bytes);
      const sentence = `A ${type} message of ${sizeWords(bytes)} in one frame.`;
      return large(`9.${group + 1}.${nth + 1}`, type, payload, [frameOf(type, payload)], sentence, 100);
    }),
  ),
  ...TYPES.flatMap((type, group) =>
    [64, 256, KI, 4 * KI, 16 * KI, 64 * KI, 256 * KI, MI, 4 * MI].map((size, nth) =>
      inFragments(`9.${group + 3}.${nth + 1}`, type, size, type === 'binary' && nth === 0 ? 'fe' : '2a'),
    ),
  ),
  ...TYPES.flatMap((type, group) =>
    [64, 128, 256, 512, 1024, 2048].map((chop, nth) => {
      const payload = repeated(SEEDS[type], MI);
      const sentence = `A ${type} message of 1 MiB in one frame${paceWords(chop)}.`;
      return large(
        `9.${group + 5}.${nth + 1}`,
        type,
        payload,
        [frameOf(type, payload)],
        sentence,
        1000,
        chop,
      );
    }),
  ),
  ...TYPES.flatMap((type, group) =>
    [0, 16, 64, 256, 1024, 4096].map((size, nth) =>
      manyMessages(`9.${group + 7}.${nth + 1}`, type, size, [60, 60, 60, 120, 240, 480][nth]!),
    ),
  ),
];

const FRAGMENT = 1300;
const STARS = repeated('2a', FRAGMENT);

/** 1 case. */
export const fragmentingCases: readonly Case[] = [
  makeCase({
    id: '10.1.1',
    section: '5.4',
    sentence: 'A text message of 64 KiB in fragments of 1300 octets.',
    sent: 'A text frame and 50 continuations, the last one with 536 octets.',
    right: 'The message is echoed, in whatever frames.',
    wrong: 'The message does not come back as it was.',
    steps: [
      send([
        textFrame(STARS, { fin: false }),
        ...Array.from({ length: 49 }, () => continuation(STARS, { fin: false })),
        continuation(repeated('2a', 536)),
      ]),
    ],
    outcomes: [right(NORMAL, textEvent(repeated('2a', 65536)))],
    deadlineMs: 10_000,
  }),
];
