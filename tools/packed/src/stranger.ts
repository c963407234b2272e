/** An empty project of somebody else's, with our packages installed from their tarballs. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const require = createRequire(import.meta.url);

/** How to install what `package.json` says, and how to run a file of the project's. */
export interface Installer {
  readonly name: string;
  readonly install: readonly string[];
  readonly node: readonly string[];
}
const npm = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'];
const yarn = [process.execPath, require.resolve('@yarnpkg/cli-dist/bin/yarn.js')];
const runtimes = `${root}examples/runtimes/node_modules/`;
const bun = `${runtimes}@oven/bun-linux-x64/bin/bun`;
export const deno = `${runtimes}@deno/linux-x64-glibc/deno`;
export const installers: readonly Installer[] = [
  { name: 'npm', install: npm, node: [process.execPath] },
  {
    name: 'pnpm',
    install: [`${root}node_modules/.bin/pnpm`, 'install', '--prefer-offline', '--ignore-workspace'],
    node: [process.execPath],
  },
  { name: 'yarn', install: [...yarn, 'install'], node: [...yarn, 'node'] },
  { name: 'bun', install: [bun, 'install'], node: [bun, 'run'] },
];

/** A command in a project; its output. */
export async function runIn(
  folder: string,
  [command, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout } = await run(command!, args, { cwd: folder, env: { ...process.env, ...env } });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`);
  }
}

/** Which registry npm would ask: yarn reads no `.npmrc`. */
async function registry(): Promise<string> {
  return (await run('npm', ['config', 'get', 'registry'])).stdout.trim();
}

/**
 * Makes a project with a copy of `project/` in it.
 *
 * @param name - of its folder
 * @returns the folder
 */
export async function createProject(name: string, installer: Installer = installers[0]!): Promise<string> {
  const folder = join(inject('folder'), name);
  mkdirSync(folder);
  cpSync(fileURLToPath(new URL('../project', import.meta.url)), folder, { recursive: true });
  const ours = Object.fromEntries(inject('packed').map(({ name, tarball }) => [name, `file:${tarball}`]));
  // Our packages need each other in a version that no registry has yet: each installer has its word for "take this one".
  const project = {
    private: true,
    type: 'module',
    dependencies: { ...ours, fflate: '0.8.3', pako: '3.0.3' },
    overrides: ours,
    resolutions: ours,
    pnpm: { overrides: ours },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project, null, 2));
  await runIn(folder, installer.install, {
    YARN_NPM_REGISTRY_SERVER: await registry(),
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_GLOBAL_CACHE: 'false',
  });
  return folder;
}

/** What a package can be imported by: each entry that is a module. */
function entriesOf({ name, folder }: { readonly name: string; readonly folder: string }): string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports as Record<string, string | { readonly default: string }>)
    .filter(([, target]) => typeof target === 'object' && target.default.endsWith('.js'))
    .map(([path]) => name + path.slice(1));
}

/** All entries of all packages, or of some. */
export function allEntries(wanted: (name: string) => boolean = () => true): string[] {
  return inject('packed')
    .filter(({ name }) => wanted(name))
    .flatMap(entriesOf);
}
