/** Section 5.5: Ping, Pong, and what holds for every control frame. Close has a file of its own. */
import { binary, fill, frame, hex, OP, ping, pong, rawClose, text } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const AFTER = text('after');
const OCTETS = hex(Array.from({ length: 125 }, (_, i) => i * 2));

const bodies = [0, 1, 2, 3, 4, 5, 64, 124, 125].flatMap((length) => {
  const payload = fill('00017fff', length);
  return [
    vector({
      id: `control/ping/${length}`,
      section: '5.5.2',
      about: `A Ping of ${length} bytes is answered by a Pong of the same bytes.`,
      frames: [ping(payload), AFTER],
      events: [event.ping(payload), event.text('after')],
    }),
    vector({
      id: `control/pong/${length}`,
      section: '5.5.3',
      about: `A Pong of ${length} bytes that nobody asked for is reported and not answered.`,
      frames: [pong(payload), AFTER],
      events: [event.pong(payload), event.text('after')],
    }),
  ];
});

const contents = [
  vector({
    id: 'control/ping/not-text',
    section: '5.5.2',
    about: 'The body of a Ping is bytes: it need not be UTF-8.',
    frames: [ping('fffec080eda080'), AFTER],
    events: [event.ping('fffec080eda080'), event.text('after')],
  }),
  vector({
    id: 'control/ping/octets',
    section: '5.5.2',
    about: 'A Ping with 125 different bytes.',
    frames: [ping(OCTETS)],
    events: [event.ping(OCTETS)],
  }),
];

const NAMES = { [OP.close]: 'close', [OP.ping]: 'ping', [OP.pong]: 'pong' };

const tooLong = [OP.close, OP.ping, OP.pong].flatMap((op) =>
  [
    { id: '126', form: 16, value: 126n, payload: fill('00017fff', 126), about: '126 bytes' },
    { id: '127', form: 16, value: 127n, payload: fill('00017fff', 127), about: '127 bytes' },
    { id: '65535', form: 16, value: 65535n, payload: [], about: '65,535 bytes' },
    { id: '65536', form: 64, value: 65536n, payload: [], about: '65,536 bytes' },
    {
      id: '125-in-16-bits',
      form: 16,
      value: 125n,
      payload: fill('00017fff', 125),
      about: '125 bytes in the 16-bit form',
    },
    { id: '0-in-64-bits', form: 64, value: 0n, payload: [], about: 'no bytes in the 64-bit form' },
    { id: 'top-bit', form: 64, value: 1n << 63n, payload: [], about: '2^63 bytes' },
  ].map(({ id, form, value, payload, about }) =>
    vector({
      id: `control/too-long/${NAMES[op]}-${id}`,
      section: '5.5',
      about: `A ${NAMES[op]} frame of ${about}: 126 or 127 in the length bits of a control frame is already wrong.`,
      frames: [frame(op, payload, { length: { form, value } }), AFTER],
      events: (at) => [at[0].fail('CONTROL_TOO_LONG')],
    }),
  ),
);

const fragmented = [OP.close, OP.ping, OP.pong].flatMap((op) => [
  vector({
    id: `control/fragmented/${NAMES[op]}-empty`,
    section: '5.5',
    about: `An empty ${NAMES[op]} frame with FIN 0.`,
    frames: [frame(op, '', { fin: false }), AFTER],
    events: (at) => [at[0].fail('CONTROL_FRAGMENTED')],
  }),
  vector({
    id: `control/fragmented/${NAMES[op]}-in-two`,
    section: '5.5',
    about: `A ${NAMES[op]} frame with FIN 0 and a continuation.`,
    frames: [frame(op, '03e8', { fin: false }), frame(OP.continuation, '61'), AFTER],
    events: (at) => [at[0].fail('CONTROL_FRAGMENTED')],
  }),
  vector({
    id: `control/fragmented/${NAMES[op]}-in-a-message`,
    section: '5.5',
    about: `A ${NAMES[op]} frame with FIN 0 between the fragments of a message.`,
    frames: [text('a', { fin: false }), frame(op, '', { fin: false }), frame(OP.continuation, '62')],
    events: (at) => [at[1].fail('CONTROL_FRAGMENTED')],
  }),
]);

