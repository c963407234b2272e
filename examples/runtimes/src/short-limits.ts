/**
 * An echo server with short time limits, for clients that mean harm; the same in Node, Bun and Deno.
 * The arguments are files with a key and a certificate, for TLS.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { serve } from 'sanssocket';

const [keyFile, certificateFile] = process.argv.slice(2);
const tls = keyFile !== undefined && {
  tls: { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certificateFile!, 'utf8') },
};
const server = await serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    openingTimeoutMs: 500,
    lingerTimeoutMs: 300,
    closeTimeoutMs: 300,
    pingIntervalMs: 1000,
    pongTimeoutMs: 500,
    // Bun does not tell a reset over TLS while it is told not to read: the wait for a pong ends such a
    // connection, behind the time that its peer would need to read all that waits for it.
    minReadBytesPerSecond: 1_000_000,
    ...tls,
  },
  (connection) => ({
    text: (text) => connection.sendText(text),
    binary: (bytes) => connection.sendBinary(bytes),
  }),
);
console.log(`port ${server.port}`);
