/**
 * The limit of any server on `node:net`: it knows how long a batch is and how it is answered, so
 * it only reads, counts, and writes as many bytes as an echo has. On Node and, unchanged, on Bun.
 *
 *   limit.mjs SIZES      the payload bytes of the frames in flight on each connection, as JSON
 */
import { createServer } from 'node:net';
import { BINARY, makeFrame } from '../frames.mjs';

const RESPONSE =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

const FIN = 0x80;
const sizes = JSON.parse(process.argv[2]);
const key = Buffer.alloc(4);
const batchBytes = sizes.reduce(
  (sum, size) => sum + makeFrame(FIN | BINARY, Buffer.alloc(size), key).length,
  0,
);

/**
 * The frames that answer a batch of masked ones.
 *
 * @param {Buffer} batch
 */
function answerTo(batch) {
  let at = 0;
  return Buffer.concat(
    sizes.map((size) => {
      const start = at + makeFrame(FIN | BINARY, Buffer.alloc(size), key).length - size;
      at = start + size;
      return makeFrame(
        FIN | BINARY,
        batch.subarray(start, at).map((byte, i) => byte ^ batch[start - 4 + (i & 3)]),
      );
    }),
  );
}

/** @param {import('node:net').Socket} socket */
function serve(socket) {
  /** The first batch, until it is whole. @type {Buffer} */
  let first = Buffer.alloc(0);
  let answer;
  let received = 0;
  const read = (chunk) => {
    received += chunk.length;
    if (answer === undefined) first = Buffer.concat([first, chunk]);
    for (; received >= batchBytes; received -= batchBytes) {
      answer ??= answerTo(first);
      socket.write(answer);
    }
  };
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write(RESPONSE);
    socket.on('data', read);
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
