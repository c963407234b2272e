/**
 * One program, written for ws, on ws (with bufferutil) or on `@sanssocket/ws`: an echo with the
 * defaults of `WebSocketServer`.
 *
 *   facade.mjs PORT ours|ws
 */
const [port, side] = process.argv.slice(2);
const { WebSocketServer } = side === 'ours' ? await import('@sanssocket/ws') : await import('ws');

const server = new WebSocketServer({ port: Number(port) }, () => console.log(`listening on ${port}`));
server.on('connection', (socket) => {
  socket.on('error', console.error);
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
