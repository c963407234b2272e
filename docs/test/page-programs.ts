/** Programs of the pages, as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { exampleBlocks } from '../../tools/doc-examples.mjs';
import { publishedPackages } from '../../tools/packages.mjs';

/** The repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** The programs for Node of a page of the guide, in their order. */
export function programsOf(page: string): string[] {
  const text = readFileSync(`${root}docs/pages/guide/${page}`, 'utf8');
  return exampleBlocks(text, 'ts node').map(({ code }) => code);
}

/** Packages by name are their sources, as in the tests. */
const sources: Plugin = {
  name: 'sources',
  setup({ onResolve }) {
    const files = new Map(publishedPackages().flatMap(sourcesOf));
    onResolve({ filter: /^@?sanssocket/ }, ({ path }) => ({ path: files.get(path) ?? '' }));
  },
};

function sourcesOf(folder: string): [string, string][] {
  const { name, exports } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, { readonly default?: string }>>;
  };
  return Object.entries(exports).flatMap(([path, { default: file }]): [string, string][] => {
    if (file?.endsWith('.js') !== true) return [];
    const source = file.replace('./dist/', `${root}${folder}/src/`).replace(/\.js$/, '.ts');
    return [[path.replace('.', name), source]];
  });
}

/** A program that runs. */
export interface Program {
  readonly child: ChildProcess;
  /** Its output. */
  readonly lines: Interface;
  /** Its standard error up to now. */
  errors(): string;
}

const children: ChildProcess[] = [];

/** Starts a program of a page. */
export async function start(code: string, name: string, args: readonly string[] = []): Promise<Program> {
  const folder = `${root}temp/page-programs/`;
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}${name}.mjs`;
  await build({
    stdin: { contents: code, loader: 'ts', resolveDir: root },
    plugins: [sources],
    tsconfigRaw: {},
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const child = spawn(process.execPath, [outfile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { child, lines: createInterface({ input: child.stdout }), errors: () => text };
}

/** The lines of a program that ends by itself, with this code. */
export async function output({ child, lines, errors }: Program, expected = 0): Promise<string[]> {
  const heard: string[] = [];
  lines.on('line', (line) => heard.push(line));
  const closed = once(lines, 'close');
  const [code] = await once(child, 'exit');
  if (code !== expected) throw new Error(`it ended with ${code}: ${heard.join('\n')}\n${errors()}`);
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

/** Ends the programs of a test. */
export function stopPrograms(): void {
  for (const child of children.splice(0)) child.kill();
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
