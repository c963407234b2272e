/**
 * Close frames: group 7, in which the suite's Close is always the first, and `closing.*`, Close frames
 * in every state and with every code (5.5.1, 7).
 */
import type { Case, CloseExpectation, FrameSpec, Outcome, Step } from '../model/case.js';
import { octets, type Payload } from '../model/payload.js';
import {
  close,
  continuation,
  hex,
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

// ---- Group 7 ----

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
function answeredClose(id: string, sentence: string, frame: FrameSpec, ...codes: number[]): Case {
  return closing(id, sentence, sentence, [send([frame])], [right({ ...CLEAN, codes: [1000, ...codes] })]);
}

/** A Close that cannot be right. */
function refusedClose(
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

// ---- `closing.*` ----

function namedClosing(
  name: string,
  sentence: string,
  steps: readonly Step[],
  outcomes: readonly Outcome[],
  section = '5.5.1',
): Case {
  return makeCase({
    id: `closing.${name}`,
    section,
    sentence,
    sent: sentence,
    right: 'A Close frame comes back, and the transport ends.',
    ...(outcomes[1]?.because === undefined ? {} : { tolerated: outcomes[1].because }),
    wrong: 'The Close frame is not answered, or the transport is not ended, or something else is sent.',
    steps,
    outcomes,
  });
}

const ENDED: CloseExpectation = { by: 'suite', codes: [1000, 1002], clean: false };
/**
 * 7.1.1 has ends of one side in mind, but libraries that see one often take the connection for
 * gone.
 */
const TOO_LATE = 'The Close frame was not answered, as the other side had ended the transport by then.';
const VALID = [1012, 1013, 1014, 3001, 3500, 4001, 4500];
const INVALID = [1, 500, 998, 1015, 1017, 1500, 1999, 2001, 2500, 2998];
/** Reasons that are not UTF-8: a name, and digits. */
const BAD_REASONS: readonly (readonly [string, string])[] = [
  ['stray-continuation', '80'],
  ['cut', 'e282'],
  ['overlong', 'c0af'],
  ['surrogate', 'eda080'],
  ['beyond', 'f4908080'],
  ['never', 'ff'],
];
const GOOD_REASONS: readonly (readonly [string, string])[] = [
  ['two-octets', 'c3a9'],
  ['three-octets', 'e282ac'],
  ['four-octets', 'f09f9880'],
  ['bom', 'efbbbf61'],
  ['nul', '00'],
];

/** All cases about closing. */
export const closingNamedCases: readonly Case[] = [
  ...VALID.map((code) => ({
    ...answeredClose(
      `closing.code-${code}`,
      `A Close frame with ${code}, which may be sent.`,
      close(code),
      code,
    ),
    section: '7.4.2',
  })),
  ...INVALID.map((code) =>
    refusedClose(
      `closing.code-${code}`,
      code === 1015 ? '7.4.1' : '7.4.2',
      `A Close frame with ${code}, which may not be sent.`,
      close(code),
    ),
  ),
  ...GOOD_REASONS.map(([name, digits]) =>
    answeredClose(
      `closing.reason-${name}`,
      `A Close frame with a reason of ${digits}.`,
      close(1000, hex(digits)),
    ),
  ),
  ...BAD_REASONS.map(([name, digits]) =>
    refusedClose(
      `closing.reason-${name}`,
      '8.1',
      `A Close frame with a reason of ${digits}, which is not UTF-8.`,
      close(1000, hex(digits)),
      1007,
    ),
  ),
  ...[1, 2, 3].map((size) =>
    namedClosing(
      `in-writes-of-${size}`,
      `A Close frame with a reason, ${octets(size)} a write.`,
      [send([close(1000, 'going away')], size)],
      [right(NORMAL)],
    ),
  ),
  namedClosing(
    'inside-message',
    'A Close frame between two fragments, of which the second does not come.',
    [send([textFrame('Hel', MORE), close(1000)])],
    [right(NORMAL)],
  ),
  namedClosing(
    'inside-message-ping',
    'A Ping and a Close frame between two fragments.',
    [send([textFrame('Hel', MORE), ping('p'), close(1000)])],
    [
      right(NORMAL, pongEvent('p')),
      tolerated(
        'A Ping before the Close frame was not answered, which 5.5.2 has answered "as soon as is practical".',
        NORMAL,
      ),
    ],
  ),
  namedClosing(
    'with-message',
    'A text and a Close frame in one write.',
    [send([textFrame('Hello'), close(1000)])],
    [
      right(NORMAL, textEvent('Hello')),
      tolerated(
        'A message before the Close frame was not echoed; whether there is still time for it is left to the endpoint.',
        NORMAL,
      ),
    ],
  ),
  namedClosing(
    'with-request',
    'A Close frame behind the echo of a message, in small writes.',
    [send([textFrame('Hello')]), { do: 'await', events: 1 }, send([close(1001, 'bye')], 1)],
    [right({ ...NORMAL, codes: [1000, 1001] }, textEvent('Hello'))],
  ),
  namedClosing(
    'twice',
    'Two Close frames with different codes.',
    [send([close(1000), close(1001)])],
    [right(NORMAL)],
  ),
  namedClosing(
    'then-binary',
    'A Close frame and then a binary message.',
    [send([close(1000), { opcode: 2, payload: hex('00ff') }])],
    [
      right(NORMAL),
      tolerated('Data behind a Close frame was heard; 1.4 has it discarded, but no MUST does.', NORMAL, {
        type: 'binary',
        payload: hex('00ff'),
      }),
    ],
  ),
  namedClosing(
    'then-garbage',
    'A Close frame and then octets that are no frame.',
    [send([close(1000)]), { do: 'octets', payload: repeated('ff', 64) }],
    [right(ENDED)],
  ),
  namedClosing(
    'then-wrong-frame',
    'A Close frame and then a frame with reserved bits.',
    [send([close(1000), textFrame('x', { rsv: 7 })])],
    [right(ENDED)],
  ),
  namedClosing(
    'then-end',
    'A Close frame and then the end of our side of the transport.',
    [send([close(1000)]), { do: 'end' }],
    [right(NORMAL), tolerated(TOO_LATE, { by: 'suite', codes: [1000], clean: false })],
  ),
  namedClosing(
    'then-end-at-once',
    'An empty Close frame and the end of our side in one go.',
    [send([close()]), { do: 'end' }],
    [right(NORMAL), tolerated(TOO_LATE, { by: 'suite', codes: [1000], clean: false })],
  ),
  makeCase({
    id: 'closing.not-last',
    section: '5.5',
    sentence: 'A Close frame that is not the last of its message fails the connection.',
    sent: 'A Close frame with 1000 and FIN 0.',
    right: 'The connection is ended, with 1002 if there is a Close frame.',
    wrong: 'The connection is not ended.',
    steps: [send([close(1000, '', MORE)])],
    outcomes: [right({ by: 'suite', codes: [1002], clean: false })],
  }),
  makeCase({
    id: 'closing.fragmented',
    section: '5.5',
    sentence: 'A Close frame in two fragments fails the connection.',
    sent: 'A Close frame with 1000 and FIN 0, then a continuation.',
    right: 'The connection is ended, with 1002 if there is a Close frame.',
    wrong: 'The connection is not ended.',
    steps: [send([close(1000, 'by', MORE), continuation('e')])],
    outcomes: [right({ by: 'suite', codes: [1002], clean: false })],
  }),
  makeCase({
    id: 'closing.after-failure',
    section: '7.1.7',
    sentence: 'Nothing is heard behind a frame that fails the connection.',
    sent: 'A frame with a reserved opcode, then a text, a Ping and a Close frame.',
    right: 'The connection is failed with 1002, and nothing else comes.',
    wrong: 'What follows the wrong frame is heard: an endpoint MUST NOT continue to process data.',
    steps: [send([{ opcode: 3 }, textFrame('Hello'), ping('p')])],
    outcomes: [right(PROTOCOL_ERROR)],
  }),
  makeCase({
    id: 'closing.big-unread',
    section: '5.5.1',
    sentence: 'A Close frame behind many messages whose echoes are not read for a while.',
    sent: 'Sixteen texts of 16 KiB and a Close frame; nothing is read for half a second.',
    right: 'The connection is closed. How many of the messages are echoed first is left to the endpoint.',
    wrong: 'The connection is not closed.',
    steps: [
      send([...Array.from({ length: 16 }, () => textFrame(repeated('61', 16384))), close(1000)]),
      { do: 'stop-reading', ms: 500 },
    ],
    outcomes: [{ verdict: 'OK', events: 'any', close: { ...NORMAL, codes: [1000] } }],
    deadlineMs: 10_000,
  }),
];
