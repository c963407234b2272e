// The implementations: what each is called, which version is here, and how its echo server and echo client are started.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NODE = process.execPath;
const PYTHON = '/usr/bin/python3';
const DENO = `${HERE}node_modules/@deno/linux-x64-glibc/deno`;
const BUN = `${HERE}node_modules/@oven/bun-linux-x64/bin/bun`;
const GO = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode' };

/**
 * One implementation.
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {() => string} version - throws if it is not here
 * @property {string[]} [server] - the command; its last argument, the port, is added
 * @property {string[]} [client] - the command; URL, number of cases and name are added behind what stands first
 * @property {string[]} [clientOptions] - what follows those
 * @property {string[]} [serverOptions] - what follows the port
 * @property {() => void} [build]
 * @property {boolean} [falls] - there is a case that ends the server's process
 */

/** @returns {Peer} */
function ours(messages, engine) {
  const options = [messages, engine];
  return {
    name: `sanssocket, ${messages}, ${engine}`,
    version: () => JSON.parse(readFileSync(`${HERE}../../codec/package.json`, 'utf8')).version,
    server: [NODE, `${HERE}servers/sanssocket.mjs`],
    serverOptions: options,
    client: [NODE, `${HERE}clients/sanssocket.mjs`],
    clientOptions: options,
  };
}

function npmVersion(name) {
  return JSON.parse(readFileSync(`${HERE}node_modules/${name}/package.json`, 'utf8')).version;
}

/** @returns {Peer} */
function npm(name, roles) {
  return {
    name,
    version: () => npmVersion(name),
    ...(roles.includes('server') ? { server: [NODE, `${HERE}servers/${name}.mjs`] } : {}),
    ...(roles.includes('client') ? { client: [NODE, `${HERE}clients/${name}.mjs`] } : {}),
  };
}

function debianVersion(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is dpkg-query's.
  const version = execFileSync('dpkg-query', ['--show', '--showformat=${Version}', name], {
    encoding: 'utf8',
  });
  return version.replace(/^\d+:|[-+].*$/g, '');
}

/** @returns {Peer} */
function python(name, file) {
  return {
    name: `${name} (Python)`,
    version: () => debianVersion(`python3-${name}`),
    server: [PYTHON, `${HERE}servers/${file}`],
    client: [PYTHON, `${HERE}clients/${file}`],
  };
}

/** @returns {Peer} */
function go(name, debianName) {
  return {
    name: `${name} (Go)`,
    version: () => debianVersion(debianName),
    build: () => {
      for (const role of ['servers', 'clients']) {
        const options = { cwd: `${HERE}${role}/${name}`, env: { ...process.env, ...GO }, stdio: 'inherit' };
        execFileSync('go', ['build', '-o', `${HERE}build/${name}-${role}`, 'main.go'], options);
      }
    },
    server: [`${HERE}build/${name}-servers`],
    client: [`${HERE}build/${name}-clients`],
  };
}

/** @type {Peer[]} */
export const peers = [
  ours('whole', 'node-zlib'),
  ours('borrowed', 'pako'),
  ours('streamed', 'fflate'),
  ours('whole', 'streams'),
  ours('borrowed', 'none'),
  npm('ws', ['server', 'client']),
  { ...npm('websocket-driver', ['server', 'client']), falls: true },
  npm('websocket', ['server', 'client']),
  { ...npm('undici', []), client: [NODE, `${HERE}clients/standard.mjs`] },
  {
    name: 'Bun',
    version: () => npmVersion('@oven/bun-linux-x64'),
    server: [BUN, `${HERE}servers/bun.mjs`],
    client: [BUN, `${HERE}clients/standard.mjs`],
  },
  {
    name: 'Deno',
    version: () => npmVersion('@deno/linux-x64-glibc'),
    server: [DENO, 'run', '--quiet', '--allow-net', `${HERE}servers/deno.mjs`],
    client: [DENO, 'run', '--quiet', '--allow-all', `${HERE}clients/standard.mjs`],
  },
  python('websockets', 'websockets_echo.py'),
  python('aiohttp', 'aiohttp_echo.py'),
  python('tornado', 'tornado_echo.py'),
  go('gorilla', 'golang-github-gorilla-websocket-dev'),
  go('nhooyr', 'golang-nhooyr-websocket-dev'),
  {
    name: 'libwebsockets (C)',
    version: () => debianVersion('libwebsockets-dev'),
    build: () => {
      const source = [`${HERE}servers/libwebsockets.c`, '-lwebsockets'];
      execFileSync('cc', ['-O2', '-o', `${HERE}build/libwebsockets`, ...source], { stdio: 'inherit' });
    },
    server: [`${HERE}build/libwebsockets`],
    falls: true,
  },
];

/** Makes a peer's programs. Returns its version, or undefined if it is not installed. */
export function prepare(peer) {
  try {
    const version = peer.version();
    if (!existsSync(`${HERE}build`)) mkdirSync(`${HERE}build`);
    peer.build?.();
    return version;
  } catch (error) {
    console.error(`${peer.name} is left out: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}
