/** Observed and expected events as the old suite's JSON has them. */
import type { ExpectedEvent } from '../../model/case.js';
import { expandPayload, toHex } from '../../model/payload.js';
import type { ObservedEvent } from '../../model/result.js';

/** A message with whether it is binary, a Pong, or a mark. */
export type OldEvent =
  | readonly ['message', string, boolean]
  | readonly ['pong', string]
  | readonly ['timeout', string];

const WHOLE = 60;
const CUT = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The events that came. */
export function observedEvent({ type, bytes, tag }: ObservedEvent): OldEvent {
  return type === 'mark' ? ['timeout', tag ?? ''] : eventOf(type, bytes);
}

/** The events that should come. */
export function expectedEvent(event: ExpectedEvent): OldEvent {
  return event.type === 'mark' ? ['timeout', event.tag] : eventOf(event.type, expandPayload(event.payload));
}

function eventOf(type: 'text' | 'binary' | 'pong', bytes: Uint8Array): OldEvent {
  const text = oldText(bytes);
  return type === 'pong' ? ['pong', text] : ['message', text, type === 'binary'];
}

/**
 * Octets as text, or as hexadecimal digits behind `0x` where they are none; cut if there are more
 * than 60 of them.
 */
export function oldText(bytes: Uint8Array): string {
  const shown = bytes.length > WHOLE ? bytes.subarray(0, CUT) : bytes;
  return textOf(shown) + (bytes.length > WHOLE ? ' ...' : '');
}

/** Hexadecimal digits, cut in the same way. */
export function oldHex(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, bytes.length > WHOLE ? CUT : WHOLE)) + (bytes.length > WHOLE ? ' ...' : '');
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `0x${toHex(bytes)}`;
  }
}
