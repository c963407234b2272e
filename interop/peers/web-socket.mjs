// The global WebSocket of a runtime: node, bun or deno, web-socket.mjs URL
import process from 'node:process';

const socket = new WebSocket(process.argv[2]);
socket.binaryType = 'arraybuffer';
socket.onmessage = ({ data }) => {
  if (data === 'close') socket.close(4001, 'bye');
  else socket.send(data);
};
