/** Events as rows of a table: one for each. */
import { opcodeName } from '../../../examples/chat/public/frame-diagram.js';
import { PROBLEM_WORDS } from '../../../packages/inspect/src/model/problems.ts';
import { button, count, element } from './elements.js';
import { safe, spaced } from './wire.js';

/** Characters of a payload that a row shows. */
const SHOWN_CHARACTERS = 120;

/**
 * The rows of events.
 *
 * @param {readonly object[]} events
 * @param {(index: number) => void} onOpen - called with the index of a frame that is chosen
 * @returns {HTMLElement[]}
 */
export function rowsOf(events, onOpen) {
  return events.flatMap((event, index) => {
    switch (event.type) {
      case 'connection':
        return [wide(`Connection ${event.connection}`, [peersOf(event)], 'connection')];
      case 'handshake':
        return [row(event, '', '', headOf(event), 'head')];
      case 'frame':
        return [frameRow(event, () => onOpen(index), index)];
      case 'message':
        return [messageRow(event)];
      case 'fault':
        return [row(event, element('strong', {}, 'fault'), '', faultWords(event.fault), 'fault')];
      case 'note':
        return [wide('Note', [safe(event.message)], 'note')];
      default:
        return [];
    }
  });
}

function wide(name, children, className) {
  const cell = element('td', { colSpan: 6 }, element('strong', {}, name), ' ', ...children);
  return element('tr', { className }, cell);
}

function row(event, kind, length, content, className) {
  const { connection, timeMs, from, bits = '' } = event;
  const cells = [`${connection}`, clock(timeMs), sideOf(from), kind, length, content];
  const made = element('tr', { className }, ...cells.map((cell) => element('td', {}, cell)));
  made.cells[3].append(element('span', { className: 'bits-set' }, bits));
  return made;
}

function frameRow(event, onOpen, index) {
  const { fin, rsv, opcode, masked, payloadLength, missing } = event;
  const opener = button(opcodeName(opcode), onOpen, { className: 'open-frame', data: { index } });
  const bits = [fin && 'FIN', rsv & 64 && 'RSV1', rsv & 32 && 'RSV2', rsv & 16 && 'RSV3', masked && 'MASK'];
  const lost = missing.map(
    ({ start, end }) => ` (${count(end - start, 'byte')} missing from byte ${start} on)`,
  );
  const content = element('span', {}, payloadOf(event), ...lost);
  return row(
    { ...event, bits: bits.filter(Boolean).join(' ') },
    opener,
    `${payloadLength}`,
    content,
    'frame-row',
  );
}

function payloadOf({ opcode, rsv, payload, closeCode, closeReason }) {
  if (closeCode !== undefined) return `${closeCode} ${quoted(closeReason ?? '')}`;
  if ((rsv & 64) !== 0) return `compressed ${spaced(payload, 12)}`;
  if (payload.length === 0) return '';
  const text = opcode === 2 ? undefined : decoded(payload);
  return text === undefined ? spaced(payload, 24) : quoted(text);
}

function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 4 * SHOWN_CHARACTERS + 8), {
      stream: true,
    });
  } catch {
    return undefined;
  }
}

function messageRow(event) {
  const { opcode, text, payload, size, frames, wireBytes, compression, problem, unsure } = event;
  const about = [
    frames > 1 && count(frames, 'frame'),
    compression !== 'none' &&
      `${wireBytes} compressed${compression === 'not-seen' ? ', extension not seen' : ''}`,
    unsure && 'unsure, as earlier messages are missing',
    problem !== undefined && PROBLEM_WORDS[problem],
  ].filter(Boolean);
  const shown = text === undefined ? spaced(payload, 24) : quoted(text);
  const content = `${shown}${about.length === 0 ? '' : ` (${about.join('; ')})`}`;
  return row(event, `= ${opcodeName(opcode)}`, `${size ?? payload.length}`, content, 'message-row');
}

function headOf({ startLine, rawHeaders }) {
  const lines = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  const summary = element('summary', {}, safe(startLine));
  return element('details', {}, summary, element('pre', {}, lines.map(safe).join('\n')));
}

/** A fault in words: its code, its byte, the section of its RFC, and the Close frame that answers it. */
export function faultWords(fault) {
  const { code, offset, message, closeCode } = fault;
  const place = offset === undefined ? '' : ` at byte ${offset}`;
  const rule = message.replace(/ \(RFC [^)]*\).*/, '');
  const close = closeCode === undefined ? '' : `, Close ${closeCode}`;
  const link = element('a', { href: 'When_it_goes_wrong.html' }, code);
  return element(
    'span',
    { className: 'fault-words' },
    link,
    `${place}: ${safe(rule)} (`,
    sectionLink(fault),
    `)${close}`,
  );
}

/** A link to the section of the RFC that a fault is about. */
function sectionLink({ message, section }) {
  const [, rfc = '6455', place = section] = /RFC (\d+)[, ]+(?:section )?([\d.]+\d)/.exec(message) ?? [];
  const href = `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${place}`;
  return element('a', { href, rel: 'noreferrer' }, `RFC ${rfc} ${place}`);
}

function peersOf({ client, server, by }) {
  const names =
    client === undefined && server === undefined ? '' : `${client ?? 'client'} → ${server ?? 'server'}, `;
  return `${safe(names)}known by ${by === 'input' ? "the input's word" : `its ${by}`}`;
}

function sideOf(from) {
  return from === 'client' ? 'client →' : from === 'server' ? '← server' : '';
}

/** Hours, minutes, seconds and milliseconds, UTC. */
function clock(timeMs) {
  const date = new Date(timeMs ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(11, 23);
}

function quoted(text) {
  const characters = Array.from(text.slice(0, 2 * SHOWN_CHARACTERS + 2));
  const cut = characters.length > SHOWN_CHARACTERS || text.length > 2 * SHOWN_CHARACTERS + 2;
  return `“${safe(characters.slice(0, SHOWN_CHARACTERS).join(''))}”${cut ? ' …' : ''}`;
}
