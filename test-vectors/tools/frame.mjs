/**
 * Frames as descriptions, and their bytes for each role (RFC 6455 section 5.2).
 *
 * A description says what is on the wire, right or wrong. From one description come the unmasked bytes a client
 * receives and the masked bytes a server receives, with the offset of every part, so that the two cannot drift.
 *
 * @typedef {string | { repeat: string, times: number }} Segment
 * @typedef {'client' | 'server'} Role
 * @typedef {{ form: 7 | 16 | 64, value: bigint }} Length
 *
 * @typedef {object} Frame
 * @property {number} op opcode, 0 to 15
 * @property {boolean} fin
 * @property {number} rsv reserved bits, 0 to 7: RSV1 is 4
 * @property {Segment[]} payload the bytes that follow the header, before masking
 * @property {Length} [length] declared length; the payload's own, in its minimal form, when absent
 * @property {boolean} [wrongMask] masked towards a client, unmasked towards a server
 * @property {string} [key] masking key, 8 hexadecimal digits
 * @property {number} [cut] only so many bytes of the header are there, and no payload
 */

export const OP = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const encoder = new TextEncoder();

/** @param {Uint8Array | number[]} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} text UTF-8 of the text, as hexadecimal digits */
export function utf8(text) {
  return hex(encoder.encode(text));
}

/** @param {number} code a status code as the two bytes of a Close body */
export function status(code) {
  return hex([code >> 8, code & 0xff]);
}

/** @param {string} pattern @param {number} length that many bytes of a repeated pattern */
export function fill(pattern, length) {
  const width = pattern.length / 2;
  const times = Math.floor(length / width);
  const rest = pattern.slice(0, 2 * (length - times * width));
  if (length <= 64) return [pattern.repeat(times) + rest].filter((part) => part !== '');
  return rest === '' ? [{ repeat: pattern, times }] : [{ repeat: pattern, times }, rest];
}

/** @param {Segment[]} segments */
function size(segments) {
  return segments.reduce(
    (sum, part) => sum + (typeof part === 'string' ? part.length : part.repeat.length * part.times) / 2,
    0,
  );
}

/** @param {string | Segment[]} payload */
function segmentsOf(payload) {
  const segments = typeof payload === 'string' ? [payload.replaceAll(' ', '')] : payload;
  return segments.filter((part) => part !== '');
}

/**
 * @param {number} op
 * @param {string | Segment[]} payload hexadecimal digits, or segments
 * @param {Partial<Frame>} rest
 * @returns {Frame}
 */
export function frame(op, payload = [], rest = {}) {
  return { op, fin: true, rsv: 0, payload: segmentsOf(payload), ...rest };
}

/** @param {string} data @param {Partial<Frame>} [rest] */
export const text = (data, rest) => frame(OP.text, utf8(data), rest);
/** Payload as hexadecimal digits or segments, for this and the following. */
export const rawText = (payload, rest) => frame(OP.text, payload, rest);
export const binary = (payload, rest) => frame(OP.binary, payload, rest);
export const continuation = (payload, rest) => frame(OP.continuation, payload, rest);
export const ping = (payload, rest) => frame(OP.ping, payload, rest);
export const pong = (payload, rest) => frame(OP.pong, payload, rest);
export const rawClose = (payload, rest) => frame(OP.close, payload, rest);
/** @param {number} code @param {string} [reason] @param {Partial<Frame>} [rest] */
export const close = (code, reason = '', rest = {}) => frame(OP.close, status(code) + utf8(reason), rest);

/** Not the last frame of its message. */
export const MORE = { fin: false };

/** @param {number | bigint} value a declared length in its minimal form @returns {Length} */
export function minimal(value) {
  const length = BigInt(value);
  return { form: length < 126n ? 7 : length < 65536n ? 16 : 64, value: length };
}

/** @param {Length} length */
function lengthDigits({ form, value }) {
  if (form === 7) return { seven: Number(value), extended: '' };
  const digits = value.toString(16).padStart(form / 4, '0');
  if (digits.length !== form / 4) throw new RangeError(`${value} does not fit ${form} bits`);
  return { seven: form === 16 ? 126 : 127, extended: digits };
}

const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b));

/**
 * Section 5.3: byte i of the payload is combined with byte i mod 4 of the key. A repeat stays a repeat: its pattern
 * grows until it is as long as a multiple of the key.
 *
 * @param {Segment[]} segments
 * @param {string} key
 * @returns {Segment[]}
 */
function mask(segments, key) {
  if (key === '00000000') return segments;
  const keyBytes = key.match(/../g).map((pair) => Number.parseInt(pair, 16));
  let phase = 0;
  const apply = (digits) =>
    hex(digits.match(/../g).map((pair) => Number.parseInt(pair, 16) ^ keyBytes[phase++ & 3]));
  return segments.flatMap((part) => {
    if (typeof part === 'string') return [apply(part)];
    const width = part.repeat.length / 2;
    const grown = (width * 4) / gcd(width, 4);
    const per = grown / width;
    const times = Math.floor(part.times / per);
    const rest = part.repeat.repeat(part.times % per);
    const repeat = times > 0 ? [{ repeat: apply(part.repeat.repeat(per)), times }] : [];
    return rest === '' ? repeat : [...repeat, apply(rest)];
  });
}

/**
 * The bytes of a frame as they reach an endpoint of this role.
 *
 * @param {Frame} description
 * @param {Role} role
 * @param {string} key used unless the frame brings its own
 */
export function bytesFor(description, role, key) {
  const { op, fin, rsv, payload, wrongMask = false } = description;
  const length = description.length ?? minimal(size(payload));
  const { seven, extended } = lengthDigits(length);
  const masked = (role === 'server') !== wrongMask;
  const start = hex([(fin ? 0x80 : 0) | (rsv << 4) | op, (masked ? 0x80 : 0) | seven]) + extended;
  const maskingKey = masked ? (description.key ?? key) : '';
  const headerBytes = (start + maskingKey).length / 2;
  if (description.cut !== undefined) {
    const header = (start + maskingKey).slice(0, 2 * description.cut);
    return { segments: header === '' ? [] : [header], bytes: header.length / 2, headerBytes, length };
  }
  const body = masked ? mask(payload, maskingKey) : payload;
  const [first, ...others] = body;
  const head = [start, maskingKey, typeof first === 'string' ? first : ''].filter((part) => part !== '');
  const rest = typeof first === 'string' ? others : body;
  return { segments: [head.join(' '), ...rest], bytes: headerBytes + size(payload), headerBytes, length };
}
