// The page on deployment, tried: its server behind nginx and HAProxy with the settings of the page, over TLS.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { exampleBlocks } from '../../tools/doc-examples.mjs';
import { freePort, type Program, programsOf, start, stopPrograms } from './page-programs.js';

const page = readFileSync(fileURLToPath(new URL('../pages/guide/deployment.md', import.meta.url)), 'utf8');
const [nginxSettings] = exampleBlocks(page, 'nginx');
const [haproxySettings] = exampleBlocks(page, 'text');
const [server] = programsOf('deployment.md');

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  writeFileSync(join(folder, 'example.com.key'), key);
  writeFileSync(join(folder, 'example.com.pem'), cert);
  writeFileSync(join(folder, 'both.pem'), `${cert}\n${key}`);
});
const proxies: ChildProcess[] = [];
afterEach(async () => {
  stopPrograms();
  for (const proxy of proxies.splice(0)) {
    if (proxy.exitCode === null && proxy.kill()) await once(proxy, 'exit');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ports, and the seconds of the proxy's limit for quiet connections. */
interface Setting {
  readonly front: number;
  readonly back: number;
  readonly limit: number;
}

/** Settings of the page with other ports, paths and times; each of them has to be there. */
function changed(settings: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, settings);
}

const PROXIES = [
  {
    name: 'nginx',
    version: /nginx\/([\d.]+)/,
    versionArgs: ['-v'],
    unavailable: 502,
    settings: ({ front, back, limit }: Setting): string => {
      const server = changed(nginxSettings!.code, [
        ['listen 443 ssl', `listen ${front} ssl`],
        ['/etc/ssl', folder],
        ['127.0.0.1:8080', `127.0.0.1:${back}`],
        ['proxy_read_timeout 60s', `proxy_read_timeout ${limit}s`],
      ]);
      return `daemon off; pid ${folder}/nginx-${front}.pid; error_log stderr; worker_processes 1;
        events { worker_connections 64; }
        http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        ${server} }`;
    },
    args: (file: string): string[] => ['-c', file, '-e', 'stderr'],
  },
  {
    name: 'haproxy',
    version: /version ([\d.]+)/,
    versionArgs: ['-v'],
    unavailable: 503,
    settings: ({ front, back, limit }: Setting): string =>
      changed(haproxySettings!.code, [
        ['bind :443', `bind :${front}`],
        ['/etc/haproxy/example.com.pem', `${folder}/both.pem`],
        ['127.0.0.1:8080', `127.0.0.1:${back}`],
        ['timeout tunnel 60s', `timeout tunnel ${limit}s`],
      ]),
    args: (file: string): string[] => ['-db', '-q', '-f', file],
  },
] as const;

/** The version of a program, undefined where it is not installed. */
function versionOf({ name, version, versionArgs }: (typeof PROXIES)[number]): string | undefined {
  try {
    const output = execFileSync('sh', ['-c', `${name} ${versionArgs.join(' ')} 2>&1`], { encoding: 'utf8' });
    return version.exec(output)?.[1];
  } catch {
    return undefined;
  }
}

async function ask(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    get({ port, path, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', () => resolve(undefined));
  });
}

const ORIGIN = 'https://example.com';

async function openClient(port: number, options: object = {}): Promise<WebSocket> {
  const client = new WebSocket(`wss://localhost:${port}/chat`, {
    rejectUnauthorized: false,
    origin: ORIGIN,
    ...options,
  });
  await once(client, 'open');
  return client;
}

async function answerTo(client: WebSocket, message: string): Promise<string> {
  client.send(message);
  return `${(await once(client, 'message'))[0]}`;
}

describe.each(PROXIES)('$name', (proxy) => {
  const version = versionOf(proxy);
  const test = it.skipIf(version === undefined);
  if (version === undefined)
    it.skip(`${proxy.name} is not installed: apt-get install ${proxy.name}`, () => {});

  /** The page's server, and the proxy in front of it. */
  async function deploy({ limit = 60, pingIntervalMs = 20_000, before = '', without = /^$/ } = {}): Promise<{
    readonly front: number;
    readonly program: Program;
  }> {
    const [front, back] = [await freePort(), await freePort()];
    const code = changed(server!, [
      ['8080', `${back}`],
      ['20_000', `${pingIntervalMs}`],
    ]);
    const program = await start(code, `deployment-${proxy.name}`);
    expect(await once(program.lines, 'line')).toEqual([`listening on ${back}`]);
    const file = join(folder, `${proxy.name}-${front}.conf`);
    writeFileSync(file, before + proxy.settings({ front, back, limit }).replace(without, ''));
    const child = spawn(proxy.name, proxy.args(file), { stdio: ['ignore', 'inherit', 'pipe'] });
    proxies.push(child);
    let complaints = '';
    child.stderr!.on('data', (text) => {
      complaints += text;
    });
    await expect
      .poll(async () => {
        if (child.exitCode !== null) return complaints;
        return ask(front, '/health');
      })
      .toBe(200);
    return { front, program };
  }

  test('the page names a version', () => {
    expect(page).toMatch(new RegExp(`${proxy.name} \\d+\\.\\d+\\.\\d+`, 'i'));
  });

  test('TLS, messages, compression, and the address of the client', async () => {
    const { front } = await deploy();
    const client = await openClient(front, {
      headers: { 'X-Forwarded-For': '6.6.6.6', Forwarded: 'for=6.6.6.6' },
    });
    expect(client.extensions).toContain('permessage-deflate');
    expect(await answerTo(client, 'who am I?')).toMatch(/^(?:127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/);
    const long = 'tick tock '.repeat(100_000).slice(0, 900_000);
    expect(await answerTo(client, long)).toBe(long);
    client.close(1000);
    expect(await once(client, 'close')).toEqual([1000, expect.anything()]);
  });

  test('rejections reach the client', async () => {
    const { front } = await deploy();
    const client = new WebSocket(`wss://localhost:${front}/`, {
      rejectUnauthorized: false,
      origin: 'https://evil.example',
    });
    const [error] = await once(client, 'error').catch((thrown: Error) => [thrown]);
    expect(error.message).toContain('403');
    expect(await ask(front, '/nothing')).toBe(404);
  });

  test('a quiet connection is cut off without pings, and stays with them', async () => {
    const cut = await deploy({ limit: 1 });
    const quiet = await openClient(cut.front);
    const over = once(cut.program.lines, 'line');
    expect(await once(quiet, 'close')).toEqual([1006, expect.anything()]);
    expect(await over).toEqual(['over 1006']);

    const kept = await deploy({ limit: 1, pingIntervalMs: 333 });
    const pinged = await openClient(kept.front);
    let code: number | undefined;
    pinged.on('close', (closed) => {
      code = closed;
    });
    await wait(3000);
    expect(code).toBeUndefined();
    expect(await answerTo(pinged, 'still here')).toBe('still here');
    pinged.terminate();
  });

  if (proxy.name === 'nginx') {
    test('without its lines about Upgrade the request is one for a page', async () => {
      const { front } = await deploy({ without: /.*proxy_set_header (?:Upgrade|Connection).*\n/g });
      await expect(openClient(front)).rejects.toThrow('404');
    });

    test('a reload cuts connections off that stay for longer than it waits', async () => {
      const { front } = await deploy({ before: 'worker_shutdown_timeout 1s;' });
      const client = await openClient(front);
      const closed = once(client, 'close');
      proxies.at(-1)!.kill('SIGHUP');
      await wait(300);
      expect(await answerTo(client, 'still here')).toBe('still here');
      expect(await closed).toEqual([1006, expect.anything()]);
      expect(await ask(front, '/health')).toBe(200);
    });
  }

  test('a graceful end: 1001, a clean close, and a process that ends by itself', async () => {
    const { front, program } = await deploy();
    const client = await openClient(front);
    const closed = once(client, 'close');
    const exited = once(program.child, 'exit');
    program.child.kill('SIGTERM');
    const [code, reason] = await closed;
    expect([code, `${reason}`]).toEqual([1001, 'going away']);
    expect(await exited).toEqual([0, null]);
    await expect.poll(() => ask(front, '/')).toBe(proxy.unavailable);
  });
});
