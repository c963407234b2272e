/** Groups 1 and 5: one frame with all forms of its length, and messages in several frames. */
import type { Case, ExpectedEvent, FrameSpec, Pace } from '../model/case.js';
import { octets } from '../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  continuation,
  MORE,
  makeCase,
  NORMAL,
  PROTOCOL_ERROR,
  paceWords,
  ping,
  pong,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from './build.js';

// ---- Group 1 ----

const LENGTHS: readonly (readonly [bytes: number, pace: Pace])[] = [
  [0, 'whole'],
  [125, 'whole'],
  [126, 'whole'],
  [127, 'whole'],
  [128, 'whole'],
  [65535, 'whole'],
  [65536, 'whole'],
  [65536, 997],
];

/** 16 cases. */
export const framingCases: readonly Case[] = (['text', 'binary'] as const).flatMap((type, group) =>
  LENGTHS.map(([bytes, pace], nth) => {
    const payload = repeated(type === 'text' ? '2a' : 'fe', bytes);
    const [frame, echo] =
      type === 'text'
        ? [textFrame(payload), textEvent(payload)]
        : [binaryFrame(payload), binaryEvent(payload)];
    return makeCase({
      id: `1.${group + 1}.${nth + 1}`,
      section: '5.2',
      sentence: `A ${type} message of ${octets(bytes)} in one frame${paceWords(pace)}.`,
      sent: `A ${type} frame with ${octets(bytes)}${paceWords(pace)}.`,
      right: 'The message is echoed.',
      wrong: 'The message does not come back as it was.',
      steps: [send([frame], pace)],
      outcomes: [right(NORMAL, echo)],
      deadlineMs: bytes > 128 ? 10_000 : 3000,
    });
  }),
);

// ---- Group 5 ----

const BOTH = textEvent('fragment1fragment2');
const PACES: readonly Pace[] = ['whole', 'frames', 1];

function good(
  id: string,
  sentence: string,
  frames: readonly FrameSpec[],
  pace: Pace,
  events: ExpectedEvent[],
): Case {
  return makeCase({
    id,
    section: '5.4',
    sentence: `${sentence}${paceWords(pace)}.`,
    sent: `${sentence}${paceWords(pace)}.`,
    right: 'The whole message is echoed, Pings are answered as they come.',
    wrong: 'The message does not come back, or not as it was.',
    steps: [send(frames, pace)],
    outcomes: [right(NORMAL, ...events)],
  });
}

function bad(
  id: string,
  section: string,
  sentence: string,
  frames: readonly FrameSpec[],
  pace: Pace = 'whole',
): Case {
  return makeCase({
    id,
    section,
    sentence: `${sentence}${paceWords(pace)} fails the connection.`,
    sent: `${sentence}${paceWords(pace)}.`,
    right: 'The connection is failed with 1002.',
    wrong: 'The frames are heard or ignored, though they are in no order that 5.4 and 5.5 allow.',
    steps: [send(frames, pace)],
    outcomes: [right(PROTOCOL_ERROR)],
  });
}

/** The same at the three paces, under three numbers. */
function thrice(first: number, make: (id: string, pace: Pace) => Case): Case[] {
  return PACES.map((pace, nth) => make(`5.${first + nth}`, pace));
}

/** A message of five frames with a Ping inside each half, and a second between them. */
function halves(id: string, pace: Pace): Case {
  return makeCase({
    id,
    section: '5.4',
    sentence: `Pings between five fragments, with a pause after the second${paceWords(pace)}.`,
    sent: `Two fragments and a Ping; after a second two fragments, a Ping and the last fragment${paceWords(pace)}.`,
    right: 'Two Pongs, then the message of all fragments.',
    wrong: 'A Pong or the message does not come, or they come in another order.',
    steps: [
      send([textFrame('fragment1', MORE), continuation('fragment2', MORE), ping('pongme 1!')], pace),
      { do: 'pause', ms: 1000 },
      send(
        [
          continuation('fragment3', MORE),
          continuation('fragment4', MORE),
          ping('pongme 2!'),
          continuation('fragment5'),
        ],
        pace,
      ),
    ],
    outcomes: [
      right(
        NORMAL,
        pongEvent('pongme 1!'),
        pongEvent('pongme 2!'),
        textEvent('fragment1fragment2fragment3fragment4fragment5'),
      ),
    ],
    deadlineMs: 4000,
  });
}

const NOT_BEGUN = 'non-continuation payload';

/** 20 cases. */
export const fragmentationCases: readonly Case[] = [
  bad('5.1', '5.5', 'A Ping in two fragments', [ping('fragment1', MORE), continuation('fragment2')]),
  bad('5.2', '5.5', 'A Pong in two fragments', [pong('fragment1', MORE), continuation('fragment2')]),
  ...thrice(3, (id, pace) =>
    good(
      id,
      'A text message in two fragments',
      [textFrame('fragment1', MORE), continuation('fragment2')],
      pace,
      [BOTH],
    ),
  ),
  ...thrice(6, (id, pace) =>
    good(
      id,
      'A text message in two fragments with a Ping between them',
      [textFrame('fragment1', MORE), ping('ping payload'), continuation('fragment2')],
      pace,
      [pongEvent('ping payload'), BOTH],
    ),
  ),
  ...thrice(9, (id, pace) =>
    bad(
      id,
      '5.4',
      'A last continuation of nothing, then a text message',
      [continuation(NOT_BEGUN), textFrame('Hello, world!')],
      pace,
    ),
  ),
  ...thrice(12, (id, pace) =>
    bad(
      id,
      '5.4',
      'A continuation of nothing, then a text message',
      [continuation(NOT_BEGUN, MORE), textFrame('Hello, world!')],
      pace,
    ),
  ),
  makeCase({
    id: '5.15',
    section: '5.4',
    sentence: 'A continuation of nothing behind a whole message fails the connection.',
    sent: 'A text message in two fragments, then a continuation of nothing, then a text message.',
    right: 'The first message is echoed, then the connection is failed with 1002.',
    tolerated: 'The first message is not echoed.',
    wrong: 'The continuation or what follows it is heard or ignored.',
    steps: [
      send([
        textFrame('fragment1', MORE),
        continuation('fragment2'),
        continuation('fragment3', MORE),
        textFrame('fragment4'),
      ]),
    ],
    outcomes: [
      right(PROTOCOL_ERROR, BOTH),
      tolerated('A right message that came before the wrong frame was not echoed.', PROTOCOL_ERROR),
    ],
  }),
  bad('5.16', '5.4', 'A continuation of nothing, then a message in two fragments, twice', [
    ...[1, 2].flatMap(() => [
      continuation('fragment1', MORE),
      textFrame('fragment2', MORE),
      continuation('fragment3'),
    ]),
  ]),
  bad('5.17', '5.4', 'A last continuation of nothing, then a message in two fragments, twice', [
    ...[1, 2].flatMap(() => [
      continuation('fragment1'),
      textFrame('fragment2', MORE),
      continuation('fragment3'),
    ]),
  ]),
  bad('5.18', '5.4', 'A text frame inside a fragmented text message', [
    textFrame('fragment1', MORE),
    textFrame('fragment2'),
  ]),
  halves('5.19', 'whole'),
  halves('5.20', 'frames'),
];
