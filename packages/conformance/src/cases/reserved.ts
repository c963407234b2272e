/**
 * Reserved bits and reserved opcodes: groups 3 and 4, and `reserved.*`, every bit on every kind of
 * frame, every opcode in every place (5.2).
 */
import type { Case, FrameSpec, Outcome, Pace, Step } from '../model/case.js';
import {
  binaryFrame,
  close,
  continuation,
  hex,
  MORE,
  makeCase,
  PROTOCOL_ERROR,
  paceWords,
  ping,
  pong,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from './build.js';

// ---- Groups 3 and 4 ----

const HELLO = 'Hello, world!';
const UNECHOED = 'A right message that came before the wrong frame was not echoed.';

function reserved(
  id: string,
  section: string,
  what: string,
  rule: string,
  frames: readonly FrameSpec[],
  pace: Pace,
): Case {
  const first = frames.length > 1;
  const outcomes: Outcome[] = first
    ? [right(PROTOCOL_ERROR, textEvent(HELLO)), tolerated(UNECHOED, PROTOCOL_ERROR)]
    : [right(PROTOCOL_ERROR)];
  const before = first ? 'A text frame, then ' : '';
  return makeCase({
    id,
    section,
    sentence: `${what} fails the connection${first ? ', and what came before it is echoed' : ''}${paceWords(pace)}.`,
    sent: `${before}${first ? what.charAt(0).toLowerCase() + what.substring(1) : what}${first ? ', then a Ping' : ''}${paceWords(pace)}.`,
    right: `${first ? 'The first message is echoed, then the' : 'The'} connection is failed with 1002.`,
    ...(first ? { tolerated: 'The first message is not echoed.' } : {}),
    wrong: `The wrong frame or what follows it is heard or ignored: ${rule}`,
    steps: [send(frames, pace)],
    outcomes,
  });
}

const BITS_RULE = 'without an extension a reserved bit that is not 0 MUST fail the connection.';
const OPCODE_RULE = 'an unknown opcode MUST fail the connection.';

function bits(id: string, what: string, frames: readonly FrameSpec[], pace: Pace = 'whole'): Case {
  return reserved(id, '5.2', what, BITS_RULE, frames, pace);
}

/** 7 cases. */
export const reservedBitCases: readonly Case[] = [
  bits('3.1', 'A text frame with RSV3', [textFrame(HELLO, { rsv: 1 })]),
  bits('3.2', 'A text frame with RSV2', [textFrame(HELLO), textFrame(HELLO, { rsv: 2 }), ping('behind')]),
  bits(
    '3.3',
    'A text frame with RSV2 and RSV3',
    [textFrame(HELLO), textFrame(HELLO, { rsv: 3 }), ping('behind')],
    'frames',
  ),
  bits('3.4', 'A text frame with RSV1', [textFrame(HELLO), textFrame(HELLO, { rsv: 4 }), ping('behind')], 1),
  bits('3.5', 'A binary frame with RSV1 and RSV3', [binaryFrame(hex('00 ff fe fd fc fb 00 ff'), { rsv: 5 })]),
  bits('3.6', 'A binary frame with RSV1 and RSV2', [binaryFrame(HELLO, { rsv: 6 })]),
  makeCase({
    id: '3.7',
    section: '5.2',
    sentence: 'A Close frame with all reserved bits fails the connection.',
    sent: 'An empty Close frame with RSV1, RSV2 and RSV3.',
    right: 'The connection is failed with 1002.',
    tolerated: 'It is answered as a Close frame: the connection ends as well.',
    wrong: `The connection is not ended: ${BITS_RULE}`,
    steps: [send([close(undefined, '', { rsv: 7 })])],
    // The suite's Close is out, so the endpoint's Close is an answer in any case; its code tells
    // more.
    outcomes: [right({ by: 'suite', codes: [1002], clean: false })],
  }),
];

function opcodes(group: number, first: number): Case[] {
  return [0, 1, 2, 3, 4].map((nth) => {
    const opcode = first + nth;
    const wrong: FrameSpec = {
      opcode,
      payload: { text: nth === 1 ? 'reserved opcode payload' : nth >= 3 ? HELLO : '' },
    };
    const frames = nth < 2 ? [wrong] : [textFrame(HELLO), wrong, ping('behind')];
    const what = `A frame with the reserved opcode ${opcode}${nth === 0 || nth === 2 ? '' : ' and a payload'}`;
    return reserved(`4.${group}.${nth + 1}`, '5.2', what, OPCODE_RULE, frames, nth === 4 ? 1 : 'whole');
  });
}

/** 10 cases. */
export const reservedOpcodeCases: readonly Case[] = [...opcodes(1, 3), ...opcodes(2, 11)];

// ---- `reserved.*` ----

/** A frame that fails the connection. */
function forbidden(id: string, what: string, steps: readonly Step[], isClose = false): Case {
  return makeCase({
    id,
    section: '5.2',
    sentence: `${what} fails the connection.`,
    sent: `${what}.`,
    right: 'The connection is failed with 1002.',
    wrong: 'The frame is heard or ignored: what has no meaning MUST fail the connection.',
    steps,
    outcomes: [right(isClose ? { by: 'suite', codes: [1002], clean: false } : PROTOCOL_ERROR)],
  });
}

const BITS = [1, 2, 3, 4, 5, 6, 7];

function bitNames(rsv: number): string {
  return ['RSV1', 'RSV2', 'RSV3'].filter((_, nth) => (rsv & (4 >> nth)) !== 0).join(', ');
}

function bitCases(
  name: string,
  what: string,
  frames: (rsv: number) => readonly FrameSpec[],
  bits: readonly number[] = BITS,
): Case[] {
  return bits.map((rsv) =>
    forbidden(
      `reserved.bits-${name}-${rsv}`,
      `${what} with ${bitNames(rsv)}`,
      [send(frames(rsv))],
      name === 'close',
    ),
  );
}

const OPCODES = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

/** All cases about reserved bits and opcodes. */
export const reservedCases: readonly Case[] = [
  ...bitCases('text', 'A text frame', (rsv) => [textFrame('Hello', { rsv })]),
  ...bitCases('binary', 'A binary frame', (rsv) => [binaryFrame('Hello', { rsv })]),
  ...bitCases('continuation', 'The second fragment of a message', (rsv) => [
    textFrame('Hel', MORE),
    continuation('lo', { rsv }),
  ]),
  ...bitCases('ping', 'A Ping', (rsv) => [ping('Hello', { rsv })]),
  ...bitCases('pong', 'A Pong', (rsv) => [pong('Hello', { rsv })]),
  ...bitCases('close', 'A Close frame', (rsv) => [close(1000, '', { rsv })], [1, 2, 4]),
  ...bitCases('empty', 'An empty text frame', (rsv) => [textFrame('', { rsv })], [1, 2, 4]),
  ...bitCases(
    'ping-inside',
    'A Ping inside a fragmented message',
    (rsv) => [textFrame('Hel', MORE), ping('', { rsv }), continuation('lo')],
    [1, 2, 4],
  ),
  ...OPCODES.map((opcode) => {
    const where = `A frame with opcode ${opcode} inside a fragmented message`;
    return forbidden(`reserved.opcode-${opcode}-inside`, where, [
      send([textFrame('Hel', MORE), { opcode, payload: { text: 'x' } }, continuation('lo')]),
    ]);
  }),
  ...OPCODES.map((opcode) =>
    forbidden(
      `reserved.opcode-${opcode}-fragment`,
      `A frame with opcode ${opcode} that is not the last of its message`,
      [send([{ opcode, fin: false, payload: { text: 'Hel' } }, continuation('lo')])],
    ),
  ),
  ...[3, 11].map((opcode) =>
    forbidden(
      `reserved.opcode-${opcode}-long`,
      `A frame with opcode ${opcode} and 300 octets, in small writes`,
      [send([{ opcode, payload: { repeat: '2a', bytes: 300 } }], 16)],
    ),
  ),
];
