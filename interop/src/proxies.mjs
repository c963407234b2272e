/** Proxies of Debian between our client and our server, over HTTP/1.1 and HTTP/2 on either side. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectHttp2, createServer, serve } from '../../packages/sanssocket/dist/node.js';
import { converse } from './conversation.mjs';
import { handlersOf, OPTIONS, ourClient, talkOn } from './ends.mjs';
import { debianVersion } from './peers.mjs';
import { freePort, listening, start } from './programs.mjs';
import { messageOf, today } from './rows.mjs';

/** @typedef {'1.1' | '2'} Http */

/**
 * @typedef {object} Way
 * @property {Http} front - towards the client
 * @property {Http} back - towards the server
 * @property {(ports: { front: number, back: number, folder: string }) => string} settings
 * @property {string} [by] - the part of the proxy that does it
 * @property {string} [know]
 */

/**
 * @typedef {object} Proxy
 * @property {string} name
 * @property {readonly string[]} debian
 * @property {(file: string) => readonly string[]} command
 * @property {readonly Way[]} ways
 */

/**
 * @typedef {object} Between a row of the table
 * @property {string} name
 * @property {string} way
 * @property {string} version
 * @property {string} date
 * @property {string} know
 * @property {import('./conversation.mjs').Findings | { failed: string }} found
 */

/** @type {Way['settings']} */
const nginx = ({
  front,
  back,
  folder,
}) => `daemon off; pid ${folder}/pid; worker_processes 1; error_log stderr crit;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${front};
    location / {
      proxy_pass http://127.0.0.1:${back}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $http_host;
    }
  }
}
`;

/** @param {Http} front @param {Http} back @returns {Way} */
function haproxy(front, back) {
  const proto = (/** @type {Http} */ version) => (version === '2' ? ' proto h2' : '');
  return {
    front,
    back,
    settings: (ports) => `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend front
  bind 127.0.0.1:${ports.front}${proto(front)}
  default_backend back
backend back
  server one 127.0.0.1:${ports.back}${proto(back)}
`,
  };
}

/** @param {string} by @param {string} modules @param {string} pass @returns {Way['settings']} */
function apache(by, modules, pass) {
  return ({ front, back, folder }) => `ServerRoot ${folder}
ServerName 127.0.0.1
PidFile ${folder}/pid
ErrorLog ${folder}/errors
Mutex pthread
${['mpm_event', 'authz_core', 'proxy', ...modules.split(' ')]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join('\n')}
Listen 127.0.0.1:${front}
ProxyPreserveHost On
${by}
${pass.replace('BACK', String(back))}
`;
}

/** @param {string} proxy @returns {Way['settings']} */
function lighttpd(proxy) {
  return ({ front, back, folder }) => `server.modules = ("mod_proxy", "mod_wstunnel")
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${front}
server.stream-request-body = 2
server.stream-response-body = 2
${proxy.replace('BACK', String(back))}
`;
}

const LIGHTTPD_PROXY =
  'proxy.server = ("" => (("host" => "127.0.0.1", "port" => BACK)))\nproxy.header = ("upgrade" => "enable")';

/** @type {readonly Proxy[]} */
export const proxies = [
  {
    name: 'nginx',
    debian: ['nginx'],
    command: (file) => ['nginx', '-c', file, '-e', 'stderr'],
    ways: [{ front: '1.1', back: '1.1', settings: nginx }],
  },
  {
    name: 'HAProxy',
    debian: ['haproxy'],
    command: (file) => ['haproxy', '-db', '-q', '-f', file],
    ways: [
      haproxy('1.1', '1.1'),
      { ...haproxy('2', '1.1'), know: 'the stream ends with RST_STREAM CANCEL behind a clean Close' },
      { ...haproxy('1.1', '2'), know: '`:scheme` is https for ws:, too' },
      haproxy('2', '2'),
    ],
  },
  {
    name: 'Apache',
    debian: ['apache2'],
    command: (file) => ['apache2', '-X', '-f', file],
    ways: [
      {
        front: '1.1',
        back: '1.1',
        by: 'mod_proxy_http',
        settings: apache('', 'proxy_http', 'ProxyPass / http://127.0.0.1:BACK/ upgrade=websocket'),
      },
      {
        front: '1.1',
        back: '1.1',
        by: 'mod_proxy_wstunnel',
        settings: apache('', 'proxy_http proxy_wstunnel', 'ProxyPass / ws://127.0.0.1:BACK/'),
      },
      {
        front: '2',
        back: '1.1',
        by: 'mod_http2',
        know: '`H2WebSockets on`; the end of the server’s TCP is not told to the client',
        settings: apache(
          'Protocols h2c http/1.1\nH2Direct on\nH2WebSockets on',
          'http2 proxy_http',
          'ProxyPass / http://127.0.0.1:BACK/ upgrade=websocket',
        ),
      },
    ],
  },
  {
    name: 'lighttpd',
    debian: ['lighttpd'],
    command: (file) => ['lighttpd', '-D', '-f', file],
    ways: [
      { front: '1.1', back: '1.1', by: 'mod_proxy', settings: lighttpd(LIGHTTPD_PROXY) },
      {
        front: '2',
        back: '1.1',
        by: 'mod_proxy',
        know: 'a browser’s Close, which ends its stream, is answered with RST_STREAM and lost: 1006 at both ends',
        settings: lighttpd(LIGHTTPD_PROXY),
      },
    ],
  },
];

