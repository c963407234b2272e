import { createServer } from 'node:http';
import driver from 'websocket-driver';

createServer()
  .on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    if (!driver.isWebSocket(request)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    const connection = driver.http(request, { maxLength: 2 ** 26 });
    connection.messages.on('data', (message) =>
      typeof message === 'string' ? connection.text(message) : connection.binary(message),
    );
    connection.on('error', () => {});
    connection.on('close', () => socket.end());
    // In this order the package's documentation has it.
    connection.io.write(head);
    socket.pipe(connection.io).pipe(socket);
    connection.start();
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
