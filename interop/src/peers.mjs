/** Implementations of others: where each comes from, how it is started, and what is to be known of it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versionOf as binaryVersion, findBinaries } from '../../examples/runtimes/vectors/binaries.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
export const PEERS = join(here, 'peers');

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} source - npm, Debian, or the runtime itself
 * @property {readonly ('server' | 'client')[]} roles
 * @property {readonly string[]} debian - packages that have to be there; the first has the version
 * @property {string} [npm] - the package that has the version
 * @property {'node22' | 'bun' | 'deno'} [binary] - the binary that says the version
 * @property {(target: string, port: number) => readonly string[]} command - starts it, with a port or a URL
 * @property {Readonly<Record<string, string>>} [environment]
 * @property {string} [protocol] - a subprotocol that both have to name
 * @property {string} [asServer] - what to know of its server
 * @property {string} [asClient] - what to know of its client
 */

/** @typedef {Omit<Peer, 'name' | 'source' | 'roles' | 'debian' | 'command' | 'npm' | 'binary'>} More */

/** @type {readonly ['server', 'client']} */
const BOTH = ['server', 'client'];
/** @type {readonly ['server']} */
const SERVER = ['server'];
/** @type {readonly ['client']} */
const CLIENT = ['client'];

/**
 * @param {string} name
 * @param {readonly ('server' | 'client')[]} roles
 * @param {More & { file?: string }} [more]
 * @returns {Peer}
 */
function npm(name, roles, { file = `${name}.mjs`, ...more } = {}) {
  const command = (/** @type {string} */ target) => [process.execPath, join(PEERS, file), target];
  return { name, source: 'npm', npm: name, roles, debian: [], command, ...more };
}

/**
 * @param {string} name
 * @param {readonly ('server' | 'client')[]} roles
 * @param {readonly string[]} debian
 * @param {readonly string[]} interpreter
 * @param {string} file
 * @param {More} [more]
 * @returns {Peer}
 */
function script(name, roles, debian, interpreter, file, more = {}) {
  const command = (/** @type {string} */ target) => [...interpreter, join(PEERS, file), target];
  return { name, source: 'Debian', roles, debian, command, ...more };
}

const PYTHON = ['/usr/bin/python3'];

/**
 * @param {string} name
 * @param {readonly string[]} debian
 * @param {readonly string[]} server - a server of ASGI, and its arguments but the port
 * @param {More} [more]
 * @returns {Peer}
 */
function asgi(name, debian, server, more = {}) {
  const [program, ...rest] = server;
  const command = (/** @type {string} */ port) => [
    ...PYTHON,
    '-m',
    .../** @type {string} */ (program).split(' '),
    ...rest.map((argument) => argument.replace('PORT', port)),
  ];
  return {
    name,
    source: 'Debian',
    roles: SERVER,
    debian,
    command,
    environment: { PYTHONPATH: PEERS },
    ...more,
  };
}

/**
 * A program that has to be compiled, which is done once for each content of its file.
 *
 * @param {string} name
 * @param {readonly ('server' | 'client')[]} roles
 * @param {readonly string[]} debian
 * @param {string} file
 * @param {(source: string, output: string) => readonly string[]} compiler
 * @param {More} [more]
 * @returns {Peer}
 */
