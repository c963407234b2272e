// rpc-websockets, server and client: calls, errors and events.
import { once } from 'node:events';
import { Client, Server } from 'rpc-websockets';
import { LONG, runBothWays } from './program.mjs';

await runBothWays(async (compresses, log) => {
  const server = new Server({
    port: 0,
    host: '127.0.0.1',
    perMessageDeflate: compresses && { threshold: 10 },
  });
  await once(server, 'listening');
  server.register('sum', ([a, b]) => a + b);
  server.register('long', () => LONG);
  server.register('fails', () => {
    throw new Error('on purpose');
  });
  server.event('news');
  const client = new Client(`ws://127.0.0.1:${server.wss.address().port}`, { reconnect: false });
  await new Promise((resolve) => client.on('open', resolve));
  log(await client.call('sum', [2, 3]), (await client.call('long')).length);
  await client.call('fails').catch((error) => log(error.message ?? error));
  await client.subscribe('news');
  const heard = new Promise((resolve) => client.on('news', resolve));
  server.emit('news', 'something');
  log(await heard);
  log([...server.wss.clients].map(({ extensions }) => extensions));
  const closed = new Promise((resolve) => client.on('close', resolve));
  client.close();
  log(await closed);
  await server.close();
});
