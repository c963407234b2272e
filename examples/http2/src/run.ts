/** One WebSocket over one stream: what is read goes to the connection, what it has to say is written. */
import type { Duplex } from 'node:stream';
import type { Connection } from '@sanssocket/codec';

/**
 * Runs a connection whose opening handshake is done until both have ended. A stream of HTTP/2 is a Duplex like a socket.
 *
 * @param stream - a `Http2Stream`, with nothing read from it yet
 * @returns to be called after each send
 */
export function run(stream: Duplex, connection: Connection): () => void {
  const flush = (): void => {
    for (let chunk = connection.takeOutput(); chunk !== undefined; chunk = connection.takeOutput()) {
      // Whoever does not read what we send is not read from either.
      if (!stream.write(chunk)) stream.pause();
    }
    if (connection.transport === 'end' && stream.writable) stream.end();
  };
  stream.on('drain', () => stream.resume());
  stream.on('data', (chunk: Uint8Array) => {
    connection.receive(chunk);
    flush();
  });
  stream.on('end', () => {
    connection.receiveEnd();
    flush();
  });
  stream.on('error', () => {}); // 'close' follows
  stream.on('close', () => connection.receiveEnd());
  return flush;
}
