/** Section 8.1: text is UTF-8, judged byte by byte against table 3-7 of the Unicode Standard. */
import { binary, continuation, utf8 as encode, fill, hex, MORE, ping, rawText, text } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

/** Table 3-7, well-formed UTF-8 byte sequences: first and last value of each byte, a row for each line of the table. */
const TABLE_3_7 = [
  { from: 0x0, to: 0x7f, bytes: [[0x00, 0x7f]] },
  {
    from: 0x80,
    to: 0x7ff,
    bytes: [
      [0xc2, 0xdf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0x800,
    to: 0xfff,
    bytes: [
      [0xe0, 0xe0],
      [0xa0, 0xbf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0x1000,
    to: 0xcfff,
    bytes: [
      [0xe1, 0xec],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0xd000,
    to: 0xd7ff,
    bytes: [
      [0xed, 0xed],
      [0x80, 0x9f],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0xe000,
    to: 0xffff,
    bytes: [
      [0xee, 0xef],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0x10000,
    to: 0x3ffff,
    bytes: [
      [0xf0, 0xf0],
      [0x90, 0xbf],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0x40000,
    to: 0xfffff,
    bytes: [
      [0xf1, 0xf3],
      [0x80, 0xbf],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  },
  {
    from: 0x100000,
    to: 0x10ffff,
    bytes: [
      [0xf4, 0xf4],
      [0x80, 0x8f],
      [0x80, 0xbf],
      [0x80, 0xbf],
    ],
  },
];

const codePoint = (value) => `u+${value.toString(16).padStart(4, '0')}`;

function accept(id, about, frames, data, advisories) {
  return vector({ id: `utf8/${id}`, section: '8.1', about, advisories, frames, events: [event.text(data)] });
}

/** Bytes after an 'a'; `bad` is the index among them of the first that cannot be right. */
function reject(id, about, bytes, bad, advisories) {
  return vector({
    id: `utf8/${id}`,
    section: '8.1',
    about,
    advisories,
    frames: [rawText(`61${bytes}7a`), text('after')],
    events: (at) => [at[0].badText(1 + bad)],
  });
}

/** A message that ends inside a sequence. */
function cutShort(id, about, frames, advisories) {
  return vector({
    id: `utf8/${id}`,
    section: '8.1',
    about,
    advisories,
    frames: [...frames, text('after')],
    events: (at) => [at[frames.length - 1].cutText()],
  });
}

const rowEnds = TABLE_3_7.flatMap(({ from, to, bytes }) =>
  [0, 1].map((end) => {
    const value = end === 0 ? from : to;
    const sequence = hex(bytes.map((range) => range[end]));
    return accept(
      `row/${codePoint(value)}`,
      `The ${end === 0 ? 'first' : 'last'} code point of a row of table 3-7: ${sequence}.`,
      [rawText(`61${sequence}7a`)],
      `a${String.fromCodePoint(value)}z`,
    );
  }),
);

/** The values next to each range of each byte, the bytes before it being the row's first. */
const outsideRows = TABLE_3_7.slice(1).flatMap(({ bytes }) =>
  bytes.slice(1).flatMap(([low, high], i) =>
    [low - 1, high + 1].map((value) => {
      const position = i + 1;
      const sequence = bytes.map((range) => range[0]);
      sequence[position] = value;
      const digits = hex(sequence);
      return reject(
        `outside-row/${digits}`,
        `Byte ${position + 1} of ${digits} is next to its range of table 3-7.`,
        digits,
        position,
        ['U13'],
      );
    }),
  ),
);

const LEAD_BYTES_NEVER_VALID = [
  0x80,
  0x81,
  0x8f,
  0x90,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  ...Array.from({ length: 11 }, (_, i) => 0xf5 + i),
];
const leads = LEAD_BYTES_NEVER_VALID.map((byte) =>
  reject(`lead/${hex([byte])}`, `${hex([byte])} never begins a sequence.`, hex([byte, 0x80, 0x80, 0x80]), 0, [
    'U13',
  ]),
);

const illFormed = [
  ['overlong/c080', 'U+0000 in two bytes.', 'c080', 0],
  ['overlong/c0af', 'A slash in two bytes.', 'c0af', 0],
  ['overlong/c1bf', 'U+007F in two bytes.', 'c1bf', 0],
  ['overlong/e08080', 'U+0000 in three bytes.', 'e08080', 1],
  ['overlong/e080af', 'A slash in three bytes.', 'e080af', 1],
  ['overlong/e09fbf', 'U+07FF in three bytes.', 'e09fbf', 1],
  ['overlong/f0808080', 'U+0000 in four bytes.', 'f0808080', 1],
  ['overlong/f08080af', 'A slash in four bytes.', 'f08080af', 1],
  ['overlong/f08fbfbf', 'U+FFFF in four bytes.', 'f08fbfbf', 1],
  ['overlong/f888808080', 'A form of five bytes.', 'f888808080', 0],
  ['overlong/fc8480808080', 'A form of six bytes.', 'fc8480808080', 0],
  ['surrogate/d800', 'The first surrogate.', 'eda080', 1],
  ['surrogate/db7f', 'A high surrogate.', 'edadbf', 1],
  ['surrogate/db80', 'A high surrogate.', 'edae80', 1],
  ['surrogate/dbff', 'The last high surrogate.', 'edafbf', 1],
  ['surrogate/dc00', 'The first low surrogate.', 'edb080', 1],
  ['surrogate/df80', 'A low surrogate.', 'edbe80', 1],
  ['surrogate/dfff', 'The last surrogate.', 'edbfbf', 1],
  ['surrogate/pair', 'A code point beyond U+FFFF as two surrogates.', 'eda0bdedb880', 1],
  ['over-10ffff/110000', 'U+110000.', 'f4908080', 1],
  ['over-10ffff/13ffff', 'U+13FFFF.', 'f4bfbfbf', 1],
  ['over-10ffff/140000', 'U+140000.', 'f5808080', 0],
  ['over-10ffff/1fffff', 'U+1FFFFF.', 'f7bfbfbf', 0],
  ['continuation/lone', 'A continuation byte that continues nothing.', '80', 0],
  ['continuation/one-too-many-after-ascii', 'A continuation byte after ASCII.', '41bf', 1],
  ['continuation/one-too-many-after-two', 'Two continuation bytes where one belongs.', 'c3a980', 2],
  ['continuation/one-too-many-after-three', 'Three continuation bytes where two belong.', 'e282ac80', 3],
  ['continuation/one-too-many-after-four', 'Four continuation bytes where three belong.', 'f09f988080', 4],
  ['continuation/ascii-after-c2', 'ASCII where a continuation byte belongs.', 'c241', 1, ['U01']],
  ['continuation/ascii-after-e0a0', 'ASCII where a continuation byte belongs.', 'e0a041', 2, ['U01']],
  ['continuation/ascii-after-f09080', 'ASCII where a continuation byte belongs.', 'f0908041', 3, ['U01']],
  ['continuation/lead-after-c2', 'A new sequence where a continuation byte belongs.', 'c2c3a9', 1],
  ['continuation/lead-after-e282', 'A new sequence where a continuation byte belongs.', 'e282e282ac', 2],
  [
    'continuation/lead-after-f09f98',
    'A new sequence where a continuation byte belongs.',
    'f09f98f09f9880',
    3,
  ],
  ['continuation/c328', 'A parenthesis where a continuation byte belongs.', 'c328', 1],
  ['maximal-subparts/table-3-8', 'The bytes of table 3-8 of the Unicode Standard.', 'c0afe080bff0818241', 0],
  ['maximal-subparts/table-3-9', 'The bytes of table 3-9 of the Unicode Standard.', 'eda080edbfbfedaf41', 1],
  [
    'maximal-subparts/table-3-10',
    'The bytes of table 3-10 of the Unicode Standard.',
    'f4919293ff4180bf42',
    1,
  ],
  [
    'maximal-subparts/table-3-11',
    'The bytes of table 3-11 of the Unicode Standard.',
    'e180e2f09192f1bf41',
    2,
  ],
  [
    'maximal-subparts/f1-80-80-e1',
    'The example of section 3.9 of the Unicode Standard.',
    'f18080e180c262806380bf64',
    3,
  ],
].map(([id, about, bytes, bad, advisories = ['U13']]) => reject(id, about, bytes, bad, advisories));

const alone = ['ff', 'fe', '80', 'c0', 'f5'].map((byte) =>
  vector({
    id: `utf8/alone/${byte}`,
    section: '8.1',
    about: `The single byte ${byte} is no text.`,
    advisories: ['U04', 'U08', 'U10'],
    frames: [rawText(byte)],
    events: (at) => [at[0].badText(0)],
  }),
);

/** Sequences without their last bytes, one for each place where a sequence can stop. */
const PREFIXES = [
  'c2',
  'df',
  'e0',
  'e0a0',
  'e1',
  'e180',
  'ed',
  'ed9f',
  'ef',
  'efbf',
  'f0',
  'f090',
  'f09080',
  'f3',
  'f3bf',
  'f3bfbf',
  'f4',
  'f48f',
  'f48fbf',
];
const truncated = PREFIXES.flatMap((prefix) => [
  cutShort(`truncated/${prefix}`, `The message ends with ${prefix}.`, [rawText(`61${prefix}`)]),
  cutShort(
    `truncated/${prefix}-empty-final`,
    `The last bytes of the message are ${prefix}, and its final frame is empty.`,
    [rawText(`61${prefix}`, MORE), continuation()],
    ['U02'],
  ),
]);

const CHARACTERS = ['\u00e9', '\u0800', '\u20ac', '\ud7ff', '\ue000', '\u{10000}', '\u{1f600}', '\u{10ffff}'];
const acrossFrames = CHARACTERS.flatMap((char) => {
  const bytes = encode(char);
  const name = codePoint(char.codePointAt(0));
  const cuts = Array.from({ length: bytes.length / 2 - 1 }, (_, i) => i + 1);
  const pieces = (at) => [
    rawText(`61${bytes.slice(0, 2 * at)}`, MORE),
    continuation(`${bytes.slice(2 * at)}7a`),
  ];
  return [
    ...cuts.map((at) =>
      accept(
        `fragments/${name}-at-${at}`,
        `A character in two frames, cut at its byte ${at}.`,
        pieces(at),
        `a${char}z`,
        ['U02'],
      ),
    ),
    accept(
      `fragments/${name}-bytewise`,
      'A character with a frame for each byte, and empty frames between them.',
      [
        rawText('', MORE),
        ...bytes.match(/../g).flatMap((byte) => [continuation(byte, MORE), continuation('', MORE)]),
        continuation(),
      ],
      char,
      ['U02'],
    ),
  ];
});

const acrossControl = vector({
  id: 'utf8/fragments/ping-inside-a-character',
  section: '5.4',
  about: 'A Ping that is not UTF-8 between the frames that share a character.',
  advisories: ['U02'],
  frames: [rawText('e282', MORE), ping('ff'), continuation('ac')],
  events: [event.ping('ff'), event.text('\u20ac')],
});

/** A sequence that goes wrong in a later frame than it began. */
const acrossFault = [
  { id: 'second-frame', frames: [rawText('61e282', MORE), continuation('41')], bad: [1, 0] },
  { id: 'second-frame-lead', frames: [rawText('61e282', MORE), continuation('e282ac')], bad: [1, 0] },
  { id: 'surrogate', frames: [rawText('ed', MORE), continuation('a080')], bad: [1, 0], advisories: ['U13'] },
  {
    id: 'over-10ffff',
    frames: [rawText('f4', MORE), continuation('90', MORE), continuation('8080')],
    bad: [1, 0],
    advisories: ['U12'],
  },
  {
    id: 'third-frame',
    frames: [rawText('f0', MORE), continuation('9f98', MORE), continuation('ff')],
    bad: [2, 0],
  },
  {
    id: 'after-empty',
    frames: [rawText('c3', MORE), continuation('', MORE), continuation('28')],
    bad: [2, 0],
  },
  {
    id: 'after-ping',
    frames: [rawText('e282', MORE), ping('626364'), continuation('28')],
    bad: [2, 0],
    before: [event.ping('626364')],
  },
  {
    id: 'after-two-pings',
    frames: [rawText('61', MORE), ping(''), continuation('62', MORE), ping('00'), continuation('6364ff')],
    bad: [4, 2],
    before: [event.ping(''), event.ping('00')],
  },
  {
    id: 'never-final',
    frames: [text('valid so far', MORE), continuation('f490', MORE)],
    bad: [1, 1],
    advisories: ['U12'],
  },
  {
    id: 'late-in-second',
    frames: [text('\u20ac\u20ac', MORE), continuation(`${encode('\u20ac\u20ac')}c080`)],
    bad: [1, 6],
  },
].map(({ id, frames, bad: [index, byte], before = [], advisories = ['U02'] }) =>
  vector({
    id: `utf8/fragments/fault-${id}`,
    section: '8.1',
    about: `Frame ${index + 1} of the input brings the byte that cannot be right.`,
    advisories,
    frames: [...frames, text('after')],
    events: (at) => [...before, at[index].badText(byte)],
  }),
);

/** Section 8.1 lets an endpoint wait; these require that it does not. */
const failFast = [
  { id: 'rest-of-frame-missing', payload: '6162ff', length: 100n },
  { id: 'rest-of-long-frame-missing', payload: '6162f490', length: 70000n },
].map(({ id, payload, length }) =>
  vector({
    id: `utf8/fail-fast/${id}`,
    section: '8.1',
    about: 'Text is failed at the byte that cannot be right, though the rest of its frame never arrives.',
    advisories: ['U12'],
    frames: [rawText(payload, { length: { form: length < 126n ? 7 : 64, value: length } })],
    eof: true,
    events: (at) => [at[0].badText(payload.length / 2 - 1)],
  }),
);

/** Where a scanner of ASCII by words stops. */
const POSITIONS = [
  0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 124, 125, 126, 127, 128, 255, 256, 257,
];
const afterAscii = POSITIONS.flatMap((count) => [
  vector({
    id: `utf8/after-ascii/${count}-ff`,
    section: '8.1',
    about: `A byte that cannot be right after ${count} ASCII characters.`,
    frames: [rawText([...fill('61', count), 'ff', ...fill('62', 40)])],
    events: (at) => [at[0].badText(count)],
  }),
  accept(
    `after-ascii/${count}-characters`,
    `Characters of two, three and four bytes after ${count} ASCII characters.`,
    [text(`${'a'.repeat(count)}\u00e9\u20ac\u{1f600}z`)],
    `${'a'.repeat(count)}\u00e9\u20ac\u{1f600}z`,
  ),
]);

const NONCHARACTERS = [
  0xfdd0,
  0xfdef,
  ...Array.from({ length: 17 }, (_, plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]).flat(),
];
const ASCII = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => i));

const whole = [
  accept('whole/empty', 'Empty text.', [text('')], ''),
  accept('whole/nul', 'U+0000 is a character like others.', [text('a\u0000b')], 'a\u0000b', ['U03']),
  accept('whole/only-nul', 'Text of U+0000 alone.', [text('\u0000\u0000\u0000')], '\u0000\u0000\u0000', [
    'U03',
  ]),
  accept(
    'whole/byte-order-mark',
    'A byte-order mark at the beginning is kept.',
    [text('\ufeffa')],
    '\ufeffa',
    ['U15'],
  ),
  accept('whole/only-byte-order-mark', 'Text of a byte-order mark alone.', [text('\ufeff')], '\ufeff', [
    'U15',
  ]),
  accept(
    'whole/two-byte-order-marks',
    'Two byte-order marks, both kept.',
    [text('\ufeff\ufeff')],
    '\ufeff\ufeff',
    ['U15'],
  ),
  accept('whole/byte-order-mark-inside', 'A byte-order mark inside text.', [text('a\ufeffb')], 'a\ufeffb', [
    'U15',
  ]),
  accept(
    'whole/byte-order-mark-in-fragments',
    'A byte-order mark that begins a message and its second frame.',
    [text('\ufeffa', MORE), continuation(encode('\ufeffb'))],
    '\ufeffa\ufeffb',
    ['U15'],
  ),
  accept('whole/replacement-character', 'U+FFFD is a character like others.', [text('\ufffd')], '\ufffd'),
  accept('whole/ascii', 'All of ASCII.', [text(ASCII)], ASCII),
  accept(
    'whole/greek',
    'Words of two-byte characters.',
    [text('\u03ba\u03cc\u03c3\u03bc\u03b5')],
    '\u03ba\u03cc\u03c3\u03bc\u03b5',
  ),
  accept(
    'whole/mixed',
    'Characters of every length in turn.',
    [text('a\u00e9\u20ac\u{1f600}'.repeat(8))],
    'a\u00e9\u20ac\u{1f600}'.repeat(8),
  ),
  accept(
    'whole/combining',
    'A combining sequence is not normalized.',
    [text('e\u0301\u00e9')],
    'e\u0301\u00e9',
  ),
  accept(
    'whole/noncharacters',
    'Noncharacters are valid.',
    [text(String.fromCodePoint(...NONCHARACTERS))],
    String.fromCodePoint(...NONCHARACTERS),
    ['U13'],
  ),
  accept(
    'whole/three-byte-run',
    'A run of three-byte characters.',
    [text('\u20ac'.repeat(60))],
    '\u20ac'.repeat(60),
  ),
  accept(
    'whole/four-byte-run',
    'A run of four-byte characters.',
    [text('\u{10ffff}'.repeat(40))],
    '\u{10ffff}'.repeat(40),
  ),
  vector({
    id: 'utf8/whole/long-two-byte',
    section: '8.1',
    about: '64 KiB of two-byte characters at odd offsets.',
    frames: [rawText(['61', { repeat: 'c3a9', times: 32768 }])],
    events: [event.longText(['61', { repeat: 'c3a9', times: 32768 }])],
  }),
  vector({
    id: 'utf8/whole/long-then-fault',
    section: '8.1',
    about: '64 KiB of ASCII, then a byte that cannot be right.',
    frames: [rawText([{ repeat: '61', times: 65536 }, 'ff'])],
    events: (at) => [at[0].badText(65536)],
  }),
];

const afterwards = [
  vector({
    id: 'utf8/state/messages-are-independent',
    section: '8.1',
    about: 'Text after text, and after a binary message that ends like half a character.',
    frames: [text('\u20ac'), binary('e282'), text('a'), rawText('c3', MORE), continuation('a9'), text('b')],
    events: [
      event.text('\u20ac'),
      event.binary('e282'),
      event.text('a'),
      event.text('\u00e9'),
      event.text('b'),
    ],
  }),
  vector({
    id: 'utf8/state/binary-is-not-text',
    section: '5.6',
    about: 'Binary messages hold any bytes, fragmented or not.',
    frames: [binary('ff80c0'), binary('eda0', MORE), continuation('80')],
    events: [event.binary('ff80c0'), event.binary('eda080')],
  }),
  vector({
    id: 'utf8/state/message-before-fault',
    section: '8.1',
    about: 'Messages before the fault are delivered, those after it are not.',
    advisories: ['S04'],
    frames: [text('a'), rawText('62ff63'), text('d')],
    events: (at) => [event.text('a'), at[1].badText(1)],
  }),
];

export const utf8 = {
  title: 'UTF-8 in text messages',
  about:
    'Both ends of every row of table 3-7 of the Unicode Standard and the values next to them, ill-formed sequences of every kind, sequences across frames, and where a fast path may slip.',
  vectors: [
    ...rowEnds,
    ...outsideRows,
    ...leads,
    ...illFormed,
    ...alone,
    ...truncated,
    ...acrossFrames,
    acrossControl,
    ...acrossFault,
    ...failFast,
    ...afterAscii,
    ...whole,
    ...afterwards,
  ],
};
