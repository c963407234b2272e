#!/usr/bin/env bash
# The Pong of nodejs-websocket to a Ping with bytes, and its letters in fragments.
#
# Version:   nodejs-websocket 1.7.2 (npm), Node 20 or later; the client is ws 8.23.0
# Expected:  a Pong has the bytes of its Ping (RFC 6455 5.5.3), and a text in fragments is the text, wherever the fragments part it
#            (RFC 6455 5.6: only the whole message is UTF-8)
# Behaviour: both are decoded too early. Bytes of a Ping that are no UTF-8 come back as U+FFFD, so the Pong is another and a longer one,
#            and a peer that matches Pongs by their payload never gets its own; a letter that two fragments part becomes U+FFFD twice
# Seen:      ping 00 ff 80: pong 00 ef bf bd ef bf bd | fragments: a + U+FFFD + U+FFFD
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nodejs-websocket@1.7.2 ws@8.23.0 >/dev/null

cat >main.mjs <<'JS'
import websocket from 'nodejs-websocket';
import { WebSocket } from 'ws';
const server = websocket.createServer((connection) => connection.on('text', (text) => connection.sendText(text)));
server.listen(0, '127.0.0.1', () => {
  const client = new WebSocket(`ws://127.0.0.1:${server.socket.address().port}/`, { perMessageDeflate: false });
  client.on('open', () => client.ping(Buffer.of(0x00, 0xff, 0x80)));
  client.on('pong', (payload) => {
    console.log(`ping 00 ff 80: pong ${payload.toString('hex').match(/../g).join(' ')}`);
    const [head, tail] = [Buffer.from('aé').subarray(0, 2), Buffer.from('aé').subarray(2)];
    client.send(head, { binary: false, fin: false });
    client.send(tail, { binary: false, fin: true });
  });
  client.on('message', (data) => {
    console.log(`fragments: ${[...`${data}`].map((one) => (one === '\ufffd' ? 'U+FFFD' : one)).join(' + ')}`);
    process.exit();
  });
});
setTimeout(() => process.exit(1), 10_000);
JS
node main.mjs | tee seen.txt
diff - seen.txt <<'TXT'
ping 00 ff 80: pong 00 ef bf bd ef bf bd
fragments: a + U+FFFD + U+FFFD
TXT
