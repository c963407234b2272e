import websocket from 'websocket';
import { runCases } from '../run-cases.mjs';

await runCases(
  (url) =>
    new Promise((resolve) => {
      const client = new websocket.client({ maxReceivedFrameSize: 2 ** 26, maxReceivedMessageSize: 2 ** 26 });
      client.on('connectFailed', resolve);
      client.on('connect', (connection) => {
        connection.on('error', () => {});
        connection.on('message', (message) =>
          message.type === 'utf8'
            ? connection.sendUTF(message.utf8Data)
            : connection.sendBytes(message.binaryData),
        );
        connection.on('close', resolve);
      });
      client.connect(url);
    }),
);