const crashes = [
  ...[8, 9, 10].map((op) =>
    vector({
      id: `control/fragmented/${NAMES[op]}-rsv1`,
      section: '5.2',
      about: `A ${NAMES[op]} frame with FIN 0 and RSV1.`,
      advisories: ['S12'],
      frames: [frame(op, '', { fin: false, rsv: 4 })],
      events: (at) => [at[0].fail('RESERVED_BITS')],
    }),
  ),
  vector({
    id: 'control/length/pong-more-top-bit',
    section: '5.5',
    about: 'A Pong with FIN 0 and a length of all ones: failed for FIN, the length is never read.',
    advisories: ['I11'],
    frames: [frame(OP.pong, 'eb0e8f', { fin: false, length: { form: 64, value: (1n << 64n) - 1n } })],
    events: (at) => [at[0].fail('CONTROL_FRAGMENTED')],
  }),
  vector({
    id: 'control/length/reserved-opcode-top-bit',
    section: '5.2',
    about: 'Opcode 3 with a length of all ones: failed for the opcode, the length is never read.',
    advisories: ['I10'],
    frames: [frame(3, '00000000', { length: { form: 64, value: (1n << 64n) - 1n } })],
    events: (at) => [at[0].fail('RESERVED_OPCODE')],
  }),
];

const tens = Array.from({ length: 10 }, (_, i) => hex([0x30 + i]));

const sequences = [
  vector({
    id: 'control/several/ten-pings',
    section: '5.5.3',
    about: 'Ten Pings in one input: while the output is small all are answered, in order.',
    advisories: ['S31', 'M38'],
    frames: tens.map((digit) => ping(digit)),
    events: tens.map((digit) => event.ping(digit)),
  }),
  vector({
    id: 'control/several/ten-empty-pings',
    section: '5.5.3',
    about: 'Ten Pings without a body.',
    frames: tens.map(() => ping()),
    events: tens.map(() => event.ping('')),
  }),
  vector({
    id: 'control/several/fifty-pongs',
    section: '5.5.3',
    about: 'Fifty Pongs that nobody asked for.',
    advisories: ['M36'],
    frames: Array.from({ length: 50 }, () => pong('00')),
    events: Array.from({ length: 50 }, () => event.pong('00')),
  }),
  vector({
    id: 'control/several/same-pong-twice',
    section: '5.5.3',
    about: 'The same Pong twice is two events.',
    advisories: ['S01'],
    frames: [pong('78'), pong('78'), AFTER],
    events: [event.pong('78'), event.pong('78'), event.text('after')],
  }),
  vector({
    id: 'control/several/between-messages',
    section: '5.5',
    about: 'Control frames between messages are reported in their place.',
    frames: [ping('01'), text('a'), pong('02'), binary('62'), ping('03'), ping('04'), text('c')],
    events: [
      event.ping('01'),
      event.text('a'),
      event.pong('02'),
      event.binary('62'),
      event.ping('03'),
      event.ping('04'),
      event.text('c'),
    ],
  }),
  vector({
    id: 'control/several/ping-before-fault',
    section: '5.5.2',
    about: 'A Ping before a fault is answered before the Close frame; one after it is not.',
    advisories: ['S04'],
    frames: [ping('01'), frame(3), ping('02')],
    events: (at) => [event.ping('01'), at[1].fail('RESERVED_OPCODE')],
  }),
  vector({
    id: 'control/several/ping-before-close',
    section: '5.5.2',
    about: 'A Ping before a Close is answered before the Close is echoed; one after it is ignored.',
    advisories: ['S27'],
    frames: [ping('01'), rawClose('03e8'), ping('02')],
    events: (at) => [event.ping('01'), ...at[1].closed(1000)],
  }),
  vector({
    id: 'control/several/ping-first-then-message',
    section: '5.5',
    about: 'A control frame as the very first frame of a connection.',
    advisories: ['S15'],
    frames: [ping(''), text('a')],
    events: [event.ping(''), event.text('a')],
  }),
];

export const control = {
  title: 'Control frames',
  about:
    'Ping and Pong of every interesting length, bodies that are too long, FIN 0, Pings in a row and between messages.',
  vectors: [...bodies, ...contents, ...tooLong, ...fragmented, ...crashes, ...sequences],
};