/**
 * Our server: an echo that closes when it is asked to.
 *
 * @param {Http} version
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
async function echo(version) {
  /** @type {import('sanssocket').ServerHandlers<undefined>} */
  const handlers = (connection) => ({
    text(text) {
      if (text === 'close') connection.close(4001, 'bye');
      else connection.sendText(text);
    },
    binary: (bytes) => void connection.sendBinary(bytes),
  });
  const options = { ...OPTIONS, origins: /** @type {const} */ ('any') };
  if (version === '1.1') {
    const server = await serve({ ...options, port: 0, hostname: '127.0.0.1' }, handlers);
    return { port: server.port, close: () => server.close({ timeoutMs: 100 }) };
  }
  const server = createServer(options, handlers);
  const listener = http2.createServer({ settings: { enableConnectProtocol: true } });
  listener.on('stream', (stream, _headers, _flags, rawHeaders) => server.stream(stream, rawHeaders));
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
  return {
    port,
    async close() {
      await server.close({ timeoutMs: 100 });
      listener.close();
    },
  };
}

/**
 * Our client over HTTP/2, with prior knowledge.
 *
 * @param {number} port
 */
async function http2Client(port) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  return {
    close: () => session.destroy(),
    /** @returns {Promise<import('./conversation.mjs').Talk>} */
    async open() {
      /** @type {import('./conversation.mjs').Talk | undefined} */
      let talk;
      await connectHttp2(
        session,
        `ws://127.0.0.1:${port}/`,
        (connection) => {
          talk = talkOn(connection);
          return handlersOf(talk);
        },
        { ...OPTIONS, openingTimeoutMs: 5_000 },
      );
      if (talk === undefined) throw new Error('no connection');
      // What was agreed on is in no head that could be seen here; bytes tell whether it was.
      talk.answer = () => 'permessage-deflate';
      talk.peerBytes = () => session.socket.bytesRead;
      return talk;
    },
  };
}

/**
 * @param {Proxy} proxy
 * @returns {Promise<Between[]>}
 */
export async function proxyRows({ name, debian, command, ways }) {
  const version = debianVersion(debian[0] ?? '');
  if (version === undefined) {
    console.log(`${name}: skipped, not installed (${debian.join(' ')})`);
    return [];
  }
  /** @type {Between[]} */
  const rows = [];
  for (const { front, back, settings, by = '', know = '' } of ways) {
    const way = `HTTP/${front} to HTTP/${back}${by === '' ? '' : `, ${by}`}`;
    const folder = mkdtempSync(join(tmpdir(), 'sanssocket-proxy-'));
    const server = await echo(back);
    const port = await freePort();
    const file = join(folder, 'settings');
    writeFileSync(file, settings({ front: port, back: server.port, folder }));
    const program = start(command(file));
    /** @type {Between['found']} */
    let found;
    let client;
    try {
      await listening(port, program);
      client = front === '1.1' ? await ourClient(port) : await http2Client(port);
      found = await converse(client.open);
    } catch (error) {
      found = { failed: messageOf(error) };
    }
    client?.close();
    program.stop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    console.log(`${name} ${version}, ${way}: ${JSON.stringify(found)}`);
    rows.push({ name, way, version, date: today(), know, found });
  }
  return rows;
}
