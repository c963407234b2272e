/**
 * Messages as ws has them: received ones as `Buffer`s in the form of `binaryType`, and data to be
 * sent as strings and bytes.
 */

import { isBlob } from './blob.js';
import type { BinaryType, BufferLike, RawData } from './types.js';

/** No bytes: one object for all messages without any. */
export const EMPTY: Buffer = Buffer.alloc(0);

/**
 * V8 keeps arrays of up to 64 bytes in its own heap: a view of their memory would move it out, which
 * costs ten times as much as a copy.
 */
const TINY_BYTES = 64;

/** A message as a `Buffer`, over the same memory if it is not tiny. */
export function bufferOf(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length > TINY_BYTES) {
    return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, length);
  }
  if (length === 0) return EMPTY;
  const buffer = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) buffer[i] = bytes[i]!;
  return buffer;
}

/** A binary message in the form that the application has chosen. */
export function inForm(buffer: Buffer, form: BinaryType): RawData | Blob {
  switch (form) {
    case 'nodebuffer':
      return buffer;
    case 'arraybuffer':
      return new Uint8Array(buffer).buffer;
    case 'blob':
      return new Blob([new Uint8Array(buffer)]);
    case 'fragments':
      return buffer.length === 0 ? [] : [buffer];
  }
}

/** Data of a caller's as it is sent. */
export type Payload = string | Uint8Array | Blob;

/**
 * Data as a string, bytes or a Blob; falsy data is none. Views and buffers are not copied.
 *
 * @throws TypeError for a value that `Buffer.from` does not take
 */
export function payloadOf(data: BufferLike | undefined | null): Payload {
  if (typeof data === 'string') return data;
  if (typeof data === 'number') return data.toString();
  if (!data) return EMPTY;
  return isBlob(data) ? data : bytesOf(data);
}

function bytesOf(data: Exclude<BufferLike, string | number | Blob>): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  return Buffer.from(data as readonly number[]);
}

/** How many bytes data has, of any kind. */
export function byteLengthOf(payload: Payload): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return isBlob(payload) ? payload.size : payload.length;
}
