/**
 * A WebSocket beside pages: requests that offer another protocol are answered like any other. Says
 * what each kind of request got, as lines.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { connect, serve } from 'sanssocket';

const http = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => response.end(`page of ${request.method} ${body}`));
});
await once(http.listen(0, '127.0.0.1'), 'listening');
const { port } = http.address() as AddressInfo;

/** What is heard when requests are written on one connection, each when the one before is answered. */
async function ask(...requests: readonly string[]): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1');
  const heard: string[] = [];
  for (const request of requests) {
    socket.write(request);
    const [chunk] = await once(socket, 'data');
    heard.push(String(chunk).replaceAll('\r\n', ' '));
  }
  socket.destroy();
  return heard.join(' ');
}

const offer = (kind: string, ...lines: string[]): string =>
  [`${kind} / HTTP/1.1`, 'Host: a', 'Connection: Upgrade, HTTP2-Settings', ...lines, '', ''].join('\r\n');
const h2c = ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const statuses = (text: string): string => (text.match(/HTTP\/1\.1 \d+/g) ?? []).join(' ');
const pages = (text: string): string => (text.match(/page of [A-Z]+ \w*/g) ?? []).join(' ').trim();

const first = await serve({ server: http, paths: ['/a'] }, (it) => ({ text: (text) => it.sendText(text) }));
const second = await serve({ server: http, paths: ['/b'] }, (it) => ({ text: (text) => it.sendText(text) }));
for (const kind of ['GET', 'POST']) {
  const body = kind === 'POST' ? 'body' : '';
  const lines = kind === 'POST' ? [...h2c, 'Content-Length: 4'] : h2c;
  const heard = await ask(offer(kind, ...lines) + body, last);
  console.log(`${kind}: ${statuses(heard)}, ${pages(heard)}`);
}
console.log(`both: ${statuses(await ask(offer('GET', 'Upgrade: h2c, websocket')))}`);
const echoed = await new Promise<string>((resolve, reject) => {
  const given = { text: (text: string) => resolve(text) };
  connect(`ws://127.0.0.1:${port}/b`, given).then((it) => it.sendText('echoed'), reject);
});
await first.close({ timeoutMs: 100 });
await second.close({ timeoutMs: 100 });
const left = http.listenerCount('upgrade');
console.log(`websocket: ${echoed}, listeners left: ${left}`);
http.on('upgrade', (_request, socket) => socket.end('its own'));
console.log(`afterwards: ${await ask(offer('GET', ...h2c))}`);
http.close();
