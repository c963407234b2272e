/**
 * One side behind its handshake: bytes go to its frames as long as the place of the next one is
 * known; otherwise they wait until a frame is found among them, or are counted and dropped.
 */

import type { NoteCode, Side } from '../model/event.js';
import type { Session } from '../model/session.js';
import type { Direction } from './direction.js';
import { Pending } from './pending.js';
import { type FoundFrames, findFrames, PACKET_BITS } from './resync.js';

/** Tells something about a side. */
export type SideNote = (code: NoteCode, message: string, from: Side, timeMs?: number) => void;

/** Bytes that are looked at together for the place of a frame. */
export const WINDOW_BYTES: number = 256 * 1024;

export class Reading {
  readonly #direction: Direction;
  readonly #note: SideNote;
  readonly #pending: Pending;
  /** Length of `#pending` from which on frames are looked for again: each time twice as long. */
  #nextTry = 1;
  /** Bytes that were dropped since frames were lost, and the offset of the first of them. */
  #unread = 0;
  #unreadFrom = 0;

  /** @param lost - whether the place of the first frame is not known */
  constructor(session: Session, direction: Direction, lost: boolean, note: SideNote) {
    this.#direction = direction;
    this.#pending = new Pending(session);
    this.#note = note;
    if (lost) direction.frames.gap(0, undefined);
    this.#pending.offset = direction.frames.offset;
  }

  receive(bytes: Uint8Array, timeMs: number | undefined): void {
    const { frames } = this.#direction;
    let rest = bytes;
    if (!frames.lost) {
      const read = frames.receive(bytes, timeMs);
      if (read === bytes.length) return;
      this.#lose();
      rest = bytes.subarray(read);
    }
    if (!this.#pending.append(rest, timeMs)) {
      this.#drop();
      this.#addUnread(this.#pending.offset, rest.length);
      this.#pending.skip(rest.length);
    }
    if (this.#pending.length >= this.#nextTry) this.#resync();
  }

  gap(length: number, timeMs: number | undefined): void {
    const { frames, from } = this.#direction;
    const { unfinished } = frames;
    const place = unfinished === undefined ? '' : `, in the frame at byte ${unfinished.offset}`;
    this.#note('gap', `${length} bytes of ${nameOf(from)} are missing${place}`, from, timeMs);
    if (frames.lost) {
      this.#drop();
      this.#pending.skip(length);
      return;
    }
    frames.gap(length, timeMs);
    this.#lose();
  }

  finish(timeMs: number | undefined): void {
    this.#resync();
    this.#drop();
    this.#sayUnread(timeMs);
    this.#direction.finish(timeMs);
  }

  #lose(): void {
    this.#pending.offset = this.#direction.frames.offset;
    this.#nextTry = 1;
  }

  /** Looks for the next frame behind bytes that cannot be read. */
  #resync(): void {
    const pending = this.#pending;
    const { frames, from } = this.#direction;
    if (!frames.lost || pending.length === 0) return;
    this.#nextTry = pending.length * 2;
    const found = findFrames(pending.bytes, from === 'client', PACKET_BITS);
    if (found === undefined) {
      if (pending.length >= WINDOW_BYTES) this.#drop();
      return;
    }
    this.#sayUnread(pending.timeAt(0));
    skipTo(pending, found, from, this.#note);
    frames.resume(pending.offset);
    for (const piece of pending.take()) this.receive(piece.bytes, piece.timeMs);
  }

  /** Forgets bytes that wait in vain, so that they are bounded. */
  #drop(): void {
    const { length, offset } = this.#pending;
    if (length === 0) return;
    this.#addUnread(offset, length);
    this.#pending.clear();
    this.#nextTry = 1;
  }

  #addUnread(offset: number, length: number): void {
    if (this.#unread === 0) this.#unreadFrom = offset;
    this.#unread += length;
  }

  #sayUnread(timeMs: number | undefined): void {
    if (this.#unread === 0) return;
    const { from } = this.#direction;
    const where = `${this.#unread} bytes of ${nameOf(from)} from byte ${this.#unreadFrom} on`;
    this.#note('unread-bytes', `${where} cannot be told to be frames`, from, timeMs);
    this.#unread = 0;
  }
}

/** Forgets the bytes before a frame, and says so. */
export function skipTo(pending: Pending, { at, frames }: FoundFrames, from: Side, note: SideNote): void {
  const { offset } = pending;
  const timeMs = pending.timeAt(at);
  if (at > 0) {
    const skipped = `bytes ${offset} to ${offset + at - 1} of ${nameOf(from)}`;
    note('unread-bytes', `${skipped} belong to frames whose beginning is missing`, from, timeMs);
  }
  if (offset + at > 0) {
    const where = `frames of ${nameOf(from)} are read again from byte ${offset + at} on`;
    note('resynchronised', `${where}: ${frames} follow each other there`, from, timeMs);
  }
  pending.drop(at);
}

function nameOf(side: Side): string {
  return side === undefined ? 'the input' : `the ${side}`;
}
