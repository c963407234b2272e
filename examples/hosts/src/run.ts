/** What every host of this folder does once the opening handshake is over: bytes in, bytes out, and the two ends. */
import type { Duplex } from 'node:stream';
import { Connection } from '@sanssocket/codec';

/** A server's connection that answers each message with itself. */
export function createEcho(): Connection {
  const connection: Connection = new Connection(
    { role: 'server' },
    { text: (text) => connection.sendText(text), binary: (bytes) => connection.sendBinary(bytes) },
  );
  return connection;
}

/**
 * Runs a connection over a socket until both have ended.
 *
 * @param socket - with `allowHalfOpen`, so that each side ends by itself
 * @param remaining - what came in one chunk with the handshake's head: the first bytes of the first frames
 * @returns to be called after each send
 */
export function run(socket: Duplex, connection: Connection, remaining: Uint8Array): () => void {
  const flush = (): void => {
    for (let chunk = connection.takeOutput(); chunk !== undefined; chunk = connection.takeOutput()) {
      // Whoever does not read what we send is not read from either.
      if (!socket.write(chunk)) socket.pause();
    }
    if (connection.transport === 'end' && socket.writable) socket.end();
  };
  const receive = (chunk: Uint8Array): void => {
    connection.receive(chunk);
    flush();
  };
  socket.on('drain', () => socket.resume());
  socket.on('data', receive);
  socket.on('end', () => {
    connection.receiveEnd();
    flush();
    if (socket.writable) socket.end();
  });
  socket.on('error', () => {}); // 'close' follows
  socket.on('close', () => connection.receiveEnd());
  receive(remaining);
  socket.resume();
  return flush;
}
