// graphql-ws over our server, with its own client over our class: a query, a subscription, an error, and a close with a code.
import { once } from 'node:events';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { LONG, runBothWays } from './program.mjs';

const schema = buildSchema('type Query { hello: String, long: String } type Subscription { count: Int }');
const roots = {
  query: { hello: () => 'world', long: () => LONG },
  subscription: {
    async *count() {
      for (let i = 0; i < 3; i++) yield { count: i };
    },
  },
};

await runBothWays(async (compresses, log) => {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    perMessageDeflate: compresses && { threshold: 10 },
  });
  useServer(
    { schema, roots, onConnect: ({ connectionParams }) => connectionParams?.token === 'right' },
    server,
  );
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${server.address().port}/graphql`;
  const extensions = [];
  const create = (token) =>
    createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      connectionParams: { token },
      onNonLazyError: (event) => log('refused', event.code, event.reason),
      on: { connected: (socket) => extensions.push(socket.extensions, socket.protocol) },
    });
  const client = create('right');
  for (const query of ['{ hello }', '{ long }', 'subscription { count }', '{ nonsense }']) {
    try {
      for await (const { data, errors } of client.iterate({ query })) {
        log(query, JSON.stringify(data)?.slice(0, 40), errors?.length);
      }
    } catch (error) {
      log(query, Array.isArray(error), error[0]?.message);
    }
  }
  log(extensions);
  const wrong = create('wrong');
  await new Promise((resolve) => wrong.on('closed', resolve));
  await client.dispose();
  await new Promise((resolve) => server.close(resolve));
});
