/** Programs of the documents as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeAll, expect } from 'vitest';

/** The repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

const folder = `${root}temp/first-steps/`;
const children: ChildProcess[] = [];

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that runs. */
export interface Program {
  readonly child: ChildProcess;
  readonly lines: Interface;
  /** What it has written to its standard error. */
  errors(): string;
}

/** Starts a program of a page; its lines are its output. */
export function start(code: string, name: string): Program {
  const outfile = `${folder}${name}.mjs`;
  buildSync({
    stdin: { contents: code, loader: 'ts', resolveDir: root },
    tsconfig: `${root}tsconfig.check.json`,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { child, lines: createInterface({ input: child.stdout }), errors: () => text };
}

/** The lines of a program that ends by itself, with this code. */
export async function output({ child, lines }: Program, code = 0): Promise<string[]> {
  const heard: string[] = [];
  lines.on('line', (line) => heard.push(line));
  const closed = once(lines, 'close');
  expect(await once(child, 'exit')).toEqual([code, null]);
  await closed;
  return heard;
}

/** Waits until somebody listens on a port. */
export async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port);
    const isThere = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
