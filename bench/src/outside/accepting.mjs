/** The opening handshake of servers that serve as a floor or a limit, without any check. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Listens at the port that the program was given.
 *
 * @param {(socket: import('node:net').Socket) => void} serve - gets a socket behind its handshake
 */
export function accepting(serve) {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`);
    socket.on('error', destroy);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    if (head.length > 0) socket.unshift(head);
    serve(socket);
  });
  const port = Number(process.argv[2]);
  server.listen(port, () => console.log(`listening on ${port}`));
}

/** @this {import('node:net').Socket} */
function destroy() {
  this.destroy();
}
