/** Section 5.4: messages in several frames, with control frames between them. */
import { binary, continuation, fill, frame, hex, MORE, OP, ping, pong, text, utf8 } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const AFTER = text('after');
const more = (payload) => continuation(payload, MORE);

function message(id, about, frames, events, advisories) {
  return vector({
    id: `fragmentation/${id}`,
    section: '5.4',
    about,
    advisories,
    frames: [...frames, AFTER],
    events: [...events, event.text('after')],
  });
}

const first = { text: (data) => text(data, MORE), binary: (data) => binary(utf8(data), MORE) };
const delivered = { text: event.text, binary: (data) => event.binary(utf8(data)) };

const shapes = ['text', 'binary'].flatMap((kind) => {
  const start = first[kind];
  const done = (data) => [delivered[kind](data)];
  return [
    message(`${kind}/two`, 'Two frames.', [start('ab'), continuation('6364')], done('abcd')),
    message(`${kind}/three`, 'Three frames.', [start('ab'), more('63'), continuation('64')], done('abcd')),
    message(
      `${kind}/empty-first`,
      'The first frame is empty.',
      [start(''), continuation('6162')],
      done('ab'),
    ),
    message(
      `${kind}/empty-middle`,
      'A frame in the middle is empty.',
      [start('a'), more(''), continuation('62')],
      done('ab'),
    ),
    message(`${kind}/empty-last`, 'The final frame is empty.', [start('ab'), continuation('')], done('ab')),
    message(
      `${kind}/all-empty`,
      'Every frame is empty: an empty message.',
      [start(''), more(''), continuation('')],
      done(''),
      ['S30'],
    ),
    message(
      `${kind}/bytewise`,
      'A frame for each byte.',
      [start('f'), ...['72', '61', '67', '6d', '65', '6e'].map(more), continuation('74')],
      done('fragment'),
    ),
    message(
      `${kind}/twice`,
      'Two fragmented messages in a row.',
      [start('a'), continuation('62'), start('c'), continuation('64')],
      [...done('ab'), ...done('cd')],
    ),
  ];
});

const long = [
  { piece: 64, count: 16 },
  { piece: 64, count: 64 },
  { piece: 125, count: 4 },
  { piece: 126, count: 4 },
  { piece: 1, count: 200 },
].map(({ piece, count }) => {
  const chunk = '00017fff'.repeat(piece).slice(0, 2 * piece);
  const frames = Array.from({ length: count }, (_, i) =>
    frame(i === 0 ? OP.binary : OP.continuation, chunk, { fin: i === count - 1 }),
  );
  return message(
    `long/${count}-frames-of-${piece}`,
    `A message in ${count} frames of ${piece} bytes.`,
    frames,
    [event.binary([{ repeat: chunk, times: count }])],
  );
});

const longFrames = message(
  'long/two-frames-of-65536',
  'A message in two frames of 64 KiB.',
  [binary(fill('00017fff', 65536), MORE), continuation(fill('00017fff', 65536))],
  [event.binary(fill('00017fff', 131072))],
);

const interleaved = [
  message(
    'control/ping',
    'A Ping between two frames is answered before the message is complete.',
    [text('a', MORE), ping('78'), continuation('62')],
    [event.ping('78'), event.text('ab')],
    ['S15'],
  ),
  message(
    'control/pong',
    'A Pong between two frames.',
    [text('a', MORE), pong('78'), continuation('62')],
    [event.pong('78'), event.text('ab')],
    ['S15'],
  ),
  message(
    'control/empty-ping',
    'A Ping without a body between two frames.',
    [text('a', MORE), ping(), continuation('62')],
    [event.ping(''), event.text('ab')],
    ['S15'],
  ),
  message(
    'control/long-ping',
    'A Ping of 125 bytes between two frames.',
    [text('a', MORE), ping(fill('00017fff', 125)), continuation('62')],
    [event.ping(fill('00017fff', 125)), event.text('ab')],
    ['S15'],
  ),
  message(
    'control/everywhere',
    'Control frames before, between and after all frames.',
    [
      ping('01'),
      binary('61', MORE),
      ping('02'),
      pong('03'),
      more('62'),
      ping('04'),
      ping('05'),
      more(''),
      pong('06'),
      continuation('63'),
      ping('07'),
    ],
    [
      event.ping('01'),
      event.ping('02'),
      event.pong('03'),
      event.ping('04'),
      event.ping('05'),
      event.pong('06'),
      event.binary('616263'),
      event.ping('07'),
    ],
    ['S15'],
  ),
  message(
    'control/ten-pings',
    'Ten Pings between two frames.',
    [text('a', MORE), ...Array.from({ length: 10 }, (_, i) => ping(hex([i]))), continuation('62')],
    [...Array.from({ length: 10 }, (_, i) => event.ping(hex([i]))), event.text('ab')],
  ),
  vector({
    id: 'fragmentation/control/close',
    section: '5.4',
    about: 'A Close frame between two frames: the message is never delivered.',
    advisories: ['S15'],
    frames: [text('a', MORE), frame(OP.close, '03e8'), continuation('62')],
    events: (at) => at[1].closed(1000),
  }),
];

