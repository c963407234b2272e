/** What a fault is: one way in which an endpoint that does everything else right is wrong. */
import type { Frame } from './frames.js';

/** How the endpoint may compress, by what was agreed. */
export interface OwnDeflate {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** A message to be echoed. */
export interface Message {
  readonly opcode: 1 | 2;
  readonly payload: Buffer;
  /** Counted from 0. */
  readonly nth: number;
  /** Undefined where permessage-deflate was not agreed. */
  readonly deflate: OwnDeflate | undefined;
}

/** Frames in place of a frame. It is made anew for each connection, so that it may remember. */
export type Filter = (frame: Frame) => readonly Frame[];

/** One fault, as data: a sentence, and the hook that does it. Whatever has no hook is done right. */
export interface Fault {
  readonly name: string;
  /** What the endpoint does wrong. */
  readonly sentence: string;

  /** The server's whole answer to a head; `right` if the rest of the endpoint is to give the right one. */
  readonly answers?: (head: string) => string | 'right';
  /** Header fields that the server adds to a right acceptance. */
  readonly adds?: (head: string) => readonly (readonly [name: string, value: string])[];
  /** The client's request in place of a right one. */
  readonly asks?: (head: string) => string;
  /** The client goes on whatever the response says. */
  readonly takesAnyResponse?: true;

  /** What the endpoint takes a frame for. The codec behind it is strict, so that this is the one rule that is broken. */
  readonly hears?: (isDeflated: boolean) => Filter;
  /** The echo of a message, in frames that are sent as they stand. */
  readonly echoes?: () => (message: Message) => readonly Frame[];
  /** What becomes of a frame that is about to be sent. */
  readonly says?: () => Filter;
  /** `hears` and `says` in one, where the answer depends on what was heard. */
  readonly both?: (isDeflated: boolean) => { readonly hears: Filter; readonly says: Filter };

  /** Sent as soon as the connection is open. */
  readonly saysFirst?: readonly Frame[];
  /** Sent when the other side of the transport has ended. */
  readonly saysLast?: readonly Frame[];
  /** Frames are masked by a server, not masked by a client. */
  readonly masksWrongly?: true;
  /** The client's masking keys, in place of random ones. */
  readonly masksWith?: () => () => number;
  /** The transport is left open by whoever has to end it. */
  readonly neverEnds?: true;
  /** The transport is reset in place of an echo. */
  readonly resets?: true;
}
