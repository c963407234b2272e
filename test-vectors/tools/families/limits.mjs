/** Section 10.4: limits on frames, messages and fragments, judged from headers. */
import { binary, close, continuation, fill, MORE, minimal, ping, rawText, text } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const PATTERN = '00017fff';
const bytes = (length) => fill(PATTERN, length);
const more = (payload) => continuation(payload, MORE);

const edges = (limit) => [limit - 1, limit, limit + 1];

const frameEdges = [5, 125, 126, 1024, 65535, 65536].flatMap((limit) =>
  edges(limit).map((length) =>
    vector({
      id: `limits/frame/${limit}-${length}`,
      section: '10.4',
      about: `A frame of ${length} bytes where ${limit} are allowed.`,
      advisories: ['I27'],
      options: { maxFrameBytes: limit },
      frames: [binary(bytes(length)), binary('00')],
      events: (at) =>
        length > limit ? [at[0].fail('FRAME_TOO_LARGE')] : [event.binary(bytes(length)), event.binary('00')],
    }),
  ),
);

const messageEdges = [5, 125, 126, 1024, 65535].flatMap((limit) =>
  edges(limit).map((length) =>
    vector({
      id: `limits/message/${limit}-${length}`,
      section: '10.4',
      about: `A message of one frame of ${length} bytes where ${limit} are allowed, the frame being within its own limit.`,
      advisories: ['M43', 'I27'],
      options: { maxMessageBytes: limit },
      frames: [binary(bytes(length)), binary('00')],
      events: (at) =>
        length > limit
          ? [at[0].fail('MESSAGE_TOO_LARGE')]
          : [event.binary(bytes(length)), event.binary('00')],
    }),
  ),
);

/** Messages in frames of these lengths, with the index of the frame that goes too far. */
const sums = [
  { id: 'two-at-limit', limit: 10, parts: [5, 5] },
  { id: 'two-over', limit: 10, parts: [5, 6], over: 1 },
  { id: 'three-at-limit', limit: 10, parts: [4, 4, 2] },
  { id: 'three-over', limit: 10, parts: [4, 4, 3], over: 2 },
  { id: 'three-over-in-second', limit: 10, parts: [4, 7, 1], over: 1 },
  { id: 'first-over', limit: 10, parts: [11, 1], over: 0 },
  { id: 'empty-at-limit', limit: 10, parts: [10, 0, 0] },
  { id: 'one-more-than-limit', limit: 10, parts: [10, 0, 1], over: 2 },
  { id: 'bytewise-over', limit: 4, parts: [1, 1, 1, 1, 1], over: 4 },
  { id: '16-bit-over', limit: 1000, parts: [500, 501], over: 1 },
  { id: '64-bit-over', limit: 70000, parts: [1, 70000], over: 1 },
  { id: '64-bit-at-limit', limit: 70000, parts: [2, 69998] },
].map(({ id, limit, parts, over }) =>
  vector({
    id: `limits/fragmented/${id}`,
    section: '10.4',
    about: `Frames of ${parts.join(', ')} bytes where a message may have ${limit}.`,
    advisories: ['M07', 'M13', 'M40'],
    options: { maxMessageBytes: limit },
    frames: [
      ...parts.map((length, i) => ({
        ...(i === 0 ? binary(fill('61', length)) : continuation(fill('61', length))),
        fin: i === parts.length - 1,
      })),
      binary('00'),
    ],
    events: (at) =>
      over === undefined
        ? [
            event.binary(
              fill(
                '61',
                parts.reduce((a, b) => a + b),
              ),
            ),
            event.binary('00'),
          ]
        : [at[over].fail('MESSAGE_TOO_LARGE')],
  }),
);

