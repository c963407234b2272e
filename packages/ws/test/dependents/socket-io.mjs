// socket.io's server with its own client: over our class as its engine, then through polling and the upgrade, with broadcasts,
// binary data and acknowledgements.
import { once } from 'node:events';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { WebSocketServer } from 'ws';
import { LONG, listenHttp, runBothWays, until } from './program.mjs';

await runBothWays(async (compresses, log) => {
  const { http, port } = await listenHttp();
  const server = new Server(http, {
    wsEngine: WebSocketServer,
    perMessageDeflate: compresses && { threshold: 100 },
  });
  server.on('connection', (socket) => {
    socket.on('echo', (data, answer) => answer(data));
    socket.on('all', (text) => server.emit('all', text));
    socket.on('leave', () => socket.disconnect(true));
  });
  for (const transports of [['websocket'], ['polling', 'websocket']]) {
    const clients = [1, 2].map(() => io(`http://127.0.0.1:${port}`, { transports, forceNew: true }));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    const [first, second] = clients;
    if (transports.length > 1) await until(() => first.io.engine.transport.name === 'websocket');
    log(first.io.engine.transport.name, [...server.sockets.sockets.values()].length);
    log(await first.emitWithAck('echo', 'text'), (await first.emitWithAck('echo', LONG)).length);
    const bytes = await first.emitWithAck('echo', Buffer.from([1, 2, 3]));
    log(Buffer.isBuffer(bytes), bytes);
    const heard = Promise.all(clients.map((client) => once(client, 'all')));
    second.emit('all', 'to all');
    log(await heard);
    const left = once(first, 'disconnect');
    first.emit('leave');
    log((await left)[0]);
    second.close();
    await until(() => server.sockets.sockets.size === 0);
  }
  const engine = server.engine.ws.options;
  log(engine.noServer, engine.clientTracking);
  server.close();
});
