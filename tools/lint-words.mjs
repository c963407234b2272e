// Words of comments: the share of "what", "who" and their kin, which name nobody, and ids that
// are defined nowhere.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Clauses in the place of a noun, of a thousand words: at most so many. */
const MAX_PER_THOUSAND = 4;

const CLAUSE = /\b(?:what|whatever|who|whoever|whom|whose)\b/gi;

/** An id of a list that this repository does not hold: `M48`, `S22`, `Policy P7`. */
const DANGLING = /\b(?:advisor(?:y|ies)|[Pp]olicy) [A-Z]\d+|\([A-Z]\d{1,2}\)/g;

/**
 * Looks at the words of comments.
 *
 * @param {string} source - TypeScript
 * @returns {{ words: number, clauses: number, dangling: string[] }}
 */
export function countWords(source) {
  const comments = (source.match(/\/\*[\s\S]*?\*\/|\/\/.*$/gm) ?? []).map((comment) =>
    // Examples are code.
    comment.replace(/```[\s\S]*?```/g, ''),
  );
  const text = comments.join('\n');
  return {
    words: (text.match(/[\p{L}']+/gu) ?? []).length,
    clauses: (text.match(CLAUSE) ?? []).length,
    dangling: text.match(DANGLING) ?? [],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let faults = 0;
  for (const folder of publishedPackages()) {
    const src = `${root}${folder}/src/`;
    let words = 0;
    let clauses = 0;
    for (const file of readdirSync(src, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
      const counted = countWords(readFileSync(src + file, 'utf8'));
      words += counted.words;
      clauses += counted.clauses;
      for (const id of counted.dangling) {
        console.log(`${folder}/src/${file}: ${id} is defined nowhere`);
        faults++;
      }
    }
    const share = (1000 * clauses) / words;
    const over = share > MAX_PER_THOUSAND;
    if (over) faults++;
    console.log(`${over ? 'OVER' : 'ok  '} ${share.toFixed(1)} of 1,000 words in ${folder}`);
  }
  process.exitCode = faults === 0 ? 0 : 1;
}
