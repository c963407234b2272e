// What a program may write, whatever library of types it has: none is used here.
import { type CloseInfo, Connection } from '@sanssocket/codec';
import { connectionStreams } from '@sanssocket/codec/streams';
import { TransportWebSocket } from '@sanssocket/codec/websocket';
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
const { outgoing, incoming } = connectionStreams({ role: 'server' });
export const socket = new TransportWebSocket({ readable: outgoing.readable, writable: incoming.writable });
socket.onmessage = ({ data }) => void data;
socket.addEventListener('close', ({ code, wasClean }) => {
  say(code, wasClean, outcome?.code);
});

/** There is no console either. */
function say(..._said: readonly unknown[]): void {}
