/**
 * Names: which are taken, and which look alike. A name stands for a person, so it must be seen, be
 * told from others, and not pass for anything else on the line where it is shown (Unicode
 * Technical Standard 39, "Unicode Security Mechanisms").
 */
import unhomoglyph from 'unhomoglyph';
import { MAX_NAME_LENGTH } from './protocol.js';

/** A name that may be used. */
export interface CheckedName {
  /** In Unicode's form NFKC, without spaces around it. */
  readonly name: string;
  /** Equal for names that look alike: names are unique by it. */
  readonly skeleton: string;
}

/**
 * Emoji of several code points, joiners and selectors included; as a text, for ES2022 knows no such
 * literal.
 */
const EMOJI_SEQUENCE = '\\p{RGI_Emoji}';
const EMOJI = new RegExp(EMOJI_SEQUENCE, 'gv');

/**
 * Joiners that belong to how a word is written: within words of Arabic letters, and behind a virama
 * of the scripts of India and Sri Lanka (RFC 5892, appendix A).
 */
const WRITTEN_JOINERS =
  /(?<=\p{Script=Arabic})\u200c(?=\p{Script=Arabic})|(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca])[\u200c\u200d](?=\p{L})/gu;

/**
 * Nothing to see (U+2800 is a braille cell without dots), or nothing that has a meaning: controls,
 * formats, surrogates alone, private use, unassigned, line separators, spaces of other kinds.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd\u{1d159}]|(?! )\p{Zs}/u;

/** Symbols that are no emoji: box drawing and the like has the shapes of letters. */
const SYMBOLS = /(?!\p{ASCII}|\p{Extended_Pictographic})\p{S}/u;

/** Angle brackets stand around names and quotation marks around others' words: no name has them. */
const MARKS_OF_LINES = /[<>"«»‹›„‟“”‚‛≪≫❮❯❬❭〝〞〟]|(?![(])\p{Ps}|(?![)])\p{Pe}/u;

/** Names of Inuit and Cree have letters of the shape of brackets, and then no others. */
const SYLLABICS = /^[\p{Script=Canadian_Aboriginal}\p{N} -]+$/u;

/** Alphabets that share shapes: a word in letters of two of them is made to be misread. */
const ALIKE = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Coptic',
  'Cherokee',
  'Lisu',
  'Osage',
  'Deseret',
].map((script) => new RegExp(String.raw`\p{Script=${script}}`, 'u'));

/**
 * Checks a name.
 *
 * ```ts no-run
 * checkName(' Ada '); // { name: 'Ada', skeleton: 'ada' }
 * checkName('Ad\u0430'); // 'a word of a name is in letters of one alphabet'
 * ```
 *
 * @param name - as a person typed it
 * @returns a string says what is wrong with it
 */
export function checkName(name: string): CheckedName | string {
  const normal = name.normalize('NFKC').replace(/ +/g, ' ').trim();
  if (normal === '' || normal.length > MAX_NAME_LENGTH) return `a name is 1 to ${MAX_NAME_LENGTH} characters`;
  const plain = normal.replace(WRITTEN_JOINERS, '').replace(EMOJI, '☺');
  if (UNSEEN.test(plain)) return 'a name has no characters that cannot be seen';
  if (SYMBOLS.test(plain)) return 'a name has no symbols but emoji';
  if (!/[\p{L}\p{N}\p{So}]/u.test(plain)) return 'a name has a letter, a digit or a picture';
  if (/^\p{M}/u.test(plain)) return 'a name does not begin with a mark that belongs on a letter';
  if (hasManyMarks(plain)) return 'a name has no heaps of marks on its letters';
  if (MARKS_OF_LINES.test(plain) || (!SYLLABICS.test(plain) && /[<>"]/.test(look(plain)))) {
    return 'a name has no angle brackets and no quotation marks';
  }
  if (plain.split(/[^\p{L}\p{M}]+/u).some(isMixed)) return 'a word of a name is in letters of one alphabet';
  return { name: normal, skeleton: skeletonOf(normal) };
}

/**
 * Text of others without the characters that command a terminal, turn the direction of what follows
 * or begin a line.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u206a-\u206f\ufff9-\ufffb]/gu, ' ')
    .replaceAll(/\p{Cs}/gu, '\ufffd');
}

/** One mark twice, or more than four (TS 39, section 5.4). */
function hasManyMarks(text: string): boolean {
  return /(\p{Mn})\1|[\p{Mn}\p{Me}]{5}/u.test(text.normalize('NFD'));
}

function isMixed(word: string): boolean {
  return ALIKE.filter((script) => script.test(word)).length > 1;
}

/**
 * Names in Latin letters, and those that look as if they were, are alike if they look alike; case
 * is ignored. Small letters of other alphabets look like other Latin letters than their capitals
 * do (Greek Ν and ν like N and v), so that a name which cannot pass for a Latin one counts as
 * written in capitals.
 */
function skeletonOf(name: string): string {
  const seen = look(name);
  const latin = /^[\p{ASCII}\p{M}]*$/u.test(seen);
  // A capital I is the shape of a small l, and also an i.
  const shape = (latin ? seen : look(name.toUpperCase())).toLowerCase().replaceAll('i', 'l');
  return shape.replaceAll(/[ \p{P}]/gu, '') || shape;
}

/** The "skeleton" of TS 39, section 4. */
function look(text: string): string {
  const bare = text.normalize('NFKD').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  return unhomoglyph(bare).normalize('NFKD');
}
