/**
 * The events that an inspection gives, in the order in which they are found. All are plain objects:
 * `JSON.stringify` writes them, but for the payload, which is bytes.
 */

import type { Fault } from '@sanssocket/codec/frames';
import type { HandshakeFault } from '@sanssocket/handshake/heads';

/** The end of a connection that sent something; undefined where nothing tells. */
export type Side = 'client' | 'server' | undefined;

/** The place of an event. */
export interface EventPlace {
  /** The number of the WebSocket connection in the input, counted from 1. */
  readonly connection: number;
  /** Milliseconds since 1970, with a fraction; undefined where the input has no times. */
  readonly timeMs: number | undefined;
}

/** A WebSocket connection has been recognised. */
export interface ConnectionFound extends EventPlace {
  readonly type: 'connection';
  /** Address and port of the client; undefined where the input has none. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  /** How it was recognised: by its handshake, by its frames alone, or by the input's own word. */
  readonly by: 'handshake' | 'frames' | 'input';
}

/** A head of the opening handshake. */
export interface HandshakeHead extends EventPlace {
  readonly type: 'handshake';
  readonly from: Side;
  /** `GET /chat HTTP/1.1`, `HTTP/1.1 101 Switching Protocols`. */
  readonly startLine: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** A frame, as it stood on the wire, unmasked. */
export interface InspectedFrame extends EventPlace {
  readonly type: 'frame';
  readonly from: Side;
  /** Offset of its first byte, in the bytes that this side sent and the input has. */
  readonly offset: number;
  readonly fin: boolean;
  /** Reserved bits as in the first byte: a sum of 64, 32 and 16. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** As `encodeFrame` of the codec takes it, its first byte the lowest; undefined if not masked. */
  readonly maskingKey: number | undefined;
  readonly headerBytes: number;
  readonly payloadLength: number;
  /** Unmasked; compressed where the message is. Shorter than `payloadLength` if not all was kept. */
  readonly payload: Uint8Array;
  /** Ranges of the payload that the input does not have, as offsets; zeros stand there. */
  readonly missing: readonly ByteRange[];
  /** Of a Close frame: its status code, if it has one. */
  readonly closeCode?: number;
  readonly closeReason?: string;
}

/** Bytes from `start` up to, and not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Whether a message was compressed: no; by an extension that the handshake shows; by one that was
 * not seen, as only its RSV1 tells.
 */
export type Compression = 'none' | 'agreed' | 'not-seen';

/** The reason why a message is not whole, or not readable. */
export type MessageProblem =
  /** Bytes of it are missing in the input. */
  | 'missing-bytes'
  /** Its first frame was sent before the input begins. */
  | 'begins-before'
  /** The input ends inside of it, or the connection does. */
  | 'unfinished'
  /** It refers to messages that the input does not have. */
  | 'window-missing'
  /** It cannot be inflated. */
  | 'not-deflate'
  /** It is longer than is kept. */
  | 'too-long';

/** A data message: its fragments joined, inflated. */
export interface InspectedMessage extends EventPlace {
  readonly type: 'message';
  readonly from: Side;
  readonly opcode: number;
  /** Of a text message that is valid UTF-8. */
  readonly text?: string;
  /** Inflated if `compression` says so and there is no `problem`. */
  readonly payload: Uint8Array;
  /** The number of its frames; 0 where the input shows messages only. */
  readonly frames: number;
  /** Bytes of the payload in its frames. */
  readonly wireBytes: number;
  readonly compression: Compression;
  readonly problem?: MessageProblem;
  /** Whether an earlier message of its window was lost, so that its text is likely, not certain. */
  readonly unsure?: true;
}

/** A rule of the protocol is broken; an endpoint would fail the connection here. */
export interface FaultFound extends EventPlace {
  readonly type: 'fault';
  readonly from: Side;
  readonly fault: Fault | HandshakeFault;
}

/** Something to know about the input, or about the way it was read. */
export interface Note {
  readonly type: 'note';
  /** Stable; the message is for people. */
  readonly code: NoteCode;
  readonly message: string;
  readonly connection?: number;
  readonly from?: Side;
  readonly timeMs?: number | undefined;
}

/** The kind of a {@link Note}. */
export type NoteCode =
  /** The connection's handshake is not in the input. */
  | 'no-handshake'
  /** The client is told by the mask bit. */
  | 'side-by-mask'
  /** Frames were found behind bytes that cannot be read. */
  | 'resynchronised'
  /** Bytes that belong to no frame, or whose frames cannot be told. */
  | 'unread-bytes'
  /** Bytes are missing in the input. */
  | 'gap'
  /** Packets are cut by the capture (snaplen). */
  | 'cut-packets'
  /** TLS without keys. */
  | 'encrypted'
  /** TLS was read through tshark. */
  | 'decrypted'
  /** The sides that the input names disagree with its bytes. */
  | 'sides-swapped'
  /** The input has messages, not frames. */
  | 'messages-only'
  /** The input holds a connection without its messages. */
  | 'no-messages'
  /** The input tells how the connection ended, without its Close frames. */
  | 'closed'
  /** There is nothing in the input. */
  | 'empty'
  /** There is no WebSocket traffic in the input. */
  | 'no-websocket'
  /** A link or network layer that is not read. */
  | 'unknown-link'
  /** The input is broken at some place, or ends too early. */
  | 'damaged'
  /** The limits of memory were met. */
  | 'not-kept'
  /** The client asked for an upgrade and the server did not agree. */
  | 'rejected'
  /** The input is of a kind that only some of its traffic can be read from. */
  | 'partly-read';

/** The last event of an input. */
export interface Summary {
  readonly type: 'summary';
  /** The format of the input, in words. */
  readonly format: string;
  readonly bytes: number;
  /** Packets of a capture; 0 elsewhere. */
  readonly packets: number;
  /** TCP streams of a capture, WebSocket or not. */
  readonly streams: number;
  readonly connections: number;
  readonly frames: number;
  readonly messages: number;
  readonly faults: number;
}

/** An event of an inspection. */
export type InspectEvent =
  | ConnectionFound
  | HandshakeHead
  | InspectedFrame
  | InspectedMessage
  | FaultFound
  | Note
  | Summary;