function compiled(name, roles, debian, file, compiler, more = {}) {
  const source = join(PEERS, file);
  const command = (/** @type {string} */ target) => {
    const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
    const output = join(tmpdir(), 'sanssocket-interop', `${file}-${digest}`);
    if (!existsSync(output)) {
      mkdirSync(join(output, '..'), { recursive: true });
      const [program = '', ...rest] = compiler(source, output);
      const environment = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode' };
      execFileSync(program, rest, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    return [output, target];
  };
  return { name, source: 'Debian', roles, debian, command, ...more };
}

/**
 * @param {string} source
 * @param {string} output
 */
const go = (source, output) => ['go', 'build', '-o', output, source];

/** @param {readonly string[]} libraries */
const cxx =
  (...libraries) =>
  (/** @type {string} */ source, /** @type {string} */ output) => [
    ...['g++', '-std=c++17', '-O1', source, '-o', output, '-pthread'],
    ...libraries,
  ];

/**
 * A runtime's own, by the binary of the example of runtimes.
 *
 * @param {string} name
 * @param {readonly ('server' | 'client')[]} roles
 * @param {'node22' | 'bun' | 'deno'} binary
 * @param {string} file
 * @param {More} [more]
 * @returns {Peer}
 */
function runtime(name, roles, binary, file, more = {}) {
  const rest = binary === 'deno' ? ['run', '--no-config', '--no-lock', '--allow-net'] : [];
  const command = (/** @type {string} */ target) => [
    findBinaries()[binary],
    ...rest,
    join(PEERS, file),
    target,
  ];
  return { name, source: 'npm', binary, roles, debian: [], command, ...more };
}

/** @type {readonly Peer[]} */
export const peers = [
  npm('ws', BOTH),
  npm('websocket', BOTH, { asClient: 'reports a Close without a code as 1006' }),
  npm('faye-websocket', BOTH, {
    asServer: 'answers 1012 and 1014 with 1002',
    asClient: 'takes a Close with 1012 for a fault: 1002',
  }),
  npm('nodejs-websocket', BOTH, {
    asServer:
      'letters that fragments part become U+FFFD; its Pong has the Ping’s bytes as text, so that other bytes change; it does not end TCP: our client waits for `closeTimeoutMs`',
    asClient:
      '`Host` without the port: rules of host and origin that name one do not fit; letters and Pongs as with its server',
  }),
  npm('websocket13', BOTH, {
    asServer: 'a frame right behind the request is lost',
    asClient: 'without compression it masks the Buffer that the caller gave, in place',
  }),
  npm('presidium-websocket', BOTH, {
    asServer:
      'its event does not tell text from binary: all comes back as binary; `Upgrade: WebSocket` gets 400',
    asClient:
      'texts come back as binary; loses the connection at a message in fragments; answers a Close without its code',
  }),
  npm('undici', CLIENT, {
    asClient: 'agrees on compression and sends plain; drops U+FEFF at the start of a text',
  }),
  runtime('WebSocket of Node 22', CLIENT, 'node22', 'web-socket.mjs', {
    asClient: 'agrees on compression and sends plain; drops U+FEFF at the start of a text',
  }),
  runtime('Bun', SERVER, 'bun', 'bun-serve.mjs'),
  runtime('WebSocket of Bun', CLIENT, 'bun', 'web-socket.mjs'),
  runtime('Deno', SERVER, 'deno', 'deno-serve.mjs'),
  runtime('WebSocket of Deno', CLIENT, 'deno', 'web-socket.mjs'),

  {
    name: 'WebSocket of Chromium',
    source: 'Debian',
    roles: CLIENT,
    debian: ['chromium'],
    command: (url) => [
      ...['chromium', '--headless', '--no-sandbox', '--no-first-run', '--disable-background-networking'],
      `--user-data-dir=${join(tmpdir(), 'sanssocket-interop', 'chromium')}`,
      `file://${join(PEERS, 'chromium.html')}#${url}`,
    ],
    asClient: 'messages of more than 131,000 bytes come in fragments; text that is not UTF-8 gets 1002',
  },
  script('websockets (Python)', BOTH, ['python3-websockets'], PYTHON, 'websockets_peer.py', {
    asServer: 'under uvicorn, 500 to an offer of `server_max_window_bits=8`',
  }),
  script('aiohttp (Python)', BOTH, ['python3-aiohttp'], PYTHON, 'aiohttp_peer.py', {
    asServer: 'a Ping between the frames of a compressed message: 1007',
    asClient: 'a Ping between the frames of a compressed message: 1007',
  }),
  script('Tornado (Python)', BOTH, ['python3-tornado'], PYTHON, 'tornado_peer.py', {
    asServer: 'a Ping between the frames of a compressed message loses the connection',
    asClient: 'a Ping between the frames of a compressed message loses the connection',
  }),
  script('Autobahn (Python)', BOTH, ['python3-autobahn'], PYTHON, 'autobahn_peer.py', {
    asServer: 'answers every Close with 1000; 400 to a window of 8',
  }),
  script(
    'trio-websocket on wsproto (Python)',
    BOTH,
    ['python3-trio-websocket', 'python3-wsproto'],
    PYTHON,
    'trio_peer.py',
    {
      asServer: '`HTTP/1.1 101 ` without a reason phrase',
    },
  ),
  script('ws4py (Python)', BOTH, ['python3-ws4py'], PYTHON, 'ws4py_peer.py', {
    asServer: 'answers a Close without a code with 1005 on the wire, which no endpoint may send',
    asClient: 'sends `Origin: ws://...`: a server of ours lets it in by `origins`',
  }),
  script('gevent-websocket (Python)', SERVER, ['python3-gevent-websocket'], PYTHON, 'gevent_peer.py', {
    asServer: 'answers a Close with the text of a Python object as its body: CLOSE_CODE_INVALID, 1002',
  }),
  asgi(
    'uvicorn on websockets (Python)',
    ['python3-uvicorn', 'python3-websockets'],
    [
      'uvicorn',
      '--ws=websockets',
      '--port=PORT',
      '--log-level=error',
      '--ws-max-size=67108864',
      'asgi_peer:app',
    ],
  ),
  asgi(
    'uvicorn on wsproto (Python)',
    ['python3-uvicorn', 'python3-wsproto'],
    [
      'uvicorn',
      '--ws=wsproto',
      '--port=PORT',
      '--log-level=error',
      '--ws-max-size=67108864',
      'asgi_peer:app',
    ],
    { asServer: 'a Ping between the frames of a compressed message loses the connection' },
  ),
  asgi(
    'hypercorn (Python)',
    ['python3-hypercorn'],
    ['hypercorn', '--bind=127.0.0.1:PORT', '--log-level=ERROR', 'asgi_peer:app'],
    { asServer: 'a Ping between the frames of a compressed message loses the connection' },
  ),
  {
    name: 'daphne (Python)',
    source: 'Debian',
    roles: SERVER,
    debian: ['daphne'],
    command: (port) => [...PYTHON, '/usr/bin/daphne', '-v', '0', '-p', port, 'asgi_peer:app'],
    environment: { PYTHONPATH: PEERS },
    asServer: 'does not send empty messages; no reason in a Close',
  },
  script('websocket-client (Python)', CLIENT, ['python3-websocket'], PYTHON, 'websocket_client_peer.py', {
    asClient: 'an exception at a Close with 1012',
  }),
  script('libsoup 2.4', BOTH, ['gir1.2-soup-2.4', 'python3-gi'], PYTHON, 'soup_peer.py', {
    environment: { SOUP: '2.4' },
    asServer: 'messages of more than 131,072 bytes need `set_max_incoming_payload_size`',
    asClient: 'offers no compression',
  }),
  script('libsoup 3.0', BOTH, ['gir1.2-soup-3.0', 'python3-gi'], PYTHON, 'soup_peer.py', {
    environment: { SOUP: '3.0' },
    asServer: 'messages of more than 131,072 bytes need `set_max_incoming_payload_size`',
    asClient: 'offers no compression',
  }),
  script(
    'Qt 5',
    BOTH,
    ['libqt5websockets5', 'python3-pyqt5.qtwebsockets', 'python3-pyqt5'],
    PYTHON,
    'qt_peer.py',
    {
      asServer: 'a reason names the code of its own answer, whatever came',
      asClient: 'resets TCP behind its Close',
    },
  ),
  script('Mojolicious (Perl)', BOTH, ['libmojolicious-perl'], ['perl'], 'mojolicious.pl', {
    asServer:
      'messages of more than 262,144 bytes need `max_websocket_size`; answers demands about the window with a bare acceptance, which our client refuses',
  }),
  script(
    'Protocol::WebSocket (Perl)',
    SERVER,
    ['libprotocol-websocket-perl'],
    ['perl'],
    'protocol-websocket.pl',
    {
      asServer: 'messages of more than 65,536 bytes need `max_payload_size`',
    },
  ),
  script(
    'AnyEvent::WebSocket::Client (Perl)',
    CLIENT,
    ['libanyevent-websocket-client-perl'],
    ['perl'],
    'anyevent.pl',
    {
      asClient: 'answers a Close with 1005 on the wire, which no endpoint may send: CLOSE_CODE_INVALID, 1002',
    },
  ),
  script('websocket-driver (Ruby)', BOTH, ['ruby-websocket-driver'], ['ruby'], 'websocket-driver.rb', {
    asServer: 'answers 1012 and 1014 with 1002',
    asClient: 'takes a Close with 1012 for a fault: 1002',
  }),
  script('em-websocket (Ruby)', SERVER, ['ruby-em-websocket'], ['ruby'], 'em-websocket.rb', {
    asServer: 'its answer to a Close leaves the reason out',
  }),
  script('websocket (Ruby)', SERVER, ['ruby-websocket'], ['ruby'], 'websocket-gem.rb', {
    asServer: '1012 and 1014 are errors to it',
  }),
  script('lua-http', BOTH, ['lua-http', 'lua5.1'], ['lua5.1'], 'lua-http.lua', {
    asServer: 'names of headers in lower case',
  }),
  script('tcllib', BOTH, ['tcllib'], ['tclsh'], 'tcllib.tcl', {
    protocol: 'echo',
    asServer:
      'raises on a request without `Sec-WebSocket-Protocol`, and does not answer; never sends a Close: 1006',
    asClient:
      'without a subprotocol it sends an empty `Sec-WebSocket-Protocol`: 400; never sends a Close: 1006',
  }),
  script('httpuv (R)', SERVER, ['r-cran-httpuv'], ['Rscript'], 'httpuv.R', {
    asServer: 'does not answer a Close: 1006',
  }),
  {
    name: 'websocket.el (Emacs)',
    source: 'Debian',
    roles: CLIENT,
    debian: ['elpa-websocket', 'emacs-nox'],
    command: () => ['emacs', '--batch', '-l', join(PEERS, 'emacs-websocket.el')],
    asClient:
      'its Close is not masked: MASK_REQUIRED, 1002; each fragment is a message; 1 MiB takes longer than 6 seconds',
  },
  compiled(
    'gorilla/websocket (Go)',
    BOTH,
    ['golang-github-gorilla-websocket-dev', 'golang-go'],
    'gorilla.go',
    go,
  ),
  compiled('nhooyr.io/websocket (Go)', BOTH, ['golang-nhooyr-websocket-dev', 'golang-go'], 'nhooyr.go', go),
  compiled('golang.org/x/net/websocket (Go)', BOTH, ['golang-golang-x-net-dev', 'golang-go'], 'xnet.go', go, {
    asServer: 'each fragment is a message; it does not answer a Close: 1006',
    asClient: 'each fragment is a message; a Close is the end of the stream to it',
  }),
  compiled('Boost.Beast (C++)', BOTH, ['libboost-dev', 'g++'], 'beast.cpp', cxx(), {
    asServer: 'sends frames of 4,096 bytes; answers 1014 with 1002',
  }),
  compiled(
    'WebSocket++ (C++)',
    BOTH,
    ['libwebsocketpp-dev', 'libboost-dev', 'g++', 'zlib1g-dev'],
    'websocketpp.cpp',
    cxx('-lz'),
    {
      asServer: 'answers an offer of `server_max_window_bits=8` with 9, which our client refuses',
    },
  ),
  compiled('POCO (C++)', BOTH, ['libpoco-dev', 'g++'], 'poco.cpp', cxx('-lPocoNet', '-lPocoFoundation'), {
    asServer: 'frames, not messages: pings and Closes are the application’s',
    asClient: 'frames, not messages: pings and Closes are the application’s',
  }),
  compiled(
    'libwebsockets (C)',
    BOTH,
    ['libwebsockets-dev', 'gcc'],
    'libwebsockets.c',
    (source, output) => [...['gcc', '-O1', source, '-o', output, '-lwebsockets']],
    { asServer: 'tried without compression', asClient: 'tried without compression' },
  ),
];

/** @param {Peer} peer @returns {string | undefined} its version; undefined if something is missing */
export function versionOf({ npm: folder, binary, debian }) {
  if (binary !== undefined) return binaryVersion(findBinaries()[binary]);
  if (folder !== undefined) {
    const manifest = join(here, 'node_modules', folder, 'package.json');
    return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
  }
  const versions = debian.map(debianVersion);
  return versions.includes(undefined) ? undefined : versions[0];
}

/** @param {string} name @returns {string | undefined} the version of a package of Debian, without what Debian adds */
export function debianVersion(name) {
  try {
    const format = `\${db:Status-Status} \${Version}`;
    const [status, version = ''] = execFileSync('dpkg-query', ['-W', `-f=${format}`, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split(' ');
    return status === 'installed'
      ? version.replace(/^\d+:/, '').replace(/[+-]?(dfsg|~deb|-\d).*$/, '')
      : undefined;
  } catch {
    return undefined;
  }
}
