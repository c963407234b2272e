/** Section 5.7's examples, every opcode, every combination of reserved bits. */
import { binary, continuation, fill, frame, hex, MORE, OP, ping, pong, text, utf8 } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const RFC_KEY = { key: '37fa213d' };
const HELLO = '48656c6c6f';
const OCTETS = hex(Array.from({ length: 256 }, (_, i) => i));

const examples = [
  vector({
    id: 'frames/rfc-5.7/unmasked-text',
    section: '5.7',
    about: 'A single-frame unmasked text message.',
    roles: ['client'],
    frames: [text('Hello')],
    events: [event.text('Hello')],
  }),
  vector({
    id: 'frames/rfc-5.7/masked-text',
    section: '5.7',
    about: 'A single-frame masked text message.',
    roles: ['server'],
    frames: [text('Hello', RFC_KEY)],
    events: [event.text('Hello')],
  }),
  vector({
    id: 'frames/rfc-5.7/fragmented-text',
    section: '5.7',
    about: 'A fragmented text message; the RFC shows it unmasked.',
    frames: [text('Hel', MORE), continuation('6c6f')],
    events: [event.text('Hello')],
  }),
  vector({
    id: 'frames/rfc-5.7/ping',
    section: '5.7',
    about: 'A Ping with a body is answered by a Pong with the same body.',
    frames: [ping(HELLO, RFC_KEY)],
    events: [event.ping(HELLO)],
  }),
  vector({
    id: 'frames/rfc-5.7/pong',
    section: '5.7',
    about: 'A Pong is reported and not answered; the RFC shows it masked.',
    frames: [pong(HELLO, RFC_KEY)],
    events: [event.pong(HELLO)],
  }),
  vector({
    id: 'frames/rfc-5.7/binary-256',
    section: '5.7',
    about: '256 bytes of binary data in a single frame.',
    frames: [binary(OCTETS)],
    events: [event.binary(OCTETS)],
  }),
  vector({
    id: 'frames/rfc-5.7/binary-64k',
    section: '5.7',
    about: '64 KiB of binary data in a single frame.',
    frames: [binary(fill('00017fff', 65536))],
    events: [event.binary(fill('00017fff', 65536))],
  }),
];

const AFTER = text('after');

function opcode(op, fin) {
  const id = `frames/opcode/${op.toString(16)}-${fin ? 'fin' : 'more'}`;
  const common = { id, section: '5.2' };
  const frames = [frame(op, '61', { fin }), AFTER];
  const name = `Opcode ${op}, FIN ${fin ? 1 : 0}`;
  if (op === OP.continuation) {
    return vector({
      ...common,
      section: '5.4',
      about: `${name}: nothing to continue.`,
      advisories: ['S16'],
      frames,
      events: (at) => [at[0].fail('UNEXPECTED_CONTINUATION')],
    });
  }
  if (op === OP.text || op === OP.binary) {
    const message = (letters) => (op === OP.text ? event.text(letters) : event.binary(utf8(letters)));
    return fin
      ? vector({
          ...common,
          about: `${name}: a message.`,
          frames,
          events: [message('a'), event.text('after')],
        })
      : vector({
          ...common,
          section: '5.4',
          about: `${name}: a message that the next frame completes.`,
          frames: [frames[0], continuation('62'), AFTER],
          events: [message('ab'), event.text('after')],
        });
  }
  const reserved = !(op >= OP.close && op <= OP.pong);
  if (reserved) {
    return vector({
      ...common,
      about: `${name}: reserved.`,
      advisories: ['S03', 'S17'],
      frames,
      events: (at) => [at[0].fail('RESERVED_OPCODE')],
    });
  }
  if (!fin) {
    return vector({
      ...common,
      section: '5.5',
      about: `${name}: a control frame must not be fragmented.`,
      frames: [frame(op, op === OP.close ? '03e8' : '61', { fin }), AFTER],
      events: (at) => [at[0].fail('CONTROL_FRAGMENTED')],
    });
  }
  if (op === OP.close) {
    return vector({
      ...common,
      section: '5.5.1',
      about: `${name}: Close; what follows is ignored.`,
      frames: [frame(op), AFTER],
      events: (at) => at[0].closed(),
    });
  }
  return vector({
    ...common,
    section: op === OP.ping ? '5.5.2' : '5.5.3',
    about: `${name}: ${op === OP.ping ? 'Ping' : 'Pong'}.`,
    frames,
    events: [op === OP.ping ? event.ping('61') : event.pong('61'), event.text('after')],
  });
}

const opcodes = Array.from({ length: 16 }, (_, op) => [opcode(op, true), opcode(op, false)]).flat();

