// What a program may write, whatever library of types it has: none is used here.
import { type CloseInfo, Connection } from '@sanssocket/codec';
import { TransportWebSocket } from '@sanssocket/codec/websocket';
import { type ByteTransport, TransportWebSocketStream } from '@sanssocket/codec/websocket-stream';
import { createSimdMemory, type SimdMemory } from '@sanssocket/mask';
import simd from '@sanssocket/mask/simd.wasm';

let outcome: CloseInfo | undefined;
const connection = new Connection(
  { role: 'client' },
  {
    close(how) {
      outcome = how;
    },
  },
);
export const sent: boolean = connection.sendText('text');
export const memory: SimdMemory | undefined = createSimdMemory(65536, simd);
declare const transport: ByteTransport;
export const socket = new TransportWebSocket(transport);
socket.onmessage = ({ data }) => void data;
socket.addEventListener('close', ({ code, wasClean }) => {
  say(code, wasClean, outcome?.code);
});

/** There is no console either. */
function say(..._said: readonly unknown[]): void {}

const stream = new TransportWebSocketStream(Promise.resolve(transport), { role: 'server' });
export const first: Promise<string | Uint8Array | undefined> = stream.opened.then(async ({ readable }) => {
  const { value } = await readable.getReader().read();
  return value;
});
stream.closed.then(({ closeCode, reason }) => say(closeCode, reason));
