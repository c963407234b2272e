/** Group 7: Close frames. The suite's Close is always the first. */
import type { Case, CloseExpectation, FrameSpec, Outcome, Step } from '../../model/case.js';
import type { Payload } from '../../model/payload.js';
import {
  close,
  continuation,
  hex,
  MORE,
  makeCase,
  NORMAL,
  noted,
  ping,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from '../build.js';

const CLEAN: CloseExpectation = NORMAL;
/** The Close cannot be right, so the answer names a protocol error, or the transport just ends. */
const REFUSED: CloseExpectation = { by: 'suite', codes: [1002], clean: false };
const INVALID_CLOSE =
  'The Close was answered as if it were valid. No MUST says what its receiver does (10.7 has a SHOULD).';

function closing(
  id: string,
  sentence: string,
  sent: string,
  steps: readonly Step[],
  outcomes: readonly Outcome[],
  section = '5.5.1',
): Case {
  return makeCase({
    id,
    section,
    sentence,
    sent,
    right: 'A Close frame, and the end of the transport; nothing else.',
    ...(outcomes.length > 1 ? { tolerated: outcomes[1]!.because! } : {}),
    wrong:
      'The Close frame is not answered, or something else is sent, or the server does not end the transport.',
    steps,
    outcomes,
  });
}

/** A Close that is answered by one. */
export function answeredClose(id: string, sentence: string, frame: FrameSpec, ...codes: number[]): Case {
  return closing(id, sentence, sentence, [send([frame])], [right({ ...CLEAN, codes: [1000, ...codes] })]);
}

/** A Close that cannot be right. */
export function refusedClose(
  id: string,
  section: string,
  sentence: string,
  frame: FrameSpec,
  ...codes: number[]
): Case {
  return makeCase({
    id,
    section,
    sentence,
    sent: sentence,
    right: `The connection is ended, with ${[...REFUSED.codes, ...codes].join(' or ')} in a Close frame if there is one.`,
    tolerated: INVALID_CLOSE,
    wrong: 'The connection is not ended, or the forbidden code or body is sent back.',
    steps: [send([frame])],
    outcomes: [right({ ...REFUSED, codes: [...REFUSED.codes, ...codes] })],
  });
}

const BEHIND = 'is not heard behind a Close frame';
const HEARD = 'Data behind a Close frame was heard; 1.4 has it discarded, but no MUST does.';
const LONG: Payload = { repeat: '4241736437266a683233', bytes: 262144 };

/** 37 cases. */
export const closingCases: readonly Case[] = [
  closing(
    '7.1.1',
    'A message, then the closing handshake.',
    'A text; on its echo a Close with 1000.',
    [send([textFrame('Hello World!')]), { do: 'await', events: 1 }, send([close(1000)])],
    [right(CLEAN, textEvent('Hello World!'))],
  ),
  closing(
    '7.1.2',
    'A second Close frame behind the first.',
    'A Close with 1000, then an empty one.',
    [send([close(1000), close()])],
    [right(CLEAN)],
  ),
  closing(
    '7.1.3',
    `A Ping ${BEHIND}.`,
    'A Close with 1000, then a Ping.',
    [send([close(1000), ping('behind')])],
    [
      right(CLEAN),
      tolerated(
        'A Ping behind a Close frame was answered, which 5.5.2 does not ask for.',
        CLEAN,
        pongEvent('behind'),
      ),
    ],
  ),
  closing(
    '7.1.4',
    `A message ${BEHIND}.`,
    'A Close with 1000, then a text.',
    [send([close(1000), textFrame('Hello World!')])],
    [right(CLEAN), tolerated(HEARD, CLEAN, textEvent('Hello World!'))],
  ),
  closing(
    '7.1.5',
    `The rest of a message ${BEHIND}.`,
    'The first fragment of a text, a Close with 1000, the last fragment.',
    [send([textFrame('fragment1', MORE), close(1000), continuation('fragment2')])],
    [right(CLEAN), tolerated(HEARD, CLEAN, textEvent('fragment1fragment2'))],
  ),
  makeCase({
    id: '7.1.6',
    section: '5.5.1',
    sentence: 'A Close frame directly behind a long message and a short one.',
    sent: 'A text of 256 KiB, a short text, a Close with 1000, a Ping.',
    right: "The connection is closed. Whether the messages are echoed first is the endpoint's affair.",
    wrong: 'The connection is not closed.',
    steps: [send([textFrame(LONG), textFrame('Hello World!'), close(1000), ping('behind')])],
    outcomes: [
      {
        verdict: 'INFORMATIONAL',
        events: 'any',
        close: { by: 'suite', codes: [], clean: false },
        because: 'How much of what came before a Close is still answered is left to the endpoint.',
      },
    ],
  }),
  answeredClose('7.3.1', 'An empty Close frame.', close()),
  refusedClose('7.3.2', '5.5.1', 'A Close frame with a body of one octet.', close(undefined, hex('61'))),
  answeredClose('7.3.3', 'A Close frame with a code.', close(1000)),
  answeredClose('7.3.4', 'A Close frame with a code and a reason.', close(1000, 'Hello World!')),
  answeredClose(
    '7.3.5',
    'A Close frame with the longest reason there can be.',
    close(1000, repeated('2a', 123)),
  ),
  refusedClose(
    '7.3.6',
    '5.5',
    'A Close frame with a reason that is too long.',
    close(1000, repeated('2a', 124)),
  ),
  refusedClose(
    '7.5.1',
    '8.1',
    'A Close frame with a reason that is not UTF-8.',
    close(1000, hex('cebae1bdb9cf83cebcceb5eda080656469746564')),
    1007,
  ),
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map((code, nth) =>
    answeredClose(`7.7.${nth + 1}`, `A Close frame with ${code}, which may be sent.`, close(code), code),
  ),
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].map((code, nth) =>
    refusedClose(
      `7.9.${nth + 1}`,
      code < 1000 || code > 1015 ? '7.4.2' : '7.4.1',
      `A Close frame with ${code}, which may not be sent.`,
      close(code),
    ),
  ),
  ...[5000, 65535].map((code, nth) =>
    makeCase({
      id: `7.13.${nth + 1}`,
      section: '7.4.2',
      sentence: `A Close frame with ${code}, of which the RFC says nothing.`,
      sent: `A Close frame with ${code}.`,
      right: 'The connection is ended, in whatever way.',
      wrong:
        'The connection is not ended, or the code is sent back, which 5.5.1 has no endpoint send: 7.4 does not define it.',
      steps: [send([close(code)])],
      outcomes: [noted(`No rule is about ${code}.`, { by: 'suite', codes: [], clean: false })],
    }),
  ),
];
