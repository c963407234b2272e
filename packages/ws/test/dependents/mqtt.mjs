// mqtt's client over WebSockets with aedes as the broker, whose connections are streams of `createWebSocketStream`.
import { once } from 'node:events';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { LONG, listenHttp, runBothWays } from './program.mjs';

await runBothWays(async (compresses, log) => {
  const broker = await Aedes.createBroker();
  const { http, port } = await listenHttp();
  const server = new WebSocketServer({ server: http, perMessageDeflate: compresses });
  server.on('connection', (socket, request) => {
    log('connection', socket.protocol, socket.extensions);
    broker.handle(createWebSocketStream(socket), request);
  });
  const connect = () => mqtt.connectAsync(`ws://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  const subscriber = await connect();
  await subscriber.subscribeAsync('topic/#', { qos: 1 });
  const publisher = await connect();
  for (const [topic, payload] of [
    ['topic/a', 'text'],
    ['topic/b', LONG.repeat(20)],
    ['topic/c', Buffer.from([1, 2, 3])],
  ]) {
    const heard = once(subscriber, 'message');
    await publisher.publishAsync(topic, payload, { qos: 1 });
    const [name, message] = await heard;
    log(name, message.length, message.equals(Buffer.from(payload)));
  }
  await publisher.endAsync();
  await subscriber.endAsync();
  await new Promise((resolve) => broker.close(resolve));
  for (const socket of server.clients) socket.terminate();
  server.close();
  http.close();
});
