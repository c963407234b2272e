/** The three forms of the payload length (5.2). */
import type { Case, FrameSpec, Outcome } from '../model/case.js';
import { octets } from '../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  close,
  continuation,
  fails,
  MORE,
  makeCase,
  NORMAL,
  noted,
  PROTOCOL_ERROR,
  ping,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from './build.js';

const ACCEPTED =
  'A length that is not encoded minimally was accepted. 5.2 has the sender use the least octets; no MUST says that the receiver checks.';

function notMinimal(name: string, what: string, frames: readonly FrameSpec[], accepted: Outcome): Case {
  return makeCase({
    id: `lengths.not-minimal-${name}`,
    section: '5.2',
    sentence: `${what} is not minimal.`,
    sent: `${what}.`,
    right: 'The connection is failed with 1002.',
    tolerated: 'The frame is accepted.',
    wrong: 'Something else comes back.',
    steps: [send(frames)],
    outcomes: [right(PROTOCOL_ERROR), accepted],
  });
}

function notMinimalText(bytes: number, lengthBytes: 2 | 8): Case {
  const payload = repeated('2a', bytes);
  const what = `A text of ${octets(bytes)} with its length in ${lengthBytes * 8} bits`;
  return notMinimal(
    `${lengthBytes * 8}-bit-${bytes}`,
    what,
    [textFrame(payload, { lengthBytes })],
    tolerated(ACCEPTED, NORMAL, textEvent(payload)),
  );
}

function topBit(name: string, declaredLength: string, frame: FrameSpec): Case {
  return makeCase({
    id: `lengths.top-bit-${name}`,
    section: '5.2',
    sentence: `A length of ${declaredLength}, whose most significant bit is set.`,
    sent: `A frame header with a 64-bit length of ${declaredLength}, and 4 octets of payload.`,
    right: 'The connection is failed, with 1002 or 1009.',
    tolerated: 'The endpoint waits for the payload.',
    wrong: 'The frame is heard.',
    steps: [send([{ ...frame, declaredLength, lengthBytes: 8 }])],
    outcomes: [
      right(fails(1002, 1009)),
      tolerated(
        'A length that is out of range was not noticed; 5.2 says that the bit MUST be 0, not what a receiver does.',
        NORMAL_OR_NONE,
      ),
    ],
    deadlineMs: 1000,
  });
}

/** The suite closes inside a frame that never ends, so that no answer can be expected. */
const NORMAL_OR_NONE = { by: 'suite', codes: [], clean: false, mayHang: true } as const;

function huge(name: string, declaredLength: string): Case {
  return makeCase({
    id: `lengths.huge-${name}`,
    section: '10.4',
    sentence: `A length of ${declaredLength}, of which a few octets come.`,
    sent: `A binary frame header with a length of ${declaredLength}, and 4 octets of payload.`,
    right: 'The connection is failed, best with 1009.',
    wrong: 'Something comes back that was never sent.',
    steps: [send([binaryFrame('abcd', { declaredLength, lengthBytes: 8 })])],
    outcomes: [
      right({ ...fails(1009, 1002, 1001, 1008, 1011) }),
      noted('The endpoint waits for the payload. 10.4 leaves limits to it.', NORMAL_OR_NONE),
    ],
    deadlineMs: 1000,
  });
}

function boundary(type: 'text' | 'binary', bytes: number): Case {
  const payload = repeated(type === 'text' ? '61' : 'ff', bytes);
  return makeCase({
    id: `lengths.${type}-${bytes}`,
    section: '5.2',
    sentence: `A ${type} frame of ${octets(bytes)}.`,
    sent: `A ${type} frame of ${octets(bytes)}.`,
    right: 'The message is echoed.',
    wrong: 'The message does not come back as it was.',
    steps: [send([type === 'text' ? textFrame(payload) : binaryFrame(payload)])],
    outcomes: [right(NORMAL, type === 'text' ? textEvent(payload) : binaryEvent(payload))],
  });
}

/** A header of octets that come one by one, and its payload at once. */
function slowHeader(bytes: number): Case {
  const payload = repeated('61', bytes);
  return makeCase({
    id: `lengths.slow-header-${bytes}`,
    section: '5.2',
    sentence: `Two text frames of ${octets(bytes)} in writes that cut their headers.`,
    sent: `Two text frames of ${octets(bytes)}, 3 octets a write.`,
    right: 'Both messages are echoed.',
    wrong: 'A message does not come back as it was.',
    steps: [send([textFrame(payload), textFrame(payload)], 3)],
    outcomes: [right(NORMAL, textEvent(payload), textEvent(payload))],
  });
}

const SIXTEEN = repeated('2a', 16);

/** All cases about lengths. */
export const lengthCases: readonly Case[] = [
  ...[0, 1, 5, 125].map((bytes) => notMinimalText(bytes, 2)),
  ...[0, 1, 125, 126, 65535].map((bytes) => notMinimalText(bytes, 8)),
  notMinimal(
    'ping',
    'A Ping of 16 octets with its length in 16 bits',
    [ping(SIXTEEN, { lengthBytes: 2 })],
    tolerated(ACCEPTED, NORMAL, pongEvent(SIXTEEN)),
  ),
  notMinimal(
    'continuation',
    'A continuation of 16 octets with its length in 16 bits',
    [textFrame('', MORE), continuation(SIXTEEN, { lengthBytes: 2 })],
    tolerated(ACCEPTED, NORMAL, textEvent(SIXTEEN)),
  ),
  makeCase({
    id: 'lengths.not-minimal-close',
    section: '5.2',
    sentence: 'A Close frame with its length in 16 bits is not minimal.',
    sent: 'A Close frame with 1000, its length in 16 bits.',
    right: 'The connection is ended.',
    wrong: 'The connection is not ended.',
    steps: [send([close(1000, '', { lengthBytes: 2 })])],
    outcomes: [right({ by: 'suite', codes: [1000, 1002], clean: false })],
  }),
  topBit('least', '9223372036854775808', textFrame('abcd')),
  topBit('most', '18446744073709551615', textFrame('abcd')),
  topBit('small', '9223372036854775812', binaryFrame('abcd')),
  topBit('continuation', '9223372036854775812', continuation('abcd')),
  huge('2-31', '2147483648'),
  huge('2-32', '4294967296'),
  huge('2-53', '9007199254740992'),
  huge('2-63', '9223372036854775807'),
  ...[1, 2, 3, 4, 7, 8, 124, 129, 255, 256, 65534, 65537].map((bytes) => boundary('text', bytes)),
  ...[1, 124, 129, 65534, 65537].map((bytes) => boundary('binary', bytes)),
  ...[5, 126, 300].map(slowHeader),
];
