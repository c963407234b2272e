/** Events as lines of a table, in colours. */

import { CLOSE, CONTINUATION, isControl, opcodeName, RSV1, TEXT } from '@sanssocket/codec/frames';
import type pc from 'picocolors';
import type {
  FaultFound,
  HandshakeHead,
  InspectEvent,
  InspectedFrame,
  InspectedMessage,
  Side,
  Summary,
} from '../model/event.js';
import { PROBLEM_WORDS } from '../model/problems.js';
import { escapeText, previewBytes, previewText } from './text.js';

export interface TableOptions {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** Characters of a payload that are shown. */
  readonly preview: number;
  /** Whether all headers of a handshake are shown, or those of WebSocket alone. */
  readonly headers: boolean;
}

/** Headers that the opening handshake is about (RFC 6455 4, RFC 7692). */
const SHOWN_HEADERS = /^(?:host|origin|sec-websocket-.*|location|www-authenticate|retry-after)$/i;

/** The lines of one event, with their ends. */
export function linesOf(event: InspectEvent, options: TableOptions): string {
  const { colors } = options;
  switch (event.type) {
    case 'connection': {
      const peers =
        event.client === undefined && event.server === undefined
          ? ''
          : ` ${event.client ?? 'client'} -> ${event.server ?? 'server'}`;
      return `${colors.bold(`#${event.connection}${escapeText(peers)}`)}\n`;
    }
    case 'handshake':
      return headLines(event, options);
    case 'frame':
      return frameLine(event, options);
    case 'message':
      return messageLine(event, options);
    case 'fault':
      return faultLine(event, options);
    case 'note': {
      const place = event.connection === undefined ? '' : `#${event.connection} `;
      return colors.yellow(`${place}note: ${escapeText(event.message)}\n`);
    }
    case 'summary':
      return `${colors.dim(summaryOf(event))}\n`;
  }
}

/** Connection, time and direction: the columns that most rows begin with. */
function columns(
  { connection, timeMs, from }: { connection: number; timeMs: number | undefined; from: Side },
  { colors }: TableOptions,
): string {
  const time = timeMs === undefined ? '' : `${clock(timeMs)} `;
  const side =
    from === 'client'
      ? colors.cyan('client ->')
      : from === 'server'
        ? colors.magenta('<- server')
        : '         ';
  return `${colors.dim(`#${connection} ${time}`)}${side} `;
}

/** Hours, minutes, seconds and microseconds, UTC. */
function clock(timeMs: number): string {
  const whole = Math.floor(timeMs);
  const date = new Date(whole);
  if (Number.isNaN(date.getTime())) return '-';
  const micros = Math.floor((timeMs - whole) * 1000);
  return `${date.toISOString().slice(11, 23)}${String(micros).padStart(3, '0')}`;
}

function headLines(event: HandshakeHead, options: TableOptions): string {
  const { startLine, rawHeaders } = event;
  const lines = [`${columns(event, options)}${options.colors.bold(escapeText(startLine))}\n`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name, value] = [rawHeaders[at]!, rawHeaders[at + 1]!];
    if (!options.headers && !SHOWN_HEADERS.test(name)) continue;
    lines.push(`      ${options.colors.dim(`${escapeText(name)}:`)} ${escapeText(value)}\n`);
  }
  return lines.join('');
}

/** FIN, RSV1 to RSV3 and MASK as letters. */
function flagsOf({ fin, rsv, masked }: InspectedFrame): string {
  const bits = [rsv & 64 ? '1' : '-', rsv & 32 ? '2' : '-', rsv & 16 ? '3' : '-'].join('');
  return `${fin ? 'F' : '-'}${bits}${masked ? 'M' : '-'}`;
}

function frameLine(event: InspectedFrame, options: TableOptions): string {
  const { opcode, payloadLength, missing } = event;
  const { colors } = options;
  const name = opcodeName(opcode).padEnd(12);
  const painted =
    opcode === CLOSE ? colors.red(name) : isControl(opcode) ? colors.blue(name) : colors.green(name);
  const gaps = missing.map(
    ({ start, end }) => `${end - start} of its bytes are missing from byte ${start} on`,
  );
  const lost = gaps.length === 0 ? '' : colors.yellow(` (${gaps.join(', ')})`);
  const length = String(payloadLength).padStart(7);
  return `${columns(event, options)}${painted} ${flagsOf(event)} ${length}  ${payloadOf(event, options)}${lost}\n`;
}

function payloadOf(event: InspectedFrame, { preview, colors }: TableOptions): string {
  const { opcode, rsv, payload, closeCode, closeReason } = event;
  if (opcode === CLOSE && closeCode !== undefined)
    return `${closeCode}${closeReason ? ` ${previewText(closeReason, preview)}` : ''}`;
  if (payload.length === 0) return '';
  if ((rsv & RSV1) !== 0) return colors.dim(`compressed ${previewBytes(payload, Math.min(preview, 24))}`);
  const text =
    opcode === TEXT || opcode === CONTINUATION || isControl(opcode) ? utf8(payload, preview) : undefined;
  return text === undefined ? previewBytes(payload, preview) : previewText(text, preview);
}

/** The beginning of bytes as text; undefined if it is none. */
function utf8(bytes: Uint8Array, preview: number): string | undefined {
  try {
    // A character may be cut at the end.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 4 * preview + 8), {
      stream: true,
    });
  } catch {
    return undefined;
  }
}

function messageLine(event: InspectedMessage, options: TableOptions): string {
  const { opcode, text, payload, frames, wireBytes, compression, problem, unsure } = event;
  const { colors, preview } = options;
  const about: string[] = [];
  if (frames > 1) about.push(`${frames} frames`);
  if (compression === 'agreed') about.push(`${wireBytes} compressed`);
  if (compression === 'not-seen') about.push(`${wireBytes} compressed, extension not seen`);
  if (unsure) about.push('unsure, as earlier messages are missing');
  if (problem !== undefined) about.push(PROBLEM_WORDS[problem]);
  const note = about.length === 0 ? '' : ` (${about.join('; ')})`;
  const length = compression !== 'none' && problem !== undefined ? wireBytes : payload.length;
  const shown = text === undefined ? previewBytes(payload, preview) : previewText(text, preview);
  const words = problem === undefined ? note : colors.yellow(note);
  const name = `= ${opcodeName(opcode)}`.padEnd(18);
  return `${columns(event, options)}${colors.green(name)} ${String(length).padStart(7)}  ${shown}${colors.dim(words)}\n`;
}

function faultLine(event: FaultFound, options: TableOptions): string {
  const { fault } = event;
  const place = fault.offset === undefined ? '' : ` at byte ${fault.offset}`;
  const closeCode = 'closeCode' in fault ? `, close code ${fault.closeCode}` : '';
  const section = fault.message.includes('RFC') ? '' : ` (RFC 6455 ${fault.section})`;
  const words = `! ${fault.code}${place}: ${escapeText(fault.message)}${section}${closeCode}`;
  return `${columns(event, options)}${options.colors.bold(options.colors.red(words))}\n`;
}

function summaryOf({
  format,
  bytes,
  packets,
  streams,
  connections,
  frames,
  messages,
  faults,
}: Summary): string {
  const captured = packets === 0 ? '' : `, ${count(packets, 'packet')}, ${count(streams, 'TCP stream')}`;
  const found = `${count(connections, 'connection')}, ${count(frames, 'frame')}, ${count(messages, 'message')}, ${count(faults, 'fault')}`;
  return `${format}: ${count(bytes, 'byte')}${captured}; ${found}`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
