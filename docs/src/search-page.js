// The search of the site, in the browser: it fills the list of TypeDoc's dialog, which has the keys, the look, and the way to close.
// Where TypeDoc finds no index of its own, it leaves the list alone.
import MiniSearch from 'minisearch';
import { excerptOf, tokensOf, wordsOf } from './search-words.js';

const MAX_RESULTS = 30;
/** TypeDoc's kind of a page. */
const DOCUMENT = 8388608;

/** Built when the dialog opens first: a tenth of a second. */
let index;

function createIndex() {
  const built = new MiniSearch({
    fields: ['heading', 'title', 'text'],
    idField: 'url',
    tokenize: tokensOf,
    processTerm: (term) => term,
    searchOptions: {
      tokenize: wordsOf,
      boost: { heading: 4, title: 2 },
      combineWith: 'AND',
      prefix: (term) => term.length > 1,
      fuzzy: (term) => (term.length > 5 ? 0.15 : false),
      weights: { prefix: 0.6, fuzzy: 0.2 },
      // Pages say how; a declaration is found by its name, see below.
      boostDocument: (url) => (entries.get(url).kind === DOCUMENT ? 8 : 1),
    },
  });
  built.addAll([...entries.values()]);
  return built;
}

/** Of equal addresses the first: overloads and merged declarations share theirs. */
const entries = new Map(window.siteText.map((entry) => [entry.url, entry]).reverse());

function found(query) {
  index ??= createIndex();
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const results = index.search(query).map(({ id }) => entries.get(id));
  // A name that was typed in full comes first, whatever else is longer.
  const isExact = ({ heading }) => heading.toLowerCase() === query.trim().toLowerCase();
  return [...results.filter(isExact), ...results.filter((entry) => !isExact(entry))];
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A text with the words of the query marked. */
function marked(text, words) {
  return excerptOf(text, words, Number.POSITIVE_INFINITY).map(({ text: part, hit }) =>
    hit ? element('mark', {}, part) : part,
  );
}

function item({ title, heading, text, url, kind }, words, id) {
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('class', 'tsd-kind-icon');
  icon.setAttribute('width', '20');
  icon.setAttribute('height', '20');
  icon.setAttribute('aria-label', window.translations[`kind_${kind}`]);
  icon.innerHTML = `<use href="#icon-${kind}"></use>`;
  const separator = kind === DOCUMENT ? ': ' : '.';
  const name = element('span', { className: 'name' });
  if (heading === '') name.append(...marked(title, words));
  else if (title === '') name.append(...marked(heading, words));
  else name.append(element('span', { className: 'parent' }, title + separator), ...marked(heading, words));
  const excerpt = excerptOf(text, words).map(({ text: part, hit }) =>
    hit ? element('mark', {}, part) : part,
  );
  const label = element('span', { className: 'text' }, name);
  if (excerpt.length > 0) label.append(element('span', { className: 'excerpt' }, ...excerpt));
  const link = element('a', { tabIndex: -1, href: base() + url }, icon, label);
  const option = element('li', { id }, link);
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  return option;
}

function base() {
  const { base } = document.documentElement.dataset;
  return base.endsWith('/') ? base : `${base}/`;
}

function begin() {
  const input = document.getElementById('tsd-search-input');
  const list = document.getElementById('tsd-search-results');
  const status = document.getElementById('tsd-search-status');
  status.replaceChildren();
  const show = () => {
    const query = input.value.trim();
    const words = wordsOf(query);
    const results = found(query).slice(0, MAX_RESULTS);
    input.setAttribute('aria-activedescendant', '');
    list.replaceChildren(...results.map((entry, i) => item(entry, words, `search-result-${i}`)));
    list.scrollTop = 0;
    const isEmpty = query !== '' && results.length === 0;
    status.replaceChildren(...(isEmpty ? [element('div', {}, `Nothing about “${query}”.`)] : []));
  };
  let timer;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  // What was typed before this script came.
  if (input.value !== '') show();
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
else begin();
