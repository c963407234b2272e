/** Runs the bundled program in each runtime. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Binaries, CHROMIUM, versionOf } from './binaries.mjs';
import type { Result } from './program.js';

const execute = promisify(execFile);

/** A runtime, or one under a condition that takes something away. */
export interface Runtime {
  readonly name: string;
  /** The binary that says its version. */
  readonly binary: string;
  run(folder: string): Promise<Result>;
}

/** The address space that V8 reserves for one memory of WebAssembly is 10 GB. */
const ADDRESS_SPACE_KIB = 2 * 1024 * 1024;

function printed(name: string, binary: string, args: readonly string[] = [], limitKib?: number): Runtime {
  return {
    name,
    binary,
    async run(folder) {
      const command = [binary, ...args, join(folder, 'print.mjs')];
      const [program, ...rest] =
        limitKib === undefined
          ? command
          : ['bash', '-c', `ulimit -v ${limitKib}; exec "$@"`, 'bash', ...command];
      const { stdout } = await execute(program!, rest, { maxBuffer: 1 << 26 });
      return JSON.parse(stdout) as Result;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

function worker(binary: string): Runtime {
  return {
    name: 'workerd',
    binary,
    async run(folder) {
      const port = await freePort();
      const args = ['serve', join(folder, 'worker.capnp'), `-shttp=127.0.0.1:${port}`];
      const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      try {
        for (let tries = 0; ; tries++) {
          try {
            return (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Result;
          } catch (error) {
            if (tries === 100 || child.exitCode !== null) throw error;
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }
      } finally {
        child.kill();
      }
    },
  };
}

/** A page may run the script of its origin, and nothing else: no `eval`, no code of WebAssembly. */
const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'";

function page(name: string, policy?: string): Runtime {
  return {
    name,
    binary: CHROMIUM,
    async run(folder) {
      const profile = mkdtempSync(join(tmpdir(), 'sanssocket-chromium-'));
      let server: Server | undefined;
      const posted = new Promise<string>((resolve) => {
        const answer: RequestListener = (request, response) => {
          if (policy !== undefined) response.setHeader('Content-Security-Policy', policy);
          if (request.method === 'POST') {
            resolve(text(request));
            response.end();
          } else if (request.url === '/page.js') {
            response.setHeader('Content-Type', 'text/javascript');
            response.end(readFileSync(join(folder, 'page.js')));
          } else {
            response.setHeader('Content-Type', 'text/html');
            response.end(
              '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
            );
          }
        };
        server = createServer(answer).listen(0, '127.0.0.1');
      });
      if (!server!.listening) await once(server!, 'listening');
      const url = `http://127.0.0.1:${(server!.address() as AddressInfo).port}/`;
      const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
      const args = [
        '--headless',
        '--no-sandbox',
        '--no-first-run',
        ...quiet,
        `--user-data-dir=${profile}`,
        url,
      ];
      // The wrapper script starts further processes: they are ended as a group.
      const child = spawn(CHROMIUM, args, { stdio: 'ignore', detached: true });
      try {
        return JSON.parse(await posted) as Result;
      } finally {
        process.kill(-child.pid!);
        await once(child, 'close');
        server!.closeAllConnections();
        server!.close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
      }
    },
  };
}

/** @returns the rows of the table, in its order */
export function runtimesOf(binaries: Binaries): Runtime[] {
  const { node22, node24, node26, bun, deno, workerd } = binaries;
  return [
    printed('Node 20', process.execPath),
    printed('Node 22', node22),
    printed('Node 22, 2 GB of address space', node22, [], ADDRESS_SPACE_KIB),
    printed('Node 24', node24),
    printed('Node 24, 2 GB of address space', node24, [], ADDRESS_SPACE_KIB),
    printed('Node 26', node26),
    printed('Deno', deno, ['run', '--no-config', '--no-lock', '--allow-env']),
    printed('Bun', bun, ['run']),
    worker(workerd),
    page('Chromium'),
    page('Chromium, strict content security policy', STRICT),
  ].filter(({ name, binary }) => name !== 'Node 20' || versionOf(binary).startsWith('20.'));
}
