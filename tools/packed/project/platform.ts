// Where a program has the platform's types, what the packages give are those types.
import type { ConnectionEvent } from '@sanssocket/codec';
import { connectionStreams } from '@sanssocket/codec/streams';
import { TransportWebSocket } from '@sanssocket/codec/web-socket';

const { outgoing, incoming } = connectionStreams({ role: 'client' });
export const bytes: ReadableStream<Uint8Array> = outgoing.readable;
export const events: ReadableStream<ConnectionEvent> = incoming.readable;
export const messages: WritableStream<string | Uint8Array> = outgoing.writable;
// @ts-expect-error a stream of bytes is none of strings
export const strings: ReadableStream<string> = outgoing.readable;
const socket = new TransportWebSocket(
  { readable: bytes, writable: incoming.writable },
  { url: new URL('ws://a/') },
);
export const target: EventTarget = socket;
socket.onmessage = (event: MessageEvent) => void event.origin;
socket.onmessage = ({ data }) => {
  // @ts-expect-error neither a string nor bytes is a number
  const wrong: number = data;
  void wrong;
};
socket.onopen = (event: Event) => void event.type;
socket.send(new Blob([]));
