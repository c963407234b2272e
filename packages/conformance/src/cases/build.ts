/** The parts that cases are written with. */
import { createRequire } from 'node:module';
import {
  type Case,
  type CloseExpectation,
  type ExpectedEvent,
  type FrameSpec,
  ORDINARY_MS,
  type Outcome,
  type Pace,
  type Step,
} from '../model/case.js';
import { fromHex, type Payload } from '../model/payload.js';
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../wire/frames.js';

/** A case without the parts that most cases have in common. */
export type CaseDraft = Pick<
  Case,
  'id' | 'section' | 'sentence' | 'sent' | 'right' | 'wrong' | 'steps' | 'outcomes'
> &
  Partial<Case>;

/** Fills in the rest: both roles, TCP, an ordinary opening, an ordinary deadline. */
export function makeCase(draft: CaseDraft): Case {
  return {
    roles: ['server', 'client'],
    transport: 'tcp',
    opening: { kind: 'standard' },
    deadlineMs: ORDINARY_MS,
    isSlow: false,
    ...draft,
  };
}

/** The suite closes, the endpoint answers, the server ends the transport. */
export const NORMAL: CloseExpectation = { by: 'suite', codes: [1000], clean: true };

/** The endpoint fails the connection (7.1.7); a Close with one of the codes should come first. */
export function fails(...codes: number[]): CloseExpectation {
  return { by: 'endpoint', codes, clean: false };
}

/** The endpoint fails the connection over a rule of framing. */
export const PROTOCOL_ERROR: CloseExpectation = fails(1002);

/** An outcome that is right. */
export function right(close: CloseExpectation, ...events: ExpectedEvent[]): Outcome {
  return { verdict: 'OK', events, close };
}

/** An outcome that breaks no MUST. */
export function tolerated(because: string, close: CloseExpectation, ...events: ExpectedEvent[]): Outcome {
  return { verdict: 'NON-STRICT', events, close, because };
}

/** An outcome that is worth knowing. */
export function noted(because: string, close: CloseExpectation, ...events: ExpectedEvent[]): Outcome {
  return { verdict: 'INFORMATIONAL', events, close, because };
}

/** Bytes from text. */
export function text(content: string): Payload {
  return { text: content };
}

/** Bytes from hexadecimal digits. */
export function hex(digits: string): Payload {
  return { hex: digits };
}

/** A pattern, given as digits, up to a length. */
export function repeated(digits: string, bytes: number): Payload {
  return { repeat: digits, bytes };
}

/** Frames by name. `more` changes the other parts of a frame. */
export function textFrame(payload: Payload | string, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: TEXT, payload: payloadOf(payload), ...more };
}
export function binaryFrame(payload: Payload | string, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: BINARY, payload: payloadOf(payload), ...more };
}
export function continuation(payload: Payload | string, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: CONTINUATION, payload: payloadOf(payload), ...more };
}
export function ping(payload: Payload | string = '', more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: PING, payload: payloadOf(payload), ...more };
}
export function pong(payload: Payload | string = '', more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: PONG, payload: payloadOf(payload), ...more };
}
/** A Close with a code and a reason; without a code its body is empty. */
export function close(
  code?: number,
  reason: Payload | string = '',
  more: Partial<FrameSpec> = {},
): FrameSpec {
  const digits = code === undefined ? '' : code.toString(16).padStart(4, '0');
  return { opcode: CLOSE, payload: { parts: [hex(digits), payloadOf(reason)] }, ...more };
}
/** Not the last frame of its message. */
export const MORE = { fin: false } as const;

/** Events by name. */
export function textEvent(payload: Payload | string): ExpectedEvent {
  return { type: 'text', payload: payloadOf(payload) };
}
export function binaryEvent(payload: Payload | string): ExpectedEvent {
  return { type: 'binary', payload: payloadOf(payload) };
}
export function pongEvent(payload: Payload | string = ''): ExpectedEvent {
  return { type: 'pong', payload: payloadOf(payload) };
}

/** A step that sends. */
export function send(frames: readonly FrameSpec[], pace: Pace = 'whole'): Step {
  return { do: 'send', frames, pace };
}

/** In words, how a send is cut. */
export function paceWords(pace: Pace): string {
  if (pace === 'whole') return '';
  return pace === 'frames' ? ', a write for each frame' : `, ${pace} octet${pace === 1 ? '' : 's'} a write`;
}

/**
 * A frame for each so many octets of a payload, as the old suite cuts: an empty last one if it
 * comes out even.
 */
export function fragmented(first: FrameSpec, digits: string, size: number): FrameSpec[] {
  const bytes = fromHex(digits).length;
  const frames: FrameSpec[] = [];
  for (let at = 0; at <= bytes; at += size) {
    const payload = hex(digits.substring(at * 2, (at + size) * 2));
    const fin = at + size > bytes;
    frames.push(at === 0 ? { ...first, payload, fin } : continuation(payload, { fin }));
  }
  return frames;
}

function payloadOf(payload: Payload | string): Payload {
  return typeof payload === 'string' ? { text: payload } : payload;
}

// ---- Heads ----
// The source of the heads of `handshake.json`, and the suite's placeholders in them.

/** A vector of `@sanssocket/test-vectors`. */
export interface HeadVector {
  readonly id: string;
  readonly section: string;
  readonly about: string;
  readonly side: 'server' | 'client';
  readonly input: string | readonly (string | { readonly repeat: string; readonly times: number })[];
  readonly expect: { readonly outcome: string; readonly code?: string };
  readonly options?: Readonly<Record<string, unknown>>;
}

const { vectors } = createRequire(import.meta.url)('@sanssocket/test-vectors/vectors/handshake.json') as {
  readonly vectors: readonly HeadVector[];
};

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** The vectors of one side, their ids without the common beginning. */
export function headVectors(side: 'server' | 'client'): (HeadVector & { readonly name: string })[] {
  return vectors
    .filter((vector) => vector.side === side)
    .map((vector) => ({ ...vector, name: vector.id.replace(`handshake/${side}/`, '') }));
}

/** A vector's head, with placeholders for the parts that differ from run to run. */
export function headOf({ input, side }: HeadVector): string {
  const text = (typeof input === 'string' ? [input] : input)
    .map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)))
    .join('');
  if (side === 'client') return text.replaceAll(ACCEPT, '{accept}').replaceAll(KEY, '{key}');
  return text
    .replace(/^((?:\r\n)?[A-Za-z]+) \/chat(?=[ ?])/, '$1 {path}')
    .replaceAll('server.example.com', '{host}')
    .replaceAll(KEY, '{key}');
}
