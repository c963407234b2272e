import { createServer } from 'node:http';
import websocket from 'websocket';

const http = createServer((_, response) => response.writeHead(404).end());
const server = new websocket.server({
  httpServer: http,
  maxReceivedFrameSize: 2 ** 26,
  maxReceivedMessageSize: 2 ** 26,
  disableNagleAlgorithm: true,
});
server.on('request', (request) => {
  const connection = request.accept(null, request.origin);
  connection.on('error', () => {});
  connection.on('message', (message) =>
    message.type === 'utf8' ? connection.sendUTF(message.utf8Data) : connection.sendBytes(message.binaryData),
  );
});
http.listen(Number(process.argv[2]), '127.0.0.1');
