/** Sections 5.5.1, 7.1.5, 7.1.6 and 7.4: Close frames, status codes, reasons, and what follows. */
import {
  binary,
  close as closeFrame,
  continuation,
  frame,
  MORE,
  OP,
  ping,
  rawClose,
  status,
  text,
  utf8,
} from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const VALID = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000, 4001, 4999,
];
const INVALID = [
  0, 1, 2, 255, 256, 500, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1099, 1100, 1999, 2000, 2001, 2999, 5000,
  5001, 9999, 32767, 32768, 59395, 65534, 65535,
];

const valid = VALID.flatMap((code) => [
  vector({
    id: `close/code/${code}`,
    section: '7.4',
    about: `Status code ${code} is valid and is echoed.`,
    advisories: ['S07'],
    frames: [closeFrame(code)],
    events: (at) => at[0].closed(code),
  }),
  vector({
    id: `close/code/${code}-reason`,
    section: '7.4',
    about: `Status code ${code} with a reason: the echo carries the code alone.`,
    frames: [closeFrame(code, 'bye')],
    events: (at) => at[0].closed(code, 'bye'),
  }),
]);

const RESERVED = { 65535: ['S07', 'I25'], 32768: ['I25'] };

const invalid = INVALID.flatMap((code) => [
  vector({
    id: `close/code/${code}`,
    section: '7.4',
    about: `Status code ${code} must not be on the wire.`,
    advisories: RESERVED[code] ?? ['S07'],
    frames: [closeFrame(code)],
    events: (at) => [at[0].badCode()],
  }),
]);

const invalidWithReason = [999, 1005, 1006, 65535].map((code) =>
  vector({
    id: `close/code/${code}-reason`,
    section: '7.4',
    about: `Status code ${code} must not be on the wire, whatever the reason.`,
    advisories: ['S07'],
    frames: [closeFrame(code, 'bye')],
    events: (at) => [at[0].badCode()],
  }),
);

const bodies = [
  vector({
    id: 'close/body/empty',
    section: '7.1.5',
    about: 'A Close frame without a body: code 1005 is reported, an empty Close frame is echoed.',
    advisories: ['S07', 'S08'],
    frames: [rawClose()],
    events: (at) => at[0].closed(),
  }),
  ...['00', '03', 'e8', 'ff'].map((byte) =>
    vector({
      id: `close/body/one-byte-${byte}`,
      section: '5.5.1',
      about: `A body of the single byte ${byte} holds no status code.`,
      advisories: ['S07'],
      frames: [rawClose(byte), text('after')],
      events: (at) => [at[0].fail('CLOSE_BODY_TOO_SHORT')],
    }),
  ),
  vector({
    id: 'close/body/one-byte-header-only',
    section: '5.5.1',
    about: 'A length of 1 is judged before the byte arrives.',
    advisories: ['S07'],
    frames: [rawClose('', { length: { form: 7, value: 1n }, cut: 2 })],
    events: (at) => [at[0].fail('CLOSE_BODY_TOO_SHORT')],
  }),
  ...[1, 2, 121, 122, 123].map((length) =>
    vector({
      id: `close/body/reason-${length}`,
      section: '5.5.1',
      about: `A reason of ${length} ASCII characters.`,
      frames: [closeFrame(1000, 'r'.repeat(length))],
      events: (at) => at[0].closed(1000, 'r'.repeat(length)),
    }),
  ),
  vector({
    id: 'close/body/reason-123-three-byte',
    section: '5.5.1',
    about: 'A reason of 123 bytes, 41 characters of three bytes each.',
    frames: [closeFrame(1000, '\u20ac'.repeat(41))],
    events: (at) => at[0].closed(1000, '\u20ac'.repeat(41)),
  }),
  vector({
    id: 'close/body/reason-124',
    section: '5.5',
    about: 'A reason of 124 bytes makes the frame longer than a control frame may be.',
    advisories: ['S10'],
    frames: [closeFrame(1000, 'r'.repeat(124))],
    events: (at) => [at[0].fail('CONTROL_TOO_LONG')],
  }),
  ...Object.entries({
    'reason-two-byte': '\u00e9',
    'reason-four-byte': '\u{1f600}',
    'reason-nul': 'a\u0000b',
    'reason-byte-order-mark': '\ufeffa',
    'reason-noncharacter': '\uffff',
    'reason-replacement': '\ufffd',
  }).map(([name, reason]) =>
    vector({
      id: `close/body/${name}`,
      section: '7.1.6',
      about: 'A reason is UTF-8 and is reported as it is.',
      frames: [closeFrame(4000, reason)],
      events: (at) => at[0].closed(4000, reason),
    }),
  ),
];

