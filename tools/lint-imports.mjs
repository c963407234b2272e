// Portability and layering: no published source names node:, Buffer or process (files called
// node-* are adapters to Node and say so), arrows between packages only point down, a package's
// folders are floors that only know those below, and no package has an import cycle.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The packages that each package may import. */
const ARROWS = {
  mask: [],
  codec: ['mask'],
  handshake: [],
  deflate: ['codec', 'handshake'],
  sanssocket: ['codec', 'handshake', 'deflate'],
  'test-vectors': [],
  conformance: ['codec', 'test-vectors'],
  ws: ['codec', 'handshake', 'deflate'],
  inspect: ['codec', 'handshake', 'deflate'],
};
/** Packages that do I/O, and are for runtimes that have Node's modules. */
const WITH_IO = ['conformance', 'inspect', 'ws'];
/**
 * The folders of a package's `src` as floors, the ground floor first; the files beside the
 * folders are the top floor. Folders on one floor stand side by side and do not know each other.
 * A package that is not here may place its files as it likes.
 */
const FLOORS = {
  codec: [['wire'], ['memory'], ['connection'], ['driver'], ['websocket']],
  deflate: [['inflate'], ['engines', 'extension']],
  conformance: [
    ['model'],
    ['judge', 'wire'],
    ['opening'],
    ['conversation', 'cases'],
    ['runners'],
    ['fuzzing-server'],
    ['reports'],
    ['command-line'],
  ],
  inspect: [['model'], ['protocol'], ['packets'], ['formats'], ['inspection', 'proxy'], ['command-line']],
};

/** The imports of a source: `import` and `export` with `from`, `import` alone and as a call. */
const IMPORT = /^(?:import|export)[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/**
 * Finds the faults in the imports of one package.
 *
 * @param {ReadonlyMap<string, string>} sources - its sources by their paths within `src`
 * @param {readonly string[]} arrows - the packages it may import
 * @param {readonly (readonly string[])[]} [floors] - its floors, as in `FLOORS`
 * @param {boolean} [withIo] - whether it may use modules that only some runtimes have
 * @returns {string[]} a line each
 */
export function findImportFaults(sources, arrows, floors, withIo = false) {
  const faults = [];
  const graph = new Map();
  for (const [file, text] of sources) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const mayDoIo = withIo || posix.basename(file).startsWith('node-');
    if (!mayDoIo && /from 'node:|\bBuffer\b|\bprocess\./.test(code)) {
      faults.push(`${file} is not portable`);
    }
    if (/\bMath\.random\b/.test(code)) faults.push(`${file} uses Math.random`);
    const local = [];
    for (const [statement, ...specifiers] of code.matchAll(IMPORT)) {
      const specifier = specifiers.find((found) => found !== undefined);
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
        // A cycle of types is none when the program runs; floors are the files that a reader has
        // to know first, types included.
        if (!/^(?:import|export) type/.test(statement)) local.push(target);
        if (floors !== undefined && !knows(floors, file, target)) {
          faults.push(`${file} imports ${target}, which is on no floor below`);
        }
      }
      const other = /^@sanssocket\/([a-z-]+)/.exec(specifier)?.[1];
      if (other !== undefined && !arrows.includes(other)) {
        faults.push(`${file} imports ${other}, against the arrows`);
      }
    }
    graph.set(file, local);
  }
  if (floors !== undefined) faults.push(...strayFolders(floors, sources));
  faults.push(...findCycles(graph));
  return faults;
}

/** The folder of `src` that a file is in, however deep; empty for the files beside the folders. */
function folderOf(file) {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

/** Whether a file may import another: from its own folder, and from the floors below. */
function knows(floors, file, target) {
  const [from, to] = [folderOf(file), folderOf(target)];
  const floorOf = (folder) =>
    folder === '' ? floors.length : floors.findIndex((floor) => floor.includes(folder));
  return from === to || floorOf(from) > floorOf(to);
}

/** Folders without a floor, and folders with one that are not there. */
function strayFolders(floors, sources) {
  const folders = new Set([...sources.keys()].map(folderOf));
  folders.delete('');
  const known = floors.flat();
  return [
    ...[...folders].filter((folder) => !known.includes(folder)).map((folder) => `${folder}/ is on no floor`),
    ...known.filter((folder) => !folders.has(folder)).map((folder) => `${folder}/ has a floor and no files`),
  ];
}

/** Cycles among files, by their imports. */
function findCycles(graph) {
  const faults = [];
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) {
      faults.push(`cycle ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = publishedPackages().flatMap((folder) => {
    const src = `${root}${folder}/src/`;
    const files = readdirSync(src, { recursive: true }).filter((file) => file.endsWith('.ts'));
    const sources = new Map(files.map((file) => [file, readFileSync(src + file, 'utf8')]));
    const name = folder.replace('packages/', '');
    const faults = findImportFaults(sources, ARROWS[name], FLOORS[name], WITH_IO.includes(name));
    return faults.map((fault) => `${folder}/src: ${fault}`);
  });
  for (const fault of faults) console.log(fault);
  console.log(`${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
