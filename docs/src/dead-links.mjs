// Finds links of a folder of HTML that lead nowhere when it is opened from disk: files that are not there, fragments no element
// has, and addresses that only a server would understand.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse } from 'node-html-parser';

/** Schemes that lead out of the site. */
const ELSEWHERE = /^(?:https?|mailto):/;

/**
 * Looks at every `href` and `src` of every page.
 *
 * @param {string} folder - where the site stands
 * @returns {string[]} a line for each dead link: the page, the link, and what is wrong with it
 */
export function findDeadLinks(folder) {
  const pages = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.html'))
    .map((file) => read(join(folder, file)));
  const ids = new Map(pages.map(({ file, ids }) => [file, ids]));
  return pages.flatMap(({ file, links }) =>
    links.flatMap((link) => {
      const fault = linkFault(file, link, ids);
      return fault === undefined ? [] : [`${relative(folder, file)}: ${link} ${fault}`];
    }),
  );
}

function read(file) {
  const document = parse(readFileSync(file, 'utf8'));
  return {
    file,
    ids: new Set(document.querySelectorAll('[id]').map((element) => element.getAttribute('id'))),
    links: document
      .querySelectorAll('[href],[src]')
      .map((element) => element.getAttribute('href') ?? element.getAttribute('src')),
  };
}

/** What is wrong with a link of a page; undefined if nothing is. */
function linkFault(file, link, ids) {
  if (ELSEWHERE.test(link)) return undefined;
  if (link.startsWith('/') || /^[a-z]+:/.test(link)) return 'needs a server';
  const [path, fragment] = link.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURIComponent(path.replace(/\?.*/, '')));
  if (!existsSync(target)) return 'is not there';
  if (statSync(target).isDirectory()) return 'is a folder';
  if (fragment === undefined || fragment === '' || !target.endsWith('.html')) return undefined;
  return ids.get(target)?.has(decodeURIComponent(fragment)) ? undefined : 'has no such place';
}
