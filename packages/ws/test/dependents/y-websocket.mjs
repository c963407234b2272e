// y-websocket with the server it brings: two documents that become the same, and their awareness.
import { createRequire } from 'node:module';
import { WebSocket, WebSocketServer } from 'ws';
import { LONG, listenHttp, runBothWays, until } from './program.mjs';

// Its server is a CommonJS module: the others have to be, too, so that there is one yjs.
const require = createRequire(import.meta.url);
const Y = require('yjs');
const { WebsocketProvider } = require('y-websocket');
const { setupWSConnection } = require('y-websocket/bin/utils');

await runBothWays(async (compresses, log) => {
  const { http, port } = await listenHttp();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: compresses && { threshold: 10 } });
  http.on('upgrade', (request, socket, head) =>
    server.handleUpgrade(request, socket, head, (websocket) => {
      log('connection', websocket.extensions);
      setupWSConnection(websocket, request);
    }),
  );
  const room = `room-${compresses}`;
  const open = () => {
    const doc = new Y.Doc();
    const options = { WebSocketPolyfill: WebSocket, disableBc: true };
    return { doc, provider: new WebsocketProvider(`ws://127.0.0.1:${port}`, room, doc, options) };
  };
  const [one, two] = [open(), open()];
  await until(() => one.provider.synced && two.provider.synced);
  one.doc.getText('t').insert(0, LONG);
  two.doc.getMap('m').set('key', 'value');
  one.provider.awareness.setLocalStateField('name', 'one');
  await until(() => two.doc.getText('t').length === LONG.length && one.doc.getMap('m').size === 1);
  await until(() => [...two.provider.awareness.getStates().values()].some(({ name }) => name === 'one'));
  log(two.doc.getText('t').toString() === LONG, one.doc.getMap('m').toJSON());
  for (const { provider } of [one, two]) provider.destroy();
  await until(() => server.clients.size === 0);
  http.close();
});
