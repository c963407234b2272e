// nodejs-websocket: node nodejs-websocket.mjs PORT | URL
import { buffer } from 'node:stream/consumers';
import websocket from 'nodejs-websocket';

const target = process.argv[2];
const echo = (connection) => {
  connection.on('text', (text) => {
    if (text === 'close') connection.close(4001, 'bye');
    else connection.sendText(text);
  });
  connection.on('binary', async (stream) => connection.sendBinary(await buffer(stream)));
  connection.on('error', console.error);
};
if (/^\d+$/.test(target)) websocket.createServer(echo).listen(Number(target), '127.0.0.1');
else echo(websocket.connect(target));
