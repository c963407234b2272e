/**
 * The floor: an echo that unmasks in the chunk and writes it back, and knows no rule of the
 * protocol. Messages of less than 64 KiB. No echo in JavaScript costs less.
 *
 *   floor.mjs PORT
 */
import { accepting } from './accepting.mjs';

accepting((socket) => {
  socket.setNoDelay(true);
  socket.on('data', echo);
});

/**
 * One function for all sockets, so that nothing but the bare socket takes memory.
 *
 * @this {import('node:net').Socket & { rest?: Buffer }}
 * @param {Buffer} read
 */
function echo(read) {
  const chunk = this.rest === undefined ? read : Buffer.concat([this.rest, read]);
  let at = 0;
  let to = 0;
  for (;;) {
    const length7 = chunk[at + 1] & 0x7f;
    const header = length7 < 126 ? 2 : 4;
    const length = length7 < 126 ? length7 : (chunk[at + 2] << 8) | chunk[at + 3];
    const start = at + header + 4;
    if (start > chunk.length || start + length > chunk.length) break;
    const k0 = chunk[start - 4];
    const k1 = chunk[start - 3];
    const k2 = chunk[start - 2];
    const k3 = chunk[start - 1];
    for (let i = 0; i < header; i++) chunk[to++] = chunk[at + i] & (i === 1 ? 0x7f : 0xff);
    let from = start;
    for (at = start + length; from + 4 <= at; from += 4, to += 4) {
      chunk[to] = chunk[from] ^ k0;
      chunk[to + 1] = chunk[from + 1] ^ k1;
      chunk[to + 2] = chunk[from + 2] ^ k2;
      chunk[to + 3] = chunk[from + 3] ^ k3;
    }
    if (from < at) chunk[to++] = chunk[from++] ^ k0;
    if (from < at) chunk[to++] = chunk[from++] ^ k1;
    if (from < at) chunk[to++] = chunk[from++] ^ k2;
  }
  if (at < chunk.length) this.rest = Buffer.from(chunk.subarray(at));
  else if (this.rest !== undefined) this.rest = undefined;
  if (to > 0) this.write(chunk.subarray(0, to));
}
