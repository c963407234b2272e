#!/usr/bin/env bash
# Deno's node:tls and an empty write.
#
# Version:   Deno 2.9.6 (npm:@deno/linux-x64-glibc@2.9.6), Node 20 or later beside it; selfsigned 5.2.0 makes the certificate
# Expected:  socket.write(new Uint8Array(0), callback) calls back without an error, as over TCP, and as Node does: a common way to
#            learn that all that was written before has left
# Behaviour: over node:tls Deno calls back with EPERM and destroys the socket; over node:net it calls back as Node does
# Seen:      node tls: written | node tcp: written | deno tls: EPERM, destroyed | deno tcp: written
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @deno/linux-x64-glibc@2.9.6 selfsigned@5.2.0 >/dev/null

cat >make.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import selfsigned from 'selfsigned';
const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
writeFileSync('key.pem', key);
writeFileSync('cert.pem', cert);
JS
node make.mjs

cat >server.mjs <<'JS'
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
const options = { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') };
const quiet = (socket) => socket.on('error', () => {}).resume();
const a = tls.createServer(options, quiet).listen(0, '127.0.0.1', () => {
  const b = net.createServer(quiet).listen(0, '127.0.0.1', () => console.log(a.address().port, b.address().port));
});
setTimeout(() => process.exit(), 20_000);
JS

cat >client.mjs <<'JS'
import net from 'node:net';
import tls from 'node:tls';
import process from 'node:process';
const [tlsPort, tcpPort] = process.argv.slice(2).map(Number);
const options = { host: '127.0.0.1', port: tlsPort, rejectUnauthorized: false };
const sockets = {
  tls: (ready) => tls.connect(options, ready),
  tcp: (ready) => net.connect({ host: '127.0.0.1', port: tcpPort }, ready),
};
for (const [name, connect] of Object.entries(sockets)) {
  const said = await new Promise((resolve) => {
    const socket = connect(() => {
      socket.write('hello');
      socket.write(new Uint8Array(0), (error) => {
        setTimeout(() => resolve(error ? `${error.code}${socket.destroyed ? ', destroyed' : ''}` : 'written'), 50);
      });
    });
    socket.on('error', () => {});
  });
  console.log(`${name}: ${said}`);
}
process.exit();
JS

node server.mjs >ports &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s ports ]; do sleep 0.1; done
node client.mjs $(cat ports) >node.txt
node_modules/@deno/linux-x64-glibc/deno run --allow-all client.mjs $(cat ports) >deno.txt 2>/dev/null
sed 's/^/node /' node.txt
sed 's/^/deno /' deno.txt
diff <(printf 'tls: written\ntcp: written\n') node.txt
diff <(printf 'tls: EPERM, destroyed\ntcp: written\n') deno.txt
