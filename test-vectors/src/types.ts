/**
 * The shapes of a connection vector file, as `schema/connection.schema.json` defines them.
 */

/**
 * The endpoint under test. A client receives unmasked frames, a server masked ones (RFC 6455
 * section 5.1).
 */
export type Role = 'client' | 'server';

/**
 * A run of bytes: hexadecimal digits (spaces between bytes are decoration), or a pattern of such
 * digits repeated `times` times. A list of segments stands for their concatenation.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { expandSegments, type Segment } from '@sanssocket/test-vectors';
 *
 * // A binary frame of 64 KiB: header, then 65,536 zero bytes.
 * const frame: Segment[] = ['827f 0000000000010000', { repeat: '00', times: 65536 }];
 * assert.equal(expandSegments(frame).length, 10 + 65536);
 * ```
 */
export type Segment = string | { readonly repeat: string; readonly times: number };

/**
 * The reason why an endpoint fails the connection. The README's table gives the RFC section and
 * close code of each.
 */
export type FaultCode =
  | 'RESERVED_BITS'
  | 'RESERVED_OPCODE'
  | 'CONTROL_FRAGMENTED'
  | 'MASK_REQUIRED'
  | 'MASK_FORBIDDEN'
  | 'CONTROL_TOO_LONG'
  | 'UNEXPECTED_CONTINUATION'
  | 'EXPECTED_CONTINUATION'
  | 'TOO_MANY_FRAGMENTS'
  | 'CLOSE_BODY_TOO_SHORT'
  | 'LENGTH_NOT_MINIMAL'
  | 'LENGTH_TOP_BIT'
  | 'FRAME_TOO_LARGE'
  | 'MESSAGE_TOO_LARGE'
  | 'CLOSE_CODE_INVALID'
  | 'INVALID_UTF8';

/** A whole text message. Long ones give their UTF-8 as `bytes`. */
export type TextEvent =
  | { readonly type: 'text'; readonly data: string }
  | { readonly type: 'text'; readonly bytes: readonly Segment[] };

/** The peer's Close frame. `code` is 1005 when it had no body (RFC 6455 section 7.1.5). */
export interface CloseEvent {
  readonly type: 'close';
  readonly code: number;
  readonly reason: string;
}

/** Terminal: the endpoint failed the connection (RFC 6455 section 7.1.7). */
export interface FailEvent {
  readonly type: 'fail';
  readonly code: FaultCode;
  /** Status code of the Close frame the endpoint sends. */
  readonly closeCode: number;
  /** Bytes from the start of the input to the byte that shows the fault. */
  readonly offset: number;
}

/**
 * Terminal: the connection is over. Clean: both Close frames exist, and `code` is the peer's. Not
 * clean: the input ended without a Close frame; `truncated` says that a frame or message was
 * unfinished.
 */
export type EndEvent =
  | { readonly type: 'end'; readonly clean: true; readonly code: number }
  | { readonly type: 'end'; readonly clean: false; readonly code: 1006; readonly truncated: boolean };

/** An event as a vector file describes it. */
export type ExpectedEvent =
  | TextEvent
  | { readonly type: 'binary' | 'ping' | 'pong'; readonly data: readonly Segment[] }
  | CloseEvent
  | FailEvent
  | EndEvent;

/**
 * An event as an endpoint under test reports it: an {@link ExpectedEvent}, or one with plain
 * bytes as binary data. An implementation may leave out a fault's `code` and `offset`, and
 * `truncated`, if they are not compared.
 */
export type ObservedEvent =
  | ExpectedEvent
  | { readonly type: 'binary' | 'ping' | 'pong'; readonly data: Uint8Array }
  | { readonly type: 'fail'; readonly code?: string; readonly closeCode: number; readonly offset?: number }
  | { readonly type: 'end'; readonly clean: false; readonly code: number; readonly truncated?: boolean };

/** Settings a vector asks of the endpoint. An absent one is the default the README names. */
export interface EndpointOptions {
  /** Largest payload length of one frame, in bytes. Default 16 MiB. */
  readonly maxFrameBytes?: number;
  /** Largest payload length of one message, in bytes. Default 16 MiB. */
  readonly maxMessageBytes?: number;
  /** Largest number of frames in one message, empty ones included. Default 1,048,576. */
  readonly maxFragments?: number;
  /**
   * Reserved bits an extension claims, as a mask over the first header byte: 64 is RSV1, 32 RSV2,
   * 16 RSV3.
   */
  readonly rsv?: number;
}

/** A value of its own for each role. A role is absent where the vector does not apply to it. */
export interface PerRole<T> {
  readonly client?: T;
  readonly server?: T;
}

/**
 * One vector: the bytes that reach an endpoint, and the events and output that must come of them.
 */
export interface ConnectionVector {
  /** Unique over all files, for instance `close/code/1005`. */
  readonly id: string;
  /** Section of RFC 6455. */
  readonly section: string;
  readonly about: string;
  /** Rows of `ADVISORIES.md` that tell the mistake this vector shows. */
  readonly advisories?: readonly string[];
  readonly input: PerRole<readonly Segment[]>;
  /** The end of input follows the bytes. */
  readonly eof?: boolean;
  readonly options?: EndpointOptions;
  /** The same for both roles, or one list for each. */
  readonly events: readonly ExpectedEvent[] | PerRole<readonly ExpectedEvent[]>;
  /** Every byte the endpoint must have produced, under masking keys of zero. Absent: none. */
  readonly output?: PerRole<readonly Segment[]>;
  /** After so many bytes of input every event must have been reported. Absent: after all of it. */
  readonly consumed?: number | PerRole<number>;
}

/** A vector file. */
export interface ConnectionVectorFile {
  readonly $schema: string;
  readonly title: string;
  readonly about: string;
  readonly vectors: readonly ConnectionVector[];
}
