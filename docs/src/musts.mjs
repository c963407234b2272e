// Takes the sentences that demand something (RFC 2119: MUST, MUST NOT, REQUIRED, SHALL) out of the text of an RFC:
//   node docs/src/musts.mjs rfc6455.txt > docs/test/rfc6455-musts.json
// The text of RFC 6455 is not part of this repository; https://www.rfc-editor.org/rfc/rfc6455.txt is it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DEMAND = /\b(?:MUST|REQUIRED|SHALL)\b/;
/** Lines of page breaks, which stand in the middle of sentences. */
const PAGE = /^(?:Fette & Melnikov .*|RFC 6455 .*|\f)$/;
const HEADING = /^(\d+(?:\.\d+)*)\.\s+\S/;
/** Where a sentence ends; "i.e." and the like do not end one. */
const SENTENCE = /(?<=[.:;]["')]?)\s+(?=[A-Z"|_(*])/;

/**
 * Finds all demands of some sections.
 *
 * @param {string} text - an RFC
 * @param {(section: string) => boolean} wanted - which sections
 * @returns {{ section: string, sentences: string[] }[]} in order; sections without demands are left out
 */
export function findMusts(text, wanted) {
  const found = [];
  let section = '';
  let paragraph = [];
  const end = () => {
    const whole = paragraph.join(' ').replace(/- /g, '-').replace(/\s+/g, ' ').trim();
    paragraph = [];
    if (!wanted(section)) return;
    const sentences = whole.split(SENTENCE).filter((sentence) => DEMAND.test(sentence));
    if (sentences.length === 0) return;
    const last = found.at(-1);
    if (last?.section === section) last.sentences.push(...sentences);
    else found.push({ section, sentences });
  };
  let blank = 0;
  for (const line of text.split('\n')) {
    if (PAGE.test(line)) continue;
    const heading = HEADING.exec(line);
    if (heading !== null) {
      end();
      section = heading[1];
    } else if (line.trim() === '') {
      blank++;
    } else {
      if (/^ +o {2}/.test(line)) end();
      // A page break leaves several empty lines; a paragraph that goes on behind one begins with a small letter.
      if (blank === 1 || (blank > 1 && !/^\s+[a-z]/.test(line))) end();
      blank = 0;
      paragraph.push(line.trim().replace(/^o {2}/, ''));
    }
  }
  end();
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = (section) => /^(?:[4-8]|10)(?:\.|$)/.test(section);
  const musts = findMusts(readFileSync(process.argv[2], 'utf8'), wanted);
  console.log(JSON.stringify(musts, undefined, 2));
}
