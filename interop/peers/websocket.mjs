// websocket (WebSocket-Node): node websocket.mjs PORT | URL
import { createServer } from 'node:http';
import websocket from 'websocket';

const target = process.argv[2];
const limits = { maxReceivedFrameSize: 1 << 26, maxReceivedMessageSize: 1 << 26 };
const echo = (connection) =>
  connection.on('message', ({ type, utf8Data, binaryData }) => {
    if (utf8Data === 'close') connection.close(4001, 'bye');
    else if (type === 'utf8') connection.sendUTF(utf8Data);
    else connection.sendBytes(binaryData);
  });
if (/^\d+$/.test(target)) {
  const httpServer = createServer().listen(Number(target), '127.0.0.1');
  new websocket.server({ httpServer, autoAcceptConnections: true, ...limits }).on('connect', echo);
} else {
  const client = new websocket.client(limits);
  client.on('connect', echo);
  client.connect(target);
}
