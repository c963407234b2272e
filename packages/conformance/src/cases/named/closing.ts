/** Close frames in every state and with every code (5.5.1, 7). */
import type { Case, CloseExpectation, Outcome, Step } from '../../model/case.js';
import { octets } from '../../model/payload.js';
import {
  close,
  continuation,
  hex,
  MORE,
  makeCase,
  NORMAL,
  PROTOCOL_ERROR,
  ping,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from '../build.js';
import { answeredClose, refusedClose } from '../numbered/closing.js';

function closing(
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
    closing(
      `in-writes-of-${size}`,
      `A Close frame with a reason, ${octets(size)} a write.`,
      [send([close(1000, 'going away')], size)],
      [right(NORMAL)],
    ),
  ),
  closing(
    'inside-message',
    'A Close frame between two fragments, of which the second does not come.',
    [send([textFrame('Hel', MORE), close(1000)])],
    [right(NORMAL)],
  ),
  closing(
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
  closing(
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
  closing(
    'with-request',
    'A Close frame behind the echo of a message, in small writes.',
    [send([textFrame('Hello')]), { do: 'await', events: 1 }, send([close(1001, 'bye')], 1)],
    [right({ ...NORMAL, codes: [1000, 1001] }, textEvent('Hello'))],
  ),
  closing(
    'twice',
    'Two Close frames with different codes.',
    [send([close(1000), close(1001)])],
    [right(NORMAL)],
  ),
  closing(
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
  closing(
    'then-garbage',
    'A Close frame and then octets that are no frame.',
    [send([close(1000)]), { do: 'octets', payload: repeated('ff', 64) }],
    [right(ENDED)],
  ),
  closing(
    'then-wrong-frame',
    'A Close frame and then a frame with reserved bits.',
    [send([close(1000), textFrame('x', { rsv: 7 })])],
    [right(ENDED)],
  ),
  closing(
    'then-end',
    'A Close frame and then the end of our side of the transport.',
    [send([close(1000)]), { do: 'end' }],
    [right(NORMAL), tolerated(TOO_LATE, { by: 'suite', codes: [1000], clean: false })],
  ),
  closing(
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