const both = [
  vector({
    id: 'limits/both/within',
    section: '10.4',
    about: 'Two frames at the frame limit make a message at the message limit.',
    options: { maxFrameBytes: 10, maxMessageBytes: 20 },
    frames: [binary(bytes(10), MORE), continuation(bytes(10))],
    events: [event.binary([...bytes(10), ...bytes(10)])],
  }),
  vector({
    id: 'limits/both/frame-over',
    section: '10.4',
    about: 'A fragment over the frame limit.',
    options: { maxFrameBytes: 10, maxMessageBytes: 20 },
    frames: [binary(bytes(1), MORE), continuation(bytes(11))],
    events: (at) => [at[1].fail('FRAME_TOO_LARGE')],
  }),
  vector({
    id: 'limits/both/message-over',
    section: '10.4',
    about: 'A third fragment over the message limit.',
    options: { maxFrameBytes: 10, maxMessageBytes: 20 },
    frames: [binary(bytes(10), MORE), more(bytes(10)), continuation(bytes(1))],
    events: (at) => [at[2].fail('MESSAGE_TOO_LARGE')],
  }),
  vector({
    id: 'limits/both/message-limit-smaller',
    section: '10.4',
    about: 'A message limit below the frame limit is the one that counts.',
    advisories: ['M43'],
    options: { maxFrameBytes: 20, maxMessageBytes: 10 },
    frames: [binary(bytes(11))],
    events: (at) => [at[0].fail('MESSAGE_TOO_LARGE')],
  }),
];

