/** Ping and Pong: group 2, and `pings.*` between, within and after messages (5.5.2, 5.5.3). */
import type { Case, ExpectedEvent, FrameSpec, Pace } from '../model/case.js';
import { octets, type Payload } from '../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  close,
  continuation,
  fails,
  hex,
  MORE,
  makeCase,
  NORMAL,
  noted,
  PROTOCOL_ERROR,
  paceWords,
  ping,
  pong,
  pongEvent,
  repeated,
  right,
  send,
  text,
  textEvent,
  textFrame,
  tolerated,
} from './build.js';

// ---- Group 2 ----

const HELLO = text('Hello, world!');
const ODD = hex('00 ff fe fd fc fb 00 ff');
const TEN = Array.from({ length: 10 }, (_, nth) => text(`payload-${nth}`));

/** A Ping that has to be answered. */
function answered(id: string, what: string, payload: Payload, pace: Pace = 'whole'): Case {
  return makeCase({
    id,
    section: '5.5.2',
    sentence: `A Ping ${what} is answered by a Pong with the same data.`,
    sent: `A Ping ${what}${paceWords(pace)}.`,
    right: 'A Pong with the same data.',
    wrong: 'There is no Pong, or it has other data (5.5.3).',
    steps: [send([ping(payload)], pace)],
    outcomes: [right(NORMAL, pongEvent(payload))],
  });
}

function unsolicited(id: string, what: string, frame: FrameSpec): Case {
  return makeCase({
    id,
    section: '5.5.3',
    sentence: `A Pong ${what} that nobody asked for is not answered.`,
    sent: `A Pong ${what}, then a Close with 1000.`,
    right: 'Nothing but the Close frame.',
    wrong: 'Something else, or no Close frame.',
    steps: [send([frame, close(1000)], 'frames')],
    outcomes: [right(NORMAL)],
  });
}

const SKIPPING = noted(
  'Not every Ping was answered, which 5.5.3 allows if the most recent one is.',
  NORMAL,
  ...TEN.map((payload, nth) => ({ ...pongEvent(payload), ...(nth < 9 ? { optional: true as const } : {}) })),
);

/** 5.5.3 lets an endpoint answer only the last of several Pings. */
function tenPings(id: string, pace: Pace): Case {
  return makeCase({
    id,
    section: '5.5.3',
    sentence: `Ten Pings in a row${paceWords(pace)} are answered in order.`,
    sent: `Ten Pings, "payload-0" to "payload-9"${paceWords(pace)}.`,
    right: 'Ten Pongs, in the order of the Pings.',
    tolerated: 'Pongs for some of them only, the last among them.',
    wrong: 'No Pong for the last Ping, or Pongs in another order.',
    steps: [
      send(
        TEN.map((payload) => ping(payload)),
        pace,
      ),
    ],
    outcomes: [right(NORMAL, ...TEN.map(pongEvent)), SKIPPING],
    deadlineMs: 6000,
  });
}

/** 11 cases. */
export const pingCases: readonly Case[] = [
  answered('2.1', 'without data', text('')),
  answered('2.2', 'with a text', HELLO),
  answered('2.3', 'with octets that are no text', ODD),
  answered('2.4', 'with 125 octets', repeated('fe', 125)),
  makeCase({
    id: '2.5',
    section: '5.5',
    sentence: 'A Ping with 126 octets fails the connection.',
    sent: 'A Ping with 126 octets, which takes the 16-bit form of the length.',
    right: 'The connection is failed with 1002.',
    wrong: 'The Ping is answered or ignored: a control frame has at most 125 octets.',
    steps: [send([ping(repeated('fe', 126))])],
    outcomes: [right(PROTOCOL_ERROR)],
  }),
  answered('2.6', 'with 125 octets', repeated('fe', 125), 1),
  unsolicited('2.7', 'without data', pong()),
  unsolicited('2.8', 'with data', pong('unsolicited pong payload')),
  makeCase({
    id: '2.9',
    section: '5.5.3',
    sentence: 'A Pong that nobody asked for does not disturb the answer to a Ping.',
    sent: 'A Pong with data, then a Ping with other data.',
    right: 'One Pong, with the data of the Ping.',
    wrong: 'There is no Pong, or it has other data.',
    steps: [send([pong('unsolicited pong payload'), ping('ping payload')], 'frames')],
    outcomes: [right(NORMAL, pongEvent('ping payload'))],
  }),
  tenPings('2.10', 'whole'),
  tenPings('2.11', 1),
];

