// @fastify/websocket: routes with connections beside plain ones, a hook that refuses, its own `injectWS`.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import { LONG, runBothWays } from './program.mjs';

const require = createRequire(import.meta.url);
const fastify = require('fastify');
const plugin = require('@fastify/websocket');

await runBothWays(async (compresses, log) => {
  const app = fastify();
  await app.register(plugin, {
    options: { maxPayload: 100_000, perMessageDeflate: compresses && { threshold: 10 } },
  });
  app.get('/echo', { websocket: true }, (socket, request) => {
    log('route', request.query.a, socket.extensions);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  app.get(
    '/secret',
    { websocket: true, preValidation: async (_request, reply) => reply.code(401).send('no') },
    () => {},
  );
  app.get('/plain', async () => 'plain');
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = new WebSocket(`${address}/echo?a=1`);
  await once(client, 'open');
  for (const data of ['text', LONG, Buffer.from([1, 2])]) {
    client.send(data);
    const [answer, isBinary] = await once(client, 'message');
    log(answer.length, isBinary);
  }
  const over = new Promise((resolve) => client.on('close', (code) => resolve(code)));
  client.on('error', () => {});
  client.send(Buffer.alloc(100_001));
  log(await over);
  const refused = new WebSocket(`${address}/secret`);
  log((await once(refused, 'error').catch((error) => [error]))[0].message);
  log(await (await fetch(`${address}/plain`)).text());
  const injected = await app.injectWS('/echo?a=2');
  injected.send('injected');
  const [answer] = await once(injected, 'message');
  log(String(answer));
  injected.terminate();
  await app.close();
});
