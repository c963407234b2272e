// A package as it is published: `temp/published` in its folder, which `publishConfig.directory` names to pnpm. Every `prepack`
// makes it anew out of `dist`. In a package's folder: `node ../../tools/publishable.mjs`.
//
// An installed package is read by programs, so it holds what they need: minified code, and declarations of what the entries reach,
// with their doc comments. Sources, maps, examples and the long form of a README stand in the repository and on the site. Entries
// lie beside the manifest, as a folder costs 4 KiB on most disks.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { minify } from 'terser';

/** Behind it a README is for the repository alone. */
const END_OF_PACKED_README = '<!-- The packed README ends here. -->';

/**
 * Classes keep their names for errors and debuggers, and pure calls their marks for bundlers; lines end, for stack traces. Functions
 * stay where they are: put into their only caller, they are made in each of its calls, and texts of 16 bytes take a quarter longer.
 */
const MINIFIED = {
  module: true,
  ecma: 2022,
  compress: { keep_classnames: true, reduce_funcs: false, inline: false },
  mangle: { keep_classnames: true },
  format: { preserve_annotations: true, max_line_len: 160 },
};

/**
 * Files of one entry that programs use one at a time. Each has a class with static fields, which no bundler leaves out of a file
 * that it takes anything from.
 */
const ALONE = ['handshake/dist/server.js', 'handshake/dist/client.js', 'handshake/dist/request.js'];

/**
 * Writes a package as it is published.
 *
 * @param {string} folder - of the package, built
 * @returns {Promise<string>} the folder that was written
 */
export async function writePublishable(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const target = join(folder, 'temp/published');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  writeFileSync(join(target, 'README.md'), packedReadme(readme, manifest.homepage));
  cpSync(join(folder, 'LICENSE'), join(target, 'LICENSE'));
  // A command is a file of its own.
  const published =
    manifest.bin !== undefined || keepsPlaces(folder, manifest)
      ? await writeFileByFile(manifest, folder, target)
      : await writeFlat(manifest, folder, target);
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  return target;
}

/** A manifest without the words that are about this repository; its folder holds nothing but what is published. */
function publishedManifest({ scripts, devDependencies, files, publishConfig, ...manifest }) {
  const { directory, linkDirectory, ...config } = publishConfig;
  return { ...manifest, publishConfig: config };
}

/**
 * A README up to its mark, with a pointer to the rest.
 *
 * @param {string} text - Markdown
 * @param {string} homepage - where the whole of it stands
 * @returns {string}
 */
export function packedReadme(text, homepage) {
  const end = text.indexOf(END_OF_PACKED_README);
  if (end < 0) return text;
  const start = text.slice(0, end).replaceAll('](#', `](${homepage.replace(/#.*/, '')}#`);
  return `${start}The rest of this page, with all options: ${homepage}\n`;
}

function codeFiles(dist) {
  return readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
}

/** Whether a package has folders of data, or a file that looks for others from where it is itself: all stays in its place then. */
function keepsPlaces(folder, { exports }) {
  if (Object.values(exports).some((entry) => typeof entry === 'string' && entry.includes('*'))) return true;
  const dist = join(folder, 'dist');
  return codeFiles(dist).some((file) => readFileSync(join(dist, file), 'utf8').includes('import.meta'));
}

