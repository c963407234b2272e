/**
 * Draws one frame like RFC 6455 5.2 does: rows of 32 bits under a ruler, each field as wide as it
 * is on the wire and broken where a row ends.
 */
import { element } from './element.js';

const ROW_BITS = 32;
/** Rows of payload that are drawn; the RFC's diagram does not draw all of it either. */
const PAYLOAD_ROWS = 4;

/** Names of opcodes (RFC 6455 11.8). */
const OPCODES = new Map([
  [0x0, 'continuation'],
  [0x1, 'text'],
  [0x2, 'binary'],
  [0x8, 'close'],
  [0x9, 'ping'],
  [0xa, 'pong'],
]);

/**
 * @returns {HTMLElement} the diagram: a group of fields, described in words, each with `data-field`
 * for its explanation
 */
export function drawFrame(frame) {
  const figure = document.createElement('figure');
  const grid = element('div', 'bits');
  grid.setAttribute('role', 'group');
  grid.setAttribute('aria-label', describe(frame));
  const at = drawHeader(grid, frame);
  drawPayload(grid, frame, at);
  figure.append(drawRuler(), grid);
  const caption = payloadText(frame);
  if (caption !== '') figure.append(element('figcaption', '', caption));
  return figure;
}

/** The two lines of figures above the diagram: tens, then ones. */
function drawRuler() {
  const ruler = element('div', 'ruler');
  ruler.setAttribute('aria-hidden', 'true');
  for (let bit = 0; bit < ROW_BITS; bit++)
    ruler.append(element('i', '', bit % 10 === 0 ? String(bit / 10) : ''));
  for (let bit = 0; bit < ROW_BITS; bit++) ruler.append(element('i', '', String(bit % 10)));
  return ruler;
}

/** @returns {number} the bit behind the header */
function drawHeader(grid, frame) {
  const length = frame.payloadLength;
  // A report may say how long the extended length is, where that need not be the shortest form.
  const { lengthBytes = length < 126 ? 0 : length < 0x1_0000 ? 2 : 8 } = frame;
  const shortLength = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  let at = 0;
  const field = (kind, note, bits, name, value) => {
    at = drawField(grid, at, { kind, note, bits, name, value });
  };
  field('flag', 'fin', 1, 'FIN', bit(frame.fin));
  field('flag', 'rsv1', 1, 'RSV1', bit(frame.rsv1));
  field('flag', 'rsv', 1, 'RSV2', bit(frame.rsv2));
  field('flag', 'rsv', 1, 'RSV3', bit(frame.rsv3));
  field(
    'opcode',
    `opcode ${frame.opcode}`,
    4,
    `opcode 0x${frame.opcode.toString(16)}`,
    opcodeName(frame.opcode),
  );
  field('mask', 'mask', 1, 'MASK', bit(frame.masked));
  field('length', 'length', 7, 'Payload len', String(shortLength));
  if (shortLength === 126) field('length', 'length', 16, 'Extended payload length', String(length));
  if (shortLength === 127) field('length', 'length', 64, 'Extended payload length', String(length));
  if (frame.masked) field('key', 'key', 32, 'Masking-key', spaced(frame.maskingKey));
  return at;
}

/**
 * Draws a field, in as many parts as it has rows. Only a masking key shows a part of its value in
 * each.
 */
function drawField(grid, at, { kind, note, bits, name, value }) {
  for (let done = 0; done < bits; ) {
    const width = Math.min(bits - done, ROW_BITS - (at % ROW_BITS));
    const part = fieldBox(note, kind, done === 0);
    const continued = done > 0 ? ' (continued)' : '';
    const shown =
      kind === 'key' ? value.slice((done / 8) * 3, ((done + width) / 8) * 3).trim() : done > 0 ? '' : value;
    part.append(element('span', 'label', name + continued), element('b', '', shown));
    part.style.gridColumn = `span ${width}`;
    if (bits === 1) part.classList.add('one-bit');
    grid.append(part);
    at += width;
    done += width;
  }
  return at;
}

/**
 * One cell a byte: its character, its value, and below it what stands on the wire when the frame is
 * masked.
 */
function drawPayload(grid, frame, at) {
  const bytes = fromHex(frame.payload);
  const key = frame.masked ? fromHex(frame.maskingKey) : null;
  const room = (ROW_BITS - (at % ROW_BITS)) / 8 + (PAYLOAD_ROWS - 1) * 4;
  const shown = bytes.slice(0, room);
  for (const [index, byte] of shown.entries()) {
    const cell = fieldBox('payload', 'payload', index === 0);
    if (index === 0) cell.append(element('span', 'label', 'Payload data'));
    cell.append(element('b', '', character(byte)), element('span', 'hex', hex(byte)));
    if (key !== null) cell.append(element('span', 'wire', hex(byte ^ key[index % 4])));
    grid.append(cell);
  }
  const left = frame.payloadLength - shown.length;
  if (left > 0) {
    const rest = fieldBox('payload', 'payload rest', shown.length === 0);
    rest.append(
      element('span', 'label', `Payload data (continued): ${left} more ${left === 1 ? 'byte' : 'bytes'}`),
    );
    rest.style.gridColumn = '1 / -1';
    grid.append(rest);
  }
}

function describe(frame) {
  const key = frame.masked ? `masking key ${spaced(frame.maskingKey)}` : 'no masking key';
  return [
    `FIN=${bit(frame.fin)}`,
    `RSV1=${bit(frame.rsv1)}`,
    `RSV2=${bit(frame.rsv2)}`,
    `RSV3=${bit(frame.rsv3)}`,
    `opcode=0x${frame.opcode.toString(16)} (${opcodeName(frame.opcode)})`,
    `MASK=${bit(frame.masked)}`,
    `payload length ${frame.payloadLength}`,
    key,
  ].join(', ');
}

/** A field, or a part of one. Its first part can be focused, which explains it. */
function fieldBox(note, kind, first) {
  const part = element(first ? 'button' : 'div', `field ${kind}`);
  if (first) part.type = 'button';
  part.dataset.field = note;
  return part;
}

/** @returns {string} what an opcode is called */
export function opcodeName(opcode) {
  return OPCODES.get(opcode) ?? 'reserved';
}

/** The payload in a line: text as text, a Close as code and reason, other bytes in hexadecimal. */
export function payloadText({ opcode, payload, payloadLength, inflated }) {
  if (inflated !== null) return inflated.text;
  const bytes = fromHex(payload);
  const more = bytes.length < payloadLength ? '…' : '';
  const decode = (part) => new TextDecoder().decode(part);
  if (opcode === 0x1) return decode(bytes) + more;
  if (opcode === 0x8 && bytes.length >= 2)
    return `${(bytes[0] << 8) | bytes[1]} ${decode(bytes.subarray(2))}`;
  return spaced(payload) + more;
}

function character(byte) {
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byte === 0x20 ? '␣' : '·';
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hex(byte) {
  return byte.toString(16).padStart(2, '0');
}

function spaced(text) {
  return text.replace(/..(?=.)/g, '$& ');
}

function bit(flag) {
  return flag ? '1' : '0';
}
