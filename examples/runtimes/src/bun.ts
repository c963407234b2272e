/** Bun: `bun run src/bun.ts`, `tsconfig.json` says where the packages are. `Bun.listen` gives the bytes. */
import { EchoSession } from './session.ts';

interface Session {
  readonly echo: EchoSession;
  /** What the socket has not taken yet. */
  pending: Uint8Array | undefined;
}
interface BunSocket {
  data: Session;
  write(bytes: Uint8Array): number;
  end(): void;
}
declare const Bun: {
  listen(options: {
    hostname: string;
    port: number;
    socket: Record<'open' | 'drain' | 'end' | 'error', (socket: BunSocket) => void> & {
      data(socket: BunSocket, chunk: Uint8Array): void;
    };
  }): { readonly port: number };
};

const listener = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = { echo: new EchoSession(), pending: undefined };
    },
    data(socket, chunk) {
      socket.data.echo.receive(chunk);
      flush(socket);
    },
    drain: flush,
    end(socket) {
      socket.data.echo.receiveEnd();
      flush(socket);
      socket.end();
    },
    error() {},
  },
});
console.log(`port ${listener.port}`);

/** `write` takes what fits and says how much that was; `drain` tells when more does. */
function flush(socket: BunSocket): void {
  const { data } = socket;
  for (;;) {
    const chunk = data.pending ?? data.echo.takeOutput();
    if (chunk === undefined) break;
    const written = socket.write(chunk);
    data.pending = written < chunk.length ? chunk.slice(Math.max(0, written)) : undefined;
    if (data.pending !== undefined) return;
  }
  if (data.echo.ended) socket.end();
}