/** `bad`: index in the reason of the byte that cannot be right, or nothing when the reason ends too early. */
function badReason(name, reason, bad, advisories = ['U05']) {
  return vector({
    id: `close/utf8/${name}`,
    section: '8.1',
    about:
      bad === undefined
        ? 'The reason ends inside a UTF-8 sequence.'
        : `Byte ${bad} of the reason cannot be UTF-8.`,
    advisories,
    frames: [rawClose(status(1000) + reason), text('after')],
    events: (at) => [bad === undefined ? at[0].cutText() : at[0].badReason(2 + bad)],
  });
}

const reasons = [
  badReason('ff', 'ff', 0),
  badReason('lone-continuation', '80', 0, ['U13']),
  badReason('overlong', 'c0af', 0, ['U13']),
  badReason('two-byte-then-ascii', 'c241', 1, ['U01']),
  badReason('three-byte-then-ascii', 'e0a041', 2, ['U01']),
  badReason('four-byte-then-ascii', 'f0908041', 3, ['U01']),
  badReason('two-byte-then-parenthesis', 'c328', 1, ['U07']),
  badReason('surrogate', 'eda080', 1, ['U13']),
  badReason('over-10ffff', 'f4908080', 1, ['U13']),
  badReason('after-text', `${utf8('bye \u20ac')}ff`, 7),
  badReason('last-byte', `${utf8('r'.repeat(122))}ff`, 122),
  badReason('ends-after-one-of-two', 'c3', undefined),
  badReason('ends-after-two-of-three', 'e282', undefined),
  badReason('ends-after-three-of-four', 'f09f98', undefined),
  badReason('123-bytes-end-inside', `${utf8('a'.repeat(121))}efbf`, undefined, ['S09']),
];

const bothWrong = vector({
  id: 'close/utf8/invalid-code-too',
  section: '7.4',
  about: 'A status code and a reason that are both wrong: the code comes first.',
  frames: [rawClose(`${status(1005)}ff`)],
  events: (at) => [at[0].badCode()],
});

const afterwards = [
  { id: 'text', frames: [text('after')] },
  { id: 'ping', frames: [ping('61')] },
  { id: 'second-close', frames: [closeFrame(4000, 'again')], advisories: ['S05'] },
  { id: 'invalid-close', frames: [closeFrame(1005)] },
  { id: 'fault', frames: [frame(3, '61')] },
  { id: 'fragment', frames: [binary('61', MORE), continuation('62')] },
  { id: 'half-a-header', frames: [text('a', { cut: 1 })] },
].map(({ id, frames, advisories = ['S04'] }) =>
  vector({
    id: `close/then/${id}`,
    section: '5.5.1',
    about: 'What follows a Close frame is ignored.',
    advisories,
    frames: [closeFrame(1000), ...frames],
    events: (at) => at[0].closed(1000),
  }),
);

const sequences = [
  vector({
    id: 'close/then/end-of-input',
    section: '7.1.4',
    about: 'The end of input after the closing handshake adds nothing.',
    frames: [closeFrame(1001, 'bye')],
    eof: true,
    events: (at) => at[0].closed(1001, 'bye'),
  }),
  vector({
    id: 'close/then/text-and-end-of-input',
    section: '7.1.4',
    about: 'The end of input after a Close frame and more bytes adds nothing.',
    frames: [closeFrame(1000), text('after', { cut: 1 })],
    eof: true,
    events: (at) => at[0].closed(1000),
  }),
  vector({
    id: 'close/after/message',
    section: '5.5.1',
    about: 'A message before the Close frame is delivered.',
    frames: [text('a'), closeFrame(1000)],
    events: (at) => [event.text('a'), ...at[1].closed(1000)],
  }),
  vector({
    id: 'close/after/fragment',
    section: '5.4',
    about: 'A Close frame inside a fragmented message ends the connection; the message is never delivered.',
    advisories: ['S15'],
    frames: [text('a', MORE), closeFrame(1000), continuation('62')],
    events: (at) => at[1].closed(1000),
  }),
  vector({
    id: 'close/after/half-a-character',
    section: '5.4',
    about: 'A Close frame while the text before it is inside a UTF-8 sequence.',
    frames: [frame(OP.text, 'e282', MORE), closeFrame(1000)],
    events: (at) => at[1].closed(1000),
  }),
];

export const close = {
  title: 'Close frames',
  about:
    'Status codes on either side of every boundary, bodies of every interesting length, reasons that are not UTF-8, bytes after a Close frame.',
  vectors: [
    ...valid,
    ...invalid,
    ...invalidWithReason,
    ...bodies,
    ...reasons,
    bothWrong,
    ...afterwards,
    ...sequences,
  ],
};
