/** A relay between the two ends that counts bytes, keeps the heads, and sees which end leaves TCP first. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * @typedef {object} Line one connection through the relay
 * @property {{ bytes: number, head: string }} caller - what the end that connected has sent
 * @property {{ bytes: number, head: string }} callee - what the other has sent
 */

const HEAD_END = '\r\n\r\n';

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 * @param {{ bytes: number, head: string }} count
 */
function pass(from, to, count) {
  from.on('data', (chunk) => {
    count.bytes += chunk.length;
    if (!count.head.includes(HEAD_END)) count.head += chunk.toString('latin1');
  });
  from.pipe(to);
  from.on('error', () => to.destroy());
}

/**
 * @param {number} target - the port that is connected to
 * @returns {Promise<{ port: number, lines: Line[], close: () => void }>}
 */
export async function meter(target) {
  /** @type {Line[]} */
  const lines = [];
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const line = { caller: { bytes: 0, head: '' }, callee: { bytes: 0, head: '' } };
    lines.push(line);
    const other = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const one of [socket, other]) {
      one.setNoDelay();
      sockets.add(one);
    }
    pass(socket, other, line.caller);
    pass(other, socket, line.callee);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port,
    lines,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * @param {string} head
 * @param {string} name - in lower case
 * @returns {string | undefined} a header's value
 */
export function headerOf(head, name) {
  const lines = head.slice(0, head.indexOf(HEAD_END)).split('\r\n');
  return lines
    .find((line) => line.toLowerCase().startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();
}
