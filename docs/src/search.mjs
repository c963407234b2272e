// The full text of the site as a script that is loaded from disk, where a page may fetch nothing: `assets/search.js`, in the place of
// TypeDoc's own, which knows names and titles alone.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'node-html-parser';
import { ReflectionKind } from 'typedoc';

const DOCUMENT = ReflectionKind.Document;

/** Otherwise code is one text, its button included. */
const WITH_CODE = { blockTextElements: { script: true, style: true } };

/**
 * Writes `assets/search.js`.
 *
 * @param {import('typedoc').Application} app - that has written the site
 * @param {string} site - the folder it stands in
 */
export async function writeSearch(app, site) {
  const entries = [...sectionsOfPages(site), ...declarations(app)];
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('search-page.js', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    banner: { js: `window.siteText=${JSON.stringify(entries)};` },
  });
  writeFileSync(join(site, 'assets/search.js'), outputFiles[0].contents);
}

/**
 * One entry for each heading of a page, with the text up to the next one.
 *
 * @param {string} site
 */
function sectionsOfPages(site) {
  const pages = readdirSync(join(site, 'documents')).map((file) => `documents/${file}`);
  return ['index.html', ...pages].flatMap((url) => sectionsOf(readFileSync(join(site, url), 'utf8'), url));
}

/**
 * @param {string} html - of a page
 * @param {string} url - of the page, relative to the site
 * @returns {{ title: string, heading: string, text: string, url: string, kind: number }[]}
 */
export function sectionsOf(html, url) {
  const content = parse(html, WITH_CODE).querySelector('.col-content');
  const title = content.querySelector('.tsd-page-title').text.trim();
  const sections = [{ title, heading: '', text: '', url, kind: DOCUMENT }];
  for (const element of content.querySelector('.tsd-typography').children) {
    if (/^H[1-6]$/.test(element.tagName)) {
      const anchor = element.getAttribute('id');
      // The first heading is the page's title again.
      const heading = element.tagName === 'H1' ? '' : textOf(element);
      sections.push({ title, heading, text: '', url: `${url}#${anchor}`, kind: DOCUMENT });
    } else {
      sections.at(-1).text += `${textOf(element)} `;
    }
  }
  return sections.filter(({ text, heading }) => text !== '' || heading !== '');
}

/** The text of an element, with a space where a reader sees one. */
function textOf(element) {
  for (const gone of element.querySelectorAll('button, .tsd-anchor-icon')) gone.remove();
  const spaced = element.innerHTML.replace(/<(?:br|\/(?:td|th|li|p|tr|text|pre))\b[^>]*>/g, ' $&');
  return parse(spaced, WITH_CODE).text.replace(/\s+/g, ' ').trim();
}

/** One entry for each declaration, with its comment; one for all entry points that export the same. */
function declarations(app) {
  const { router } = app.renderer;
  const found = router
    .getLinkTargets()
    .filter((target) => target.isDeclaration?.() && target.name !== '' && !target.flags.isExternal)
    .map((reflection) => {
      const { parent } = reflection;
      return {
        title: parent === undefined || parent.isProject() ? '' : parent.getFullName(),
        heading: reflection.name,
        text: commentOf(reflection),
        url: router.getFullUrl(reflection),
        kind: reflection.kind,
      };
    });
  const seen = new Map(found.map((entry) => [keyOf(entry), entry]).reverse());
  return [...seen.values()];
}

function keyOf({ title, heading, text, kind }) {
  return [kind, title.replace(/^@[^.]*\.?/, ''), heading, text].join('\n');
}

function commentOf(reflection) {
  const { comment, signatures = [], getSignature } = reflection;
  return [comment, ...signatures.map((signature) => signature.comment), getSignature?.comment]
    .filter((found) => found !== undefined)
    .flatMap(({ summary, blockTags }) => [
      ...summary,
      ...blockTags.filter(({ tag }) => tag !== '@example').flatMap(({ content }) => content),
    ])
    .map(({ text }) => text)
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}
