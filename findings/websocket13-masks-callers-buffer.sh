#!/usr/bin/env bash
# A Buffer given to websocket13's client.
#
# Version:   websocket13 4.1.0 (npm), Node 20 or later; the server is ws 8.23.0, which agrees on no compression
# Expected:  send(buffer) sends the bytes and leaves them alone, so that the same Buffer can go to a second connection, or be sent again
# Behaviour: the client masks the caller's Buffer in place: afterwards it holds the masked bytes, and the second send of the same
#            Buffer sends these. With compression agreed on the Buffer stays as it was
# Seen:      first: right | second: other bytes | the Buffer: changed
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund websocket13@4.1.0 ws@8.23.0 >/dev/null

cat >main.mjs <<'JS'
import { WebSocket } from 'websocket13';
import { WebSocketServer } from 'ws';
const text = 'the same bytes twice';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
const received = [];
server.on('connection', (socket) =>
  socket.on('message', (data) => {
    if (received.push(`${data}`) < 2) return;
    console.log(`first: ${received[0] === text ? 'right' : 'other bytes'}`);
    console.log(`second: ${received[1] === text ? 'right' : 'other bytes'}`);
    console.log(`the Buffer: ${buffer.toString() === text ? 'as it was' : 'changed'}`);
    process.exit();
  }),
);
const buffer = Buffer.from(text);
server.on('listening', () => {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
  client.on('connected', () => {
    client.send(buffer);
    setTimeout(() => client.send(buffer), 200);
  });
});
setTimeout(() => process.exit(1), 10_000);
JS
node main.mjs | tee seen.txt
diff - seen.txt <<'TXT'
first: right
second: other bytes
the Buffer: changed
TXT
