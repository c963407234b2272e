// Where a program has the platform's types, what the packages give are those types.
import { Connection, ConnectionEvents, PreparedMessage } from '@sanssocket/codec';
import { encodeFrame, encodeUncheckedFrame, TEXT } from '@sanssocket/codec/frames';
import { attachMessagePort } from '@sanssocket/codec/message-port';
import { TransportWebSocket } from '@sanssocket/codec/websocket';
import { TransportWebSocketStream } from '@sanssocket/codec/websocket-stream';
import { rejectRequest, ServerHandshake } from '@sanssocket/handshake';

const transport = new TransformStream<Uint8Array, Uint8Array>();
const { readable, writable } = await new TransportWebSocketStream(transport).opened;
export const received: ReadableStream<string | Uint8Array> = readable;
export const messages: WritableStream<string | Uint8Array> = writable;
// @ts-expect-error a stream of messages is none of strings
export const strings: ReadableStream<string> = readable;
const socket = new TransportWebSocket(transport, { url: new URL('ws://a/') });
export const target: EventTarget = socket;
socket.onmessage = (event: MessageEvent) => void event.origin;
socket.onmessage = ({ data }) => {
  // @ts-expect-error neither a string nor bytes is a number
  const wrong: number = data;
  void wrong;
};
socket.onopen = (event: Event) => void event.type;
socket.send(new Blob([]));

// Bytes that a caller keeps are not shared: the platform takes them.
const connection = new Connection(
  { role: 'server' },
  {
    binary(data) {
      void crypto.subtle.digest('SHA-256', data);
      void fetch('/', { method: 'POST', body: data });
    },
    ping: (payload) => void new Blob([payload]),
  },
);
new Connection({ role: 'server' }, { message: (_, span) => void new Blob([span.copy()]) });
for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
  new Response(chunk);
for (const event of new ConnectionEvents({ role: 'server' }).take())
  if (event.type === 'binary' || event.type === 'messageData') new Blob([event.bytes]);
new Blob([encodeFrame({ opcode: TEXT }), encodeUncheckedFrame({ first: 1 }), PreparedMessage.text('').frame]);
const { body, bytes: response } = rejectRequest({ status: 403 });
new Blob([body, response]);
const request = new ServerHandshake().receive(response);
if (request?.kind === 'rejected') new Response(request.bytes);
attachMessagePort(new MessageChannel().port1, connection);