const rules = [
  vector({
    id: 'limits/message/counts-bytes-not-characters',
    section: '10.4',
    about: 'Two characters of three bytes are six bytes.',
    options: { maxMessageBytes: 5 },
    frames: [text('\u20ac\u20ac')],
    events: (at) => [at[0].fail('MESSAGE_TOO_LARGE')],
  }),
  vector({
    id: 'limits/message/each-on-its-own',
    section: '10.4',
    about: 'Three messages at the limit, one of them fragmented: each is counted on its own.',
    options: { maxMessageBytes: 4 },
    frames: [binary('01020304'), binary('0102', MORE), continuation('0304'), text('abcd')],
    events: [event.binary('01020304'), event.binary('01020304'), event.text('abcd')],
  }),
  vector({
    id: 'limits/message/control-frames-do-not-count',
    section: '10.4',
    about: 'A Ping inside a message is no part of it, however long.',
    options: { maxMessageBytes: 4 },
    frames: [binary('0102', MORE), ping(bytes(125)), continuation('0304')],
    events: [event.ping(bytes(125)), event.binary('01020304')],
  }),
  vector({
    id: 'limits/message/close-does-not-count',
    section: '10.4',
    about: 'Nor is a Close frame inside a message part of it.',
    options: { maxMessageBytes: 4 },
    frames: [binary('0102', MORE), close(1000, 'a reason')],
    events: (at) => at[1].closed(1000, 'a reason'),
  }),
  vector({
    id: 'limits/message/before-text-is-judged',
    section: '10.4',
    about: 'A header over the limit fails the connection before any of its payload is looked at.',
    options: { maxMessageBytes: 2 },
    frames: [rawText('ffffff')],
    events: (at) => [at[0].fail('MESSAGE_TOO_LARGE')],
  }),
  vector({
    id: 'limits/message/text-fault-came-first',
    section: '8.1',
    about: 'A fault in the payload of the first frame comes before the header of the second.',
    options: { maxMessageBytes: 2 },
    frames: [rawText('ff', MORE), continuation('616263')],
    events: (at) => [at[0].badText(0)],
  }),
  vector({
    id: 'limits/message/header-alone',
    section: '10.4',
    about: 'The header is enough: no payload follows, the input ends.',
    advisories: ['M20'],
    options: { maxMessageBytes: 1000 },
    frames: [binary('', { length: minimal(1001) })],
    eof: true,
    events: (at) => [at[0].fail('MESSAGE_TOO_LARGE')],
  }),
  vector({
    id: 'limits/frame/two-bytes',
    section: '10.4',
    about: 'A length of seven bits is judged from two bytes, before the masking key.',
    advisories: ['M20'],
    options: { maxFrameBytes: 10 },
    frames: [binary(bytes(11), { cut: 2 })],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
  vector({
    id: 'limits/frame/length-complete',
    section: '10.4',
    about: 'An extended length is judged when it is complete, before the masking key.',
    advisories: ['M20'],
    options: { maxFrameBytes: 1000 },
    frames: [binary(bytes(1001), { cut: 4 })],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
  vector({
    id: 'limits/frame/reported-once',
    section: '7.1.7',
    about: 'The fault is reported once, though more of the same follows.',
    advisories: ['A15', 'M49'],
    options: { maxFrameBytes: 4 },
    frames: [binary(bytes(5)), binary(bytes(5)), binary(bytes(5))],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
];

const MAX = Number.MAX_SAFE_INTEGER;
const overflow = [
  vector({
    id: 'limits/overflow/2-to-63-minus-1',
    section: '10.4',
    about: 'One byte held, 2^63-1 declared: the sum must not wrap.',
    advisories: ['I01', 'I14'],
    frames: [binary('61', MORE), continuation('', { length: minimal((1n << 63n) - 1n) })],
    events: (at) => [at[1].fail('FRAME_TOO_LARGE')],
  }),
  vector({
    id: 'limits/overflow/2-to-53-minus-1',
    section: '10.4',
    about: 'One byte held, 2^53-1 declared, both limits 2^53-1: the sum is over by one.',
    advisories: ['I01', 'I14'],
    options: { maxFrameBytes: MAX, maxMessageBytes: MAX },
    frames: [binary('61', MORE), continuation('', { length: minimal(MAX) })],
    events: (at) => [at[1].fail('MESSAGE_TOO_LARGE')],
  }),
  vector({
    id: 'limits/overflow/2-to-32',
    section: '10.4',
    about: 'Five bytes held, 2^32-4 declared: the sum does not fit 32 bits.',
    advisories: ['I14', 'I18'],
    options: { maxFrameBytes: MAX, maxMessageBytes: 100 },
    frames: [binary('0001020304', MORE), continuation('', { length: minimal((1n << 32n) - 4n) })],
    events: (at) => [at[1].fail('MESSAGE_TOO_LARGE')],
  }),
];

const DEFAULT = 16 * 1024 * 1024;
const defaults = [
  vector({
    id: 'limits/default/frame-within',
    section: '10.4',
    about: 'Without options a frame of 16 MiB is within the limits.',
    advisories: ['M23', 'M33'],
    frames: [binary('', { length: minimal(DEFAULT) })],
    eof: true,
    events: [event.end(true)],
  }),
  vector({
    id: 'limits/default/frame-over',
    section: '10.4',
    about: 'Without options a frame of 16 MiB and a byte is over the limit.',
    advisories: ['M23', 'M33'],
    frames: [binary('', { length: minimal(DEFAULT + 1) })],
    events: (at) => [at[0].fail('FRAME_TOO_LARGE')],
  }),
  vector({
    id: 'limits/default/message-within',
    section: '10.4',
    about: 'Without options a message of 16 MiB in two frames is within the limits.',
    frames: [binary('61', MORE), continuation('', { length: minimal(DEFAULT - 1) })],
    eof: true,
    events: [event.end(true)],
  }),
  vector({
    id: 'limits/default/message-over',
    section: '10.4',
    about: 'Without options a message of 16 MiB and a byte in two frames is over the limit.',
    advisories: ['M23'],
    frames: [binary('61', MORE), continuation('', { length: minimal(DEFAULT) })],
    events: (at) => [at[1].fail('MESSAGE_TOO_LARGE')],
  }),
];

/** Messages in this many frames; `pattern` gives each frame's payload. */
function fragments(id, about, { limit, payloads, advisories = ['M08', 'M09'] }) {
  const over = payloads.length > limit;
  return vector({
    id: `limits/fragments/${id}`,
    section: '10.4',
    about,
    advisories,
    options: { maxFragments: limit },
    frames: [
      ...payloads.map((payload, i) => ({
        ...(i === 0 ? binary(payload) : continuation(payload)),
        fin: i === payloads.length - 1,
      })),
      binary('00'),
    ],
    events: (at) =>
      over ? [at[limit].fail('TOO_MANY_FRAGMENTS')] : [event.binary(payloads.join('')), event.binary('00')],
  });
}

const counts = [
  ...[1, 2, 3, 16, 100].flatMap((limit) =>
    edges(limit)
      .filter((count) => count > 0)
      .map((count) =>
        fragments(`${limit}-${count}`, `A message in ${count} frames where ${limit} are allowed.`, {
          limit,
          payloads: Array.from({ length: count }, () => '61'),
        }),
      ),
  ),
  fragments('empty-count', 'Empty frames count.', {
    limit: 2,
    payloads: ['', '', ''],
    advisories: ['M08', 'M10'],
  }),
  fragments('empty-final-counts', 'An empty final frame counts.', {
    limit: 2,
    payloads: ['61', '62', ''],
    advisories: ['M08', 'M10'],
  }),
  fragments('empty-at-limit', 'Empty frames at the limit.', { limit: 3, payloads: ['', '', ''] }),
  fragments('three-letters', 'The bytes of a published test: three frames where two are allowed.', {
    limit: 2,
    payloads: ['61', '62', '63'],
    advisories: ['M09'],
  }),
  vector({
    id: 'limits/fragments/never-final',
    section: '10.4',
    about: 'A message that never ends is stopped at its frame number three.',
    advisories: ['M08', 'M11'],
    options: { maxFragments: 2 },
    frames: [text('a', MORE), more('61'), more('61'), more('61')],
    events: (at) => [at[2].fail('TOO_MANY_FRAGMENTS')],
  }),
  vector({
    id: 'limits/fragments/two-bytes',
    section: '10.4',
    about: 'The count is judged from two bytes.',
    advisories: ['M09'],
    options: { maxFragments: 1 },
    frames: [text('a', MORE), continuation('61', { cut: 2 })],
    events: (at) => [at[1].fail('TOO_MANY_FRAGMENTS')],
  }),
  vector({
    id: 'limits/fragments/control-frames-do-not-count',
    section: '10.4',
    about: 'Pings between two frames are not frames of the message.',
    options: { maxFragments: 2 },
    frames: [text('a', MORE), ping('01'), ping('02'), ping('03'), continuation('62')],
    events: [event.ping('01'), event.ping('02'), event.ping('03'), event.text('ab')],
  }),
  vector({
    id: 'limits/fragments/close-does-not-count',
    section: '10.4',
    about: 'A Close frame after as many frames as are allowed is no frame of the message.',
    options: { maxFragments: 2 },
    frames: [text('a', MORE), more('62'), close(1000)],
    events: (at) => at[2].closed(1000),
  }),
  vector({
    id: 'limits/fragments/each-message-on-its-own',
    section: '10.4',
    about: 'The count begins anew with each message.',
    options: { maxFragments: 2 },
    frames: [text('a', MORE), continuation('62'), text('c'), text('d', MORE), continuation('65')],
    events: [event.text('ab'), event.text('c'), event.text('de')],
  }),
  vector({
    id: 'limits/fragments/one',
    section: '10.4',
    about: 'Where one frame is allowed, messages of one frame pass.',
    options: { maxFragments: 1 },
    frames: [text('a'), text('b')],
    events: [event.text('a'), event.text('b')],
  }),
];

export const limits = {
  title: 'Limits',
  about:
    'One below, at and one above the limits on frames, messages and fragments; sums that wrap; the defaults.',
  vectors: [...frameEdges, ...messageEdges, ...sums, ...both, ...rules, ...overflow, ...defaults, ...counts],
};
