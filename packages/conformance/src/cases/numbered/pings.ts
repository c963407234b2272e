/** Group 2: Ping and Pong. */
import type { Case, FrameSpec, Pace } from '../../model/case.js';
import type { Payload } from '../../model/payload.js';
import {
  close,
  hex,
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
} from '../build.js';

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
