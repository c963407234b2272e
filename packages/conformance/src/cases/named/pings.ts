/** Pings between, within and after messages (5.5.2, 5.5.3). */
import type { Case, ExpectedEvent, FrameSpec, Pace } from '../../model/case.js';
import { octets } from '../../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  continuation,
  fails,
  hex,
  MORE,
  makeCase,
  NORMAL,
  noted,
  PROTOCOL_ERROR,
  ping,
  pong,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from '../build.js';

function answered(
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
  const test = answered(
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
    answered(
      `length-${bytes}`,
      `A Ping with ${octets(bytes)}.`,
      [ping(repeated('a5', bytes))],
      [pongEvent(repeated('a5', bytes))],
    ),
  ),
  answered(
    'not-utf8',
    'A Ping with octets that are not UTF-8.',
    [ping(hex('c0fffe80'))],
    [pongEvent(hex('c0fffe80'))],
  ),
  answered('nul', 'A Ping with a single NUL.', [ping(hex('00'))], [pongEvent(hex('00'))]),
  answered('inside-character', 'A Ping between two fragments that share a character.', EURO, [
    pongEvent(hex('ff')),
    textEvent(hex('e282ac')),
  ]),
  answered(
    'inside-character-slow',
    'A Ping between two fragments that share a character, an octet a write.',
    EURO,
    [pongEvent(hex('ff')), textEvent(hex('e282ac'))],
    1,
  ),
  answered(
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
  answered(
    'several-inside',
    'Three Pings between two binary fragments.',
    [binaryFrame(hex('00'), MORE), ping('1'), ping('2'), ping('3'), continuation(hex('ff'))],
    [...['1', '2', '3'].map((each) => pongEvent(each)), binaryEvent(hex('00ff'))],
  ),
  answered(
    'inside-empty-fragments',
    'A Ping between empty fragments.',
    [textFrame('', MORE), ping('p'), continuation('', MORE), continuation('')],
    [pongEvent('p'), textEvent('')],
  ),
  answered(
    'with-longest-inside',
    'The longest Ping between two fragments.',
    [textFrame('Hel', MORE), ping(repeated('70', 125)), continuation('lo')],
    [pongEvent(repeated('70', 125)), textEvent('Hello')],
  ),
  hundred(),
  answered(
    'same-twice',
    'Two Pings with the same data.',
    [ping('same'), ping('same')],
    [pongEvent('same'), pongEvent('same')],
  ),
  answered(
    'pong-first',
    'A Pong with the data of the Ping that follows.',
    [pong('data'), ping('data')],
    [pongEvent('data')],
  ),
  answered(
    'pong-inside',
    'A Pong between two fragments.',
    [textFrame('Hel', MORE), pong('x'), continuation('lo')],
    [textEvent('Hello')],
  ),
  answered(
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