// ---- `pings.*` ----

function answeredPings(
  name: string,
  sentence: string,
  frames: readonly FrameSpec[],
  events: readonly ExpectedEvent[],
  pace: Pace = 'whole',
): Case {
  return makeCase({
    id: `pings.${name}`,
    section: '5.5.2',
    sentence,
    sent: sentence,
    right: 'Pings are answered and messages are echoed, in that order.',
    tolerated: 'Where several Pings came, some but the last are not answered (5.5.3).',
    wrong: 'A Pong is missing or has other data, or a message does not come back as it was.',
    steps: [send(frames, pace)],
    outcomes: [
      right(NORMAL, ...events),
      noted(
        'Not every Ping was answered, which 5.5.3 allows if the most recent one is.',
        NORMAL,
        ...skippable(events),
      ),
    ],
  });
}

/** All Pongs but the last may be missing. */
function skippable(events: readonly ExpectedEvent[]): ExpectedEvent[] {
  const last = events.map(({ type }) => type).lastIndexOf('pong');
  return events.map((event, nth) =>
    event.type === 'pong' && nth !== last ? { ...event, optional: true } : event,
  );
}

function forbidden(name: string, sentence: string, frames: readonly FrameSpec[]): Case {
  return makeCase({
    id: `pings.${name}`,
    section: '5.5',
    sentence: `${sentence} fails the connection.`,
    sent: `${sentence}.`,
    right: 'The connection is failed with 1002.',
    wrong: 'The frame is heard or ignored: control frames have at most 125 octets and are not fragmented.',
    steps: [send(frames)],
    outcomes: [right(PROTOCOL_ERROR)],
  });
}

/** A wrong Pong, which has no effect if it is ignored. */
function ignorable(name: string, sentence: string, frames: readonly FrameSpec[]): Case {
  const test = forbidden(name, sentence, frames);
  const because = 'A Pong that 5.5 forbids to send was ignored. No MUST says what its receiver does.';
  return {
    ...test,
    tolerated: 'The frame is ignored.',
    outcomes: [...test.outcomes, tolerated(because, NORMAL)],
  };
}

const EURO = [textFrame(hex('e282'), MORE), ping(hex('ff')), continuation(hex('ac'))];
const MANY = Array.from({ length: 100 }, (_, nth) => `${nth}`);

/** Many Pings at once. How many are too many is the endpoint's to say. */
function hundred(): Case {
  const test = answeredPings(
    'hundred',
    'A hundred Pings in one write.',
    MANY.map((each) => ping(each)),
    MANY.map((each) => pongEvent(each)),
  );
  const because = 'The endpoint ends a connection over so many Pings, which 10.4 leaves to it.';
  return {
    ...test,
    outcomes: [
      ...test.outcomes,
      { verdict: 'INFORMATIONAL', events: 'any', close: fails(1008, 1002), because },
    ],
  };
}

