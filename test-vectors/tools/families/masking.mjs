/** Sections 5.1 and 5.3: who masks, and how. */
import { binary, continuation, fill, frame, hex, MORE, OP, ping, rawText, text } from '../frame.mjs';
import { event, vector } from '../vector.mjs';

const AFTER = text('after');
const WRONG = { wrongMask: true };

const KINDS = {
  text: { op: OP.text, payload: '48656c6c6f', advisories: ['K08', 'K09'] },
  'text-more': { op: OP.text, payload: '61', fin: false, advisories: ['K09', 'K10'] },
  binary: { op: OP.binary, payload: '00017fff', advisories: ['K09'] },
  continuation: { op: OP.continuation, payload: '62', before: [text('a', MORE)], advisories: ['K09'] },
  close: { op: OP.close, payload: '03e8', advisories: ['K09'] },
  ping: { op: OP.ping, payload: '61', advisories: ['K09'] },
  pong: { op: OP.pong, payload: '61', advisories: ['K09'] },
};

const direction = Object.entries(KINDS).flatMap(
  ([kind, { op, payload, fin = true, before = [], advisories }]) =>
    ['', payload].map((data) =>
      vector({
        id: `masking/direction/${kind}${data === '' ? '-empty' : ''}`,
        section: '5.1',
        about: `A ${kind} frame that is masked towards a client, unmasked towards a server.`,
        advisories,
        frames: [...before, frame(op, data, { fin, ...WRONG }), AFTER],
        events: (at) => [at[before.length].failMask()],
      }),
    ),
);

const directionLater = [
  vector({
    id: 'masking/direction/second-frame',
    section: '5.1',
    about: 'The first frame is right, the second is not: every frame counts.',
    advisories: ['K09'],
    frames: [text('a'), text('b', WRONG), AFTER],
    events: (at) => [event.text('a'), at[1].failMask()],
  }),
  vector({
    id: 'masking/direction/zero-key',
    section: '5.1',
    about: 'A masking key of zero is a masking key: the bit decides, not the bytes.',
    roles: ['client'],
    frames: [text('a', { ...WRONG, key: '00000000' })],
    events: (at) => [at[0].failMask()],
  }),
  vector({
    id: 'masking/direction/long-frame',
    section: '5.1',
    about: 'Judged from two bytes, before an extended length arrives.',
    advisories: ['K09'],
    frames: [binary('', { ...WRONG, length: { form: 64, value: 65536n }, cut: 2 })],
    events: (at) => [at[0].failMask()],
  }),
];

const OCTETS = hex(Array.from({ length: 256 }, (_, i) => i));
const lengths = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 23, 31, 32, 33, 47, 48, 63, 64, 65, 95, 125, 126, 127,
  128, 129, 131, 255, 256,
];
const phases = lengths.map((length) => {
  const payload = OCTETS.slice(0, 2 * length);
  return vector({
    id: `masking/length/${length}`,
    section: '5.3',
    about: `${length} bytes under a key of four different bytes: byte i goes with key byte i mod 4.`,
    advisories: ['K17'],
    roles: ['server'],
    frames: [binary(payload, { key: '37fa213d' }), AFTER],
    events: [event.binary(payload), event.text('after')],
  });
});

const keys = [
  '00000000',
  '00000001',
  '01000000',
  '80000000',
  '000000ff',
  'ff000000',
  'ffffffff',
  '55aa55aa',
  '12345678',
  'deadbeef',
  'ce12a95b',
].map((key) =>
  vector({
    id: `masking/key/${key}`,
    section: '5.3',
    about: `Every byte value under the key ${key}.`,
    roles: ['server'],
    frames: [binary(OCTETS, { key })],
    events: [event.binary(OCTETS)],
  }),
);

const server = (id, about, frames, events) =>
  vector({ id: `masking/${id}`, section: '5.3', about, roles: ['server'], frames, events });

const perFrame = [
  server(
    'frames/key-for-each-frame',
    'Each frame has a key of its own, and its bytes start with the first byte of it.',
    [
      binary('000102', { key: '37fa213d' }),
      binary('000102', { key: 'ce12a95b' }),
      binary('0001020304', { key: '12345678' }),
    ],
    [event.binary('000102'), event.binary('000102'), event.binary('0001020304')],
  ),
  server(
    'frames/key-for-each-fragment',
    'Each fragment has a key of its own; the phase does not go on from the fragment before.',
    [
      binary('00', { ...MORE, key: '37fa213d' }),
      continuation('0102', { ...MORE, key: 'ce12a95b' }),
      continuation('', { ...MORE, key: '55aa55aa' }),
      continuation('030405', { key: '12345678' }),
    ],
    [event.binary('000102030405')],
  ),
  server(
    'frames/ping-between-fragments',
    'A masked Ping between masked fragments of a text message.',
    [
      text('H', { ...MORE, key: '37fa213d' }),
      ping('0102030405', { key: 'deadbeef' }),
      continuation('656c6c6f', { key: 'a55a3cc3' }),
    ],
    [event.ping('0102030405'), event.text('Hello')],
  ),
  server(
    'frames/empty-frames-have-a-key',
    'An empty frame carries a key too.',
    [text('', { key: 'ffffffff' }), ping('', { key: 'deadbeef' }), text('a', { key: '37fa213d' })],
    [event.text(''), event.ping(''), event.text('a')],
  ),
  server(
    'bytes/payload-equals-key',
    'Masked with itself a payload is zeros on the wire.',
    [binary('37fa213d37fa213d', { key: '37fa213d' })],
    [event.binary('37fa213d37fa213d')],
  ),
  server(
    'bytes/zeros',
    'Zeros show the key on the wire.',
    [binary('0000000000', { key: '37fa213d' })],
    [event.binary('0000000000')],
  ),
  server(
    'bytes/looks-like-a-frame',
    'On the wire the payload looks like a Close frame.',
    [binary('bf7a22d5', { key: '37fa213d' })],
    [event.binary('bf7a22d5')],
  ),
  server(
    'bytes/text-not-text-on-the-wire',
    'Text whose masked bytes are not UTF-8.',
    [text('Hello', { key: 'ffffffff' })],
    [event.text('Hello')],
  ),
  vector({
    id: 'masking/bytes/fault-not-on-the-wire',
    section: '8.1',
    about: 'A payload that is not UTF-8 but whose masked bytes are.',
    roles: ['server'],
    frames: [rawText('ffffff', { key: '9e9d9c9b' })],
    events: (at) => [at[0].badText(0)],
  }),
  vector({
    id: 'masking/bytes/long',
    section: '5.3',
    about: '64 KiB and three bytes under the key of the RFC.',
    roles: ['server'],
    frames: [binary(fill('00017fff', 65539), { key: '37fa213d' })],
    events: [event.binary(fill('00017fff', 65539))],
  }),
];

export const masking = {
  title: 'Masking',
  about: 'Frames masked in the wrong direction, payloads of many lengths and keys, a key for each frame.',
  vectors: [...direction, ...directionLater, ...phases, ...keys, ...perFrame],
};
