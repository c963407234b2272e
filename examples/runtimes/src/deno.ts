/** Deno: `deno run --allow-net=127.0.0.1 --import-map=imports.json src/deno.ts`. `Deno.listen` gives the bytes. */
import { EchoSession } from './session.ts';

interface Conn {
  readonly readable: ReadableStream<Uint8Array>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}
declare const Deno: {
  listen(options: {
    hostname: string;
    port: number;
  }): AsyncIterable<Conn> & { readonly addr: { port: number } };
};

const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 });
console.log(`port ${listener.addr.port}`);
for await (const conn of listener) serve(conn).catch(() => {});

async function serve(conn: Conn): Promise<void> {
  const session = new EchoSession();
  const flush = async (): Promise<void> => {
    for (let chunk = session.takeOutput(); chunk !== undefined; chunk = session.takeOutput()) {
      for (let at = 0; at < chunk.length; ) at += await conn.write(chunk.subarray(at));
    }
  };
  for await (const chunk of conn.readable) {
    session.receive(chunk);
    await flush();
    if (session.ended) break; // and the socket is closed with the iteration
  }
  session.receiveEnd();
}
