/** A whole message on its way to the sink, in the form that the connection's `delivery` asks for. */
import type { ConnectionConfig } from './connection-config.js';
import type { ConnectionSink } from './connection-sink.js';
import { type MessageOpcode, TEXT } from './opcodes.js';
import { decodeUtf8 } from './text.js';

/**
 * Delivers the bytes of a message.
 *
 * @param bytes - the sink's to keep; those of a text are valid UTF-8
 */
export function deliverBytes(
  delivery: ConnectionConfig['delivery'],
  sink: ConnectionSink,
  opcode: MessageOpcode,
  bytes: Uint8Array,
): void {
  if (delivery === 'pieces') {
    sink.begin?.(opcode);
    if (bytes.length > 0) sink.piece?.(bytes, 0, bytes.length);
    sink.finish?.();
  } else if (delivery === 'spans') {
    sink.message?.(opcode, bytes, 0, bytes.length, null);
  } else if (opcode === TEXT) {
    sink.text?.(decodeUtf8(bytes, 0, bytes.length)!);
  } else {
    sink.binary?.(bytes);
  }
}
