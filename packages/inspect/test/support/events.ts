/** Inspections in tests: bytes in, all events out, and short words for them. */
import { encodeFrame, type FrameFields } from '@sanssocket/codec/frames';
import { type InspectEvent, type InspectOptions, inspectStream } from '@sanssocket/inspect';

export type EventOf<Type extends InspectEvent['type']> = Extract<InspectEvent, { type: Type }>;

export async function inspectAll(
  input: Uint8Array | string | Iterable<Uint8Array>,
  options: InspectOptions = {},
): Promise<InspectEvent[]> {
  const chunks = typeof input === 'string' ? [bytesOf(input)] : input instanceof Uint8Array ? [input] : input;
  const events: InspectEvent[] = [];
  for await (const event of inspectStream(chunks, options)) events.push(event);
  return events;
}

export function ofType<Type extends InspectEvent['type']>(
  events: readonly InspectEvent[],
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

/** Messages as `client: text` or `server: 00 ff`. */
export function messagesOf(events: readonly InspectEvent[]): string[] {
  return ofType(events, 'message').map(
    ({ from, text, payload, problem }) =>
      `${from}: ${text ?? Buffer.from(payload).toString('hex')}${problem === undefined ? '' : ` (${problem})`}`,
  );
}

export function notesOf(events: readonly InspectEvent[]): string[] {
  return ofType(events, 'note').map(({ code }) => code);
}

export function faultsOf(events: readonly InspectEvent[]): string[] {
  return ofType(events, 'fault').map(({ from, fault }) => `${from}: ${fault.code} at ${fault.offset}`);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const KEY = 0x37fa213d;

/** A frame of the client's. */
export function fromClient(payload: string | Uint8Array, fields: Partial<FrameFields> = {}): Uint8Array {
  return encodeFrame({
    opcode: 1,
    payload: typeof payload === 'string' ? bytesOf(payload) : payload,
    maskingKey: KEY,
    ...fields,
  });
}

/** A frame of the server's. */
export function fromServer(payload: string | Uint8Array, fields: Partial<FrameFields> = {}): Uint8Array {
  return encodeFrame({
    opcode: 1,
    payload: typeof payload === 'string' ? bytesOf(payload) : payload,
    ...fields,
  });
}

export const REQUEST: Uint8Array = bytesOf(
  'GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
);

export function response(extensions?: string): Uint8Array {
  const line = extensions === undefined ? '' : `Sec-WebSocket-Extensions: ${extensions}\r\n`;
  return bytesOf(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n${line}\r\n`,
  );
}
