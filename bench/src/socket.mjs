/** The socket of cases that send without a network. */
import { Tally } from './tally.mjs';

/**
 * A socket as far as ws's Sender knows it. A real one hands Buffers to the kernel as they are and
 * encodes strings on the way (ws relies on it for unmasked text), so this one encodes strings
 * too, into memory it has.
 */
export class FakeSocket {
  tally = new Tally();
  #encoded = Buffer.allocUnsafeSlow(65536);

  cork() {}

  uncork() {}

  /**
   * @param {Uint8Array | string} data
   * @param {() => void} [written]
   */
  write(data, written) {
    if (typeof data === 'string') this.tally.slice(this.#encoded, 0, this.#encoded.write(data));
    else this.tally.bytes(data);
    if (written !== undefined) written();
    return true;
  }
}

/**
 * A driver's flush: everything that waits goes to the socket.
 *
 * @param {import('@sanssocket/codec').Connection} connection
 * @param {FakeSocket} socket
 */
export function flush(connection, socket) {
  for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
    socket.write(chunk);
    connection.recycleOutput(chunk); // this socket is always done when it returns
  }
}
