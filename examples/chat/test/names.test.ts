/** Names that people have, names that were made to pass for others, and text for a terminal. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkName, printable } from '../src/names.js';
import { MAX_NAME_LENGTH } from '../src/protocol.js';

const ORDINARY = [
  ['Ada', 'Ada 2', 'ada.lovelace', 'Ada (work)', 'A', '7', 'x-y_z', 'Jean-Luc', 'O’Brien', 'C++'],
  ['José', 'Zoë', 'Łukasz', 'Søren', 'Strauß', 'Đorđe', 'Nguyễn Thị Ánh', 'İbrahim', 'Þóra'],
  ['Иван', 'Мария Петрова', 'Νίκος', 'Անի', 'ნინო', 'Ђорђе', 'Иван Smith'],
  ['日本', '山田 太郎', 'さくら', 'サクラ', '김철수', 'Kim 김', 'ー子', '王小明'],
  [
    'محمد',
    'علی\u200cرضا',
    'יעקב',
    'דָּוִד',
    'अनिल',
    'क्\u200dष',
    'ශ්\u200dරී',
    'สมชาย',
    'தமிழ்',
    'አበበ',
    'ᐳᐊᓪ',
    'བསོད',
  ],
  [
    '👩‍💻',
    'Ada ❤️',
    '🇩🇪',
    '👍🏽',
    '👨‍👩‍👧‍👦 family',
    '☺',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  ],
].flat();

/** All of them look like Ada. */
const LIKE_ADA = ['ada', 'ADA', ' Ada ', 'A da', 'Ada.', 'Ada\u00a0', '\uff21\uff44\uff41', '𝐀𝐝𝐚', 'Ⓐⓓⓐ'];

/** As in the terminal, the page and the log they would be nobody, or somebody else. */
const REFUSED: Record<string, string> = {
  nothing: '',
  spaces: '   ',
  'too long': 'x'.repeat(MAX_NAME_LENGTH + 1),
  'too long once normal': '\ufdfa'.repeat(2),
  'zero width space': 'Ada\u200b',
  'zero width space alone': '\u200b',
  'word joiner': 'A\u2060da',
  'zero width joiner': 'A\u200dda',
  'soft hyphen': 'Ada\u00ad',
  'byte order mark': '\ufeffAda\u200b',
  'Hangul filler': '\u3164',
  'half width filler': '\uffa0',
  'combining grapheme joiner': 'A\u034fda',
  'Braille blank': '\u2800',
  'Ogham space': 'A\u1680a',
  'right-to-left override': '\u202eadA',
  isolate: '\u2066Ada\u2069',
  'lone surrogate': '\ud800',
  'private use': '\ue000',
  unassigned: 'A\u0378',
  'tag characters': 'Ada\u{e0041}',
  'selector on a letter': 'Ada\ufe0f',
  'line feed': 'a\nb',
  bell: 'a\u0007',
  'C1 control': 'a\u009b',
  'line separator': 'a\u2028b',
  'Cyrillic letter': '\u0410da',
  'Greek letter': '\u0391da',
  'Cyrillic in a longer word': 'Müll\u0435r',
  'a mark first': '\u0301Ada',
  'heaps of marks': `A${'\u0301\u0302'.repeat(4)}da`,
  'a mark twice': 'A\u0301\u0301da',
  punctuation: '...',
  'box drawing like letters': 'Bi││',
  'half width box drawing': 'Bi￨￨',
  'a line of the terminal': 'Ada> I resign. Greetings',
  'full width bracket': 'Ada＞',
  'guillemet that looks like one': 'Ada › I resign',
  'Canadian syllable that looks like one': 'Adaᐳ',
  'quotation of a reason': 'Ada left, saying “bye',
};

describe('checkName', () => {
  it.each(ORDINARY)('lets in %s', (name) => {
    expect(checkName(name)).toMatchObject({ name: name.normalize('NFKC') });
    expect(checkName(`  ${name} `)).toEqual(checkName(name));
  });

  it('gives ordinary names skeletons of their own', () => {
    expect(new Set(ORDINARY.map(skeleton)).size).toBe(ORDINARY.length);
  });

  it.each(Object.entries(REFUSED))('refuses %s', (_, name) => {
    expect(checkName(name)).toEqual(expect.any(String));
  });

  it('gives names that look alike one skeleton', () => {
    const alike = [
      LIKE_ADA,
      ['Bill', 'BiIl', 'Bi11', 'bi||'],
      ['HET', 'НЕТ', 'нет', 'Нет'],
      ['vu', 'νυ'],
      ['Alma', 'Alrna'],
      ['Иван', 'ИВАН', 'иван'],
      ['Νίκος', 'ΝΊΚΟΣ'.normalize('NFD')],
      ['Strauss', 'Strauß'],
      ['José', 'Jose\u0301'],
      ['O’Brien', "O'Brien", 'OBrien'],
      ['A Smith', '\u0410 Smith'],
      ['❤️', '❤'],
      ['👩‍💻', '👩💻'],
    ];
    for (const names of alike)
      expect(new Set(names.map(skeleton)), names.join(' ')).toHaveProperty('size', 1);
  });

  it('lets no character of another alphabet pass for Latin letters', () => {
    const table = createRequire(import.meta.url)('unhomoglyph/data.json') as Record<string, string>;
    const leaks: string[] = [];
    for (const [character, letters] of Object.entries(table)) {
      if (!/^[A-Za-z]+$/.test(letters) || character !== character.normalize('NFKC')) continue;
      const checked = checkName(character.repeat(3));
      if (typeof checked === 'string' || checked.skeleton === skeleton(letters.repeat(3))) continue;
      leaks.push(`${character} (U+${character.codePointAt(0)!.toString(16)}) for ${letters}`);
    }
    expect(leaks).toEqual([]);
  });

  it('gives a name what it gives back, in whatever case Latin letters are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const checked = checkName(text);
        if (typeof checked === 'string') return;
        expect(checkName(checked.name)).toEqual(checked);
        expect(checked.skeleton).not.toBe('');
        if (/^\p{ASCII}*$/u.test(checked.name)) {
          expect(skeleton(checked.name.toUpperCase())).toBe(checked.skeleton);
        }
      }),
    );
  });

  it('lets nobody in who has a character that cannot be seen, wherever it stands', () => {
    const unseen = fc.constantFrom(
      ...'\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202e\u2060\u2066\u3164\ufe0f\ufeff\u{e0020}\u{e0100}',
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,8}$/), unseen, fc.nat(), (word, hidden, at) => {
        const cut = 1 + (at % (word.length - 1));
        expect(checkName(word.slice(0, cut) + hidden + word.slice(cut))).toEqual(expect.any(String));
      }),
    );
  });

  it('takes any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const checked = checkName(text);
        if (typeof checked !== 'string') expect(checked.name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
      }),
    );
  });
});

describe('printable', () => {
  it('leaves words and pictures as they are', () => {
    for (const name of ORDINARY) expect(printable(name)).toBe(name);
  });

  it('lets no control, no bidi and no line separator through', () => {
    expect(printable('\u202egnp.exe \u2066x\u2069 \u001b[31mred\u001b]0;t\u0007')).toBe(
      ' gnp.exe  x   [31mred ]0;t ',
    );
    expect(printable('a\r\nb\u2028c\u0085d\ud800')).toBe('a  b c d\ufffd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });
});

function skeleton(name: string): string {
  const checked = checkName(name);
  if (typeof checked === 'string') throw new Error(`${name}: ${checked}`);
  return checked.skeleton;
}
