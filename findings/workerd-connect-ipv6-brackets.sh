#!/usr/bin/env bash
# The host name of an IPv6 address in workerd's cloudflare:sockets.
#
# Version:   workerd 1.20261117.1 (npm:@cloudflare/workerd-linux-64@1.20261117.1), Node 20 or later beside it
# Expected:  connect({ hostname: '::1', port }) connects, as net.connect({ host: '::1', port }) of Node does: the brackets are syntax of
#            a URI (RFC 3986 3.2.2), not a part of the address
# Behaviour: workerd wants the brackets, and fails without them; Node is the reverse
# Seen:      node ::1 connects | node [::1] fails | workerd ::1 fails | workerd [::1] connects
set -euo pipefail
folder=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @cloudflare/workerd-linux-64@1.20261117.1 >/dev/null

cat >server.mjs <<'JS'
import net from 'node:net';
const server = net.createServer((socket) => socket.on('error', () => {}).end('hello'));
server.listen(0, '::1', () => console.log(server.address().port));
setTimeout(() => process.exit(), 30_000);
JS
node server.mjs >port &
pids+=($!)
until [ -s port ]; do sleep 0.1; done
port=$(cat port)

cat >worker.js <<'JS'
import { connect } from 'cloudflare:sockets';
export default {
  async fetch(request) {
    const url = new URL(request.url);
    const hostname = url.searchParams.get('host');
    try {
      const socket = connect({ hostname, port: Number(url.searchParams.get('port')) });
      const { value } = await socket.readable.getReader().read();
      return new Response(value?.length === 5 ? 'connects' : 'fails');
    } catch {
      return new Response('fails');
    }
  },
};
JS
cat >config.capnp <<'CAPNP'
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = (
      modules = [ ( name = "worker", esModule = embed "worker.js" ) ],
      compatibilityDate = "2025-01-01",
    ) ),
    ( name = "internet", network = ( allow = ["private", "local"] ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
CAPNP
node_modules/@cloudflare/workerd-linux-64/bin/workerd serve config.capnp --control-fd=1 >control 2>/dev/null &
pids+=($!)
until grep -q '"port"' control; do sleep 0.1; done
http=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' control | head -1)

cat >client.mjs <<'JS'
import net from 'node:net';
const [port, http] = process.argv.slice(2);
const dial = (host) =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(port) });
    socket.on('data', () => resolve('connects')).on('error', () => resolve('fails'));
  });
for (const host of ['::1', '[::1]']) {
  console.log(`node ${host} ${await dial(host)}`);
  const query = new URLSearchParams({ host, port });
  console.log(`workerd ${host} ${await (await fetch(`http://127.0.0.1:${http}/?${query}`)).text()}`);
}
process.exit();
JS
node client.mjs "$port" "$http" | tee seen.txt
diff - seen.txt <<'TXT'
node ::1 connects
workerd ::1 fails
node [::1] fails
workerd [::1] connects
TXT
