/** Headers with two faults: which one is reported. */
import { frame, minimal, OP, text } from '../frame.mjs';
import { vector } from '../vector.mjs';

const P53 = 1n << 53n;
const TOP = { form: 64, value: 1n << 63n };
const LONG_FIVE = { form: 16, value: 5n };
const SEVEN = { form: 7, value: 7n };

/**
 * Faults in the order in which they are judged, each with the properties of a header that has it. Alternatives let
 * more pairs meet in one header. `state` is what the frame before has left behind.
 */
const FAULTS = [
  ['RESERVED_BITS', [{ rsv: 2 }]],
  ['RESERVED_OPCODE', [{ op: 3 }, { op: 11 }]],
  [
    'CONTROL_FRAGMENTED',
    [
      { op: OP.ping, fin: false },
      { op: OP.close, fin: false },
    ],
  ],
  ['MASK', [{ wrongMask: true }]],
  [
    'CONTROL_TOO_LONG',
    [
      { op: OP.ping, length: minimal(126) },
      { op: OP.ping, length: LONG_FIVE },
      { op: OP.ping, length: TOP },
      { op: OP.ping, length: minimal(P53) },
    ],
  ],
  ['UNEXPECTED_CONTINUATION', [{ op: OP.continuation, state: 'idle' }]],
  ['EXPECTED_CONTINUATION', [{ op: OP.text, state: 'in a message' }]],
  [
    'TOO_MANY_FRAGMENTS',
    [
      { op: OP.continuation, state: 'in a message', maxFragments: 1 },
      { op: OP.text, state: 'in a message', maxFragments: 1 },
    ],
  ],
  ['CLOSE_BODY_TOO_SHORT', [{ op: OP.close, length: minimal(1) }]],
  ['LENGTH_NOT_MINIMAL', [{ length: LONG_FIVE }]],
  ['LENGTH_TOP_BIT', [{ length: TOP }]],
  [
    'FRAME_TOO_LARGE',
    [
      { length: minimal(P53) },
      { length: SEVEN, maxFrameBytes: 4 },
      { length: LONG_FIVE, maxFrameBytes: 4 },
      { length: TOP, maxFrameBytes: 4 },
    ],
  ],
  [
    'MESSAGE_TOO_LARGE',
    [
      { length: SEVEN, maxMessageBytes: 4 },
      { length: LONG_FIVE, maxMessageBytes: 4 },
      { length: TOP, maxMessageBytes: 4 },
      { length: minimal(P53), maxMessageBytes: 4 },
    ],
  ],
];

const key = (value) => (typeof value === 'object' ? `${value.form}:${value.value}` : value);

/** The header that has both faults, or nothing when they exclude each other. */
function combine(a, b) {
  for (const name of Object.keys(a)) if (name in b && key(a[name]) !== key(b[name])) return undefined;
  return { ...a, ...b };
}

function header(parts) {
  const { state = 'idle', maxFragments, maxFrameBytes, maxMessageBytes, ...rest } = parts;
  const op = rest.op ?? (state === 'idle' ? OP.binary : OP.continuation);
  const length = rest.length ?? minimal(5);
  const bytes = length.value < 200n ? Number(length.value) : 0;
  const options = {
    ...(maxFrameBytes && { maxFrameBytes }),
    ...(maxMessageBytes && { maxMessageBytes }),
    ...(maxFragments && { maxFragments }),
  };
  return {
    before: state === 'idle' ? [] : [text('a', { fin: false })],
    frame: frame(op, '00'.repeat(bytes), { ...rest, op, length }),
    options: Object.keys(options).length > 0 ? options : undefined,
  };
}

const slug = (code) => code.toLowerCase().replaceAll('_', '-');

function* pairs() {
  for (const [i, [first, firsts]] of FAULTS.entries()) {
    for (const [second, seconds] of FAULTS.slice(i + 1)) {
      const both = firsts
        .flatMap((a) => seconds.map((b) => combine(a, b)))
        .find((parts) => parts !== undefined);
      if (both !== undefined) yield { first, second, parts: both };
    }
  }
}

const SECTIONS = {
  RESERVED_BITS: '5.2',
  RESERVED_OPCODE: '5.2',
  MASK: '5.1',
  CONTROL_FRAGMENTED: '5.5',
  CONTROL_TOO_LONG: '5.5',
};
const sectionOf = (code) =>
  SECTIONS[code] ??
  (code.startsWith('LENGTH')
    ? '5.2'
    : code.includes('CONTINUATION')
      ? '5.4'
      : code.startsWith('CLOSE')
        ? '5.5.1'
        : '10.4');

const vectors = Array.from(pairs(), ({ first, second, parts }) => {
  const { before, frame: bad, options } = header(parts);
  return vector({
    id: `precedence/${slug(first)}/${slug(second)}`,
    section: sectionOf(first),
    about: `A header with the faults ${first} and ${second}: the first is reported.`,
    options,
    frames: [...before, bad, text('after')],
    events: (at) => {
      const place = at[before.length];
      return [first === 'MASK' ? place.failMask() : place.fail(first)];
    },
  });
});

export const precedence = {
  title: 'Headers with two faults',
  about:
    'Every pair of header faults that one frame can have; the earlier one in the order of judgement is reported.',
  vectors,
};
