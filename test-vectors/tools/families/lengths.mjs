/** Section 5.2's payload length, at and around every boundary of its three forms and of the integers behind them. */
import { binary, continuation, fill, MORE, minimal, text } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const PATTERN = '00017fff';
const UNLIMITED = { maxFrameBytes: Number.MAX_SAFE_INTEGER, maxMessageBytes: Number.MAX_SAFE_INTEGER };
const AFTER = text('after');

const whole = [0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 254, 255, 256, 257, 65534, 65535, 65536, 65537].map(
  (length) =>
    vector({
      id: `lengths/binary/${length}`,
      section: '5.2',
      about: `A binary frame of ${length} bytes, and the next frame is found.`,
      advisories: ['I19'],
      frames: [binary(fill(PATTERN, length)), AFTER],
      events: [event.binary(fill(PATTERN, length)), event.text('after')],
    }),
);

const texts = [125, 126, 65535, 65536].map((length) =>
  vector({
    id: `lengths/text/${length}`,
    section: '5.2',
    about: `A text frame of ${length} ASCII characters.`,
    advisories: ['I19'],
    frames: [{ ...text(''), payload: fill('61', length) }, AFTER],
    events: [event.longText(fill('61', length)), event.text('after')],
  }),
);

function notMinimal(form, value, kind = 'binary') {
  const length = { form, value: BigInt(value) };
  const payload = fill(PATTERN, Math.min(value, 64));
  const frames = kind === 'binary' ? [] : [binary('00', MORE)];
  const bad = kind === 'binary' ? binary(payload, { length }) : continuation(payload, { length });
  return vector({
    id: `lengths/not-minimal/${form}-bit-${value}${kind === 'binary' ? '' : `-${kind}`}`,
    section: '5.2',
    about: `Length ${value} of a ${kind} frame in ${form} bits, though fewer would do.`,
    advisories: ['I20'],
    frames: [...frames, bad, AFTER],
    events: (at) => [at[frames.length].fail('LENGTH_NOT_MINIMAL')],
  });
}

const notMinimals = [
  ...[0, 1, 5, 124, 125].map((value) => notMinimal(16, value)),
  ...[0, 1, 5, 125, 126, 127, 65534, 65535].map((value) => notMinimal(64, value)),
  notMinimal(16, 125, 'continuation'),
  notMinimal(64, 65535, 'continuation'),
];

const name = (value) => value.toString();
const K = 1024n;
const MIB = K * K;
const P31 = 1n << 31n;
const P32 = 1n << 32n;
const P53 = 1n << 53n;
const P63 = 1n << 63n;

/** A header alone: nothing may be allocated, reported or refused because of it. */
const headersOnly = [
  126n,
  65535n,
  65536n,
  16n * MIB,
  P31 - 1n,
  P31,
  P32 - 1n,
  P32,
  P32 + 5n,
  1n << 40n,
  P53 - 1n,
].map((value) =>
  vector({
    id: `lengths/header-only/${name(value)}`,
    section: '5.2',
    about: `Length ${value} is declared and within the limits, then the input ends: no payload, no message.`,
    advisories: ['M28', 'M30'],
    options: UNLIMITED,
    frames: [binary('', { length: minimal(value) })],
    eof: true,
    events: [event.end(true)],
  }),
);

const shortPayload = [P31, P32 + 5n].map((value) =>
  vector({
    id: `lengths/short-payload/${name(value)}`,
    section: '5.2',
    about: `Length ${value} is declared, five bytes follow: they are no message, and what comes next is no frame.`,
    advisories: ['I18'],
    options: UNLIMITED,
    frames: [binary('0001020304', { length: minimal(value) }), AFTER],
    eof: true,
    events: [event.end(true)],
  }),
);

const tooLarge = [
  { value: 16n * MIB + 1n, advisories: ['M01'] },
  { value: 256n * MIB + 1n, advisories: ['M01'] },
  { value: P31 - 1n, advisories: ['M30'] },
  { value: P31, advisories: ['I02'] },
  { value: P31 + 1n, advisories: ['I02'] },
  { value: P32 - 1n, advisories: ['I18'] },
  { value: P32, advisories: ['I05'] },
  { value: P32 + 5n, advisories: ['I18'] },
  { value: 1n << 34n, advisories: ['M30'] },
  { value: P53 - 1n, advisories: ['M01'] },
  { value: P53, advisories: ['I05'] },
  { value: P53 + 1n, advisories: ['I05'] },
  { value: 1n << 55n, advisories: ['I05'] },
  { value: P63 - P32, advisories: ['I05'] },
  { value: P63 - 1n, advisories: ['M28'] },
].map(({ value, advisories }) =>
  vector({
    id: `lengths/too-large/${name(value)}`,
    section: '10.4',
    about: `Length ${value} is over the default limit: refused once the length is complete, before the masking key.`,
    advisories,
    frames: [binary('0001020304', { length: minimal(value) }), AFTER],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
);

const beyondIntegers = [P53, P53 + 1n, 1n << 55n, P63 - P32, P63 - 1n].map((value) =>
  vector({
    id: `lengths/over-2-to-53/${name(value)}`,
    section: '10.4',
    about: `Length ${value} is refused whatever the limits are: 2^53 and more is beyond any buffer.`,
    advisories: ['I05'],
    options: UNLIMITED,
    frames: [binary('0001020304', { length: minimal(value) }), AFTER],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
);

const topBit = [
  { value: P63, advisories: ['I13', 'I12'] },
  { value: P63 + 5n, advisories: ['I17'] },
  { value: P63 + P32, advisories: ['I02'] },
  { value: 2n * P63 - 4n, advisories: ['I07', 'I15'] },
  { value: 2n * P63 - 1n, advisories: ['I01', 'I04', 'I16'] },
].flatMap(({ value, advisories }) =>
  [false, true].map((unlimited) =>
    vector({
      id: `lengths/top-bit/${name(value)}${unlimited ? '-unlimited' : ''}`,
      section: '5.2',
      about: `The most significant bit of a 64-bit length must be 0; here the length is ${value}.`,
      advisories,
      ...(unlimited && { options: UNLIMITED }),
      frames: [binary('0001020304', { length: { form: 64, value } }), AFTER],
      events: (at) => [at[0].fail('LENGTH_TOP_BIT')],
    }),
  ),
);

const topBitOnContinuation = vector({
  id: 'lengths/top-bit/continuation',
  section: '5.2',
  about: 'The most significant bit of the length of a continuation frame is set.',
  advisories: ['I01'],
  frames: [binary('61', MORE), continuation('', { length: { form: 64, value: 2n * P63 - 1n } }), AFTER],
  events: (at) => [at[1].fail('LENGTH_TOP_BIT')],
});

export const lengths = {
  title: 'Payload lengths',
  about:
    'Every boundary of the 7-, 16- and 64-bit forms, forms that are not minimal, lengths beyond 2^31, 2^32 and 2^53, and the top bit.',
  vectors: [
    ...whole,
    ...texts,
    ...notMinimals,
    ...headersOnly,
    ...shortPayload,
    ...tooLarge,
    ...beyondIntegers,
    ...topBit,
    topBitOnContinuation,
  ],
};
