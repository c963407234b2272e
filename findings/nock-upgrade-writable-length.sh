#!/usr/bin/env bash
# writableLength of an upgraded client socket under nock.
#
# Version:   nock 14.0.17 (@mswjs/interceptors 0.41.9) on Node 20 or later
# Expected:  with all requests let through (net connections enabled, nothing intercepted) the socket of a client's 'upgrade' event is
#            as without nock: what the peer has not read counts in writableLength, and write() returns false
# Behaviour: the socket is a net.Socket by its class, with setNoDelay, but passes its bytes on to another one: writableLength is
#            always 0 and write() always true, with megabytes waiting; the callback of write() comes when the bytes have left
# Seen:      without nock: counts, write() false | with nock: 0, write() true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nock@14.0.17 >/dev/null

cat >run.mjs <<'JS'
import http from 'node:http';
if (process.argv[2] === 'nock') {
  const { default: nock } = await import('nock');
  nock.enableNetConnect();
}
const server = http.createServer().on('upgrade', (_request, socket) => {
  socket.on('error', () => {});
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
  socket.pause(); // reads nothing
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const headers = { connection: 'Upgrade', upgrade: 'test' };
  http.get({ host: '127.0.0.1', port, headers }).on('upgrade', async (_response, socket) => {
    socket.on('error', () => {});
    let more = true;
    for (let i = 0; i < 20; i++) more = socket.write(Buffer.alloc(1_000_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    console.log(`${socket.writableLength > 0 ? 'counts' : '0'}, write() ${more}`);
    process.exit();
  });
});
JS
node run.mjs plain >plain.txt
node run.mjs nock >nock.txt
echo "without nock: $(cat plain.txt) | with nock: $(cat nock.txt)"
[ "$(cat plain.txt)" = 'counts, write() false' ]
[ "$(cat nock.txt)" = '0, write() true' ]
