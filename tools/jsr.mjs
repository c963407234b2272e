// The portable packages as JSR takes them: sources that import each other by the names of the
// files they are in, beside a `deno.json` each. `node tools/jsr.mjs FOLDER`, then `deno publish`
// there.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Packages with a command line are npm's alone. */
const FOLDERS = ['packages/mask', 'packages/codec', 'packages/handshake', 'packages/deflate', 'test-vectors'];
/** A specifier of a file of the same package. */
const OWN_FILE = /(\bfrom '\.{1,2}\/[^']+|\bimport '\.{1,2}\/[^']+)\.js'/g;

/**
 * Writes them into a folder, as one workspace of Deno's.
 *
 * @param {string} target - a folder, made if there is none
 * @returns {string[]} the packages' names
 */
export function writeJsrWorkspace(target) {
  const names = FOLDERS.map((folder) => {
    const { name, version, license, exports, peerDependencies = {} } = readJson(`${folder}/package.json`);
    const own = name.split('/')[1];
    copySources(join(root, folder), join(target, own));
    const modules = Object.entries(exports).filter(([, entry]) => entry.default?.endsWith('.js'));
    writeJson(join(target, own, 'deno.json'), {
      name,
      version,
      license,
      exports: Object.fromEntries(
        modules.map(([path, entry]) => [
          path,
          entry.default.replace('./dist/', './src/').replace(/\.js$/, '.ts'),
        ]),
      ),
      imports: Object.fromEntries(
        Object.entries(peerDependencies).map(([peer, range]) => [peer, `npm:${peer}@${range}`]),
      ),
    });
    return name;
  });
  writeJson(join(target, 'deno.json'), {
    workspace: names.map((name) => `./${name.split('/')[1]}`),
    compilerOptions: { lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable', 'deno.ns'] },
  });
  return names;
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Sources, with `.ts` in place of `.js`; the README, the licence, and data. */
function copySources(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'vectors', 'schema']) {
    if (readdirSync(from).includes(name)) cpSync(join(from, name), join(to, name), { recursive: true });
  }
  cpSync(join(from, 'src'), join(to, 'src'), { recursive: true });
  for (const file of readdirSync(join(to, 'src'), { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const path = join(to, 'src', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(OWN_FILE, "$1.ts'"));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [target] = process.argv.slice(2);
  if (target === undefined) throw new TypeError('node tools/jsr.mjs FOLDER');
  console.log(writeJsrWorkspace(target).join('\n'));
}
