/**
 * The limit of any server on Node's sockets: it knows how long a batch is and how it is answered,
 * so it only reads, counts, and writes as many bytes as an echo has.
 *
 *   limit.mjs PORT MESSAGES BYTES      the messages in flight on each connection, and the payload bytes of each
 */
import { BINARY, makeFrame } from '../frames.mjs';
import { accepting } from './accepting.mjs';

const [messages, bytes] = process.argv.slice(3).map(Number);
const headerBytes = (key) => makeFrame(0x80 | BINARY, Buffer.alloc(bytes), key).length - bytes;
const maskedHeader = headerBytes(Buffer.alloc(4));
const batchBytes = messages * (maskedHeader + bytes);

/**
 * The frames that answer a batch of masked ones.
 *
 * @param {Buffer} batch
 */
function answerTo(batch) {
  return Buffer.concat(
    Array.from({ length: messages }, (_, i) => {
      const at = i * (maskedHeader + bytes);
      const start = at + maskedHeader;
      const payload = batch
        .subarray(start, start + bytes)
        .map((byte, k) => byte ^ batch[start - 4 + (k & 3)]);
      return makeFrame(batch[at], payload);
    }),
  );
}

accepting((socket) => {
  socket.setNoDelay(true);
  /** The first batch, until it is whole. @type {Buffer} */
  let first = Buffer.alloc(0);
  let answer;
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (answer === undefined) first = Buffer.concat([first, chunk]);
    for (; received >= batchBytes; received -= batchBytes) {
      answer ??= answerTo(first);
      socket.write(answer);
    }
  });
});
