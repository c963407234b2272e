/** Bytes as data: the payloads that a case sends or expects, small enough to print at any size. */
import type { Case } from './case.js';

/**
 * Text as UTF-8, hexadecimal digits (spaces are decoration), a pattern of such digits up to a
 * length, or several in a row.
 */
export type Payload =
  | { readonly text: string }
  | { readonly hex: string }
  | { readonly repeat: string; readonly bytes: number }
  | { readonly parts: readonly Payload[] };

/** No bytes. */
export const NOTHING: Payload = { hex: '' };

const encoder = new TextEncoder();

/**
 * Makes the bytes that a payload stands for.
 *
 * @param payload - to be expanded; a pattern is repeated, and its last copy cut short
 * @returns fresh bytes
 * @throws RangeError for digits that are not hexadecimal, or an odd number of them
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { expandPayload } from '@sanssocket/conformance';
 *
 * assert.deepEqual([...expandPayload({ repeat: '01 02', bytes: 3 })], [1, 2, 1]);
 * ```
 */
export function expandPayload(payload: Payload): Uint8Array<ArrayBuffer> {
  if ('text' in payload) return new Uint8Array(encoder.encode(payload.text));
  if ('hex' in payload) return fromHex(payload.hex);
  if ('parts' in payload) return concat(payload.parts.map(expandPayload));
  return repeat(fromHex(payload.repeat), payload.bytes);
}

/** How many bytes a payload has, without making those of a pattern. */
export function payloadBytes(payload: Payload): number {
  if ('repeat' in payload) return payload.bytes;
  if ('parts' in payload) return payload.parts.reduce((sum, part) => sum + payloadBytes(part), 0);
  return expandPayload(payload).length;
}

/** Reads hexadecimal digits. */
export function fromHex(digits: string): Uint8Array<ArrayBuffer> {
  const plain = digits.replace(/\s+/g, '');
  if (plain.length % 2 !== 0 || /[^0-9a-f]/i.test(plain)) throw new RangeError(`no hexadecimal: ${digits}`);
  const bytes = new Uint8Array(plain.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(plain.substr(at * 2, 2), 16);
  return bytes;
}

/** Writes bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += (byte < 16 ? '0' : '') + byte.toString(16);
  return digits;
}

/** Puts pieces together. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Compares content. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return firstDifference(a, b) < 0;
}

/**
 * The first index at which two arrays differ, the shorter one's length if one begins the other, or
 * -1.
 */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? -1 : shared;
}

function repeat(pattern: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  whole.set(pattern.subarray(0, length));
  for (let filled = pattern.length; filled > 0 && filled < length; filled *= 2) {
    whole.copyWithin(filled, 0, Math.min(filled, length - filled));
  }
  return whole;
}

// ---- Sizes of messages ----
// Sizes of the messages of a case: the largest echo there can be, and the sizes that an endpoint
// may find too large.

/** Octets of the largest message that a case sends or expects, fragments put together. */
export function largestMessage(test: Case): number {
  return Math.max(0, ...messageSizes(test));
}

/**
 * Octets of all messages that a case sends or expects at a time: those of an exchange come one
 * after the other.
 */
export function octetsInAll(test: Case): number {
  return messageSizes(test).reduce((sum, size) => sum + size, 0);
}

function messageSizes({ steps, outcomes }: Case): number[] {
  const sizes: number[] = [];
  let isOpen = false;
  for (const step of steps) {
    if (step.do === 'exchange') sizes.push(step.size);
    if (step.do === 'drip') sizes.push(payloadBytes(step.frame.payload ?? NOTHING));
    if (step.do !== 'send') continue;
    for (const { opcode, payload = NOTHING, fin = true } of step.frames) {
      const bytes = payloadBytes(payload);
      if (opcode >= 8 || !isOpen) sizes.push(bytes);
      else sizes[sizes.length - 1]! += bytes;
      if (opcode < 8) isOpen = !fin;
    }
  }
  // The length of a compressed message, inflated, stands in the outcomes only.
  const expected = outcomes.flatMap(({ events }) => (Array.isArray(events) ? events : []));
  return [...sizes, ...expected.map((event) => ('payload' in event ? payloadBytes(event.payload) : 0))];
}

/** A number of octets in words. */
export function octets(count: number): string {
  return count === 1 ? '1 octet' : `${count} octets`;
}