const emptyReserved = [3, 11].map((op) =>
  vector({
    id: `frames/opcode/${op.toString(16)}-two-bytes`,
    section: '5.2',
    about: `Opcode ${op}: judged from the first two bytes alone.`,
    advisories: ['S03', 'S17'],
    frames: [frame(op, [], { cut: 2 })],
    events: (at) => [at[0].fail('RESERVED_OPCODE')],
  }),
);

/** Frames of each kind, with what must come before them. */
const KINDS = {
  text: { op: OP.text, payload: '61' },
  'text-more': { op: OP.text, payload: '61', fin: false },
  binary: { op: OP.binary, payload: '61' },
  continuation: { op: OP.continuation, payload: '61', before: [text('a', MORE)] },
  close: { op: OP.close, payload: '03e8' },
  ping: { op: OP.ping, payload: '61' },
  pong: { op: OP.pong, payload: '61' },
};

function bitNames(rsv) {
  return [4, 2, 1].flatMap((bit, i) => (rsv & bit ? [`RSV${i + 1}`] : [])).join(', ');
}

function reservedBits(kind, rsv, claimed) {
  const { op, payload, fin = true, before = [] } = KINDS[kind];
  return vector({
    id: `frames/${claimed ? 'rsv1-claimed' : 'rsv'}/${kind}-${rsv}`,
    section: '5.2',
    about: claimed
      ? `${bitNames(rsv)} on a ${kind} frame while an extension claims RSV1, which it may set on first data frames only.`
      : `${bitNames(rsv)} on a ${kind} frame without an extension.`,
    advisories: [op === OP.continuation ? 'S14' : 'S13'],
    frames: [...before, frame(op, payload, { rsv, fin }), AFTER],
    ...(claimed && { options: { rsv: 64 } }),
    events: (at) => [at[before.length].fail('RESERVED_BITS')],
  });
}

const ALL_BITS = [1, 2, 3, 4, 5, 6, 7];
const rsv = Object.keys(KINDS).flatMap((kind) => ALL_BITS.map((bits) => reservedBits(kind, bits, false)));
const claimed = Object.keys(KINDS).flatMap((kind) => {
  const firstDataFrame = ['text', 'text-more', 'binary'].includes(kind);
  return ALL_BITS.filter((bits) => !(firstDataFrame && bits === 4)).map((bits) =>
    reservedBits(kind, bits, true),
  );
});

const sequences = [
  vector({
    id: 'frames/several/empty-frames',
    section: '5.2',
    about: 'Empty messages of both kinds are messages.',
    advisories: ['S30'],
    frames: [binary(), text(''), binary(), binary('00'), text('')],
    events: [event.binary(''), event.text(''), event.binary(''), event.binary('00'), event.text('')],
  }),
  vector({
    id: 'frames/several/empty-after-non-empty',
    section: '5.2',
    about: 'An empty message after one that was not.',
    frames: [text('a'), text('')],
    events: [event.text('a'), event.text('')],
  }),
  vector({
    id: 'frames/several/all-kinds',
    section: '5.2',
    about: 'A frame of every kind in one input.',
    frames: [
      text('one'),
      binary('0203'),
      ping('04'),
      pong('05'),
      text('si', MORE),
      continuation('78'),
      frame(OP.close, '03e8'),
    ],
    events: (at) => [
      event.text('one'),
      event.binary('0203'),
      event.ping('04'),
      event.pong('05'),
      event.text('six'),
      ...at[6].closed(1000),
    ],
  }),
  vector({
    id: 'frames/several/hundred',
    section: '5.2',
    about: 'A hundred one-byte messages in one input.',
    advisories: ['A09'],
    frames: Array.from({ length: 100 }, (_, i) => binary(hex([i]))),
    events: Array.from({ length: 100 }, (_, i) => event.binary(hex([i]))),
  }),
  vector({
    id: 'frames/failed/then-everything',
    section: '7.1.7',
    about: 'After the connection failed no frame of any kind has an effect.',
    advisories: ['S04'],
    frames: [
      text('a'),
      frame(3),
      text('b'),
      binary('62'),
      ping('63'),
      pong('64'),
      frame(4),
      frame(OP.close, '03e8'),
    ],
    events: (at) => [event.text('a'), at[1].fail('RESERVED_OPCODE')],
  }),
  vector({
    id: 'frames/failed/in-a-message',
    section: '7.1.7',
    about: 'A fault between the fragments of a message: the message is never delivered.',
    advisories: ['S04'],
    frames: [text('a', MORE), frame(OP.ping, '', { rsv: 1 }), continuation('62'), text('c')],
    events: (at) => [at[1].fail('RESERVED_BITS')],
  }),
];

export const frames = {
  title: 'Frame headers',
  about:
    'The examples of section 5.7, every opcode with either FIN, every combination of reserved bits, several frames in one input.',
  vectors: [...examples, ...opcodes, ...emptyReserved, ...rsv, ...claimed, ...sequences],
};