function fault(id, about, frames, code, index, before = [], advisories = ['S16']) {
  return vector({
    id: `fragmentation/${id}`,
    section: '5.4',
    about,
    advisories,
    frames: [...frames, AFTER],
    events: (at) => [...before, at[index].fail(code)],
  });
}

const UNEXPECTED = 'UNEXPECTED_CONTINUATION';
const unexpected = [
  fault('unexpected/first-final', 'A continuation as the first frame.', [continuation('61')], UNEXPECTED, 0),
  fault(
    'unexpected/first-more',
    'A continuation as the first frame, more to follow.',
    [more('61'), continuation('62')],
    UNEXPECTED,
    0,
  ),
  fault(
    'unexpected/empty-final',
    'An empty continuation as the first frame.',
    [continuation('')],
    UNEXPECTED,
    0,
    [],
    ['I28', 'S16'],
  ),
  fault(
    'unexpected/empty-more',
    'An empty continuation as the first frame, more to follow.',
    [more('')],
    UNEXPECTED,
    0,
  ),
  fault(
    'unexpected/not-text',
    'A continuation that is not UTF-8 as the first frame: failed as a continuation.',
    [more('fffe'), continuation(utf8('hello'))],
    UNEXPECTED,
    0,
    [],
    ['U06', 'S16'],
  ),
  fault(
    'unexpected/after-message',
    'A continuation after a message of one frame.',
    [text('a'), continuation('62')],
    UNEXPECTED,
    1,
    [event.text('a')],
  ),
  fault(
    'unexpected/after-empty-message',
    'A continuation after an empty message.',
    [text(''), continuation('')],
    UNEXPECTED,
    1,
    [event.text('')],
  ),
  fault(
    'unexpected/after-fragmented',
    'A continuation after a message that is complete.',
    [binary('61', MORE), continuation('62'), continuation('63')],
    UNEXPECTED,
    2,
    [event.binary('6162')],
  ),
  fault(
    'unexpected/after-ping',
    'A continuation after a Ping.',
    [ping('61'), continuation('62')],
    UNEXPECTED,
    1,
    [event.ping('61')],
  ),
];

const EXPECTED = 'EXPECTED_CONTINUATION';
const kinds = { text: OP.text, binary: OP.binary };
const expected = [
  ...Object.entries(kinds).flatMap(([outer, outerOp]) =>
    Object.entries(kinds).flatMap(([inner, innerOp]) =>
      [true, false].map((fin) =>
        fault(
          `expected/${inner}-${fin ? 'final' : 'more'}-in-${outer}`,
          `A ${inner} frame inside a ${outer} message.`,
          [frame(outerOp, '61', MORE), frame(innerOp, '62', { fin }), continuation('63')],
          EXPECTED,
          1,
        ),
      ),
    ),
  ),
  fault(
    'expected/after-continuation',
    'A text frame after a continuation that is not final.',
    [text('a', MORE), more('62'), text('c')],
    EXPECTED,
    2,
  ),
  fault(
    'expected/after-empty',
    'A text frame after an empty first frame.',
    [text('', MORE), text('')],
    EXPECTED,
    1,
  ),
  fault(
    'expected/after-ping',
    'A Ping does not end the message it interrupts.',
    [text('a', MORE), ping('62'), text('c')],
    EXPECTED,
    2,
    [event.ping('62')],
  ),
];

export const fragmentation = {
  title: 'Fragmentation',
  about:
    'Messages in two to two hundred frames, empty frames in every place, control frames between them, continuations and new messages where they must not be.',
  vectors: [...shapes, ...long, longFrames, ...interleaved, ...unexpected, ...expected],
};
