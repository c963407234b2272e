/**
 * A vector from its description: frames in order, and the events they are to give.
 *
 * @typedef {import('./frame.mjs').Frame} Frame
 * @typedef {import('./frame.mjs').Role} Role
 * @typedef {import('./frame.mjs').Segment} Segment
 */
import { bytesFor, close, frame, OP, pong, status, utf8 } from './frame.mjs';

/** Close code of each fault, and whether it can be judged from the first two bytes of a header. */
const FAULTS = {
  RESERVED_BITS: { closeCode: 1002, at: 'first' },
  RESERVED_OPCODE: { closeCode: 1002, at: 'first' },
  CONTROL_FRAGMENTED: { closeCode: 1002, at: 'first' },
  MASK_REQUIRED: { closeCode: 1002, at: 'second' },
  MASK_FORBIDDEN: { closeCode: 1002, at: 'second' },
  CONTROL_TOO_LONG: { closeCode: 1002, at: 'second' },
  UNEXPECTED_CONTINUATION: { closeCode: 1002, at: 'first' },
  EXPECTED_CONTINUATION: { closeCode: 1002, at: 'first' },
  TOO_MANY_FRAGMENTS: { closeCode: 1008, at: 'first' },
  CLOSE_BODY_TOO_SHORT: { closeCode: 1002, at: 'second' },
  LENGTH_NOT_MINIMAL: { closeCode: 1002, at: 'third' },
  LENGTH_TOP_BIT: { closeCode: 1002, at: 'third' },
  FRAME_TOO_LARGE: { closeCode: 1009, at: 'second', needsLength: true },
  MESSAGE_TOO_LARGE: { closeCode: 1009, at: 'second', needsLength: true },
};
const HEADER_BYTE = { first: 0, second: 1, third: 2 };
const LENGTH_BYTES = { 7: 0, 16: 2, 64: 8 };

/** Non-enumerable by nature, so it never reaches the JSON: after how many bytes of input the event must be out. */
const consumed = Symbol('consumed');

/** One frame of a vector in one role: where it lies, and the terminal events it can bring about. */
class Place {
  constructor(role, start, { bytes, headerBytes, length }) {
    this.role = role;
    this.start = start;
    this.payloadStart = start + headerBytes;
    this.end = start + bytes;
    this.length = length;
  }

  /** The endpoint fails the connection because of this frame's header. */
  fail(code) {
    const { closeCode, at, needsLength } = FAULTS[code];
    const judged = needsLength || at === 'third' ? 2 + LENGTH_BYTES[this.length.form] : 2;
    const offset = this.start + HEADER_BYTE[at];
    return { type: 'fail', code, closeCode, offset, [consumed]: this.start + judged };
  }

  /** Masked or not masked, against section 5.1. */
  failMask() {
    return this.fail(this.role === 'server' ? 'MASK_REQUIRED' : 'MASK_FORBIDDEN');
  }

  /** Payload byte `index` cannot be part of UTF-8. */
  badText(index) {
    const offset = this.payloadStart + index;
    return { type: 'fail', code: 'INVALID_UTF8', closeCode: 1007, offset, [consumed]: offset + 1 };
  }

  /** The message or reason ends inside a UTF-8 sequence with this frame. */
  cutText() {
    return { type: 'fail', code: 'INVALID_UTF8', closeCode: 1007, offset: this.end, [consumed]: this.end };
  }

  /** Byte `index` of the body of this Close frame cannot be part of UTF-8: judged with the whole frame. */
  badReason(index) {
    return { ...this.badText(index), [consumed]: this.end };
  }

  /** The Close frame's status code must not be on the wire. */
  badCode() {
    const offset = this.payloadStart;
    return { type: 'fail', code: 'CLOSE_CODE_INVALID', closeCode: 1002, offset, [consumed]: this.end };
  }

  /** The Close frame is right, is echoed, and the closing handshake is complete. */
  closed(code = 1005, reason = '') {
    return [
      { type: 'close', code, reason },
      { type: 'end', clean: true, code, [consumed]: this.end },
    ];
  }
}

const LONG_TEXT = 200;

export const event = {
  text: (data) => (data.length > LONG_TEXT ? { type: 'text', bytes: [utf8(data)] } : { type: 'text', data }),
  /** A text message too long to write down, as its UTF-8. */
  longText: (bytes) => ({ type: 'text', bytes }),
  binary: (data) => ({ type: 'binary', data: segments(data) }),
  ping: (data) => ({ type: 'ping', data: segments(data) }),
  pong: (data) => ({ type: 'pong', data: segments(data) }),
  /** The input ended without a Close frame; `truncated`: inside a frame or a message. */
  end: (truncated) => ({ type: 'end', clean: false, code: 1006, truncated }),
};

function segments(data) {
  return (typeof data === 'string' ? [data.replaceAll(' ', '')] : data).filter((part) => part !== '');
}

/** What an endpoint sends by itself: a Pong for each Ping, one Close for a fault or for the peer's Close. */
function replies(events) {
  return events.flatMap((item) => {
    if (item.type === 'ping') return [pong(item.data)];
    if (item.type === 'fail') return [close(item.closeCode)];
    if (item.type === 'close') return [frame(OP.close, item.code === 1005 ? [] : status(item.code))];
    return [];
  });
}

/** The peer of a role: what a client sends, a server receives. */
const PEER = { client: 'server', server: 'client' };

const KEYS = ['37fa213d', '00000000', 'a55a3cc3', '01020408', 'ffffffff', '80000001'];

function keyOf(id, index) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 65521;
  return KEYS[(sum + index) % KEYS.length];
}

/** Equal values for both roles are written once. */
function merged(perRole) {
  const values = Object.values(perRole);
  if (values.length === 2 && JSON.stringify(values[0]) === JSON.stringify(values[1])) return values[0];
  return perRole;
}

/**
 * @param {object} description
 * @param {string} description.id
 * @param {string} description.section section of RFC 6455
 * @param {string} description.about one sentence
 * @param {Frame[]} description.frames
 * @param {object[] | ((at: Place[]) => object[])} description.events given the places of the frames
 * @param {string[]} [description.advisories]
 * @param {Role[]} [description.roles]
 * @param {boolean} [description.eof]
 * @param {object} [description.options]
 */
export function vector({ id, section, about, advisories, roles, frames, eof, options, events }) {
  const input = {};
  const output = {};
  const expected = {};
  const due = {};
  for (const role of roles ?? ['client', 'server']) {
    let total = 0;
    const places = [];
    input[role] = [];
    for (const [index, description] of frames.entries()) {
      const bytes = bytesFor(description, role, keyOf(id, index));
      places.push(new Place(role, total, bytes));
      input[role].push(...bytes.segments);
      total += bytes.bytes;
    }
    const list = typeof events === 'function' ? events(places) : events;
    expected[role] = list;
    const last = list.at(-1)?.[consumed] ?? total;
    if (last > total) throw new RangeError(`${id}: the last event needs ${last} of ${total} bytes`);
    if (last < total) due[role] = last;
    const sent = replies(list).flatMap((reply) => bytesFor(reply, PEER[role], '00000000').segments);
    if (sent.length > 0) output[role] = sent;
  }
  return {
    id,
    section,
    about,
    ...(advisories && { advisories }),
    input,
    ...(eof && { eof }),
    ...(options && { options }),
    events: merged(expected),
    ...(Object.keys(output).length > 0 && { output }),
    ...(Object.keys(due).length > 0 && { consumed: merged(due) }),
  };
}
