/** Every reserved bit on every kind of frame, every reserved opcode in every place (5.2). */
import type { Case, FrameSpec, Step } from '../../model/case.js';
import {
  binaryFrame,
  close,
  continuation,
  MORE,
  makeCase,
  PROTOCOL_ERROR,
  ping,
  pong,
  right,
  send,
  textFrame,
} from '../build.js';

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
