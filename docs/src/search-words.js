// Words of texts and of queries. "back-pressure", "backpressure" and "back pressure" find each other: a text has its compound words
// in one and in parts, a query has them in one.

const WORD = /[\p{L}\p{N}_]+(?:[-.][\p{L}\p{N}_]+)*/gu;

/** Characters of an excerpt. */
const EXCERPT = 140;

/**
 * The words of a query, in small letters.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function wordsOf(text) {
  return (text.match(WORD) ?? []).map(inOne);
}

/**
 * The words that a text is found by.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function tokensOf(text) {
  return (text.match(WORD) ?? []).flatMap((word) => {
    const parts = word.split(/[-._]|(?<=\p{Ll})(?=\p{Lu})/u).filter((part) => part !== '');
    return parts.length === 1 ? [inOne(word)] : [inOne(word), ...parts.map(inOne)];
  });
}

function inOne(word) {
  return word.toLowerCase().replace(/[-.]/g, '');
}

/**
 * The place of a text where the words of a query first stand.
 *
 * @param {string} text
 * @param {readonly string[]} words - of the query
 * @param {number} [length] - of the excerpt
 * @returns {{ text: string, hit: boolean }[]} parts; nothing if the text is empty
 */
export function excerptOf(text, words, length = EXCERPT) {
  const hits = [...text.matchAll(WORD)]
    .filter(([word]) => tokensOf(word).some((token) => words.some((wanted) => token.startsWith(wanted))))
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
  const first = hits[0]?.start ?? 0;
  const start = first < length / 2 ? 0 : text.lastIndexOf(' ', first - length / 3) + 1;
  const end = text.length - start <= length ? text.length : text.lastIndexOf(' ', start + length);
  const parts = [];
  const add = (part, hit) => {
    if (part !== '') parts.push({ text: part, hit });
  };
  let at = start;
  if (start > 0) add('… ', false);
  for (const hit of hits.filter(({ end: last }) => last <= end)) {
    add(text.slice(at, hit.start), false);
    add(text.slice(hit.start, hit.end), true);
    at = hit.end;
  }
  add(text.slice(at, end), false);
  if (end < text.length) add(' …', false);
  return parts;
}
