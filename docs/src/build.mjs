// Builds the site: the pages of pages/, the packages' READMEs and the reference from the doc comments, by TypeDoc, into site/.
// One program holds all sources, so that a type of one package that another one uses is the same page. Warnings (links that lead
// nowhere among them) fail the build, as do dead links in what was written.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { publishedPackages } from '../../tools/packages.mjs';
import { findDeadLinks } from './dead-links.mjs';
import { withStandingClock } from './highlight.mjs';
import { writeInspector } from './inspector.mjs';
import { writeSearch } from './search.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = `${root}docs/`;

/** The pages of pages/guide/, in the order of the list at the side. */
const PAGES = [
  'first-steps',
  'embedding',
  'calls',
  'ownership',
  'messages',
  'extensions',
  'keeping-alive',
  'limits',
  'when-it-goes-wrong',
  'proxies',
  'who-talks-to-whom',
  'inspector',
  'reconnecting',
  'broadcasting',
  'authentication',
  'reverse-proxy',
  'onlooker',
  'testing',
  'deployment',
  'many-connections',
  'sizes',
  'from-ws',
  'from-websocket-driver',
  'from-bun-deno',
  'from-wsproto',
  'fuzzing',
  'vectors',
  'rfc6455',
  'rfc7692',
];

/** Each entry point of the published packages: its source, relative to the root, and the name it is imported by. */
function entryPoints() {
  return publishedPackages().flatMap((folder) => {
    const { name, exports } = manifest(folder);
    return Object.entries(exports)
      .filter(([, target]) => target.default?.endsWith('.js'))
      .map(([path, { default: file }]) => [
        file.replace('./dist/', `${folder}/src/`).replace(/\.js$/, '.ts'),
        path.replace('.', name),
      ]);
  });
}

function manifest(folder) {
  return JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
}

const entries = entryPoints();
/** How TypeDoc calls a module, and how whoever imports it does. */
const names = new Map(entries.map(([source, name]) => [source.replace(/(?:\/index)?\.ts$/, ''), name]));
/** The sources of what scripts of pages import, so that nothing has to be built before. */
const sources = Object.fromEntries(entries.map(([source, name]) => [name, root + source]));
const unlisted = readdirSync(`${docs}pages/guide`).filter(
  (file) => !PAGES.includes(file.replace(/\.md$/, '')),
);
if (unlisted.length > 0) throw new Error(`not among PAGES: ${unlisted.join()}`);

const app = await Application.bootstrap({
  name: 'sanssocket',
  entryPoints: entries.map(([source]) => root + source),
  basePath: root,
  displayBasePath: root,
  tsconfig: `${docs}tsconfig.json`,
  readme: `${docs}pages/index.md`,
  projectDocuments: [
    ...PAGES.map((page) => `${docs}pages/guide/${page}.md`),
    ...publishedPackages().map((folder) => `${root}${folder}/README.md`),
  ],
  out: `${docs}site`,
  customCss: `${docs}src/style.css`,
  // Without a remote: what is built is the same in every clone.
  disableGit: true,
  sourceLinkTemplate: '{path}',
  hideGenerator: true,
  excludeInternal: true,
  sort: ['source-order'],
  highlightLanguages: ['ts', 'js', 'sh', 'json', 'python', 'bash', 'yaml', 'nginx', 'text'],
  // Comments that interfaces of ours have from Node's.
  externalSymbolLinkMappings: { '@types/node': { '"tls".connect': '#' } },
  treatWarningsAsErrors: true,
});

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const name = names.get(module.name);
    if (name === undefined) throw new Error(`${module.name} is no entry point`);
    module.name = name;
  }
  for (const document of project.getReflectionsByKind(ReflectionKind.Document)) {
    const folder = /^(.*)\/README$/.exec(document.name.replaceAll('\\', '/').replace(/\.md$/, ''))?.[1];
    if (folder === undefined) continue;
    document.name = `About ${manifest(folder).name}`;
    document.frontmatter['group'] = 'Packages';
  }
});

app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
  // Where a thing is defined is told by name; the sources are not part of the site.
  for (const { sources } of Object.values(project.reflections)) {
    for (const source of sources ?? []) delete source.url;
  }
});

const { markedPlugin } = app.renderer;
const highlight = markedPlugin.getHighlighted.bind(markedPlugin);
markedPlugin.getHighlighted = (text, language) => withStandingClock(() => highlight(text, language));

// Among the jobs after rendering, as the addresses of declarations are forgotten behind them.
app.renderer.postRenderAsyncJobs.push(() => writeSearch(app, `${docs}site`));
app.renderer.postRenderAsyncJobs.push(() => writeInspector(`${docs}site`, sources));

const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
await app.generateOutputs(project);
const dead = findDeadLinks(`${docs}site`);
for (const line of dead) console.error(line);
console.log(`${dead.length} dead links; docs/site/index.html`);
process.exitCode = dead.length > 0 || app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