async function writeFileByFile(manifest, folder, target) {
  for (const file of manifest.files.filter((name) => name !== 'dist')) {
    cpSync(join(folder, file), join(target, file), { recursive: true });
  }
  const dist = join(folder, 'dist');
  for (const file of codeFiles(dist)) {
    const source = readFileSync(join(dist, file), 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
    const { code } = await minify(source, MINIFIED);
    write(join(target, 'dist', file), `${code}\n`);
  }
  const entries = Object.values(manifest.exports)
    .map(({ types }) => types)
    .filter((types) => types?.startsWith('./dist/'))
    .map((types) => [types.replace('./dist/', '').replace(/\.d\.ts$/, ''), join(folder, types)]);
  await writeDeclarations(Object.fromEntries(entries), join(target, 'dist'));
  return publishedManifest(manifest);
}

/** All entries of a package beside its manifest, each called as it is imported, and the files that they share. */
async function writeFlat(manifest, folder, target) {
  const exports = {};
  const code = {};
  const declarations = {};
  for (const [path, entry] of Object.entries(manifest.exports)) {
    exports[path] = entry;
    if (typeof entry === 'string') continue; // the manifest itself
    if (!entry.default.startsWith('./dist/')) {
      exports[path] = flatten(entry, folder, target);
      continue;
    }
    const name = path === '.' ? 'index' : path.slice(2);
    code[name] = join(folder, entry.default);
    declarations[name] = join(folder, entry.types);
    // Conditions for runtimes lead to other entries.
    const conditions = Object.entries(entry).filter(
      ([condition]) => !['types', 'default'].includes(condition),
    );
    const others = conditions.map(([condition, file]) => [condition, file.replace('./dist/', './')]);
    exports[path] = { types: `./${name}.d.ts`, ...Object.fromEntries(others), default: `./${name}.js` };
  }
  const bundle = await rollup({
    input: code,
    external: isForeign,
    preserveEntrySignatures: 'strict',
    treeshake: { moduleSideEffects: false },
    onwarn,
  });
  const { output } = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '_[name].js',
    manualChunks: (id) =>
      ALONE.some((file) => id.endsWith(file)) ? id.replace(/.*\/|\.js$/g, '') : undefined,
    onlyExplicitManualChunks: true,
    minifyInternalExports: true,
  });
  for (const { fileName, code } of output) {
    write(join(target, fileName), `${(await minify(code, MINIFIED)).code}\n`);
  }
  await writeDeclarations(declarations, target);
  return { ...publishedManifest(manifest), exports };
}

/** Files that are published as they are. */
function flatten(entry, folder, target) {
  return Object.fromEntries(
    Object.entries(entry).map(([condition, path]) => {
      cpSync(join(folder, path), join(target, basename(path)));
      return [condition, `./${basename(path)}`];
    }),
  );
}

/** Declarations of entries, and one file that these share: a class is declared once, so that it is one type for all of them. */
async function writeDeclarations(entries, target) {
  const bundle = await rollup({
    input: entries,
    plugins: [dts()],
    external: isForeign,
    preserveEntrySignatures: 'strict',
    onwarn,
  });
  const { output } = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: '[name].d.ts',
    manualChunks: (id) => (Object.values(entries).includes(id) ? undefined : 'types'),
    minifyInternalExports: false,
  });
  for (const { fileName, code } of output) write(join(target, fileName), leanDeclarations(code));
}

function isForeign(id) {
  return !id.startsWith('.') && !id.startsWith('/');
}

function onwarn({ message }) {
  throw new Error(message);
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/**
 * Declarations with their doc comments, but without examples, comments about files, and most of their indentation.
 *
 * @param {string} code - of a `.d.ts` file
 * @returns {string}
 */
export function leanDeclarations(code) {
  return (
    code
      // A comment that an empty line or another comment follows is about no declaration.
      .replace(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?=\n|\/\*\*)/g, '')
      .replace(/^\n+/gm, '')
      .replace(/^( *)\/\*\*\n((?: *\*(?!\/).*\n)+) *\*\//gm, (_, indentation, lines) => {
        const text = lines.replace(/^ *\* ?/gm, '').replace(/^@example(?:(?!\n@)[\s\S])*\n/gm, '');
        return `${indentation}/**\n${text.trim()}\n${indentation}*/`;
      })
      .replace(/^(?: {4})+/gm, (indentation) => '\t'.repeat(indentation.length / 4))
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve('.');
  if (!existsSync(join(folder, 'dist'))) throw new Error('`npm run build` in the root comes first');
  console.log(relative(fileURLToPath(new URL('..', import.meta.url)), await writePublishable(folder)));
}
