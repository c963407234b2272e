/** Sections 7.1.1 and 7.1.5: the input ends in every state of a connection. */
import {
  binary,
  bytesFor,
  close,
  continuation,
  frame,
  MORE,
  minimal,
  ping,
  pong,
  rawClose,
  rawText,
  text,
} from '../frame.mjs';
import { event, vector } from '../vector.mjs';

function ends(id, about, frames, events, rest = {}) {
  return vector({
    id: `eof/${id}`,
    section: '7.1.5',
    about,
    advisories: ['A14'],
    frames,
    eof: true,
    events,
    ...rest,
  });
}

const TRUNCATED = event.end(true);
const AT_BOUNDARY = event.end(false);

/** Every proper prefix of a header, for each form of the length. */
const headers = [
  ['7-bit', text('abc')],
  ['16-bit', binary('', { length: minimal(300) })],
  ['64-bit', binary('', { length: minimal(70000) })],
  ['ping', ping('61')],
].flatMap(([name, description]) =>
  ['client', 'server'].flatMap((role) => {
    const { headerBytes } = bytesFor(description, role, '37fa213d');
    return Array.from({ length: headerBytes }, (_, i) =>
      ends(
        `header/${name}-${role}-${i + 1}`,
        `The input ends after ${i + 1} of the ${headerBytes} bytes of a header.`,
        [{ ...description, cut: i + 1 }],
        [TRUNCATED],
        { roles: [role], advisories: ['A14', 'S32'] },
      ),
    );
  }),
);

const FIVE = { length: { form: 7, value: 5n } };

const states = [
  ends('boundary/nothing', 'No byte arrives at all.', [], [AT_BOUNDARY]),
  ends('boundary/after-text', 'The input ends after a message.', [text('a')], [event.text('a'), AT_BOUNDARY]),
  ends(
    'boundary/after-empty',
    'The input ends after an empty message.',
    [binary()],
    [event.binary(''), AT_BOUNDARY],
  ),
  ends(
    'boundary/after-fragments',
    'The input ends after a fragmented message.',
    [text('a', MORE), continuation('62')],
    [event.text('ab'), AT_BOUNDARY],
  ),
  ends('boundary/after-ping', 'The input ends after a Ping.', [ping('61')], [event.ping('61'), AT_BOUNDARY]),
  ends('boundary/after-pong', 'The input ends after a Pong.', [pong('61')], [event.pong('61'), AT_BOUNDARY]),
  ends(
    'payload/text',
    'The input ends inside the payload of a text frame.',
    [text('abc', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'payload/binary',
    'The input ends inside the payload of a binary frame.',
    [binary('010203', FIVE)],
    [TRUNCATED],
  ),
  ends('payload/ping', 'The input ends inside the payload of a Ping.', [ping('010203', FIVE)], [TRUNCATED]),
  ends(
    'payload/close-without-code',
    'The input ends before the status code of a Close frame.',
    [rawClose('', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'payload/close-half-a-code',
    'The input ends inside the status code of a Close frame.',
    [rawClose('03', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'payload/close-half-a-reason',
    'The input ends inside the reason of a Close frame.',
    [rawClose('03e86f', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'payload/after-message',
    'The input ends inside the second of two messages.',
    [text('a'), text('abc', FIVE)],
    [event.text('a'), TRUNCATED],
  ),
  ends(
    'payload/half-a-character',
    'The input ends inside a frame and inside a character: truncated, not invalid.',
    [rawText('61e282', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'message/between-fragments',
    'The input ends between the frames of a message.',
    [text('a', MORE)],
    [TRUNCATED],
  ),
  ends(
    'message/after-continuation',
    'The input ends after a continuation that is not final.',
    [text('a', MORE), continuation('62', MORE)],
    [TRUNCATED],
  ),
  ends(
    'message/after-empty-first',
    'The input ends after an empty first frame.',
    [binary('', MORE)],
    [TRUNCATED],
  ),
  ends(
    'message/inside-continuation',
    'The input ends inside a continuation.',
    [binary('61', MORE), continuation('62', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'message/after-ping',
    'The input ends after a Ping inside a message.',
    [text('a', MORE), ping('62')],
    [event.ping('62'), TRUNCATED],
  ),
  ends(
    'message/inside-ping',
    'The input ends inside a Ping inside a message.',
    [text('a', MORE), ping('62', FIVE)],
    [TRUNCATED],
  ),
  ends(
    'message/half-a-character',
    'The input ends between frames, inside a character: truncated, not invalid.',
    [rawText('e282', MORE)],
    [TRUNCATED],
  ),
  ends('closed/empty', 'The input ends after a Close frame without a body.', [rawClose()], (at) =>
    at[0].closed(),
  ),
  ends('closed/code', 'The input ends after a Close frame.', [close(1000)], (at) => at[0].closed(1000)),
  ends('closed/reason', 'The input ends after a Close frame with a reason.', [close(3000, 'bye')], (at) =>
    at[0].closed(3000, 'bye'),
  ),
  ends(
    'closed/after-fragment',
    'The input ends after a Close frame inside a message: the closing handshake was clean.',
    [text('a', MORE), close(1000)],
    (at) => at[1].closed(1000),
  ),
  ends('failed/header', 'The input ends after a fault: the fault stays the last event.', [frame(3)], (at) => [
    at[0].fail('RESERVED_OPCODE'),
  ]),
  ends('failed/text', 'The input ends after text that is not UTF-8.', [rawText('ff')], (at) => [
    at[0].badText(0),
  ]),
  ends(
    'failed/close',
    'The input ends after a Close frame with a code that must not be on the wire.',
    [close(1005)],
    (at) => [at[0].badCode()],
  ),
  ends(
    'failed/inside-next-frame',
    'The input ends inside a frame after the fault.',
    [frame(3), text('a', { cut: 1 })],
    (at) => [at[0].fail('RESERVED_OPCODE')],
  ),
];

export const eof = {
  title: 'End of input',
  about:
    'The input ends at each byte of a header, in a payload, in a message, at a frame boundary, after a Close frame and after a fault.',
  vectors: [...headers, ...states],
};