/** All cases about Pings. */
export const pingNamedCases: readonly Case[] = [
  ...[1, 2, 3, 4, 64, 124].map((bytes) =>
    answeredPings(
      `length-${bytes}`,
      `A Ping with ${octets(bytes)}.`,
      [ping(repeated('a5', bytes))],
      [pongEvent(repeated('a5', bytes))],
    ),
  ),
  answeredPings(
    'not-utf8',
    'A Ping with octets that are not UTF-8.',
    [ping(hex('c0fffe80'))],
    [pongEvent(hex('c0fffe80'))],
  ),
  answeredPings('nul', 'A Ping with a single NUL.', [ping(hex('00'))], [pongEvent(hex('00'))]),
  answeredPings('inside-character', 'A Ping between two fragments that share a character.', EURO, [
    pongEvent(hex('ff')),
    textEvent(hex('e282ac')),
  ]),
  answeredPings(
    'inside-character-slow',
    'A Ping between two fragments that share a character, an octet a write.',
    EURO,
    [pongEvent(hex('ff')), textEvent(hex('e282ac'))],
    1,
  ),
  answeredPings(
    'between-all-fragments',
    'A Ping between each two of five fragments.',
    [
      textFrame('a', MORE),
      ping('1'),
      continuation('b', MORE),
      ping('2'),
      continuation('c', MORE),
      ping('3'),
      continuation('d', MORE),
      ping('4'),
      continuation('e'),
    ],
    [...['1', '2', '3', '4'].map((each) => pongEvent(each)), textEvent('abcde')],
  ),
  answeredPings(
    'several-inside',
    'Three Pings between two binary fragments.',
    [binaryFrame(hex('00'), MORE), ping('1'), ping('2'), ping('3'), continuation(hex('ff'))],
    [...['1', '2', '3'].map((each) => pongEvent(each)), binaryEvent(hex('00ff'))],
  ),
  answeredPings(
    'inside-empty-fragments',
    'A Ping between empty fragments.',
    [textFrame('', MORE), ping('p'), continuation('', MORE), continuation('')],
    [pongEvent('p'), textEvent('')],
  ),
  answeredPings(
    'with-longest-inside',
    'The longest Ping between two fragments.',
    [textFrame('Hel', MORE), ping(repeated('70', 125)), continuation('lo')],
    [pongEvent(repeated('70', 125)), textEvent('Hello')],
  ),
  hundred(),
  answeredPings(
    'same-twice',
    'Two Pings with the same data.',
    [ping('same'), ping('same')],
    [pongEvent('same'), pongEvent('same')],
  ),
  answeredPings(
    'pong-first',
    'A Pong with the data of the Ping that follows.',
    [pong('data'), ping('data')],
    [pongEvent('data')],
  ),
  answeredPings(
    'pong-inside',
    'A Pong between two fragments.',
    [textFrame('Hel', MORE), pong('x'), continuation('lo')],
    [textEvent('Hello')],
  ),
  answeredPings(
    'pongs-only',
    'Ten Pongs that nobody asked for, then a text.',
    [...Array.from({ length: 10 }, () => pong('x')), textFrame('Hello')],
    [textEvent('Hello')],
  ),
  makeCase({
    id: 'pings.around-message',
    section: '5.5.2',
    sentence: 'A Ping before and one behind a message.',
    sent: 'A Ping, a text, another Ping, each sent when the one before was answered.',
    right: 'A Pong, the echo, a Pong.',
    wrong: 'A Pong or the echo is missing.',
    steps: [
      send([ping('before')]),
      { do: 'await', events: 1 },
      send([textFrame('Hello')]),
      { do: 'await', events: 2 },
      send([ping('behind')]),
    ],
    outcomes: [right(NORMAL, pongEvent('before'), textEvent('Hello'), pongEvent('behind'))],
  }),
  forbidden('not-last', 'A Ping with FIN 0', [ping('Hello', MORE)]),
  ignorable('pong-not-last', 'A Pong with FIN 0', [pong('Hello', MORE)]),
  forbidden('not-last-inside', 'A Ping with FIN 0 inside a fragmented message', [
    textFrame('Hel', MORE),
    ping('x', MORE),
    continuation('lo'),
  ]),
  forbidden('too-long-16', 'A Ping of 65535 octets', [ping(repeated('61', 65535))]),
  forbidden('too-long-64', 'A Ping of 65536 octets', [ping(repeated('61', 65536))]),
  ignorable('pong-too-long', 'A Pong of 126 octets', [pong(repeated('61', 126))]),
  forbidden('too-long-inside', 'A Ping of 126 octets inside a fragmented message', [
    textFrame('Hel', MORE),
    ping(repeated('61', 126)),
    continuation('lo'),
  ]),
];
