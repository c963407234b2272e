/**
 * Our servers, as they stand in the documentation: the README's for Node, those of the first steps
 * for Bun and Deno. Only the port is another.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exampleBlocks } from '../../../tools/doc-examples.mjs';

const ROOT = new URL('../../../', import.meta.url);

const FIRST_STEPS = 'docs/pages/guide/first-steps.md';
const PAGES = { node: 'README.md', bun: FIRST_STEPS, deno: FIRST_STEPS };

/** Where Node and Bun find the packages. */
const FOLDER = new URL('bench/dist/', ROOT);

const PORT = '8080';

/**
 * @param {'node' | 'bun' | 'deno'} runtime
 * @param {number} port
 * @returns {Promise<string>} the program
 */
export async function documentedServer(runtime, port) {
  // Loaded here, as few of the bench's processes need it.
  const { transform } = await import('esbuild');
  const page = readFileSync(new URL(PAGES[runtime], ROOT), 'utf8');
  const server = exampleBlocks(page, `ts ${runtime}`).find(({ code }) => code.includes('serve('));
  if (server === undefined) throw new Error(`${PAGES[runtime]} has no server for ${runtime}`);
  if (!server.code.includes(PORT)) throw new Error(`the server in ${PAGES[runtime]} has another port`);
  // The harness waits for this line.
  const told = server.code.includes('listening on')
    ? server.code
    : `${server.code}\nconsole.log('listening on ${PORT}');\n`;
  const { code } = await transform(told.replaceAll(PORT, String(port)), { loader: 'ts' });
  return code;
}

/**
 * Writes a program to a file.
 *
 * @param {'node' | 'bun' | 'deno'} runtime
 * @param {number} port
 * @returns {Promise<{ file: string, remove: () => void }>}
 */
export async function writeServer(runtime, port) {
  mkdirSync(FOLDER, { recursive: true });
  const file = fileURLToPath(new URL(`server-${runtime}-${port}.mjs`, FOLDER));
  writeFileSync(file, await documentedServer(runtime, port));
  return { file, remove: () => rmSync(file, { force: true }) };
}
